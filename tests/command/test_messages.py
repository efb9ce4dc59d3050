#!/usr/bin/env python3
"""Tests of messages: each situation, and exactly the lines that the user reads.

A row is right if a reader who does not know the command can act on it without the manual. What differs between runs is
written as PLAIN and TLS (the endpoint's addresses), TIME and ID.
"""

from __future__ import annotations

import gzip
import json
import re
import signal
import socket
import subprocess
import time
import unittest
from typing import Any, Dict, List, Sequence, Tuple

from harness import (API, COMMAND, DONE, ID, KEY, NO_ANSWER, NOT_SENT, NOT_UNDERSTOOD, USAGE, Case, Done, Word, at,
                     encoded, endpoint, environment, folder, plain, run, secure, stand_up, wait_until)

ECHO = ("mps", "Echo", "x")
VOD = ("--session-id=s", "vod", "Echo", "x")

NOT_SENT_LINE = "not sent: the function did not run. You can repeat the call"
UNKNOWN = "sent: it is unknown whether the function ran. Do not repeat the call before you know"
UNKNOWN_SAFE = ("sent: it is unknown whether the function ran. You can repeat the call with the same --session-id: "
                "it will not run twice")
DOCTOR = "what to do: check the connection step by step. Run, with the same options: tcexec doctor mps"
CHECK = "check --connect, and look for a proxy between this machine and the service"
PROXY = f"what to do: {CHECK}"
NO_ID = "no RequestId was received. If you contact the service's support, give this time: TIME"
NOT_THE_SERVICE = "PLAIN: the answer is not from the service (TCX_E_HTTP_STATUS)"


def setUpModule() -> None:
    stand_up()


def raw(head: bytes, body: bytes = b"") -> Dict[str, Any]:
    """A fault: this answer."""
    return {"kind": "raw", "base64": encoded(head + b"\r\nContent-Length: %d\r\n\r\n" % len(body) + body)}


def said(done: Done) -> List[str]:
    """The lines on standard error, with names for what differs."""
    text = done.stderr.decode()
    for name, port in (("PLAIN", endpoint.plain_port), ("TLS", endpoint.tls_port)):
        text = text.replace(f"127.0.0.1:{port}", name)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "TIME", text)
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "ID", text)
    return [line[len("tcexec: ") :] if line.startswith("tcexec: ") else line for line in text.splitlines()]


Row = Tuple[str, Any, Dict[str, Any], Sequence[Word], int, List[str]]

