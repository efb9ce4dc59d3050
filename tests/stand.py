"""What the demo and the suites share: new certificates for each run, and the local endpoint as a process."""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECRET_ID = "AKIDEXAMPLE000000000000000000000000001"
SECRET_KEY = "SKEXAMPLE0000000000000000000000002"

sys.path.append(str(ROOT / "tests/endpoint"))
from service import PRODUCTS  # noqa: E402

HOSTS = {service: f"{service}.tencentcloudapi.com" for service in PRODUCTS}
NAMES = (*HOSTS.values(), "localhost")


def option_of(parameter: str) -> str:
    """The option of the command that sets a parameter: --ext-info for ExtInfo."""
    return "-" + re.sub("[A-Z]", lambda letter: "-" + letter[0].lower(), parameter)


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Certificates:
    """A root, and a server certificate for `NAMES` that it signed: EC P-256, for a day, PEM files in `folder`."""

    def __init__(self, folder: pathlib.Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.root, self.chain, self.key = folder / "root.pem", folder / "server.pem", folder / "server.key"
        key_type = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
        root_key = str(folder / "root.key")
        openssl("req", "-x509", *key_type, "-subj", "/CN=Example Root", "-keyout", root_key, "-out", str(self.root))
        openssl("req", "-x509", *key_type, "-subj", f"/CN={NAMES[0]}", "-CA", str(self.root), "-CAkey", root_key,
                "-addext", "subjectAltName=IP:127.0.0.1," + ",".join(f"DNS:{name}" for name in NAMES),
                "-addext", "basicConstraints=critical,CA:FALSE",
                "-keyout", str(self.key), "-out", str(self.chain))


class Endpoint:
    """The local endpoint on free ports, from `start()` to `stop()` or in a `with` block; `plain`, `tls`: HOST:PORT."""

    def __init__(self, certificates: Certificates, *options: str):
        self.command = [sys.executable, str(ROOT / "tests/endpoint/endpoint.py"), "--plain", "0", "--tls", "0",
                        "--cert", str(certificates.chain), "--key-file", str(certificates.key),
                        "--id", SECRET_ID, "--key", SECRET_KEY, *options]

    def start(self) -> Endpoint:
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, text=True)
        lines = dict(self.process.stdout.readline().split() for _ in range(2))
        self.plain = lines["plain"].removeprefix("http://")
        self.tls = lines["tls"].removeprefix("https://")
        return self

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def control(self, method: str, what: str, document: object = None) -> dict:
        """A request to the control path; what it answers."""
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(f"http://{self.plain}/_control/{what}", body, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def state(self) -> dict:
        """What the endpoint has seen and run."""
        return self.control("GET", "state")

    def __enter__(self) -> Endpoint:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
