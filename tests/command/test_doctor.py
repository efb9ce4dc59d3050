#!/usr/bin/env python3
"""Tests of `tcexec doctor`: each check when it succeeds, when it fails and when it is skipped, against the endpoint."""

from __future__ import annotations

import json
import re
import socket
import tempfile
import time
import unittest
from pathlib import Path
from typing import Any, Dict, Optional

from harness import (API, DONE, HOSTS, ID, KEY, NO_ANSWER, NOT_SENT, NOT_UNDERSTOOD, USAGE, Case, Done, Word, at,
                     encoded, endpoint, environment, folder, run, stand_up)

CHECKS = ["credentials", "permissions", "expiry", "roots", "dns", "tcp", "tls", "clock", "service"]
WELL = dict.fromkeys(CHECKS, "ok") | {"permissions": "skipped", "expiry": "skipped"}  # from the environment


def setUpModule() -> None:
    stand_up()


def after(failed: str) -> Dict[str, str]:
    """What the verdicts are when one check of the way fails: those behind it are skipped."""
    at_failed = CHECKS.index(failed)
    return {**WELL, failed: "bad", **dict.fromkeys(CHECKS[at_failed + 1 :], "skipped")}


class Doctor(Case):
    def examine(self, done: Done, code: int, verdicts: Dict[str, str], next_thing: str, **said: str) -> Dict[str, str]:
        """Checks all lines; `said`: patterns in the lines of some checks. Returns the text of each check."""
        self.check(done, code)
        *lines, last = done.stdout.decode().splitlines()
        parts = [re.fullmatch(r"(ok|bad|skipped) +(\w+) +(.+)", line).groups() for line in lines]  # type: ignore
        self.assertEqual([check for _, check, _ in parts], CHECKS)
        texts = {check: text for _, check, text in parts}
        self.assertEqual({check: verdict for verdict, check, _ in parts}, verdicts, texts)
        self.assertRegex(last, "^Next: " + next_thing)
        for check, pattern in said.items():
            self.assertRegex(texts[check], pattern)
        self.assertNotIn(ID, done.stdout.decode())
        return texts

    def doctor(self, *words: Word, ca: Optional[str] = "root.pem", port: Optional[int] = None, **env: Any) -> Done:
        trust = [f"--ca={ca}"] if ca else []
        return run("doctor", at(port or endpoint.tls_port), *trust, *words, env=environment(**env))

    def test_all_is_well(self) -> None:
        for service in HOSTS:
            done = self.doctor(service)
            self.examine(done, DONE, WELL, f"all checks passed\\. .* tcexec doctor {service} FUNCTION",
                         credentials=rf"SecretId {ID[:4]}\.\.\.{ID[-4:]} \({len(ID)} characters\), "
                                     rf"SecretKey \({len(KEY)} characters\), from the environment",
                         roots="1 usable in root.pem; DigiCert Global Root G2: no; DigiCert Global Root CA: no$",
                         dns=rf"127\.0\.0\.1:{endpoint.tls_port}",
                         tls=rf"^TLS 1\.2, ECDHE-.*{service}\.tencentcloudapi\.com verified, after \d+ ms$",
                         clock=r"clock agrees with the service's clock; the service allows a difference of 5 min",
                         service="no function ran, RequestId " + endpoint.state()["last_request_id"])
        self.examine(self.doctor(), DONE, WELL, "all checks passed\\. .* tcexec doctor mps FUNCTION")

    def test_no_function_runs_unless_it_is_named(self) -> None:
        for words in ((), ("--sign=sha1",), ("--sign=tc3-compat", "--get")):
            self.examine(self.doctor(*words), DONE, WELL, "all checks passed")
        self.assertEqual(endpoint.state()["verdicts"], {"AuthFailure.SignatureFailure": 3})
        self.assertEqual(endpoint.executed(), 0)
        self.examine(self.doctor("vod", "Echo", "x", "--session-id=s"), DONE, WELL, "all checks passed$",
                     service="accepted the signature and returned a Result of 1 byte, RequestId ")
        self.assertEqual(endpoint.executed(), 1)

    def test_a_real_call_that_fails(self) -> None:
        bad = {**WELL, "service": "bad"}
        self.examine(self.doctor("mps", "Nothing"), API, bad, "the account has no function of this name",
                     service="InvalidParameterValue.FunctionName: .*RequestId")
        done = self.doctor("mps", "Echo", TENCENTCLOUD_SECRET_KEY="another")
        self.examine(done, API, bad, "the signature does not match the SecretId", service="AuthFailure.SignatureFailure")

    def test_a_real_call_that_may_have_run(self) -> None:
        """Nobody is told to run the function again, unless a SessionId keeps it from running twice."""
        bad = {**WELL, "service": "bad", "clock": "skipped"}
        find_out = "find out whether the function ran before you run this command again$"
        for fault, code in (("swallow", NO_ANSWER), ("garbage", NOT_UNDERSTOOD)):
            endpoint.fault(fault)
            done = self.doctor("vod", "Echo", "x")
            self.examine(done, code, bad, find_out, service="It is unknown whether the function ran$")
        endpoint.fault("swallow")
        again = "check the network .* run this command again$"
        done = self.doctor("vod", "Echo", "x", "--session-id=s")
        self.examine(done, NO_ANSWER, bad, again, service="It is unknown whether the function ran$")
        endpoint.fault("swallow")
        done = self.doctor()
        self.examine(done, NO_ANSWER, bad, again)
        self.assertNotIn(b"whether the function ran", done.stdout)
        endpoint.answer(b'{"Response":{"Result":"\\ud83d"}}')
        self.examine(self.doctor("vod", "Echo", "x"), NOT_UNDERSTOOD, {**WELL, "service": "bad"},
                     "change the function so that it returns UTF-8$", service="the function ran")

    def test_over_plain_http(self) -> None:
        done = self.doctor("--plaintext", ca=None, port=endpoint.plain_port)
        self.examine(done, DONE, {**WELL, "roots": "skipped", "tls": "skipped"}, "all checks passed")

    def test_a_pinned_key(self) -> None:
        self.examine(self.doctor("--pin=server.pem", ca=None), DONE, WELL, "all checks passed", roots="pinned", tls="verified by the pinned key, ")
        self.examine(self.doctor("--pin=other.pem", ca=None), NOT_SENT, after("tls"), "")

    # ---- credentials

    def home(self, path: str, text: str, mode: int = 0o600) -> Dict[str, Optional[str]]:
        """An environment whose credentials are in this file of its home."""
        home = Path(tempfile.mkdtemp(dir=folder))
        file = home / path
        file.parent.mkdir()
        file.write_text(text)
        file.chmod(mode)
        return {"HOME": str(home), "TENCENTCLOUD_SECRET_ID": None, "TENCENTCLOUD_SECRET_KEY": None}

    def test_no_credentials(self) -> None:
        verdicts = {**WELL, "credentials": "bad", "service": "skipped"}
        nothing: Dict[str, Optional[str]] = {"TENCENTCLOUD_SECRET_ID": None, "TENCENTCLOUD_SECRET_KEY": None}
        self.examine(self.doctor(**nothing), USAGE, verdicts, "no credentials found. Set TENCENTCLOUD_SECRET_ID",
                     service="the service answered, but there are no credentials to test, RequestId ")
        self.examine(self.doctor("--profile=nosuch"), USAGE, verdicts, "no profile 'nosuch': there is no .*nosuch")
        done = self.doctor("mps", "Echo", **nothing)
        self.examine(done, USAGE, {**after("dns"), "dns": "skipped", "credentials": "bad"}, "no credentials")
        self.assertEqual(endpoint.executed(), 0)

    def test_unusable_credentials(self) -> None:
        verdicts = {**WELL, "credentials": "bad", "service": "skipped"}
        done = self.doctor(TENCENTCLOUD_SECRET_ID="AKID with a blank")
        self.examine(done, USAGE, verdicts, "correct the SecretId in the environment: .*blank")
        done = self.doctor(TENCENTCLOUD_SECRET_KEY=KEY + " ")
        self.examine(done, USAGE, verdicts, "correct the SecretKey in the environment: .*blank")

    def test_short_ids_are_not_shown(self) -> None:
        for secret_id, shown in (("x" * 15, r"\.\.\."), ("abcd" + "x" * 8 + "wxyz", r"abcd\.\.\.wxyz")):
            done = self.doctor(TENCENTCLOUD_SECRET_ID=secret_id)
            self.examine(done, API, {**WELL, "service": "bad"}, "the SecretId is unknown",
                         credentials=f"^SecretId {shown} \\({len(secret_id)} characters\\)", service="SecretIdNotFound")

    def test_the_permissions_of_their_file(self) -> None:
        text = f"[default]\nsecret_id={ID}\nsecret_key={KEY}\n"
        env = self.home(".tencentcloud/credentials", text)
        self.examine(self.doctor(**env), DONE, {**WELL, "permissions": "ok"}, "all checks passed", credentials="credentials$")
        env = self.home(".tencentcloud/credentials", text, 0o644)
        verdicts = {**WELL, "permissions": "bad"}
        self.examine(self.doctor(**env), USAGE, verdicts, "chmod 600 .*/.tencentcloud/credentials$")

    def test_the_end_of_the_token(self) -> None:
        now = int(time.time())
        for left, verdict, code, said in [
            (5000, "ok", API, "the credentials expire at 2.* UTC, in 1 h 23 min"),
            (-60, "bad", USAGE, "the credentials expired at 2.* UTC, 1 min( . s)? ago"),
        ]:
            profile = {"secretId": ID, "secretKey": KEY, "token": "t", "expiresAt": now + left, "type": "oauth"}
            env = self.home(".tccli/default.credential", json.dumps(profile))
            verdicts = {**WELL, "permissions": "ok", "expiry": verdict, "service": "bad"}  # it knows no token
            self.examine(self.doctor(**env), code, verdicts, "renew" if verdict == "bad" else "the token is wrong or has expired",
                         expiry=said, credentials=", token, from", service="TokenFailure")
        self.examine(self.doctor(TENCENTCLOUD_TOKEN="t"), API, {**WELL, "service": "bad"}, "the token is wrong",
                     expiry="it is unknown when the token expires")

    # ---- the way

    def test_no_roots(self) -> None:
        verdicts = {**after("roots"), "roots": "bad"}
        for ca, said in (("missing.pem", "No such file"), ("server.key", "no certificate in it")):
            self.examine(self.doctor(ca=ca), USAGE, verdicts, f"correct --ca: {ca}: ", roots=said)
            named = self.doctor(ca=None, SSL_CERT_FILE=ca)
            self.examine(named, USAGE, verdicts, f"correct SSL_CERT_FILE: {ca}: ", roots=said)

    def test_the_roots_of_tencent(self) -> None:
        bundle = Path("/etc/ssl/certs/ca-certificates.crt")
        if not bundle.exists():
            self.skipTest("no system bundle")
        self.examine(self.doctor(ca=str(bundle)), NOT_SENT, after("tls"), "if you expect this server",
                     roots=r"^\d\d+ usable .*; DigiCert Global Root G2: yes; DigiCert Global Root CA: (yes|no)$")

    def test_a_name_that_leads_nowhere(self) -> None:
        done = run("doctor", at(443, "no-such-host.invalid"), "--ca=root.pem", "--timeout=5")
        self.examine(done, NOT_SENT, after("dns"), "check the name no-such-host.invalid",
                     dns="^no-such-host.invalid:443: .*TCX_E_(RESOLVE|DEADLINE)")

    def test_a_connection_that_is_refused(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        self.examine(self.doctor(port=port), NOT_SENT, after("tcp"), f"check that the service is at 127.0.0.1:{port}",
                     tcp=f"^127.0.0.1:{port}: .*Connection refused")

    def test_a_server_that_is_silent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            done = self.doctor("--timeout=0.3", port=silent.getsockname()[1])
        self.examine(done, NOT_SENT, after("tls"), "give a longer --timeout", tls="did not end within 0.3 s .TCX_E_DEADLINE")

    def test_whom_tls_does_not_believe(self) -> None:
        for words, ca, said, next_thing in [
            (["--host=vod.example.com"], "root.pem", "TCX_E_X509_NAME", "another server may answer at 127.*: check --host and --connect"),
            ([], "other.pem", "TCX_E_X509_UNTRUSTED", "if you expect this server, add its root with --ca FILE"),
            ([f"--time={int(time.time()) + 86400 * 60}"], "root.pem", "TCX_E_X509_TIME", "check --time: it is 2"),
        ]:
            with self.subTest(said=said):
                self.examine(self.doctor(*words, ca=ca), NOT_SENT, after("tls"), next_thing, tls=said)
        self.examine(self.doctor(port=endpoint.plain_port), NOT_SENT, after("tls"), "the server at 127.* may not be the service: check --connect")

    def test_the_clock(self) -> None:
        for skew, verdict, code in ((290, "ok", DONE), (-290, "ok", DONE), (900, "bad", USAGE), (-900, "bad", USAGE)):
            endpoint.fault("date", skew=skew)
            self.examine(self.doctor(), code, {**WELL, "clock": verdict}, "set this" if code else "all checks passed",
                         clock=f" {'slow' if skew > 0 else 'fast'}: it shows .* UTC; the service allows a difference of (only )?5 min")
        endpoint.control("POST", "clock", {"offset": 900})
        self.examine(self.doctor(), USAGE, {**WELL, "clock": "bad", "service": "bad"},
                     r"set this machine's clock: it is (14 min 59 s|15 min( 1 s)?) slow",
                     service="SignatureExpire")

    # ---- the service

    def test_the_service(self) -> None:
        bad = {**WELL, "service": "bad"}
        endpoint.fault("api_error", code="InternalError", message="\x1b[2J")
        self.examine(self.doctor(), API, bad, "the service failed, and it is unknown how much", service=r"InternalError: \\x1b\[2J, Req")
        self.examine(self.doctor("vod", "Echo", "x", "--session-id=s"), DONE, WELL, "all checks passed$")
        self.examine(self.doctor("vod", "Echo", "x", "--session-id=s"), API, bad, "a call with this SessionId was accepted "
                     "within seven days, and this one did not run: find out what", service="InvalidParameterValue.SessionId")
        endpoint.fault("status", status=502)
        self.examine(self.doctor(), NOT_UNDERSTOOD, bad, "check --connect", service="TCX_E_HTTP_STATUS.: HTTP 502, the body begins: <html>")
        endpoint.fault("stall")
        self.examine(self.doctor("--timeout=0.5"), NO_ANSWER, {**bad, "clock": "skipped"}, "give a longer --timeout")

    def test_a_service_that_takes_any_signature(self) -> None:
        endpoint.fault("body", base64=encoded(b'{"Response":{"Result":"x","RequestId":"r"}}'))
        self.examine(self.doctor(), NOT_UNDERSTOOD, {**WELL, "service": "bad"}, "find out which server this is")

    # ---- the rest

    def test_refused(self) -> None:
        for words, said in ((["--quiet"], "--quiet does not apply to doctor"), (["cvm"], "unknown service 'cvm'"),
                            (["vod", "Echo", "@/nonexistent"], "ARG: /nonexistent: No such file"),
                            (["mps", "Echo", "--session-id=x"], "--session-id: .*VOD"), (["--host=a b"], "--host: ")):
            self.check(self.doctor(*words), USAGE, said, b"")

    def test_verbose_and_output_that_cannot_be_written(self) -> None:
        done = self.doctor("-v")
        self.examine(done, DONE, WELL, "all checks passed")
        self.assertIn(b"TLS handshake done, server verified", done.stderr)
        with open("/dev/full", "wb") as full:
            done = run("doctor", at(endpoint.tls_port), "--ca=root.pem", stdout=full)
            self.check(done, USAGE, "standard output: No space left")
            self.assertNotIn(b"the function ran", done.stderr)
            for fault, said in (("none", "the function ran"), ("swallow", "it is unknown whether the function ran")):
                endpoint.fault(fault)
                done = run("doctor", at(endpoint.tls_port), "--ca=root.pem", "mps", "Echo", stdout=full)
                self.check(done, NO_ANSWER, f"standard output: No space left.*\ntcexec: {said}")


if __name__ == "__main__":
    unittest.main()
