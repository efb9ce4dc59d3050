#!/usr/bin/env python3
"""Tests of --session-file: a TLS session from one run of the command to the next. The endpoint counts resumed ones."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import subprocess
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Dict

from harness import (API, COMMAND, DONE, NOT_SENT, USAGE, Case, Done, Endpoint, Word, at, endpoint, environment, folder,
                     run, secure, stand_up)

SIZE = 96  # TCX_TLS_SESSION_SIZE


def setUpModule() -> None:
    stand_up()


class SessionCase(Case):
    def setUp(self) -> None:
        super().setUp()
        self.place = Path(tempfile.mkdtemp(dir=folder))
        self.file = self.place / "session"

    def call(self, *words: Word, service: str = "mps") -> Done:
        return secure("--session-file", str(self.file), *words, service, "Echo", "x")

    def check(self, done: Done, *words: Any, **more: Any) -> None:
        """And nothing of the session is told."""
        super().check(done, *words, **more)
        if not self.file.is_file() or self.file.stat().st_size != SIZE:
            return
        told = done.stdout + done.stderr
        for part in (self.file.read_bytes()[i : i + 8] for i in range(35, 83, 8)):
            for spelling in (part, part.hex().encode(), base64.b64encode(part)[:10]):
                self.assertNotIn(spelling, told)

    def handshakes(self) -> Dict[str, int]:
        state = endpoint.state()["tls"]
        return {name: count for name, count in state.items() if count}

    def store(self) -> bytes:
        """A session that the endpoint knows."""
        self.check(self.call(), DONE)
        endpoint.reset()
        return self.file.read_bytes()


class Life(SessionCase):
    def test_full_then_resumed(self) -> None:
        done = self.call("--json")
        self.check(done, DONE)
        self.assertFalse(json.loads(done.stdout)["resumed"])
        self.assertEqual(self.file.stat().st_size, SIZE)
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o600)
        for _ in range(2):
            done = self.call("--json")
            self.check(done, DONE)
            self.assertTrue(json.loads(done.stdout)["resumed"])
        self.assertEqual(self.handshakes(), {"full": 1, "resumed": 2})
        self.check(self.call("-v"), DONE, "TLS session resumed, ECDHE-ECDSA")
        self.assertEqual(os.listdir(self.place), ["session"])

    def test_over_the_attempts_of_one_call(self) -> None:
        endpoint.fault("api_error", code="RequestLimitExceeded")
        done = self.call("--attempts=2", "--json")
        self.check(done, DONE)
        self.assertTrue(json.loads(done.stdout)["resumed"])
        self.assertEqual(self.handshakes(), {"full": 1, "resumed": 1})

    def test_kept_after_an_answer_that_says_no(self) -> None:
        endpoint.fault("api_error", code="InternalError")
        self.check(self.call(), API)
        self.check(self.call(), DONE)
        self.assertEqual(self.handshakes(), {"full": 1, "resumed": 1})

    def test_damaged(self) -> None:
        whole = self.store()
        for place in (0, 1, 2, 5, 6, 20, 40, 60, 85, SIZE - 1):
            with self.subTest(place=place):
                endpoint.reset()
                damaged = bytearray(whole)
                damaged[place] ^= 1
                self.file.write_bytes(damaged)
                self.check(self.call("-v"), DONE, "server verified(.|\n)*session: not resumed: it is damaged or ")
                self.assertEqual(self.handshakes(), {"full": 1})
                self.assertNotEqual(self.file.read_bytes(), bytes(damaged))
        self.check(self.call(), DONE)
        self.assertEqual(self.handshakes(), {"full": 1, "resumed": 1})
        self.file.write_bytes(bytes(damaged))
        self.assertNotIn(b"session", self.call().stderr)

    def test_of_another_size(self) -> None:
        whole = self.store()
        for text in (b"", whole[:-1], whole + b"\0", b"x" * 100000):
            endpoint.reset()
            self.file.write_bytes(text)
            self.check(self.call("-v"), DONE, "ignored: the file does not contain a session")
            self.assertEqual(self.handshakes(), {"full": 1})
            self.file.write_bytes(text)
            done = self.call()
            self.check(done, DONE)
            self.assertNotIn(b"ignored", done.stderr)
            self.assertEqual(self.file.stat().st_size, SIZE)

    def test_of_another_host(self) -> None:
        self.store()
        self.check(self.call(service="vod"), DONE)
        self.assertEqual(self.handshakes(), {"full": 1})
        self.check(self.call(service="vod"), DONE)
        self.assertEqual(self.handshakes(), {"full": 1, "resumed": 1})

    def test_of_another_trust(self) -> None:
        """Neither the session nor a request is for a server that this trust would not recognise."""
        whole = self.store()
        both = self.place / "both.pem"
        both.write_bytes((folder / "root.pem").read_bytes() + (folder / "other.pem").read_bytes())
        for words, status in ([["--ca=other.pem"], NOT_SENT], [["--pin=other.pem"], NOT_SENT],
                              [[f"--ca={both}"], DONE], [["--pin=server.pem"], DONE]):
            with self.subTest(words=words):
                endpoint.reset()
                self.file.write_bytes(whole)
                self.file.chmod(0o600)
                done = run(at(endpoint.tls_port), "-v", "--session-file", str(self.file), *words, "mps", "Echo", "x")
                self.check(done, status, "not sent" if status else "not resumed: it is .* the roots are different, ")
                self.assertEqual(endpoint.state()["tls"]["resumed"], 0)
                self.assertEqual(len(endpoint.state()["verdicts"]), status == DONE)

    def test_by_another_clock(self) -> None:
        """Past the server's certificate, before the session was made, and more than a day after it."""
        whole = self.store()
        now = int(time.time())
        for moment in (now + 90000, now - 60, now + 100 * 366 * 86400):
            with self.subTest(moment=moment):
                endpoint.reset()
                self.file.write_bytes(whole)
                self.file.chmod(0o600)
                self.call("-v", "--time", str(moment))
                self.assertEqual(endpoint.state()["tls"]["resumed"], 0)

    def test_that_the_server_forgot(self) -> None:
        self.store()
        other = Endpoint().start()
        try:
            words = (at(other.tls_port), "--ca=root.pem", "--session-file", str(self.file), "mps", "Echo", "x")
            self.check(run(*words), DONE, out=b"x\n")
            self.check(run(*words), DONE, out=b"x\n")
            self.assertEqual(other.state()["tls"], {"full": 1, "resumed": 1, "failed": 0})
        finally:
            other.stop()

    def test_forgotten_after_a_handshake_that_failed(self) -> None:
        self.store()
        endpoint.fault("handshake", at=20)
        self.check(self.call(), NOT_SENT)
        self.assertFalse(self.file.exists())


