"""Tests that a change of one byte of the key, the body, the host or the time fails with the right API code."""

import json
import os
import pathlib
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stand  # noqa: E402

BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build"))


class OneByte(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.certificates = stand.Certificates(BUILD / "one_byte")
        cls.endpoint = stand.Endpoint(cls.certificates, "--lifetime", "60").start()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.endpoint.stop()

    def run_command(self, *options: str, key: str = stand.SECRET_KEY) -> subprocess.CompletedProcess:
        keys = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": key}
        command = [os.environ.get("TCEXEC", str(BUILD / "tcexec")), *options, "mps", "ExampleFunc", "XXX"]
        return subprocess.run(command, env=keys, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(self, *options: str, **more: str) -> str:
        """The API code of a call over verified TLS, or its Result."""
        done = self.run_command("--json", "--connect", self.endpoint.tls, "--ca", str(self.certificates.root), *options, **more)
        told = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1 if told["error"] else 0)
        return told["error"]["code"] if told["error"] else told["result"]

    def send(self, wire: bytes) -> str:
        """The API code, or `Ok`, that the endpoint gives to these bytes."""
        host, port = self.endpoint.plain.split(":")
        with socket.create_connection((host, int(port)), 10) as link:
            link.sendall(wire)
            link.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: link.recv(65536), b""))
        response = json.loads(answer.split(b"\r\n\r\n", 1)[1])["Response"]
        return response.get("Error", {}).get("Code", "Ok")

    def test_unchanged(self) -> None:
        self.assertEqual(self.call(), "XXX")
        self.assertEqual(self.send(self.run_command("--dry-run").stdout), "Ok")

    def test_key(self) -> None:
        for at in range(len(stand.SECRET_KEY)):
            key = stand.SECRET_KEY[:at] + chr(ord(stand.SECRET_KEY[at]) ^ 1) + stand.SECRET_KEY[at + 1:]
            self.assertEqual(self.call(key=key), "AuthFailure.SignatureFailure", at)

    def test_time(self) -> None:
        now = int(time.time())
        self.assertEqual(self.call("--time", str(now + 200)), "XXX")
        self.assertEqual(self.call("--time", str(now + 400)), "AuthFailure.SignatureExpire")
        early = self.run_command("--json", "--time", str(now - 400), "--plaintext", "--connect", self.endpoint.plain)
        self.assertEqual(json.loads(early.stdout)["error"]["code"], "AuthFailure.SignatureExpire")
        wire = self.run_command("--dry-run", "--time", str(now)).stdout
        self.assertEqual(self.send(wire.replace(b"X-TC-Timestamp: %d" % now, b"X-TC-Timestamp: %d" % (now - 1))),
                         "AuthFailure.SignatureFailure")

    def test_host(self) -> None:
        wire = self.run_command("--dry-run").stdout
        self.assertEqual(self.send(wire.replace(b"Host: mps.", b"Host: mpr.")), "AuthFailure.SignatureFailure")

    def test_body(self) -> None:
        wire = self.run_command("--dry-run").stdout
        start = wire.index(b"ExampleFunc", wire.index(b"\r\n\r\n"))
        for at in (*range(start, start + 11), wire.rindex(b"XXX")):
            changed = wire[:at] + bytes((wire[at] ^ 1,)) + wire[at + 1:]
            self.assertEqual(self.send(changed), "AuthFailure.SignatureFailure", at)


if __name__ == "__main__":
    unittest.main()
