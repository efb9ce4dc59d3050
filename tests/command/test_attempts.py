#!/usr/bin/env python3
"""Tests of --attempts: what is repeated, what never is, and what the user reads. The endpoint counts what ran."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import threading
import time
import unittest
from typing import Any, Dict, List
from urllib.parse import parse_qsl

from harness import (API, COMMAND, DONE, HOSTS, NO_ANSWER, NOT_SENT, NOT_UNDERSTOOD, USAGE, Case, Done, Word, at,
                     encoded, endpoint, environment, folder, plain, run, secure, serve_one, stand_up, wait_until)

EXPIRED = b'{"Response":{"Error":{"Code":"AuthFailure.SignatureExpire","Message":"m"},"RequestId":"r"}}'


def setUpModule() -> None:
    stand_up()


class AttemptsCase(Case):
    def ended(self, done: Done, code: int, attempts: int, executed: int, **members: Any) -> str:
        """The exit code, the attempts, what ran, members of --json; gives what was said."""
        self.check(done, code)
        document = json.loads(done.stdout)
        self.assertEqual(document["attempts"], attempts, done.stderr)
        self.assertEqual({name: document[name] for name in members}, members)
        self.assertEqual(endpoint.executed(), executed)
        return done.stderr.decode()


# ---- what is repeated ------------------------------------------------------------------------------------------------


class Repeated(AttemptsCase):
    def test_once_without_the_option(self) -> None:
        for words in ((), ("--attempts=1",)):
            endpoint.reset()
            endpoint.fault("api_error", code="RequestLimitExceeded")
            self.ended(plain("--json", *words, "mps", "Echo"), API, 1, 0)
            self.assertEqual(endpoint.state()["requests"], 1)

    def test_a_rate_limit(self) -> None:
        for service in HOSTS:
            endpoint.reset()
            endpoint.fault("api_error", code="RequestLimitExceeded")
            endpoint.fault("api_error", code="RequestLimitExceeded.UinLimitExceeded")
            done = secure("--json", "--attempts=3", service, "Echo", "x")
            self.ended(done, DONE, 3, 1, result="x", outcome="answered")
        self.assertEqual(endpoint.state()["requests"], 3)

    def test_as_often_as_was_said(self) -> None:
        endpoint.fault("api_error", code="RequestLimitExceeded", times="always")
        said = self.ended(plain("--json", "--attempts=3", "mps", "Echo"), API, 3, 0, outcome="answered")
        self.assertIn("RequestLimitExceeded", said)
        self.assertEqual(endpoint.state()["requests"], 3)

    def test_what_was_not_sent(self) -> None:
        endpoint.faults({"kind": "accept_close"}, {"kind": "handshake", "at": 200},
                        {"kind": "handshake", "at": 0, "how": "rst"})
        self.ended(secure("--json", "--attempts=4", "mps", "Echo", "x"), DONE, 4, 1, result="x")

    def test_a_refused_connection(self) -> None:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))

            def wake_up() -> None:
                time.sleep(0.1)
                listener.listen()
                serve_one(listener)

            thread = threading.Thread(target=wake_up)
            thread.start()
            done = run("--plaintext", at(listener.getsockname()[1]), "--attempts=1000", "-v", "mps", "Echo")
            thread.join()
        said = ("attempt 1: connecting", "attempt failed, TCX_E_CONNECT", r"trying again in \d+ ms", "attempt 2: conn")
        self.check(done, DONE, "(?s)" + ".*".join(said), b"six\n")

    def test_each_repeat_of_signature_v1_has_a_nonce_of_its_own(self) -> None:
        endpoint.fault("api_error", code="RequestLimitExceeded", times=2)
        done = plain("--json", "--attempts=3", "--get", "--sign=sha1", "--nonce=4294967294", "mps", "Echo")
        self.ended(done, DONE, 3, 1)
        target = endpoint.state()["last"]["target"]
        self.assertEqual(dict(parse_qsl(target.partition("?")[2]))["Nonce"], "1")

    def test_a_file_is_sent_again(self) -> None:
        text = b"0123456789" * 20000
        (folder / "again").write_bytes(text)
        endpoint.fault("api_error", code="RequestLimitExceeded")
        self.ended(secure("--json", "--attempts=2", "mps", "Echo", "@again"), DONE, 2, 1, result=text.decode())


# ---- what is not -----------------------------------------------------------------------------------------------------

AMBIGUOUS: List[Dict[str, Any]] = [
    {"kind": "swallow"},
    {"kind": "swallow", "execute": False},
    {"kind": "reset", "execute": True},
    {"kind": "cut", "at": 100},
    {"kind": "cut_request", "at": 100},
    {"kind": "status", "status": 502},
    {"kind": "garbage"},
    {"kind": "body", "base64": encoded(b"{}"), "execute": True},
]


class NotRepeated(AttemptsCase):
    def test_other_answers(self) -> None:
        for code in ("InternalError", "RequestLimitExceededX", "LimitExceeded", "AuthFailure.SignatureFailure",
                     "FailedOperation", "InvalidParameterValue.SessionId", "ResourceUnavailable"):
            endpoint.reset()
            endpoint.fault("api_error", code=code)
            words = ("--json", "--attempts=5", "--session-id=s", "vod", "Echo")
            self.ended(plain(*words), API, 1, 0, outcome="answered", status="TCX_E_API")
            self.assertEqual(endpoint.state()["requests"], 1)

    def never_repeated(self, *words: Word) -> None:
        for fault in AMBIGUOUS:
            for call in (plain, secure):
                with self.subTest(words=words, fault=fault, call=call.__name__):
                    endpoint.reset()
                    endpoint.faults(fault)
                    done = call("--json", "--attempts=5", *words)
                    self.assertIn(done.returncode, (NO_ANSWER, NOT_UNDERSTOOD), done.stderr)
                    document = json.loads(done.stdout)
                    self.assertEqual((document["outcome"], document["attempts"]), ("maybe_executed", 1))
                    self.assertEqual(endpoint.state()["requests"], 1)
                    self.assertLessEqual(endpoint.executed(), 1)

    def test_mps_after_maybe(self) -> None:
        self.never_repeated("mps", "Echo")

    def test_vod_without_a_session_after_maybe(self) -> None:
        self.never_repeated("vod", "Echo")

    def test_a_session_that_protects_nothing_is_refused(self) -> None:
        """The service does not recognise a repeat of a blank SessionId: --attempts would run the function again."""
        for session, status in (("", "EMPTY"), (" ", "BLANK"), ("\t", "BLANK"), ("order-1\r", "BLANK"), ("\u3000", "BLANK"),
                                (" order-1", "BLANK"), ("\u00a0order-1", "BLANK")):
            with self.subTest(session=session):
                done = plain("--json", "--attempts=3", f"--session-id={session}", "vod", "Echo")
                self.check(done, USAGE, f"--session-id: .*TCX_E_SESSION_ID_{status}", b"")
                self.assertEqual(endpoint.state()["requests"], 0)

    def test_an_argument_that_changes_while_it_is_sent(self) -> None:
        """The line is held in the handshake, when the argument has been signed and not been sent."""
        path = folder / "changing"
        for change in (b"y" * 100000, b"x" * 50000):
            path.write_bytes(b"x" * 100000)
            with socket.create_server(("127.0.0.1", 0)) as listener:
                thread = threading.Thread(target=relay, args=(listener, lambda: path.write_bytes(change)))
                thread.start()
                words = ("--ca=root.pem", "--json", "--attempts=3", "mps", "Echo", f"@{path}")
                done = run(at(listener.getsockname()[1]), *words)
                thread.join()
            said = self.ended(done, NOT_SENT, 1, 0, status="TCX_E_SOURCE", outcome="not_sent")
            self.assertRegex(said, "ARG: .*changed(.|\\n)*did not run")

    def test_an_argument_that_is_gone_before_a_repeat(self) -> None:
        path = folder / "vanishing"
        path.write_bytes(b"x" * 100000)
        endpoint.fault("api_error", code="RequestLimitExceeded", times="always")
        words = [COMMAND, at(endpoint.plain_port), "--plaintext", "--json", "--attempts=99", "mps", "Echo", f"@{path}"]
        process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: endpoint.state()["requests"] >= 3)
        path.write_bytes(b"")
        out, error = process.communicate(timeout=20)
        self.assertEqual((process.returncode, json.loads(out)["status"]), (NOT_SENT, "TCX_E_SOURCE"), error)
        self.assertRegex(error.decode(), "ARG: (.|\\n)*did not run")


def relay(listener: socket.socket, when_it_speaks: Any) -> None:
    """Carries one connection to the endpoint, but first lets something happen."""
    client = listener.accept()[0]
    first = client.recv(65536)
    when_it_speaks()
    server = socket.create_connection(("127.0.0.1", endpoint.tls_port or 0))
    server.sendall(first)

    def carry(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    back = threading.Thread(target=carry, args=(server, client))
    back.start()
    carry(client, server)
    back.join()
    client.close()
    server.close()


# ---- VOD with a SessionId --------------------------------------------------------------------------------------------


class Sessions(AttemptsCase):
    def call(self, attempts: int, **more: Any) -> Done:
        return secure("--json", f"--attempts={attempts}", "--session-id=order-1", "vod", "Echo", "x", **more)

    def test_it_had_run(self) -> None:
        for fault in AMBIGUOUS:
            endpoint.reset()
            endpoint.faults(fault)
            done = self.call(5)
            ran = endpoint.state()["verdicts"].get("InvalidParameterValue.SessionId", 0) > 0
            with self.subTest(fault=fault):
                if ran:
                    lost = {"status": "TCX_E_RESULT_LOST", "outcome": "maybe_executed", "result": None}
                    said = self.ended(done, NO_ANSWER, 2, 1, **lost)
                    self.assertRegex(said, "already accepted, and it ran or is running(.|\\n)*with this SessionId. Find out")
                else:
                    self.ended(done, DONE, 2, 1, result="x")
                executes = fault["kind"] in ("swallow", "reset", "cut", "body") and fault.get("execute", True)
                self.assertEqual(ran, executes)

    def test_it_had_run_before_this_call(self) -> None:
        """The answer of an earlier process was lost, or an unrelated call used the SessionId: it is not run again."""
        for first in ("x", "another"):
            endpoint.reset()
            endpoint.fault("swallow")
            lost = secure("--json", "--session-id=order-1", "vod", "Echo", first)
            self.ended(lost, NO_ANSWER, 1, 1, outcome="maybe_executed")
            said = self.ended(self.call(3), API, 1, 1, status="TCX_E_API", outcome="answered", result=None)
            self.assertRegex(said, "accepted within seven days, and this one did not run: find out what(.|\\n)*"
                                   "with a new --session-id, the function would run again")
            self.assertNotIn("correct it, a repeat would fail", said)
            # Neither of this call's attempts ran: the first was lost before it arrived, the second is refused.
            endpoint.faults({"kind": "swallow", "execute": False})
            said = self.ended(self.call(2), NO_ANSWER, 2, 1, status="TCX_E_RESULT_LOST", outcome="maybe_executed")
            self.assertRegex(said, "or an earlier call, with this SessionId. Find out what it did")

    def test_refused_after_maybe(self) -> None:
        for code in ("InternalError", "RequestLimitExceeded"):
            endpoint.reset()
            endpoint.faults({"kind": "swallow"}, {"kind": "api_error", "code": code})
            said = self.ended(self.call(2), NO_ANSWER, 2, 1, status="TCX_E_API", outcome="maybe_executed")
            self.assertRegex(said, f"{code}(.|\\n)*an earlier attempt may have run")

    def test_not_sent_after_maybe(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            thread = threading.Thread(target=relay, args=(listener, listener.close))
            thread.start()
            endpoint.fault("swallow")
            words = ("--ca=root.pem", "--json", "--attempts=3", "--session-id=s", "vod", "Echo")
            done = run(at(listener.getsockname()[1]), *words)
            thread.join()
        said = self.ended(done, NO_ANSWER, 3, 1, status="TCX_E_CONNECT", outcome="maybe_executed", connect_ms=None)
        self.assertIn("will not run twice", said)


# ---- answers before the whole request was sent ---------------------------------------------------------------------------


class Early(AttemptsCase):
    BIG = 6 << 20

    def setUp(self) -> None:
        super().setUp()
        (folder / "big").write_bytes(b"x" * self.BIG)

    def early(self, call: Any, attempts: int, **options: Any) -> Done:
        """A call whose 6 MiB are answered early; it ends at once, whatever the peer does then."""
        endpoint.fault("early", times="always", **options)
        start = time.monotonic()
        done = call("--json", f"--attempts={attempts}", "--timeout=20", "mps", "Echo", "@big")
        self.assertLess(time.monotonic() - start, 2 + attempts)
        return done

    def test_a_page(self) -> None:
        """What was sent stops early, the number and the page are told, and only what may pass is repeated."""
        for call in (plain, secure):
            for then in ("hold", "close", "reset"):
                for status, attempts in ((413, 1), (401, 1), (503, 2), (429, 2), (408, 2)):
                    with self.subTest(call=call.__name__, then=then, status=status):
                        endpoint.reset()
                        done = self.early(call, 2, status=status, then=then)
                        said = self.ended(done, NOT_SENT, attempts, 0, outcome="not_sent", status="TCX_E_HTTP_STATUS",
                                          http_status=status)
                        self.assertRegex(said, f"HTTP {status}, the body begins: <")
                        self.assertIn("can repeat the call" if attempts > 1 else "would get the same answer", said)

    def test_an_error_of_the_service(self) -> None:
        for call in (plain, secure):
            for then in ("hold", "close", "reset"):
                endpoint.reset()
                done = self.early(call, 2, code="RequestSizeLimitExceeded", then=then)
                said = self.ended(done, API, 1, 0, outcome="answered", status="TCX_E_API")
                self.assertIn("RequestSizeLimitExceeded", said)
                self.assertIsNotNone(json.loads(done.stdout)["request_id"])

    def test_a_result_is_not_believed(self) -> None:
        for call in (plain, secure):
            for then in ("hold", "close", "reset"):
                endpoint.reset()
                done = self.early(call, 2, result=True, then=then)
                self.ended(done, NOT_SENT, 1, 0, outcome="not_sent", status="TCX_E_HTTP_EARLY", result=None,
                           http_status=200)


# ---- time ------------------------------------------------------------------------------------------------------------


class Time(AttemptsCase):
    def test_one_deadline_over_all(self) -> None:
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            start = time.monotonic()
            words = ("--plaintext", "--attempts=1000", "--timeout=2", "--json", "mps", "Echo")
            done = run(at(deaf.getsockname()[1]), *words)
            self.assertLess(time.monotonic() - start, 2.5)
        self.check(done, NOT_SENT, "not sent: the function did not run")
        document = json.loads(done.stdout)
        self.assertTrue(1 < document["attempts"] < 100)
        self.assertLess(document["elapsed_ms"], 2100)

    def test_a_repeat_gets_what_is_left(self) -> None:
        endpoint.fault("api_error", code="RequestLimitExceeded")
        endpoint.fault("stall")
        start = time.monotonic()
        done = plain("--json", "--attempts=9", "--timeout=1", "mps", "Echo")
        self.ended(done, NO_ANSWER, 2, 1, status="TCX_E_DEADLINE", outcome="maybe_executed")
        self.assertTrue(0.9 < time.monotonic() - start < 1.6)

    def test_an_interrupt_between_two_attempts(self) -> None:
        endpoint.fault("api_error", code="RequestLimitExceeded", times="always")
        words = [COMMAND, at(endpoint.plain_port), "--plaintext", "--json", "--attempts=99", "mps", "Echo"]
        process = subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: endpoint.state()["requests"] >= 3)
        time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=10)
        document = json.loads(out)
        self.assertEqual((document["status"], document["outcome"]), ("TCX_E_CANCELLED", "answered"), error)
        self.assertEqual(process.returncode, API)
        self.assertRegex(error.decode(), "RequestLimitExceeded(.|\\n)*did not run")


# ---- the clock -------------------------------------------------------------------------------------------------------


class Clock(AttemptsCase):
    def test_ten_minutes_off(self) -> None:
        for offset, word in ((600, "slow"), (-600, "fast")):
            for call in (plain, pinned):
                endpoint.reset()
                endpoint.control("POST", "clock", {"offset": offset})
                done = call("--json", "--attempts=2", "mps", "Echo", "x")
                said = self.ended(done, DONE, 2, 1, result="x")
                self.assertRegex(said, f"clock is (9 min 59 s|10 min( 1 s)?) {word}: .*Attempt 2 uses the service's clock")
                self.assertLessEqual(abs(json.loads(done.stdout)["clock_offset"] - offset), 1)
                self.assertEqual(endpoint.state()["requests"], 2)

    def test_a_clock_is_not_corrected_without_the_option(self) -> None:
        endpoint.control("POST", "clock", {"offset": 600})
        said = self.ended(plain("--json", "mps", "Echo"), API, 1, 0)
        self.assertRegex(said, "clock is (9 min 59 s|10 min( 1 s)?) slow: it shows .* UTC, the service's clock shows .* UTC\n")

    def test_once(self) -> None:
        endpoint.fault("api_error", code="AuthFailure.SignatureExpire", times="always")
        self.ended(plain("--json", "--attempts=5", "mps", "Echo"), API, 2, 0)
        self.assertEqual(endpoint.state()["requests"], 2)

    def test_not_without_a_date(self) -> None:
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(EXPIRED) + EXPIRED
        endpoint.fault("raw", base64=encoded(answer))
        said = self.ended(plain("--json", "--attempts=5", "mps", "Echo"), API, 1, 0, clock_offset=None)
        self.assertNotIn("is signed by", said)

    def test_never_to_before_the_floor(self) -> None:
        for now, words in ((1577836800, ()), (900000000, ("--time=1000000000",))):  # 2020; 1998 and 2001
            endpoint.control("POST", "clock", {"unix": now})
            said = self.ended(plain("--json", "--attempts=5", *words, "mps", "Echo"), API, 1, 0)
            self.assertNotIn("is signed by", said)
            self.assertRegex(said, r"(clock|--time) is \d{3,} days fast")

    def test_a_device_without_a_clock(self) -> None:
        """The time is learnt over a connection whose server is known by its key, so that no date is needed."""
        long_ago = "1700000000"
        offset = int(time.time()) - int(long_ago)
        done = pinned("--json", "--attempts=2", f"--time={long_ago}", "mps", "Echo", "x")
        said = self.ended(done, DONE, 2, 1, result="x")
        self.assertRegex(said, r"--time is \d+ days slow: it shows 2023-11-14 22:13:\d\d UTC, .* Attempt 2")
        self.assertLessEqual(abs(json.loads(done.stdout)["clock_offset"] - offset), 2)
        done = run(at(endpoint.tls_port), "--ca=root.pem", "--attempts=2", f"--time={long_ago}", "mps", "Echo")
        self.check(done, NOT_SENT, "TCX_E_X509_TIME")


def pinned(*words: Word) -> Done:
    return run(at(endpoint.tls_port), "--pin=server.pem", *words)


if __name__ == "__main__":
    unittest.main()
