#!/usr/bin/env python3
"""Tests of the example port/posix/examples/many: a thousand calls at once from one thread."""

from __future__ import annotations

import base64
import hashlib
import os
import resource
import subprocess
import time
import unittest
from pathlib import Path

from harness import ROOT, Case, Done, endpoint, environment, folder, stand_up

MANY = str(Path(os.environ.get("B", ROOT / "build")).resolve() / "many")


def setUpModule() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))  # the endpoint needs as many as the calls
    stand_up()


def many(*words: object) -> Done:
    return subprocess.run([MANY, *map(str, words)], cwd=folder, env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=120)


class Many(Case):
    def all_right(self, count: int, *words: object, rounds: int = 1) -> None:
        start = time.monotonic()
        done = many(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(time.monotonic() - start, 20)
        parts = [count, count * (rounds - 1)][:2 if rounds > 1 else 1]
        for line, calls in zip(done.stdout.splitlines(), parts, strict=True):
            said = rf"^{calls} of {calls} calls right .* \d+ calls/s, [\d.]+ us of CPU, \d+ bytes for each call"
            self.assertRegex(line.decode(), said)
        expected = {hashlib.sha256(b"call %d" % number).hexdigest(): 1 for number in range(count * rounds)}
        self.assertEqual(endpoint.state()["executions"]["arguments"], expected)
        self.assertEqual(endpoint.state()["connections"], count)

    def test_a_thousand_over_tls(self) -> None:
        self.all_right(1000, endpoint.tls_port, 1000, "root.pem")
        self.assertEqual(endpoint.state()["tls"]["full"], 1000)

    def test_plain(self) -> None:
        self.all_right(200, endpoint.plain_port, 200)

    def test_rounds_over_connections_that_are_kept(self) -> None:
        self.all_right(20, endpoint.tls_port, 20, "root.pem", 5, rounds=5)
        self.assertEqual(endpoint.state()["tls"]["full"], 20)

    def test_rounds_without_tls(self) -> None:
        self.all_right(50, endpoint.plain_port, 50, "-", 2, rounds=2)

    def test_one_that_is_not_right_is_seen(self) -> None:
        for fault, said in (("body", b"another Result"), ("swallow", b"TCX_E_CLOSED, maybe_executed")):
            body = base64.b64encode(b'{"Response":{"Result":"call x","RequestId":"r"}}').decode()
            endpoint.fault(fault, **({"base64": body} if fault == "body" else {}))
            done = many(endpoint.plain_port, 10)
            self.assertEqual(done.returncode, 1)
            self.assertIn(b"9 of 10 calls right", done.stdout)
            self.assertRegex(done.stderr, rb"^many: call \d: " + said + rb"\n$" if fault == "swallow" else said)

    def test_it_believes_the_roots_only(self) -> None:
        done = many(endpoint.tls_port, 3, "other.pem")
        self.assertEqual((done.returncode, done.stderr.count(b"TCX_E_X509_UNTRUSTED, not_sent")), (1, 3))
        self.assertEqual(endpoint.executed(), 0)

    def test_what_it_refuses(self) -> None:
        for words in ((), (0,), (1, 0), (1, 100001), (1, 1, "/nonexistent"), (1, 1, "server.key"),
                      (1, 1, "-", 0), (1, 1, "-", 1001)):
            done = many(*words)
            self.assertEqual((done.returncode, done.stdout), (1, b""))
            self.assertTrue(done.stderr.startswith(b"many: "))


if __name__ == "__main__":
    unittest.main()