PAGES: List[Row] = [
    (f"HTTP {status}, {name}", plain, raw(b"HTTP/1.1 %d X%s" % (status, more), page), ECHO, NOT_UNDERSTOOD,
     [NOT_THE_SERVICE, f"HTTP {status}, {shown}", UNKNOWN, PROXY, NO_ID])
    for status in (502, 503, 401)
    for name, more, page, shown in (
        ("empty", b"", b"", "no body was received"),
        ("blank", b"", b" \r\n\t", "the body is blank"),
        ("gzip", b"", gzip.compress(b"busy"), "the body is compressed (gzip)"),
        ("gzip, declared", b"\r\nContent-Encoding: gzip", gzip.compress(b"busy"), "the body is compressed (gzip)"),
        ("HTML", b"", b"\r\n<html>\r\n <title>busy</title>\n", "the body begins: <html> <title>busy</title>"),
        ("long", b"", b"x" * 5000, "the body begins: " + "x" * 200 + "…"),
        ("a field that ends the reading", b"\r\nX : 1", b"busy", "no body was received"),
    )
] + [
    ("HTTP 204", plain, {"kind": "raw", "base64": encoded(b"HTTP/1.1 204 No Content\r\n\r\n")}, ECHO, NOT_UNDERSTOOD,
     [NOT_THE_SERVICE, "HTTP 204, no body was received", UNKNOWN, PROXY, NO_ID]),
    ("HTTP 403, the service's JSON", plain, {"kind": "status", "status": 403, "html": False}, ECHO, NOT_UNDERSTOOD,
     [NOT_THE_SERVICE, "HTTP 403", UNKNOWN, PROXY, "RequestId: ID"]),
    ("HTTP 200, a malformed field", plain, raw(b"HTTP/1.1 200 X\r\nX : 1", b"{}"), ECHO, NOT_UNDERSTOOD,
     ["PLAIN: the answer's head has a malformed line (TCX_E_HTTP_FIELD)", "HTTP 200, no body was received", UNKNOWN,
      PROXY, NO_ID]),
    ("HTTP 200, gzip", plain, raw(b"HTTP/1.1 200 X\r\nContent-Encoding: gzip", gzip.compress(b"{}")), ECHO,
     NOT_UNDERSTOOD, ["PLAIN: the answer has an encoding that was not requested (TCX_E_HTTP_ENCODING)",
                      "HTTP 200, the body is compressed (gzip)", UNKNOWN, PROXY, NO_ID]),
    ("HTTP 413", plain, raw(b"HTTP/1.1 413 X", b"large"), ECHO, NOT_UNDERSTOOD,
     [NOT_THE_SERVICE, "HTTP 413, the body begins: large", UNKNOWN,
      "what to do: send a smaller ARG, or look for a proxy with a lower limit between this machine and the service", NO_ID]),
    ("a redirect", plain, raw(b"HTTP/1.1 302 X", b"moved"), ECHO, NOT_UNDERSTOOD,
     ["PLAIN: the answer is a redirect, and redirects are not followed (TCX_E_HTTP_REDIRECT)", "HTTP 302, the body begins: moved",
      UNKNOWN, PROXY, NO_ID]),
    ("not HTTP", plain, {"kind": "raw", "base64": encoded(b"SSH-2.0-x\r\n")}, ECHO, NOT_UNDERSTOOD,
     ["PLAIN: the answer is not HTTP (TCX_E_HTTP_SYNTAX)", UNKNOWN,
      f"what to do: the server at PLAIN may not be the service: {CHECK}", NO_ID]),
    ("HTTP 200, empty", plain, raw(b"HTTP/1.1 200 X"), ECHO, NOT_UNDERSTOOD,
     ["PLAIN: the answer is not JSON (TCX_E_JSON_SYNTAX)", "HTTP 200, no body was received", UNKNOWN, PROXY, NO_ID]),
    ("not JSON", plain, {"kind": "body", "base64": encoded(b"<html>a\xc2\x9b\xe2\x80\xaeb</html>")}, ECHO,
     NOT_UNDERSTOOD, ["PLAIN: the answer is not JSON (TCX_E_JSON_SYNTAX)",
                      r"HTTP 200, the body begins: <html>a\xc2\x9b\xe2\x80\xaeb</html>", UNKNOWN, PROXY, NO_ID]),
]

LIMITS: List[Row] = [
    ("too many values", plain, {"kind": "body", "base64": encoded(b"[" + b"1," * 2000000 + b"1]")}, ECHO, NOT_UNDERSTOOD,
     ["PLAIN: the answer has too many JSON values for the 16 MiB that tcexec has for an answer "
      "(TCX_E_JSON_TOKENS, 27140908 bytes are missing)",
      "HTTP 200, the body begins: [" + "1," * 99 + "1…", UNKNOWN, PROXY, NO_ID]),
    ("a large answer", plain, {"kind": "huge", "bytes": 17 << 20}, ECHO, NOT_UNDERSTOOD,
     ["PLAIN: the answer is over 16 MiB (TCX_E_HTTP_BODY_TOO_LARGE)", "HTTP 200, no body was received", UNKNOWN,
      "what to do: change the function so that it returns less", NO_ID]),
]