class Places(SessionCase):
    def test_what_cannot_be_a_session_file(self) -> None:
        os.mkfifo(self.place / "pipe")
        for self.file, said in (
            (self.place, "Is a directory"),
            (self.place / "pipe", "not a regular file"),
            (Path("/dev/null"), "not a regular file"),
            (folder / "root.pem" / "x", "Not a directory"),
        ):
            self.check(self.call(), USAGE, f"--session-file: {self.file}: {said}", b"")
        self.assertEqual(endpoint.state()["connections"], 0)

    @unittest.skipIf(os.geteuid() == 0, "root may read and write everything")
    def test_without_permission(self) -> None:
        self.file.touch(mode=0)
        self.check(self.call(), USAGE, "--session-file: .*Permission denied", b"")
        self.file.unlink()
        self.place.chmod(0o500)
        self.check(self.call(), DONE, "--session-file: .*not saved: Permission denied", b"x\n")

    def test_a_place_that_is_not_there(self) -> None:
        self.file = self.place / "missing" / "session"
        self.check(self.call(), DONE, "--session-file: .*the session was not saved: No such file", b"x\n")
        endpoint.fault("api_error", code="InternalError")
        self.check(self.call(), API, "--session-file: .*the session was not saved: No such file", b"")

    def test_nothing_is_left_when_it_cannot_be_moved(self) -> None:
        before = os.listdir(folder)
        self.check(secure("--session-file=", "mps", "Echo"), DONE, "--session-file: .*not saved: No such file", b"\n")
        self.assertEqual(os.listdir(folder), before)

    def test_a_file_of_something_else_survives_a_call_that_got_nowhere(self) -> None:
        self.file.write_bytes(b"notes")
        endpoint.fault("accept_close")
        self.check(self.call(), NOT_SENT)
        self.assertEqual(self.file.read_bytes(), b"notes")


