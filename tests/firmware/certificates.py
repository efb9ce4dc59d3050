"""Makes certificates for the firmware.

    certificates.py FOLDER     makes what an image is built with: ec.pem, rsa.pem (roots) and pin.pem (a server's key)

A test makes the certificates of the servers when it needs them, signed by these roots.
"""

from __future__ import annotations

import pathlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stand

KEYS = {"ec": ["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"], "rsa": ["rsa:2048"]}


@dataclass
class Server:
    chain: pathlib.Path
    key: pathlib.Path


class Authority:
    """The roots and the pinned key in `folder`; signs server certificates, which go when the program ends."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.servers = tempfile.TemporaryDirectory()

    def make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for kind, name in ("ec", "ec"), ("rsa", "rsa"), ("ec", "pin"):
            stand.openssl("req", "-x509", "-newkey", *KEYS[kind], "-nodes", "-days", "3650",
                          "-subj", f"/CN=Example {name}",
                          "-keyout", str(self.folder / f"{name}.key"), "-out", str(self.folder / f"{name}.pem"))

    def server(self, kind: str, root: str = "", names: tuple[str, ...] = stand.NAMES, days: int = 2,
               key: pathlib.Path | None = None) -> Server:
        """A server certificate with a new key of this kind, or with `key`."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.servers.name))
        server = Server(folder / "server.pem", key or folder / "server.key")
        request, extensions = folder / "server.csr", folder / "server.ext"
        new_key = ["-key", str(key)] if key else ["-newkey", *KEYS[kind], "-nodes", "-keyout", str(server.key)]
        extensions.write_text("basicConstraints=critical,CA:FALSE\n"
                              f"subjectAltName={','.join(f'DNS:{name}' for name in names)}\n")
        stand.openssl("req", "-new", *new_key, "-subj", f"/CN={names[0]}", "-out", str(request))
        stand.openssl("x509", "-req", "-in", str(request), "-CA", str(self.folder / f"{root or kind}.pem"),
                      "-CAkey", str(self.folder / f"{root or kind}.key"), "-days", str(days),
                      "-extfile", str(extensions), "-out", str(server.chain))
        return server


if __name__ == "__main__":
    try:
        Authority(pathlib.Path(sys.argv[1])).make()
    except subprocess.CalledProcessError as failure:
        sys.exit(failure.stderr.decode())