CONNECTIONS: List[Row] = [
    ("FIN after ClientHello", secure, {"kind": "handshake", "at": 0}, ECHO, NOT_SENT,
     ["TLS: the server closed the connection during the TLS handshake (TCX_E_CLOSED)", NOT_SENT_LINE, DOCTOR]),
    ("RST in the handshake", secure, {"kind": "handshake", "at": 700, "how": "rst"}, ECHO, NOT_SENT,
     ["TLS: the connection failed during the TLS handshake (TCX_E_CONNECT, Connection reset by peer)", NOT_SENT_LINE,
      DOCTOR]),
    ("FIN after the request", plain, {"kind": "swallow"}, ECHO, NO_ANSWER,
     ["PLAIN: the server closed the connection without an answer (TCX_E_CLOSED)", UNKNOWN, DOCTOR, NO_ID]),
    ("FIN, with a session", plain, {"kind": "swallow"}, VOD, NO_ANSWER,
     ["PLAIN: the server closed the connection without an answer (TCX_E_CLOSED)", UNKNOWN_SAFE,
      DOCTOR.replace("mps", "vod"), NO_ID]),
    ("FIN in the answer", plain, {"kind": "cut", "at": 60}, ECHO, NO_ANSWER,
     ["PLAIN: the server closed the connection before the answer was complete (TCX_E_CLOSED)",
      "HTTP 200, no body was received", UNKNOWN, DOCTOR, NO_ID]),
    ("RST after the request", plain, {"kind": "reset"}, ECHO, NO_ANSWER,
     ["PLAIN: the connection failed before the answer was complete (TCX_E_RECEIVE, Connection reset by peer)", UNKNOWN,
      DOCTOR, NO_ID]),
    ("no answer in time", plain, {"kind": "stall"}, ("--timeout=0.4", *ECHO), NO_ANSWER,
     ["PLAIN: the call did not end within 0.4 s (TCX_E_DEADLINE)", UNKNOWN,
      "what to do: give a longer --timeout, or find what is slow: tcexec doctor mps", NO_ID]),
    ("TLS to a plain port", lambda *words: run(at(endpoint.plain_port), "--ca=root.pem", *words), {}, ECHO, NOT_SENT,
     ["PLAIN: the peer does not follow the TLS protocol (TCX_E_TLS, BearSSL error 3)", NOT_SENT_LINE,
      f"what to do: the server at PLAIN may not be the service: {CHECK}"]),
    ("an unknown root", lambda *words: run(at(endpoint.tls_port), "--ca=other.pem", *words), {}, ECHO, NOT_SENT,
     ["TLS: the server's certificate is not signed by a trusted root (TCX_E_X509_UNTRUSTED, BearSSL error 62)",
      NOT_SENT_LINE,
      "what to do: if you expect this server, add its root with --ca FILE.pem. Otherwise this may be an impostor"]),
    ("another host", secure, {}, ("--host=vod.example.com", *ECHO), NOT_SENT,
     ["TLS: the server's certificate is not for vod.example.com (TCX_E_X509_NAME, BearSSL error 56)", NOT_SENT_LINE,
      f"what to do: another server may answer at TLS: {CHECK.replace('--connect', '--host and --connect')}"]),
    ("a date", secure, {}, ("--time=946684800", *ECHO), NOT_SENT,
     ["TLS: a certificate is expired or not yet valid (TCX_E_X509_TIME, BearSSL error 54)", NOT_SENT_LINE,
      "what to do: check --time: it is TIME"]),
    ("another key", lambda *words: run(at(endpoint.tls_port), "--pin=other.pem", *words), {}, ECHO, NOT_SENT,
     ["TLS: the server's key is not the one in other.pem, or its messages were changed on the way "
      "(TCX_E_TLS_INTEGRITY, BearSSL error 28)", NOT_SENT_LINE,
      "what to do: if the server has a new key, give its certificate with --pin. Otherwise this may be an impostor"]),
    ("an address as the host", secure, {}, ("--host=127.0.0.1", *ECHO), USAGE,
     ["--host: the server's name is empty, too long, or an IP address, which TLS cannot verify: give its domain name "
      "(TCX_E_TLS_NAME)"]),
]