class Belief(SessionCase):
    """Whoever could write a session could make the command believe a server: only a file of the user's own counts."""

    def distrusted(self, said: str, whole: bytes) -> None:
        """The call makes a full handshake, says why, and leaves a session that the next one resumes."""
        self.check(self.call(), DONE, f"^tcexec: --session-file: {self.file}: not used: {said}", b"x\n")
        self.assertEqual(self.handshakes(), {"full": 1})
        self.assertFalse(self.file.is_symlink())
        about = self.file.stat()
        self.assertEqual((about.st_uid, stat.S_IMODE(about.st_mode)), (os.geteuid(), 0o600))
        self.assertNotEqual(self.file.read_bytes(), whole)
        self.assertNotIn(b"--session-file", self.call().stderr)
        self.assertEqual(self.handshakes(), {"full": 1, "resumed": 1})

    def test_others_have_access(self) -> None:
        for mode in (0o644, 0o620, 0o601, 0o640, 0o666):
            with self.subTest(mode=oct(mode)):
                whole = self.store()
                self.file.chmod(mode)
                self.distrusted(rf"other users have access to it \(mode {mode:o}\)\. A new session replaces it", whole)
        self.file.chmod(0o400)
        self.check(self.call(), DONE)
        self.assertEqual(self.handshakes(), {"full": 1, "resumed": 2})

    @unittest.skipUnless(os.geteuid() == 0, "only root may give a file away")
    def test_of_another_user(self) -> None:
        whole = self.store()
        os.chown(self.file, 65534, -1)
        self.distrusted(r"it belongs to another user \(uid 65534\)\. A new session replaces it\. Keep it in a", whole)

    @unittest.skipUnless(os.geteuid() == 0, "only root may run a program as somebody else")
    def test_of_another_user_and_not_readable(self) -> None:
        """Nobody finds a file of root's in a directory that is nobody's: it does not stop the call."""
        place = Path(tempfile.mkdtemp(prefix="tcexec-test-"))
        self.addCleanup(shutil.rmtree, place)
        command, root, self.file = (place / name for name in ("tcexec", "root.pem", "session"))
        shutil.copy(COMMAND, command)
        shutil.copy(folder / "root.pem", root)
        self.store()
        os.chown(place, 65534, -1)
        words = [command, at(endpoint.tls_port), f"--ca={root}", f"--session-file={self.file}", "mps", "Echo", "x"]
        for said, handshakes in (("not used: it belongs to another user .uid 0.", {"full": 1}),
                                 ("RequestId", {"full": 1, "resumed": 1})):
            done = subprocess.run(words, env=environment(HOME="/"), user=65534, capture_output=True, timeout=30, cwd="/")
            super().check(done, DONE, said, b"x\n")
            self.assertEqual(self.handshakes(), handshakes)

    def test_a_symbolic_link(self) -> None:
        """It is replaced, and what it leads to is neither read nor written."""
        link, target = self.place / "link", self.file
        whole = self.store()
        link.symlink_to(target)
        self.file = link
        self.distrusted(r"it is a symbolic link\. A new session replaces the link", whole)
        self.assertEqual(target.read_bytes(), whole)
        target.unlink()
        link.unlink()
        link.symlink_to(target)  # to nothing
        endpoint.reset()
        self.distrusted("it is a symbolic link", whole)
        self.assertFalse(target.exists())

    def test_what_is_not_believed_stays_after_a_call_that_got_nowhere(self) -> None:
        link, target = self.place / "link", self.file
        whole = self.store()
        link.symlink_to(target)
        target.chmod(0o644)
        for self.file in (link, target):
            endpoint.fault("handshake", at=20)
            self.check(self.call(), NOT_SENT, "not used: ")
        self.assertEqual((link.is_symlink(), target.read_bytes()), (True, whole))

    def test_a_link_among_the_directories(self) -> None:
        """Is the user's own affair."""
        whole = self.store()
        (self.place / "also").symlink_to(self.place)
        self.file = self.place / "also" / "session"
        self.assertNotIn(b"--session-file", self.call().stderr)
        self.assertEqual(self.handshakes(), {"resumed": 1})
        self.assertEqual(len(self.file.read_bytes()), len(whole))


if __name__ == "__main__":
    unittest.main()
