"""What the suites of the command stand on: certificates, the endpoint as a process, and the command as a user runs it.

The command's path is taken from TCEXEC, else build/tcexec.
"""

from __future__ import annotations

import atexit
import base64
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Dict, Mapping, Optional, Union
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
COMMAND = os.environ.get("TCEXEC", str(ROOT / "build" / "tcexec"))
ID, KEY = "AKIDcommandtest", "the-key-of-the-command-test"
HOSTS = {"mps": "mps.tencentcloudapi.com", "vod": "vod.tencentcloudapi.com"}
DONE, API, USAGE, NOT_SENT, NO_ANSWER, NOT_UNDERSTOOD = range(6)

Word = Union[str, bytes]
Done = subprocess.CompletedProcess  # of bytes

folder = Path(tempfile.mkdtemp(prefix="tcexec-test-"))
atexit.register(shutil.rmtree, folder)


# ---- certificates and the endpoint -----------------------------------------------------------------------------------


def openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def make_certificates() -> None:
    """A root, a server certificate under it, and a root that has nothing to do with either."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Test root", "-days", "30")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "other.key", "-out", "other.pem",
            "-subj", "/O=Nobody/CN=Another *\\/ root", "-days", "30")
    openssl("req", "-new", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")
    (folder / "names").write_text(f"subjectAltName=DNS:{HOSTS['mps']},DNS:{HOSTS['vod']},DNS:localhost\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "root.pem", "-CAkey", "root.key", "-set_serial", "7",
            "-days", "30", "-extfile", "names", "-out", "server.pem")


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Endpoint:
    """The running stand-in for the service, and what it can be asked."""

    def __init__(self, *options: str) -> None:
        self.options = options

    def start(self) -> "Endpoint":
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/endpoint/endpoint.py"), "--plain", "0", "--tls", "0",
             "--cert", "server.pem", "--key-file", "server.key", "--id", ID, "--key", KEY, *self.options],
            cwd=folder, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        ports = dict(self.process.stdout.readline().split() for _ in range(2))
        self.plain, self.tls = (urlsplit(ports[name]).port for name in ("plain", "tls"))
        return self

    def control(self, method: str, what: str, document: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.plain, timeout=10)
        connection.request(method, f"/_control/{what}", None if document is None else json.dumps(document))
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == 200, body
        return json.loads(body)

    def reset(self) -> None:
        self.control("POST", "reset")

    def state(self) -> Dict[str, Any]:
        return self.control("GET", "state")

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

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout
        self.process.stdout.close()


endpoint = Endpoint()  # for all suites of a program: call stand_up() first


def stand_up() -> None:
    make_certificates()
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
    return run(at(endpoint.tls), "--ca=root.pem", *words, **more)


def plain(*words: Word, **more: Any) -> Done:
    return run(at(endpoint.plain), "--plaintext", *words, **more)


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