NOT_RUN = "and the function did not run"
REFUSALS: List[Row] = [
    (code, plain, {"kind": "api_error", "code": code, "message": "m."}, words, API,
     [f"PLAIN: the service returned an error: {code}: m.", *lines, "RequestId: ID"])
    for code, words, lines in (
        ("FailedOperation.InvalidMpsUser", ECHO,
         ["the account is not a user of MPS: activate MPS in the console, or use a key of an account that has it"]),
        ("FailedOperation.InvalidUser", ECHO,
         ["the account is not a valid user of the service: check which account owns the key"]),
        ("FailedOperation.InvalidVodUser", VOD,
         ["the account is not a user of VOD: activate VOD in the console, or use a key of an account that has it"]),
        ("FailedOperation", VOD,
         ["the operation failed, and it is unknown how much of it ran: give the function's owner the RequestId"]),
        ("InternalError", ECHO,
         ["the service failed, and it is unknown how much of the function ran: find out what it did before you call "
          "again"]),
        ("InvalidParameterValue.FunctionArg", ECHO,
         [f"the service does not accept FunctionArg, {NOT_RUN}: compare it with the form that was agreed for this "
          "function"]),
        ("InvalidParameterValue.FunctionName", ECHO,
         [f"the account has no function of this name, {NOT_RUN}: check FunctionName, the service and the account"]),
        ("InvalidParameterValue.SessionContextTooLong", VOD,
         [f"SessionContext is over 1000 characters, {NOT_RUN}: shorten it"]),
        ("InvalidParameterValue.SessionId", VOD,
         ["a call with this SessionId was accepted within seven days, and this one did not run: find out what that call "
          "did. Its Result is not sent again", "with a new --session-id, the function would run again"]),
        ("InvalidParameterValue.SessionIdTooLong", VOD, [f"SessionId is over 50 characters, {NOT_RUN}: shorten it"]),
        ("UnauthorizedOperation", ECHO,
         [f"the key may not call this function, {NOT_RUN}: ask the account's administrator to allow it (CAM)"]),
        ("RequestLimitExceeded.IPLimitExceeded", ECHO,
         [f"too many requests from this IP address, {NOT_RUN}: call again after a second"]),
        ("Unheard.Of", ECHO,
         ["this code is not in the service's public list: give the RequestId to the service's support"]),
    )
]


NOT_TEXT = {"kind": "body", "base64": encoded(b'{"Response":{"Result":"a\\ud83d","RequestId":"ID"}}')}
NOT_TEXT_LINES = ["PLAIN: the function ran, but its Result is not valid UTF-8 (TCX_E_JSON_UTF8)",
                  r"HTTP 200, the Result begins: a\ud83d"]
UTF8 = "what to do: change the function so that it returns UTF-8. --json shows its Result as it was received"
RESULTS: List[Row] = [
    ("a Result that is not text", plain, NOT_TEXT, ECHO, NOT_UNDERSTOOD,
     [*NOT_TEXT_LINES, "the function ran. A new call would run it again", UTF8, "RequestId: ID"]),
    ("the same, with a session", plain, NOT_TEXT, VOD, NOT_UNDERSTOOD,
     [*NOT_TEXT_LINES, "the function ran. The service refuses a call with the same --session-id. With a new one, the "
                       "function would run again", UTF8, "RequestId: ID"]),
]

NO_CODE = "without a code, it is unknown whether the function ran: give the RequestId to the service's support"
INCOMPLETE: List[Row] = [
    (name, plain, {"kind": "body", "base64": encoded(b'{"Response":{"Error":{%s},"RequestId":"ID"}}' % error)}, ECHO,
     API, [f"PLAIN: the service returned an error{said}", advice, "RequestId: ID"])
    for name, error, said, advice in (
        ("nothing", b"", " without a code", NO_CODE),
        ("a message alone", b'"Message":"m."', " without a code: m.", NO_CODE),
        ("a Code that is not text", b'"Code":"\\ud83d","Message":"m."', " without a code: m.", NO_CODE),
        ("a code alone", b'"Code":"LimitExceeded"', ": LimitExceeded",
         "a quota of the account is used up: raise the quota that the message names, or wait until it is renewed"),
    )
]


