"""What the tests of the command share: certificates, the endpoint as a process, and the command as a user runs it.

TCEXEC is the path of the command. Default: build/tcexec.
"""

from __future__ import annotations

import atexit
import base64
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import stand  # noqa: E402

# What a test is started with, under nohup or in the background, the command would inherit as ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
for _number in (signal.SIGHUP, signal.SIGTERM):
    signal.signal(_number, signal.SIG_DFL)

ROOT = stand.ROOT
COMMAND = os.environ.get("TCEXEC", str(ROOT / "build" / "tcexec"))
ID, KEY = stand.SECRET_ID, stand.SECRET_KEY
HOSTS, PRODUCTS, option_of = stand.HOSTS, stand.PRODUCTS, stand.option_of
DONE, API, USAGE, NOT_SENT, NO_ANSWER, NOT_UNDERSTOOD = range(6)

Word = Union[str, bytes]
Done = subprocess.CompletedProcess  # of bytes

folder = Path(tempfile.mkdtemp(prefix="tcexec-test-"))
atexit.register(shutil.rmtree, folder)
certificates = stand.Certificates(folder)


# ---- certificates and the endpoint -----------------------------------------------------------------------------------


def openssl(*words: str) -> None:
    """In the test's folder."""
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Endpoint(stand.Endpoint):
    """The running stand-in for the service, and what it can be asked. `plain` and `tls` are its ports."""

    def __init__(self, *options: str) -> None:
        super().__init__(certificates, *options)

    def start(self) -> "Endpoint":
        super().start()
        self.plain_port, self.tls_port = (int(address.rpartition(":")[2]) for address in (self.plain, self.tls))
        return self

    def reset(self) -> None:
        self.control("POST", "reset")

    def fault(self, kind: str, **options: Any) -> None:
        self.control("POST", "faults", [{"kind": kind, **options}])

    def faults(self, *faults: Dict[str, Any]) -> None:
        """In one go: a fault of connections would hit the control path's next one too."""
        self.control("POST", "faults", faults)

    def answer(self, body: bytes) -> None:
        """The next answer has this body."""
        self.fault("body", base64=encoded(body))

    def executed(self) -> int:
        return self.state()["executions"]["total"]

    def headers(self) -> Dict[str, str]:
        return {name.lower(): value for name, value in self.state()["last"]["headers"]}


endpoint = Endpoint()  # for all suites of a program: call stand_up() first


def stand_up() -> None:
    """Starts the endpoint, and makes a root that has nothing to do with it: other.pem."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "other.key", "-out", "other.pem",
            "-subj", "/O=Nobody/CN=Another *\\/ root", "-days", "30")
    endpoint.start()
    unittest.addModuleCleanup(endpoint.stop)


# ---- running the command ---------------------------------------------------------------------------------------------


def environment(**changes: Optional[str]) -> Dict[str, str]:
    """As a user has it, with credentials; None removes a variable."""
    names = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    names.update(TENCENTCLOUD_SECRET_ID=ID, TENCENTCLOUD_SECRET_KEY=KEY)
    return {name: value for name, value in {**names, **changes}.items() if value is not None}


def run(*words: Word, stdin: Any = b"", stdout: Any = subprocess.PIPE, env: Optional[Mapping[str, str]] = None) -> Done:
    """The command in the test's folder. Standard input is bytes or a file."""
    source = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    return subprocess.run([COMMAND, *words], cwd=folder, env=environment() if env is None else env, timeout=30,
                          stdout=stdout, stderr=subprocess.PIPE, **source)


def at(port: Optional[int], host: str = "127.0.0.1") -> str:
    return f"--connect={host}:{port}"


def secure(*words: Word, **more: Any) -> Done:
    """Over verified TLS to the endpoint."""
    return run(at(endpoint.tls_port), "--ca=root.pem", *words, **more)


def plain(*words: Word, **more: Any) -> Done:
    return run(at(endpoint.plain_port), "--plaintext", *words, **more)


def wait_until(condition: Any) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)


def serve_one(listener: socket.socket) -> None:
    """Answers one request, whatever it is."""
    with listener.accept()[0] as connection:
        connection.recv(65536)
        body = b'{"Response":{"Result":"six","RequestId":"r"}}'
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class Case(unittest.TestCase):
    maxDiff = 2000

    def setUp(self) -> None:
        endpoint.reset()

    def check(self, done: Done, code: int, said: str = ".*", out: Optional[bytes] = None) -> None:
        """The exit code, a pattern in standard error, and all of standard output. No secret is in either."""
        text = done.stderr.decode()
        self.assertEqual(done.returncode, code, text)
        self.assertRegex(text, said)
        self.assertNotIn(KEY.encode(), done.stderr + (done.stdout or b""))
        if out is not None:
            self.assertEqual(done.stdout, out, text)