class Lines(Case):
    def hold(self, rows: List[Row]) -> None:
        for situation, call, fault, words, code, lines in rows:
            with self.subTest(situation):
                endpoint.reset()
                if fault:
                    endpoint.fault(**fault)
                done = call(*words)
                self.assertEqual((said(done), done.returncode), (lines, code))

    def test_pages(self) -> None:
        self.hold(PAGES)

    def test_refusals(self) -> None:
        self.hold(REFUSALS)

    def test_results(self) -> None:
        self.hold(RESULTS)

    def test_incomplete_errors(self) -> None:
        self.hold(INCOMPLETE)

    def test_limits(self) -> None:
        self.hold(LIMITS)

    def test_connections(self) -> None:
        self.hold(CONNECTIONS)

    def test_nobody_there(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        done = run(at(port, "localhost"), "--ca=root.pem", *ECHO)
        self.assertRegex(said(done)[0], rf"^localhost:{port} \((127\.0\.0\.1|\[::1\]):{port}\): the connection could "
                                        r"not be opened \(TCX_E_CONNECT, Connection refused\)$")
        self.assertEqual(said(done)[1:], [NOT_SENT_LINE, DOCTOR])
        done = run(at(443, "no-such-host.invalid"), "--ca=root.pem", "--timeout=5", *ECHO)
        self.assertRegex(said(done)[0], r"^no-such-host\.invalid:443: .* \(TCX_E_(RESOLVE, .*|DEADLINE)\)$")

    def test_a_signal(self) -> None:
        endpoint.fault("stall")
        process = subprocess.Popen([COMMAND, at(endpoint.plain_port), "--plaintext", *ECHO], env=environment(),
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: endpoint.executed() == 1)
        process.send_signal(signal.SIGTERM)
        out, error = process.communicate(timeout=10)
        done = subprocess.CompletedProcess([], process.returncode, out, error)
        self.assertEqual(said(done), ["PLAIN: the call was cancelled by a signal (TCX_E_CANCELLED)", UNKNOWN, NO_ID])

    def test_a_signal_before_it_was_sent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            process = subprocess.Popen([COMMAND, at(port), "--ca=root.pem", *ECHO], env=environment(), cwd=folder,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            with silent.accept()[0] as connection:
                connection.recv(1)
                process.send_signal(signal.SIGTERM)
                out, error = process.communicate(timeout=10)
        done = subprocess.CompletedProcess([], process.returncode, out, error)
        self.assertEqual(said(done), [f"127.0.0.1:{port}: the call was cancelled by a signal (TCX_E_CANCELLED)",
                                      NOT_SENT_LINE])


class Clocks(Case):
    def clock(self, offset: int, *words: Word) -> List[str]:
        endpoint.reset()
        endpoint.control("POST", "clock", {"offset": offset})
        return said(plain(*words, *ECHO))

    def test_whose_clock_is_wrong(self) -> None:
        for offset, how in ((-7200, "2 h fast"), (5400, "1 h 30 min slow"), (-86400 * 3, "3 days fast")):
            lines = self.clock(offset)
            self.assertIn(f"this machine's clock is {how}: it shows TIME, the service's clock shows TIME", lines)
        lines = self.clock(-7200, "--attempts=2")
        self.assertEqual(lines[0], "this machine's clock is 2 h fast: it shows TIME, the service's clock shows TIME. "
                                   "Attempt 2 uses the service's clock")
        lines = self.clock(-7200, f"--time={int(time.time())}")
        self.assertIn("--time is 2 h fast: it shows TIME, the service's clock shows TIME", lines)
        self.assertIn("to use the service's clock for one call, add --attempts 2", lines)
        endpoint.fault("api_error", code="AuthFailure.SignatureExpire", times=3)
        self.assertNotIn(b"--attempts", plain("--attempts=2", *ECHO).stderr)
        self.assertIn("this machine's clock agrees with the service's clock", self.clock(0, "-v"))


class Files(Case):
    def test_who_named_the_file(self) -> None:
        stdin = "standard input is closed"
        rows: List[Tuple[List[str], Dict[str, str], str]] = [
            (["--ca=missing.pem"], {}, "--ca: missing.pem: No such file or directory"),
            (["--ca="], {}, "--ca: : the name of the file is empty"),
            (["--pin=missing.pem"], {}, "--pin: missing.pem: No such file or directory"),
            (["--pin="], {}, "--pin: : the name of the file is empty"),
            (["--ca=-"], {}, f"--ca: -: {stdin}"),
            (["--pin=/dev/stdin"], {}, f"--pin: /dev/stdin: {stdin}"),
            ([], {"SSL_CERT_FILE": "missing.pem"}, "SSL_CERT_FILE: missing.pem: No such file or directory"),
            (["--ca=server.key"], {}, "--ca: server.key: no certificate in it (PEM: -----BEGIN CERTIFICATE-----)"),
        ]
        for words, names, line in rows:
            with self.subTest(line):
                command = ["sh", "-c", 'exec "$@" <&-', "sh", COMMAND, at(endpoint.tls_port), *words]
                done = subprocess.run([*command, *ECHO], cwd=folder, env=environment(**names), capture_output=True)
                self.assertEqual((said(done), done.returncode), ([line], USAGE))
                done = subprocess.run([*command, "doctor"], cwd=folder, env=environment(**names), capture_output=True)
                self.assertEqual(said(Done([], 0, b"", done.stdout))[-1], f"Next: correct {line}")
                self.assertEqual(done.returncode, USAGE)

    def test_an_argument_without_a_name(self) -> None:
        done = plain("mps", "Echo", "@")
        line = "ARG: no file name after '@': give @FILE. To send '@' itself, give - and write it to standard input"
        self.assertEqual((said(done), done.returncode), ([line], USAGE))


class CredentialFiles(Case):
    def test_what_is_wrong_with_them(self) -> None:
        file = folder / "of-messages"
        for text, mode, code, line in (
            (f"secret_id={ID}\nsecret_key={KEY}", 0o640, DONE,
             f"other users have access to {file}. Run: chmod 600 {file}"),
            (f"secret_id={ID[:4]} {ID[4:]}\nsecret_key={KEY}", 0o600, USAGE,
             f"credentials from {file}: SecretId has a blank, a control character or a non-ASCII character: copy it again "
             "(TCX_E_SECRET_ID)"),
        ):
            file.write_text(f"[default]\n{text}\n")
            file.chmod(mode)
            names = {"TENCENTCLOUD_SECRET_ID": None, "TENCENTCLOUD_SECRET_KEY": None}
            done = run("--dry-run", "mps", "Echo", env=environment(TENCENTCLOUD_CREDENTIALS_FILE=str(file), **names))
            self.assertEqual((said(done), done.returncode), ([line], code))


class Words(Case):
    def test_verbose(self) -> None:
        done = secure("-v", *ECHO)
        self.check(done, DONE, "(?m)^tcexec: 1 trust anchor from root.pem$")
        self.assertRegex(done.stderr.decode(), r"request sent after \d+ ms: from now on the function may run")
        done = run("doctor", at(endpoint.tls_port), "--ca=root.pem", "-v")
        self.assertRegex(done.stderr.decode(), r"(?m)request sent after \d+ ms$")

    def test_what_a_terminal_obeys_is_escaped(self) -> None:
        steering = "\x1b\x7f\x80\x9b\u061c\u200e\u200f\u202a\u202e\u2066\u2069"
        harmless = "\u00a0\u061b\u200d\u2010\u2029\u202f\u2065\u206a\ufeff\U0001f600"
        endpoint.fault("api_error", code="InternalError", message=steering + harmless)
        done = plain("--json", *ECHO)
        self.check(done, API)
        self.assertEqual(json.loads(done.stdout)["error"]["message"], steering + harmless)
        for letter in steering:
            self.assertNotIn(letter.encode(), done.stdout + done.stderr)
        self.assertIn(harmless.encode(), done.stdout)
        self.assertIn(harmless.encode(), done.stderr)


class Doctor(Case):
    def doctor(self, *words: Word, **fault: Any) -> List[str]:
        """The bad lines, and the last one."""
        if fault:
            endpoint.fault(**fault)
        done = run("doctor", at(endpoint.tls_port), "--ca=root.pem", *words)
        lines = said(subprocess.CompletedProcess([], 0, b"", done.stdout))
        return [line for line in lines if line.startswith(("bad", "Next"))]

    def test_all_is_well(self) -> None:
        done = run("doctor", at(endpoint.tls_port), "--ca=root.pem")
        lines = said(subprocess.CompletedProcess([], 0, b"", done.stdout))
        self.assertEqual([re.sub(r"ECDHE-\S+,|\d+ ms", "VARIES", line) for line in lines], [
            f"ok       credentials  SecretId {ID[:4]}...{ID[-4:]} ({len(ID)} characters), SecretKey ({len(KEY)} characters), from "
            "the environment",
            "skipped  permissions  the credentials are not in a file",
            "skipped  expiry       permanent keys do not expire",
            "ok       roots        1 usable in root.pem; DigiCert Global Root G2: no; DigiCert Global Root CA: no",
            "ok       dns          127.0.0.1 has 1 address, the last one tried is TLS",
            "ok       tcp          connected to TLS",
            "ok       tls          TLS 1.2, VARIES mps.tencentcloudapi.com verified, after VARIES",
            "ok       clock        this machine's clock agrees with the service's clock; the service allows a difference of "
            "5 min",
            "ok       service      the service knows the SecretId. It refused the signature, which was wrong on purpose: no "
            "function ran, RequestId ID",
            "Next: all checks passed. The SecretKey was not tested. This call tests it, and runs FUNCTION: tcexec doctor mps "
            "FUNCTION"])

    def test_the_number_and_the_page(self) -> None:
        head = "bad      service      TLS: the answer is not from the service (TCX_E_HTTP_STATUS): "
        for answer, shown in ((raw(b"HTTP/1.1 502 X", b"<html>\n<title>"), "HTTP 502, the body begins: <html> <title>"),
                              (raw(b"HTTP/1.1 503 X"), "HTTP 503, no body was received"),
                              (raw(b"HTTP/1.1 401 X", gzip.compress(b"x")), "HTTP 401, the body is compressed (gzip)")):
            self.assertEqual(self.doctor(**answer), [head + shown, PROXY.replace("what to do", "Next")])

    def test_an_error_without_a_code(self) -> None:
        answer = encoded(b'{"Response":{"Error":{"Message":"m."},"RequestId":"r"}}')
        self.assertEqual(self.doctor(kind="body", base64=answer),
                         ["bad      service      an error without a code: m., RequestId r", f"Next: {NO_CODE}"])

    def test_the_clock(self) -> None:
        endpoint.control("POST", "clock", {"offset": -7200})
        self.assertEqual(self.doctor()[0], "bad      clock        this machine's clock is 2 h fast: it shows TIME, the "
                                           "service's clock shows TIME; the service allows a difference of only 5 min")
        self.assertEqual(self.doctor()[-1], "Next: set this machine's clock: it is 2 h fast")

    def test_a_signal(self) -> None:
        endpoint.fault("stall")
        words = [COMMAND, "doctor", at(endpoint.tls_port), "--ca=root.pem"]
        process = subprocess.Popen(words, env=environment(), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        wait_until(lambda: endpoint.state()["requests"] == 1)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=10)
        self.assertRegex(out.decode(), r"cancelled by a signal \(TCX_E_CANCELLED\)\nNext: run this command again\n$")

    def test_the_handshake(self) -> None:
        self.assertEqual(self.doctor(kind="handshake", at=100), [
            "bad      tls          TLS: the server closed the connection during the TLS handshake (TCX_E_CLOSED)",
            "Next: check the network between this machine and TLS, then run this command again"])


if __name__ == "__main__":
    unittest.main()
