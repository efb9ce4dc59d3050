#!/usr/bin/env python3
"""Tests of the command `tcexec` by what its user sees: output, exit codes, and what reached the service.

The service is tests/endpoint/endpoint.py, over TLS and over plain HTTP. Other options have files of their own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence
from urllib.parse import parse_qsl

from harness import (API, COMMAND, DONE, HOSTS, ID, KEY, NO_ANSWER, NOT_SENT, NOT_UNDERSTOOD, PRODUCTS, USAGE,
                     Case, Done, Endpoint, Word, at, encoded, endpoint, environment, folder, openssl, option_of, plain,
                     run, secure, serve_one, stand_up, wait_until)


def setUpModule() -> None:
    stand_up()


# ---- a call ----------------------------------------------------------------------------------------------------------


class Calls(Case):
    def test_echo_over_tls(self) -> None:
        done = secure("mps", "Echo", "hello")
        self.check(done, DONE, "RequestId: " + endpoint.state()["last_request_id"], b"hello\n")
        self.assertEqual(endpoint.state()["tls"]["full"], 1)
        self.assertEqual(endpoint.executed(), 1)

    def test_every_service_every_signature_and_method(self) -> None:
        for service in HOSTS:
            for sign in ("tc3", "tc3-compat", "sha256", "sha1"):
                for method in ((), ("--get",)):
                    with self.subTest(service=service, sign=sign, method=method):
                        arg = 'a "b" \\ / ü € 😀 &=+%~\'\t\n\x7f\x01'
                        done = plain("--sign", sign, *method, service, "Echo", arg)
                        self.check(done, DONE, "RequestId: ", arg.encode() + b"\n")
                        self.assertEqual(endpoint.state()["last"]["method"], "GET" if method else "POST")

    def test_all_parameters_of_vod(self) -> None:
        done = secure("vod", "Echo", "x", "--sub-app-id", "18446744073709551615", "--session-context=c=1",
                      "--session-id", "s", "--ext-info", "", "--region", "ap-guangzhou", "--language", "en-US")
        self.check(done, DONE, out=b"x\n")
        state = endpoint.state()
        self.assertEqual(list(state["executions"]["sessions"]), ["s"])
        self.assertEqual(endpoint.headers()["x-tc-region"], "ap-guangzhou")
        self.assertEqual(endpoint.headers()["x-tc-language"], "en-US")

    def test_every_parameter_of_every_service(self) -> None:
        for service, product in PRODUCTS.items():
            values = {name: 2**64 - 1 if kind is int else f'{name} "ü"' for name, kind in product.optional.items()}
            words = (*(f"{option_of(name)}={value}" for name, value in values.items()), service, "Echo", "x")
            for sign in ((), ("--get",), ("--sign=sha1",)):
                endpoint.reset()
                self.check(plain(*sign, *words), DONE, out=b"x\n")
            sent = json.loads(run("--dry-run", *words).stdout.partition(b"\r\n\r\n")[2])
            self.assertEqual(list(sent.items()), [("FunctionName", "Echo"), ("FunctionArg", "x"), *values.items()])

    def test_a_second_call_with_the_same_session_is_refused_by_the_service(self) -> None:
        self.check(plain("--session-id", "order-1", "vod", "Echo"), DONE)
        self.check(plain("--session-id", "order-1", "vod", "Echo"), API, "InvalidParameterValue.SessionId", b"")
        self.assertEqual(endpoint.executed(), 1)

    def test_options_stand_anywhere(self) -> None:
        done = run("mps", "--plaintext", "Echo", at(endpoint.plain_port), "--", "--json")
        self.check(done, DONE, out=b"--json\n")

    def test_no_argument_and_an_empty_one(self) -> None:
        self.check(plain("mps", "Echo"), DONE, out=b"\n")
        self.check(plain("mps", "Echo", ""), DONE, out=b"\n")

    def test_nothing_is_printed_without_a_result(self) -> None:
        for body in (b'{"Response":{"RequestId":"r-1"}}', b'{"Response":{"RequestId":"r-1","Result":null}}'):
            endpoint.answer(body)
            self.check(plain("mps", "Echo", "x"), DONE, "RequestId: r-1", b"")

    def test_temporary_credentials(self) -> None:
        other = Endpoint("--token", "the-token").start()
        try:
            for name in ("TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SESSION_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"):
                for sign in ("tc3", "sha1"):
                    names = environment(**{"TENCENTCLOUD_TOKEN": "", name: "the-token"})
                    done = run("--plaintext", at(other.plain_port), "--sign", sign, "-v", "mps", "Echo", "x", env=names)
                    self.check(done, DONE, "temporary", b"x\n")
                    self.assertNotIn(b"the-token", done.stderr)
            done = run("--plaintext", at(other.plain_port), "mps", "Echo")
            self.check(done, API, "AuthFailure.TokenFailure|TokenFailure")
        finally:
            other.stop()

    def test_the_host_that_is_signed_is_dialled_when_nothing_else_is_said(self) -> None:
        self.check(run("--plaintext", "--host", f"127.0.0.1:{endpoint.plain_port}", "mps", "Echo", "x"), DONE, out=b"x\n")
        self.assertEqual(endpoint.headers()["host"], f"127.0.0.1:{endpoint.plain_port}")
        done = run("--host", f"LOCALHOST:{endpoint.tls_port}", "--ca", "root.pem", "mps", "Echo", "y")
        self.check(done, DONE, out=b"y\n")
        self.assertEqual(endpoint.headers()["host"], f"localhost:{endpoint.tls_port}")

    def test_localhost_is_looked_up(self) -> None:
        done = run("--plaintext", "-v", at(endpoint.plain_port, "localhost"), "mps", "Echo", "x")
        self.check(done, DONE, rf"localhost:{endpoint.plain_port} \(127\.0\.0\.1:{endpoint.plain_port}\): \d+ bytes sent", b"x\n")

    def test_ipv6(self) -> None:
        try:
            listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
        except OSError:
            self.skipTest("no IPv6 here")
        with listener:
            thread = threading.Thread(target=serve_one, args=(listener,))
            thread.start()
            done = run("--plaintext", "-v", at(listener.getsockname()[1], "[::1]"), "mps", "Echo")
            thread.join()
        self.check(done, DONE, r"\[::1\]:\d+: ", b"six\n")

    def test_shapes_of_the_answer(self) -> None:
        shapes: List[Dict[str, Any]] = [
            {"kind": "chunked", "size": 1, "extensions": True, "trailers": True},
            {"kind": "drip", "chunk": 3},
            {"kind": "continue", "count": 3},
            {"kind": "shape", "ascii": True, "indent": 2, "reverse": True, "extra": True},
            {"kind": "headers", "bytes": 60000},
            {"kind": "encoding", "value": "identity"},
            {"kind": "close_delimited"},
        ]
        for shape in shapes:
            with self.subTest(shape=shape):
                endpoint.faults(shape)
                self.check(secure("mps", "Echo", "ü😀"), DONE, out="ü😀\n".encode())

    def test_a_large_result(self) -> None:
        endpoint.fault("huge", bytes=15 << 20)
        done = secure("mps", "Echo")
        self.check(done, DONE)
        self.assertEqual(done.stdout, b"x" * (15 << 20) + b"\n")

    def test_a_result_is_written_raw(self) -> None:
        endpoint.answer(b'{"Response":{"Result":"a\\u0000\\u001b[31m\\n","RequestId":"r\\u001b[31m"}}')
        self.check(plain("mps", "Echo"), DONE, r"RequestId: r\\x1b\[31m", b"a\x00\x1b[31m\n\n")

    def test_verbose(self) -> None:
        done = secure("-v", "mps", "Echo", "x", env=environment(TENCENTCLOUD_TOKEN="the-token"))
        self.check(done, API)
        self.assertNotIn(b"the-token", done.stderr)
        self.assertNotIn(b"Signature=", done.stderr)
        done = secure("-v", "mps", "Echo", "x")
        said = ["credentials from the environment", "1 trust anchor from root.pem"]
        said += [r"\n.*\d\.\d{3} s: " + event for event in (
            "attempt 1: connecting", "TLS handshake done, server verified, ECDHE-ECDSA-(AES|CHACHA)",
            r"connected after \d+ ms", r"\d{3} bytes of the request sent", r"request sent after \d+ ms",
            r"\d{3} bytes of the answer received", "answer complete, HTTP 200")]
        self.check(done, DONE, "(?s)" + ".*".join([*said, r"\d+ bytes sent", "TCX_OK, answered, HTTP"]), b"x\n")

    def test_quiet(self) -> None:
        """Nothing on standard error after success; everything after an error."""
        exposed = folder / "exposed"
        exposed.write_text(f"[default]\nsecret_id={ID}\nsecret_key={KEY}\n")
        exposed.chmod(0o644)
        names = environment(TENCENTCLOUD_SECRET_ID=None, TENCENTCLOUD_SECRET_KEY=None,
                            TENCENTCLOUD_CREDENTIALS_FILE=str(exposed))
        self.assertIn(b"exposed", secure("mps", "Echo", "x", env=names).stderr)
        self.check(secure("--quiet", "mps", "Echo", "x", env=names), DONE, "^$", b"x\n")
        self.check(secure("--quiet", "--session-file=/nonexistent/x", "mps", "Echo", "x"), DONE, "^$", b"x\n")
        done = secure("--quiet", "--json", "mps", "Echo", "x")
        self.check(done, DONE, "^$")
        self.assertEqual(json.loads(done.stdout)["result"], "x")
        for option in ("--dry-run", "--curl"):
            self.check(run("--quiet", option, "mps", "F"), DONE, "^$")
        done = secure("--quiet", "mps", "Nothing", env=names)
        self.check(done, API, "(?s)exposed.*returned an error: InvalidParameterValue.FunctionName.*RequestId: ", b"")
        self.check(run("--quiet", "mps", "F", "@/nonexistent"), USAGE, "ARG: /nonexistent", b"")
        with open("/dev/full", "wb") as full:
            self.check(plain("--quiet", "mps", "Echo", "x", stdout=full), NO_ANSWER, "(?s)RequestId: .*function ran")
        endpoint.faults({"kind": "api_error", "code": "RequestLimitExceeded"})
        self.check(secure("--quiet", "--attempts=2", "mps", "Echo", "x"), DONE, "^$", b"x\n")
        self.check(run("--quiet", "-v", "mps", "F"), USAGE, "--quiet and -v contradict each other", b"")


class Arguments(Case):
    def seen(self, argument: bytes) -> None:
        self.assertEqual(endpoint.state()["executions"]["arguments"], {hashlib.sha256(argument).hexdigest(): 1})

    def test_standard_input(self) -> None:
        text = b"first\r\nsecond \xc3\xbc\n"
        self.check(secure("mps", "Echo", "-", stdin=text), DONE, out=text + b"\n")
        self.check(secure("mps", "Echo", "-", stdin=b""), DONE, out=b"\n")

    def test_a_redirected_file_is_read_from_where_it_stands(self) -> None:
        path = folder / "redirected"
        path.write_bytes(b"skipped" + b"x" * 100000)
        with path.open("rb") as file:
            os.lseek(file.fileno(), 7, os.SEEK_SET)
            self.check(plain("mps", "Echo", "-", stdin=file), DONE, out=b"x" * 100000 + b"\n")

    def test_a_file_byte_for_byte(self) -> None:
        path = folder / "argument with 'quotes'"
        for text in (b"", b"\n", b'{"a": "\xe2\x82\xac"}\r\n', bytes(range(128)) * 3000):
            endpoint.reset()
            path.write_bytes(text)
            self.check(secure("mps", "Echo", f"@{path}"), DONE, out=text + b"\n")
            self.seen(text)

    def test_large_arguments(self) -> None:
        path = folder / "large"
        text = b"0123456789abcde\n" * (500 << 10 >> 4) * 16  # 8.2 MB, of JSON 8.7 MB
        path.write_bytes(text)
        for words, stdin in ((f"@{path}", b""), ("-", text)):
            endpoint.reset()
            done = secure("mps", "Echo", words, stdin=stdin)
            self.check(done, DONE)
            self.assertEqual(done.stdout, text + b"\n")
            self.seen(text)

    def test_a_pipe_with_a_name(self) -> None:
        path = folder / "fifo"
        os.mkfifo(path)
        writer = threading.Thread(target=path.write_bytes, args=(b"through a pipe",))
        writer.start()
        self.check(plain("mps", "Echo", f"@{path}"), DONE, out=b"through a pipe\n")
        writer.join()

    def test_too_large(self) -> None:
        path = folder / "too large"
        for size in (5 << 30, 3 << 30, (10 << 20) + 1):
            with path.open("wb") as file:
                file.truncate(size)
            self.check(plain("mps", "Echo", f"@{path}"), USAGE, "ARG: .*too large: over 10485760 bytes", b"")
        path.write_bytes(b"x" * (10 << 20))
        self.check(plain("mps", "Echo", f"@{path}"), USAGE, "ARG: .*10 MiB", b"")
        with open("/dev/zero", "rb") as zeroes:
            self.check(plain("mps", "Echo", "-", stdin=zeroes), USAGE, "ARG: standard input: over", b"")
        self.check(plain("--get", "mps", "Echo", "x" * 40000), USAGE, "TCX_E_REQUEST_TOO_LARGE", b"")
        path.write_bytes(b"x" * (1 << 20))
        self.check(plain("--sign", "sha1", "mps", "Echo", f"@{path}"), USAGE, "TCX_E_REQUEST_TOO_LARGE", b"")
        path.unlink()

    def test_files_that_do_not_tell_their_size(self) -> None:
        """The size of a file in /proc is told as 0, that of one in /sys as 4096, whatever they hold."""
        for path in map(Path, ("/proc/version", "/proc/filesystems", "/sys/kernel/mm/transparent_hugepage/enabled")):
            if not path.exists():
                continue
            whole = subprocess.run(["cat", path], capture_output=True).stdout
            for words, name in ((f"@{path}", None), ("-", path)):
                with self.subTest(words=words, name=name):
                    with open(name or "/dev/null", "rb") as file:
                        done = plain("mps", "Echo", words, stdin=file)
                    self.check(done, DONE, out=whole + b"\n")
        self.check(plain("mps", "Echo", "@/proc/self/mem"), USAGE, "ARG: /proc/self/mem: (Input/output|I/O) error", b"")
        self.check(plain("mps", "Echo", "@/dev/null"), DONE, out=b"\n")
        with open("/dev/null", "rb") as nothing:
            self.check(plain("mps", "Echo", "-", stdin=nothing), DONE, out=b"\n")

    def shell(self, line: str) -> Done:
        """A line of the shell, where "$@" is the command with the options that reach the endpoint."""
        words = [COMMAND, at(endpoint.plain_port), "--plaintext", "mps", "Echo"]
        return subprocess.run(["sh", "-c", line, "sh", *words], cwd=folder, env=environment(), timeout=30,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def test_a_standard_input_that_is_not_there(self) -> None:
        for name in ("-", "@/dev/stdin", "@/proc/self/fd/0", "@/dev/fd/0"):
            said = f"ARG: {name.lstrip('@') if name != '-' else 'standard input'}: "
            with self.subTest(name=name):
                self.check(self.shell(f'"$@" {name} <&-'), USAGE, said + "standard input is closed", b"")
                self.check(self.shell(f'"$@" {name} 0>out'), USAGE, said + "standard input is open for writing only", b"")
        for odd in ("@//dev/stdin", "@/dev/../dev/fd/0"):
            self.check(self.shell(f'"$@" {odd} <&-'), USAGE, "ARG: .*No such device", b"")
        self.check(self.shell('"$@" - <.'), USAGE, "ARG: standard input: Is a directory", b"")
        self.check(self.shell('"$@" text <&-'), DONE, out=b"text\n")
        done = subprocess.run(["sh", "-c", '"$0" anchors - <&-', COMMAND], capture_output=True)
        self.check(done, USAGE, "-: standard input is closed", b"")
        self.assertEqual(endpoint.executed(), 1)

    def test_a_standard_input_that_is_not_ready(self) -> None:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        process = subprocess.Popen([COMMAND, at(endpoint.plain_port), "--plaintext", "mps", "Echo", "-"], stdin=reader,
                                   env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(0.1)
        os.write(writer, b"late")
        os.close(writer)
        out, error = process.communicate(timeout=10)
        os.close(reader)
        self.assertEqual((process.returncode, out), (DONE, b"late\n"), error)

    def test_files_that_cannot_be_used(self) -> None:
        for argument in ("@/nonexistent", f"@{folder}"):
            self.check(plain("mps", "Echo", argument), USAGE, f"ARG: {re.escape(argument[1:])}: ", b"")
        if os.geteuid() != 0:
            path = folder / "unreadable"
            path.touch(mode=0)
            self.check(plain("mps", "Echo", f"@{path}"), USAGE, "ARG: .*Permission denied", b"")
        path = folder / "binary"
        path.write_bytes(b"ok\xff")
        self.check(plain("mps", "Echo", f"@{path}"), USAGE, "ARG: .*UTF-8", b"")
        self.assertEqual(endpoint.state()["requests"], 0)


# ---- what is refused -------------------------------------------------------------------------------------------------


class Refusals(Case):
    def refused(self, words: Sequence[Word], said: str, **env: Optional[str]) -> None:
        with self.subTest(words=words, env=env):
            self.check(run(*words, env=environment(**env)), USAGE, said, b"")

    def test_the_command_line(self) -> None:
        for words, said in [
            ([], "usage: tcexec"),
            (["cvm", "F"], "unknown service 'cvm'"),
            (["mps"], "FUNCTION is missing"),
            (["mps", ""], "FUNCTION: .*empty"),
            (["mps", "F", "a", "b"], "too many: 'b'"),
            (["--jsno", "mps", "F"], r"--jsno: did you mean --json\?"),
            (["--sesion-id=1", "vod", "F"], r"--sesion-id: did you mean --session-id\?"),
            (["--completely-else", "mps", "F"], "unknown option --completely-else: see"),
            (["-5", "mps"], "-5.*put -- before"),
            (["--json=1", "mps", "F"], "--json takes no value"),
            (["--region"], "--region needs a value"),
            (["--session-id", "--json", "vod", "F"], "--session-id needs a value"),
            (["--region", "a", "--region", "b", "mps", "F"], "--region is given twice"),
            (["--json", "--dry-run", "mps", "F"], "--json, --curl and --dry-run"),
            (["--curl", "--dry-run", "mps", "F"], "--json, --curl and --dry-run"),
        ]:
            self.refused(words, said)

    def test_values(self) -> None:
        for option, values in {
            "--sub-app-id": ["", "-1", "+1", "1.0", "0x1", " 1", "18446744073709551616", "99999999999999999999999"],
            "--language": ["", "zh", "en_US"],
            "--sign": ["", "md5", "TC3"],
            "--time": ["", "0", "946684799", "253402300800", "-1", "1e9", "now"],
            "--nonce": ["", "0", "4294967296", "-1", "x"],
            "--timeout": ["", "0", "0.0001", "-1", "1s", "1.", ".", "1.2.3", "2147483.648", "1e3", "inf", "9" * 20],
            "--attempts": ["", "0", "-1", "x", "1001", "1.0"],
            "--connect": ["", ":1", "a:0", "a:65536", "a:b", "::1", "[::1", "[::1]x", "a b:1", "a:1:2", "x" * 300],
            "--region": ["", " a", "a b", "ü"],
            "--host": ["", "a b", "a/b", "http://a", "a:0", "a:99999", "ü"],
            "--session-id": ["x" * 51, b"\xff"],
            "--session-context": ["ü" * 1001, b"\xc3("],
            "--ext-info": [b"\xed\xa0\x80"],
        }.items():
            for value in values:
                self.refused([option, value, "vod", "F"], f"tcexec: {option}")
        self.refused(["mps", b"F\xff"], "FUNCTION: .*UTF-8")
        self.refused(["mps", "F", b"\xff"], "ARG: .*UTF-8")

    def test_limits_count_characters(self) -> None:
        done = plain("--session-id", "ü" * 50, "--session-context", "😀" * 1000, "vod", "Echo", "x")
        self.check(done, DONE, out=b"x\n")

    def test_texts_of_every_service(self) -> None:
        for service, product in PRODUCTS.items():
            for option in (option_of(name) for name, kind in product.optional.items() if kind is str):
                self.refused([option, b"\xff", service, "F"], f"tcexec: {option}: .*UTF-8")

    def test_options_of_another_service(self) -> None:
        for option in ("--sub-app-id", "--session-id", "--session-context", "--ext-info"):
            self.refused([option, "0", "mps", "F"], f"tcexec: {option}: .*VOD")
        every = {name for product in PRODUCTS.values() for name in product.optional}
        for service, product in PRODUCTS.items():
            for option in (option_of(name) for name in every - set(product.optional)):
                self.refused([option, "0", service, "F"], f"tcexec: {option}: .*not a parameter of this service")

    def test_plaintext_leaves_no_machine(self) -> None:
        self.refused(["--plaintext", "mps", "F"], "--plaintext: 'mps.tencentcloudapi.com' is not a loopback address")
        for host in ("192.0.2.1:80", "example.com:80", "localhost.example.com", "128.0.0.1", "[::2]:80", "0.0.0.0"):
            self.refused(["--plaintext", "--connect", host, "mps", "F"], "--plaintext: ")
            self.refused(["--plaintext", "--host", host, "mps", "F"], "--plaintext: ")
        self.refused(["--plaintext", "--connect", "192.0.2.1:80", "--host", "127.0.0.1", "mps", "F"], "--plaintext: ")
        self.refused(["--plaintext", "--ca", "x", "--connect", "127.0.0.1", "mps", "F"], "--plaintext and --ca")
        words = ["--plaintext", "--session-file=x", "--connect=[::1]", "mps", "F"]
        self.refused(words, "--plaintext and --session-file")

    def test_trust(self) -> None:
        (folder / "garbage.pem").write_bytes(bytes(range(256)) * 40)
        (folder / "empty.pem").write_bytes(b"")
        (folder / "broken.pem").write_bytes((folder / "root.pem").read_bytes().replace(b"M", b"N", 1))
        openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", "w", "-out", "weak.pem", "-subj", "/CN=w")
        for name, said in [
            ("garbage.pem", "none of its certificates .* in line 1: it is not text: convert DER with openssl"),
            ("empty.pem", "no certificate"),
            ("missing.pem", "No such file"),
            ("broken.pem", "none of its certificates .* in line 1: it is damaged"),
            ("weak.pem", "none of its certificates .* in line 1: its key is not RSA of 2048"),
        ]:
            self.refused(["--ca", name, "mps", "F"], f"{name}: {said}")
            self.refused(["--ca", name, "--dry-run", "mps", "F"], f"{name}: {said}")
            self.refused(["mps", "F"], f"{name}: {said}", SSL_CERT_FILE=name)
            pin_said = said.replace("none of its certificates .* in line 1", "its first certificate, in line 1, .*pinned")
            self.refused(["--pin", name, "mps", "F"], f"{name}: {pin_said}")
        self.refused(["--ca", ".", "mps", "F"], "Is a directory")
        self.refused(["--ca", "server.key", "mps", "F"], "no certificate")
        self.refused(["--ca", "a", "--pin", "b", "mps", "F"], "--ca and --pin")

    def test_a_closed_standard_output(self) -> None:
        done = subprocess.run(["sh", "-c", f"exec {shlex.quote(COMMAND)} --version >&-"], stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, b"standard output is closed" in done.stderr), (USAGE, True))
        done = subprocess.run(["sh", "-c", f"exec {shlex.quote(COMMAND)} --version 1</dev/null"], stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, USAGE)
        self.assertIn(b"standard output is open for reading only", done.stderr)


class CredentialFiles(Case):
    """Where credentials come from, seen by the SecretId in a dry run."""

    def setUp(self) -> None:
        super().setUp()
        self.home = Path(tempfile.mkdtemp(dir=folder))

    def write(self, path: str, text: str, mode: int = 0o600) -> None:
        file = self.home / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def dry(self, **env: Optional[str]) -> Done:
        names = {"TENCENTCLOUD_SECRET_ID": None, "TENCENTCLOUD_SECRET_KEY": None, "HOME": str(self.home), **env}
        return run("--dry-run", "mps", "F", env=environment(**names))

    def found(self, secret_id: str, token: Optional[str] = None, **env: Optional[str]) -> bytes:
        done = self.dry(**env)
        self.check(done, DONE)
        self.assertIn(f"Credential={secret_id}/".encode(), done.stdout)
        self.assertEqual(re.findall(rb"X-TC-Token: (.*)\r", done.stdout), [token.encode()] if token else [])
        return done.stderr

    def test_the_order(self) -> None:
        self.check(self.dry(), USAGE, "no credentials found. Set TENCENTCLOUD_SECRET_ID", b"")
        self.check(self.dry(HOME=None), USAGE, "no credentials", b"")
        self.write(".tccli/default.credential", '{"secretId": "AKIDtccli", "secretKey": "k", "token": null}')
        self.found("AKIDtccli")
        self.write(".tccli/work.credential", '{"secretId": "AKIDwork", "secretKey": "k", "token": "a/b+c="}')
        self.found("AKIDwork", "a/b+c=", TCCLI_PROFILE="work")
        self.write(".tencentcloud/credentials", "[default]\nsecret_id = AKIDini\nsecret_key = k\ntoken = t\n")
        self.assertEqual(self.found("AKIDini", "t"), b"")
        self.found("AKIDenv", TENCENTCLOUD_SECRET_ID="AKIDenv", TENCENTCLOUD_SECRET_KEY="k")

    def test_a_profile_and_nothing_else(self) -> None:
        self.write(".tccli/work.credential", '{"secretId": "AKIDwork", "secretKey": "k"}')
        names = {"HOME": str(self.home)}  # the environment has credentials, too
        done = run("--dry-run", "--profile", "work", "mps", "F", env=environment(**names))
        self.check(done, DONE, "^$")
        self.assertIn(b"Credential=AKIDwork/", done.stdout)
        for profile, said in [
            ("nosuch", r"no profile 'nosuch': there is no .*\.tccli/nosuch\.credential"),
            ("", "name"),
            ("../x", "must not contain '/'"),
        ]:
            done = run("--dry-run", "--profile", profile, "mps", "F", env=environment(**names))
            self.check(done, USAGE, f"credentials: .*{said}", b"")

    def test_a_file_that_is_named(self) -> None:
        self.write("keys.ini", "[default]\nsecret_id=AKIDnamed\nsecret_key=k\n")
        self.found("AKIDnamed", TENCENTCLOUD_CREDENTIALS_FILE=str(self.home / "keys.ini"))
        self.check(self.dry(TENCENTCLOUD_CREDENTIALS_FILE="/nonexistent"), USAGE, "/nonexistent: no such file", b"")
        self.check(self.dry(TENCENTCLOUD_CREDENTIALS_FILE=""), USAGE, "CREDENTIALS_FILE is set, but empty", b"")

    def test_those_of_the_machine_come_last(self) -> None:
        """With an /etc of the test's own, which the rest of the system does not see."""
        alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        if subprocess.run([*alone, "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no mount namespace may be made here")
        script = ('mount -t tmpfs none /etc && mkdir /etc/tencentcloud && umask 077 && '
                  'printf "[default]\nsecret_id=AKIDetc\nsecret_key=k\n" > /etc/tencentcloud/credentials && exec "$@"')
        names = environment(TENCENTCLOUD_SECRET_ID=None, TENCENTCLOUD_SECRET_KEY=None, HOME=str(self.home))
        for expected in ("AKIDetc", "AKIDtccli"):
            done = subprocess.run([*alone, "sh", "-c", script, "sh", COMMAND, "--dry-run", "mps", "F"], env=names,
                                  capture_output=True, timeout=30)
            self.check(done, DONE, "^$")
            self.assertIn(f"Credential={expected}/".encode(), done.stdout)
            self.write(".tccli/default.credential", '{"secretId": "AKIDtccli", "secretKey": "k"}')

    def test_credentials_that_end(self) -> None:
        now = int(time.time())
        for expires, code, said in [
            (now - 60, USAGE, r"the credentials from .*default\.credential expired at 2.* UTC, 1 min( \d s)? ago\. Nothing was sent\. Renew them"),
            (now + 100, DONE, r"the credentials from .* expire at 2.* UTC, in 1 min (40|39) s\. Renew them: tccli"),
            (now + 5000, DONE, "^$"),
        ]:
            text = json.dumps({"secretId": "AKIDtccli", "secretKey": "k", "token": "t", "expiresAt": expires})
            self.write(".tccli/default.credential", text)
            self.check(self.dry(), code, said)
        names = environment(TENCENTCLOUD_SECRET_ID=None, TENCENTCLOUD_SECRET_KEY=None, HOME=str(self.home))
        done = run("--dry-run", "--time", str(now + 6000), "mps", "F", env=names)  # by the call's clock
        self.check(done, USAGE, "expired at 2.* UTC, 16 min 40 s ago", b"")

    def test_a_profile_with_a_role_is_refused(self) -> None:
        text = '{"secretId": "AKIDtccli", "secretKey": "k", "role-arn": "qcs::cam::uin/1:roleName/x"}'
        self.write(".tccli/default.credential", text)
        self.check(self.dry(), USAGE, r"names a role \(role-arn\)", b"")
        self.write(".tccli/default.credential", '{"type": "cvm-role", "secretId": "AKIDold", "secretKey": "k"}')
        self.check(self.dry(), USAGE, r"machine's role \(type cvm-role\)", b"")
        self.write(".tencentcloud/credentials", "[default]\nsecret_id=AKIDini\nsecret_key=k\nrole_arn=qcs::x\n")
        self.check(self.dry(), USAGE, r"names a role \(role_arn\)", b"")

    def test_files_as_editors_write_them(self) -> None:
        self.write(".tccli/default.credential", '\ufeff{"secretId": "AKIDold", "secretKey": "k", "token": null,'
                                                ' "expiresAt": 1600000000}\r\n')
        self.assertEqual(self.found("AKIDold"), b"")
        for text in ("\ufeff[default] ; mine\r\nSecret_Id: AKIDini\r\nsecret_key: k\r\n",
                     "# mine\n[default]\n  SECRET_ID = AKIDini\n  secret_key = k\n"):
            self.write(".tencentcloud/credentials", text)
            self.found("AKIDini")
        self.write(".tencentcloud/credentials", '[default]\nsecret_id = "AKIDini"\nsecret_key = "k"\n')
        self.check(self.dry(), USAGE, "/.tencentcloud/credentials: the value of secret_id is in quotes. Remove the quotes", b"")
        self.write(".tencentcloud/credentials", "[default]\nsecret_id = AKIDini ; mine\nsecret_key = k\n")
        self.check(self.dry(), USAGE, "SecretId has a blank", b"")

    def test_half_an_environment_is_an_error(self) -> None:
        self.write(".tencentcloud/credentials", "[default]\nsecret_id = AKIDini\nsecret_key = k\n")
        id_only, key_only = {"TENCENTCLOUD_SECRET_ID": "x"}, {"TENCENTCLOUD_SECRET_KEY": KEY}
        self.check(self.dry(**id_only), USAGE, "TENCENTCLOUD_SECRET_KEY is not", b"")
        self.check(self.dry(**key_only), USAGE, "TENCENTCLOUD_SECRET_ID is not", b"")
        done = self.dry(**key_only, TENCENTCLOUD_SECRET_ID="")
        self.check(done, USAGE, "TENCENTCLOUD_SECRET_ID is set, but empty", b"")

    def test_unusable_credentials(self) -> None:
        for secret_id, secret_key, token, said in [
            (" x", KEY, None, "SecretId has a blank"),
            ("x", KEY + "\n", None, "SecretKey has a blank"),
            ("x\ry", KEY, None, "SecretId has "),
            ("x", KEY, "a\r\nb: c", "the token has "),
        ]:
            names = {"TENCENTCLOUD_SECRET_ID": secret_id, "TENCENTCLOUD_SECRET_KEY": secret_key}
            self.check(self.dry(**names, TENCENTCLOUD_TOKEN=token), USAGE, said, b"")

    def test_files_that_say_too_little(self) -> None:
        for text, said in [
            ("", "the file is not an INI file"),
            ("[other]\nsecret_id=a\nsecret_key=b\n", "the file is not an INI file"),
            ("[default]\nsecret_key=b\n", "no value for secret_id"),
            ("[default]\nsecret_id=a\nsecret_key=\n", "no value for secret_key"),
            ("x" * 20000, "too large"),
        ]:
            self.write(".tencentcloud/credentials", text)
            self.check(self.dry(), USAGE, f"\\.tencentcloud/credentials: {said}", b"")
        (self.home / ".tencentcloud/credentials").unlink()
        for text, said in [
            ("", "the file is not a JSON"),
            ("[]", "the file is not a JSON"),
            ('{"secretId": "a"}', "no value for secretKey"),
            ('{"secretId": 5}', "the file is not a JSON"),
        ]:
            self.write(".tccli/default.credential", text)
            self.check(self.dry(), USAGE, f"\\.tccli/default.credential: {said}", b"")

    def test_a_warning_when_others_can_read_them(self) -> None:
        self.write(".tencentcloud/credentials", "[default]\nsecret_id=AKIDini\nsecret_key=k\n", 0o644)
        self.assertIn(b"chmod 600", self.found("AKIDini"))


# ---- how calls fail --------------------------------------------------------------------------------------------------


class Failures(Case):
    def test_the_api_says_no(self) -> None:
        done = secure("mps", "Nothing", "x")
        self.check(done, API, "(?s)returned an error: InvalidParameterValue.FunctionName: .*RequestId: ", b"")
        done = secure("mps", "Echo", env=environment(TENCENTCLOUD_SECRET_KEY="another"))
        self.check(done, API, "(?s)AuthFailure.SignatureFailure.*SecretKey and SecretId are one key pair", b"")
        endpoint.fault("api_error", code="RequestLimitExceeded", message="\x1b[2J slow\x9b")
        self.check(plain("mps", "Echo"), API, r"(?s)RequestLimitExceeded: \\x1b\[2J slow.*too many requests", b"")
        done = plain("--time", str(int(time.time()) - 1000), "mps", "Echo")
        self.check(done, API, "(?s)SignatureExpire.*--time is 16 min 4[0-9] s slow", b"")
        self.assertEqual(endpoint.executed(), 0)

    def test_not_sent(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        done = run(at(port), "--ca=root.pem", "mps", "Echo")
        self.check(done, NOT_SENT, "(?s)TCX_E_CONNECT, Connection refused.*not sent", b"")
        done = run(at(443, "no-such-host.invalid"), "--ca=root.pem", "--timeout=5", "mps", "Echo")
        self.check(done, NOT_SENT, "TCX_E_(RESOLVE|DEADLINE)", b"")
        self.assertEqual(endpoint.state()["requests"], 0)

    def test_an_error_has_four_parts(self) -> None:
        """What happened, what was sent, what to do, and what to quote; on standard error, in this order."""
        asked = "what to do: check the connection step by step. Run, with the same options: tcexec doctor mps"
        for call, kind, options, parts in [
            (plain, "api_error", {"code": "AuthFailure.SecretIdNotFound"},
             ["returned an error: AuthFailure.SecretIdNotFound", "the function did not run: check the key on the API keys page", "RequestId: "]),
            (plain, "api_error", {"code": "InvalidParameterValue.FunctionArg"},
             ["returned an error: InvalidParameterValue", "the function did not run: compare it with the form", "RequestId: "]),
            (plain, "api_error", {"code": "FailedOperation"},
             ["returned an error: FailedOperation", "unknown how much of it ran: give the function's owner", "RequestId: "]),
            (plain, "api_error", {"code": "InternalError"},
             ["returned an error: InternalError", "unknown how much of the function ran: find out what it did", "RequestId: "]),
            (plain, "api_error", {"code": "Unheard.Of"}, ["returned an error: Unheard.Of", "give the RequestId", "RequestId: "]),
            (secure, "handshake", {"at": 100}, ["TCX_E_CLOSED", "not sent: the function did not run", asked]),
            (plain, "swallow", {}, ["TCX_E_CLOSED", "sent: it is unknown whether the function ran. Do not repeat", asked,
                                    r"no RequestId was received. .* this time: 2\d{3}-\d\d-\d\d \d\d:\d\d:\d\d UTC"]),
            (plain, "reset", {}, ["TCX_E_RECEIVE, Connection reset", "sent: it is unknown", asked, "no RequestId was received"]),
            (plain, "stall", {}, ["TCX_E_DEADLINE", "sent: it is unknown", "what to do: give a longer --timeout",
                                  "no RequestId was received"]),
            (plain, "status", {"status": 502}, ["TCX_E_HTTP_STATUS", "the body begins: <", "sent: it is unknown",
                                                "what to do: check --connect", "no RequestId was received"]),
            (plain, "huge", {"bytes": 17 << 20}, ["TCX_E_HTTP_BODY_TOO_LARGE", "sent: it is unknown",
                                                  "what to do: change the function so that it returns less", "no RequestId was received"]),
            (plain, "body", {"base64": encoded(b'{"Response":{"Result":5,"RequestId":"r-5"}}')},
             ["TCX_E_JSON_TYPE", "sent: it is unknown", "what to do: check --connect", "RequestId: r-5"]),
        ]:
            with self.subTest(kind=kind, options=options):
                endpoint.fault(kind, **options)
                done = call("--timeout=2", "mps", "Echo", "x")
                self.assertRegex(done.stderr.decode(), "(?s)^tcexec: [^\n]*" + "[^\n]*\n.*tcexec: .*".join(parts))
        done = run(at(endpoint.tls_port), "--ca=other.pem", "mps", "Echo")
        self.check(done, NOT_SENT, "(?s)TCX_E_X509_UNTRUSTED.*not sent.*what to do: if you expect this server, add its root with --ca")

    def test_whom_tls_does_not_believe(self) -> None:
        later = str(int(time.time()) + 60 * 86400)
        for words, said in [
            (["--ca", "other.pem"], "TCX_E_X509_UNTRUSTED"),
            (["--ca", "root.pem", "--host", "vod.example.com"], "TCX_E_X509_NAME"),
            (["--ca", "root.pem", "--time", later], "TCX_E_X509_TIME"),
            (["--ca", "root.pem", "--time", "946684800"], "TCX_E_X509_TIME"),
            (["--pin", "other.pem"], "TCX_E_"),
        ]:
            with self.subTest(words=words):
                done = run(at(endpoint.tls_port), *words, "mps", "Echo")
                self.check(done, NOT_SENT, f"(?s){said}.*not sent", b"")
        self.check(run(at(endpoint.plain_port), "--ca=root.pem", "mps", "Echo"), NOT_SENT, "TCX_E_TLS", b"")
        self.assertEqual(endpoint.executed(), 0)

    def test_a_host_that_no_certificate_names(self) -> None:
        for trust in ("--ca=root.pem", "--pin=server.pem"):
            for host in ("127.0.0.1", "127.0.0.1:8443", "[::1]", "127.0.0.1."):
                with self.subTest(trust=trust, host=host):
                    done = run(at(endpoint.tls_port), trust, "--host", host, "mps", "Echo")
                    self.check(done, USAGE, "TCX_E_TLS_NAME", b"")
            done = run(at(endpoint.tls_port), trust, "--host", "mps.tencentcloudapi.com.", "mps", "Echo", "x")
            self.check(done, DONE, out=b"x\n")
        self.assertEqual(endpoint.state()["tls"], {"full": 2, "resumed": 0, "failed": 0})

    def test_whom_tls_believes(self) -> None:
        bundle = b"".join((folder / name).read_bytes() for name in ("other.pem", "root.pem"))
        (folder / "crlf.pem").write_bytes(b"Some roots:\r\n" + bundle.replace(b"\n", b"\r\n"))
        for words, env in [
            (["--ca", "crlf.pem"], {}),
            (["--pin", "server.pem", "--host", "else.example.com"], {}),
            ([], {"SSL_CERT_FILE": "crlf.pem"}),
        ]:
            done = run(at(endpoint.tls_port), *words, "mps", "Echo", "x", env=environment(**env))
            self.check(done, DONE, out=b"x\n")

    def test_a_handshake_cut_short(self) -> None:
        for kind, options in [
            ("accept_close", {}),
            ("handshake", {"at": 100}),
            ("handshake", {"at": 700, "how": "rst"}),
        ]:
            endpoint.fault(kind, **options)
            self.check(secure("mps", "Echo"), NOT_SENT, "not sent", b"")

    def test_the_deadline(self) -> None:
        for kind in ("stall_request", "stall"):
            endpoint.fault(kind)
            start = time.monotonic()
            self.check(secure("--timeout", "0.25", "mps", "Echo", "x"), NO_ANSWER, "TCX_E_DEADLINE", b"")
            self.assertLess(time.monotonic() - start, 2)
        with socket.create_server(("127.0.0.1", 0)) as silent:
            done = run(at(silent.getsockname()[1]), "--ca=root.pem", "--timeout=0.2", "mps", "Echo")
            self.check(done, NOT_SENT, "(?s)TCX_E_DEADLINE.*not sent", b"")

    def test_no_complete_answer(self) -> None:
        for kind, options in [
            ("cut", {"at": 40}),
            ("cut", {"at": 150, "how": "rst"}),
            ("swallow", {}),
            ("swallow", {"how": "orderly"}),
            ("reset", {}),
            ("length", {"delta": 5}),
        ]:
            for call in (secure, plain):
                with self.subTest(kind=kind, options=options, call=call.__name__):
                    endpoint.fault(kind, **options)
                    self.check(call("mps", "Echo", "x"), NO_ANSWER, "unknown whether the function ran. Do not repeat", b"")
        endpoint.fault("swallow")
        self.check(plain("--session-id=s", "vod", "Echo"), NO_ANSWER, "same --session-id: it will not run twice", b"")

    def test_an_answer_that_is_not_http(self) -> None:
        for kind, options, said in [
            ("garbage", {}, "TCX_E_HTTP"),
            ("status", {"status": 502}, "TCX_E_HTTP_STATUS(.|\n)*HTTP 502, the body begins: <"),
            ("status", {"status": 414}, "HTTP 414"),
            ("redirect", {}, "TCX_E_HTTP_REDIRECT"),
            ("encoding", {}, "TCX_E_HTTP_ENCODING"),
            ("headers", {"bytes": 70000}, "TCX_E_HTTP_HEAD_TOO_LARGE"),
            ("raw", {"base64": encoded(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n")}, "TCX_E_HTTP_LENGTH"),
            ("huge", {"bytes": 17 << 20}, "TCX_E_HTTP_BODY_TOO_LARGE"),
        ]:
            with self.subTest(kind=kind):
                endpoint.fault(kind, **options)
                self.check(plain("mps", "Echo", "x"), NOT_UNDERSTOOD, said, b"")

    def test_an_answer_that_is_not_the_services_json(self) -> None:
        for body, said in [
            (b"<html>\x1b[2J\xff", r"TCX_E_JSON_SYNTAX(.|\n)*begins: <html>\\x1b\[2J\\xff"),
            (b"{}", "TCX_E_JSON_SHAPE"),
            (b"[" * 99, "TCX_E_JSON_DEPTH"),
            (b'{"Response":{"Result":5}}', "TCX_E_JSON_TYPE"),
            (b'{"Response":{"Result":"\xff"}}', "TCX_E_JSON_UTF8(.|\n)*the function ran. A new call would run it again"),
            (b'{"Response":{"Result":"a","Result":"b"}}', "TCX_E_JSON_DUPLICATE"),
            (b'{"Response":{"x":[' + b"1," * 2000000 + b"1]}}", "TCX_E_JSON_TOKENS, [0-9]+ bytes are missing"),
            (b'{"code":4100,"message":"old","codeDesc":"AuthFailure"}', "TCX_E_JSON_SHAPE"),
        ]:
            with self.subTest(body=body[:40]):
                endpoint.answer(body)
                self.check(plain("mps", "Echo", "x"), NOT_UNDERSTOOD, said, b"")

    def test_members_that_are_not_read(self) -> None:
        for count in (1, 5000, 100000):
            with self.subTest(count=count):
                endpoint.answer(b'{"Response":{"x":[' + b"1," * count + b'1],"Result":"ok","RequestId":"r"}}')
                self.check(plain("mps", "Echo", "x"), DONE, out=b"ok\n")

    def test_answers_about_as_large_as_the_buffer(self) -> None:
        """It holds 16 MiB and 4096 tokens. A body may use the room of tokens that it does not need."""
        before, after = b'{"Response":{"Result":"', b'","RequestId":"r"}}'
        room = (16 << 20) + 4096 * 20
        for size, code, said in [
            (16 << 20, DONE, ".*"),
            (room - 7 * 20, DONE, ".*"),
            (room - 7 * 20 + 1, NOT_UNDERSTOOD, r"TCX_E_JSON_TOKENS, 4 bytes are missing"),
            (room, NOT_UNDERSTOOD, r"TCX_E_JSON_TOKENS, 140 bytes are missing"),
            (room + 1, NOT_UNDERSTOOD, "TCX_E_HTTP_BODY_TOO_LARGE"),
        ]:
            with self.subTest(size=size):
                result = b"a" * (size - len(before) - len(after))
                endpoint.answer(before + result + after)
                self.check(plain("mps", "Echo", "x"), code, said, result + b"\n" if code == DONE else b"")

    def start(self, *words: Word, ignoring: str = "", **more: Any) -> subprocess.Popen:
        """The command in the background; `ignoring` is the signals that it inherits as ignored."""
        trap = f"trap '' {ignoring};" if ignoring else ""
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, **more}
        process = subprocess.Popen(["sh", "-c", f'{trap} exec "$@"', "sh", COMMAND, *words], cwd=folder,
                                   env=environment(), stderr=subprocess.PIPE, **more)
        self.addCleanup(process.kill)
        return process

    def test_an_interrupt_ends_the_call_in_order(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            endpoint.reset()
            endpoint.fault("stall")
            process = self.start(at(endpoint.plain_port), "--plaintext", "--json", "mps", "Echo")
            wait_until(lambda: endpoint.executed() == 1)
            process.send_signal(number)
            out, error = process.communicate(timeout=10)
            self.assertEqual(process.returncode, NO_ANSWER, error)
            document = json.loads(out)
            self.assertEqual((document["status"], document["outcome"]), ("TCX_E_CANCELLED", "maybe_executed"))

    def test_an_interrupt_before_anything_is_sent(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with self.subTest(number=number), socket.create_server(("127.0.0.1", 0)) as silent:
                process = self.start(at(silent.getsockname()[1]), "--ca=root.pem", "--json", "mps", "Echo")
                with silent.accept()[0] as connection:
                    connection.recv(1)
                    process.send_signal(number)
                    out, error = process.communicate(timeout=10)
                self.assertEqual(process.returncode, NOT_SENT, error)
                self.assertEqual(json.loads(out)["outcome"], "not_sent")
                reader, writer = os.pipe()
                process = self.start(at(endpoint.plain_port), "--plaintext", "mps", "Echo", "-", stdin=reader)
                wait_until(lambda: b"tcexec" in Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")[0])
                time.sleep(0.2)
                process.send_signal(number)
                out, error = process.communicate(timeout=10)
                os.close(reader)
                os.close(writer)
                self.assertEqual((process.returncode, out), (NOT_SENT, b""), error)
                self.assertIn(b"nothing was sent", error)
        self.assertEqual(endpoint.state()["requests"], 0)

    def test_an_interrupt_that_is_ignored(self) -> None:
        """As nohup and a shell's "trap '' INT" have it."""
        for number, name in ((signal.SIGINT, "INT"), (signal.SIGTERM, "TERM"), (signal.SIGHUP, "HUP")):
            endpoint.reset()
            endpoint.fault("drip", chunk=20, delay_ms=20)
            process = self.start(at(endpoint.plain_port), "--plaintext", "mps", "Echo", "x", ignoring=name)
            wait_until(lambda: endpoint.executed() == 1)
            process.send_signal(number)
            out, error = process.communicate(timeout=10)
            self.assertEqual((process.returncode, out), (DONE, b"x\n"), error)

    def test_an_interrupt_while_the_result_is_written(self) -> None:
        endpoint.fault("huge", bytes=4 << 20)
        reader, writer = os.pipe()
        self.addCleanup(os.close, reader)
        process = self.start(at(endpoint.plain_port), "--plaintext", "mps", "Echo", stdout=writer)
        os.close(writer)
        self.assertEqual(os.read(reader, 1), b"x")
        for _ in range(2):  # the first one may end a write that has written something: what is left is tried again
            time.sleep(0.3)
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        error = process.communicate(timeout=10)[1]
        self.assertEqual(process.returncode, NO_ANSWER, error)
        self.assertRegex(error.decode(), "RequestId: .*\n.*the function ran, but its Result could not be written")

    def test_a_standard_output_that_is_not_ready(self) -> None:
        """Another process may have made the pipe non-blocking. It is full before anything is read."""
        endpoint.fault("huge", bytes=1 << 20)
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        process = self.start(at(endpoint.plain_port), "--plaintext", "mps", "Echo", stdout=writer)
        time.sleep(0.3)
        self.assertFalse(os.get_blocking(writer), "the other process's own")
        os.close(writer)
        with open(reader, "rb") as out:
            self.assertGreater(len(out.read()), 1 << 20)
        error = process.communicate(timeout=10)[1]
        self.assertEqual(process.returncode, DONE, error)

    def test_a_result_that_cannot_be_written(self) -> None:
        with open("/dev/full", "wb") as full:
            said = "standard output: No space left"
            ran = "the function ran, but its Result could not be written"
            for words in ((), ("--json",)):
                done = plain(*words, "mps", "Echo", "x", stdout=full)
                self.check(done, NO_ANSWER, f"{said}(.|\n)*RequestId: .*\ntcexec: {ran}.*same call would run it again")
                done = plain(*words, "--session-id", f"s{len(words)}", "vod", "Echo", "x", stdout=full)
                self.check(done, NO_ANSWER, f"{ran}.* same --session-id")
            for code, fault in ((API, {"kind": "api_error"}), (NO_ANSWER, {"kind": "swallow"}),
                                (NOT_UNDERSTOOD, {"kind": "garbage"})):
                endpoint.fault(**fault)
                done = plain("--json", "mps", "Echo", "x", stdout=full)
                self.check(done, code, said)
                self.assertNotIn(b"the function ran,", done.stderr)
            done = run("--json", "--plaintext", "--connect=127.0.0.1:1", "mps", "Echo", stdout=full)
            self.check(done, NOT_SENT, said)
            for line in ("--dry-run mps F", "--curl mps F", "--help", "--version", "anchors root.pem"):
                self.check(run(*line.split(), stdout=full), USAGE, said)
        with tempfile.TemporaryFile(dir=folder) as small:
            command = ["sh", "-c", 'ulimit -f 1; exec "$@"', "sh", COMMAND, at(endpoint.plain_port), "--plaintext"]
            done = subprocess.run([*command, "mps", "Echo", "x" * 9999], env=environment(), stdout=small,
                                  stderr=subprocess.PIPE)
            self.check(done, NO_ANSWER, f"standard output: File too large(.|\n)*{ran}")
        reader, writer = os.pipe()
        os.close(reader)
        try:
            self.check(plain("mps", "Echo", "x", stdout=writer), NO_ANSWER, "standard output: Broken pipe")
        finally:
            os.close(writer)


# ---- --json ----------------------------------------------------------------------------------------------------------


class Json(Case):
    def read(self, done: Done, code: int, **members: Any) -> Dict[str, Any]:
        self.check(done, code)
        self.assertEqual(done.stdout.count(b"\n"), 1)
        document = json.loads(done.stdout.decode())
        self.assertEqual({name: document[name] for name in members}, members)
        self.assertEqual((document["attempts"], document["resumed"], document["reused"]), (1, False, False))
        self.assertGreaterEqual(document["elapsed_ms"], document["connect_ms"] or 0)
        for name in ("result", "request_id", "error", "outcome", "http_status", "status", "clock_offset"):
            self.assertIn(name, document)
        return document

    def test_done(self) -> None:
        text = 'a"\\/\n\x01\x7f ü 😀 \u2028'
        done = secure("--json", "mps", "Echo", text)
        self.read(done, DONE, result=text, outcome="answered", status="TCX_OK", http_status=200, error=None,
                  request_id=endpoint.state()["last_request_id"])
        self.assertIn(b"RequestId: ", done.stderr)

    def test_every_character_of_a_result(self) -> None:
        every = "".join(map(chr, range(0x20))) + "\"\\\x7f\x80\u07ff\u0800\uffff\U00010000\U0010ffff"
        endpoint.answer(json.dumps({"Response": {"Result": every, "RequestId": "r"}}).encode())
        self.read(plain("--json", "mps", "Echo"), DONE, result=every)

    def test_measures(self) -> None:
        endpoint.fault("split", at=30, delay_ms=100)
        document = self.read(secure("--json", "mps", "Echo", "x" * 5000), DONE)
        self.assertGreaterEqual(document["elapsed_ms"], document["connect_ms"] + 100)
        self.assertGreater(document["bytes_sent"], 5000)
        self.assertGreater(document["bytes_received"], 5000)
        self.assertIn(document["clock_offset"], (-1, 0, 1))
        endpoint.control("POST", "clock", {"offset": -200})
        self.assertIn(self.read(plain("--json", "mps", "Echo"), DONE)["clock_offset"], (-201, -200, -199))

    def test_without_a_result(self) -> None:
        endpoint.answer(b'{"Response":{}}')
        self.read(plain("--json", "mps", "Echo"), DONE, result=None, request_id=None, error=None)

    def test_the_api_says_no(self) -> None:
        done = plain("--json", "mps", "Nothing")
        document = self.read(done, API, result=None, outcome="answered", status="TCX_E_API", http_status=200)
        self.assertEqual(document["error"]["code"], "InvalidParameterValue.FunctionName")
        self.assertTrue(document["error"]["message"])
        self.assertTrue(document["request_id"])
        endpoint.answer(b'{"Response":{"Error":{},"RequestId":"r"}}')
        document = self.read(plain("--json", "mps", "Echo"), API, status="TCX_E_API")
        self.assertEqual(document["error"], {"code": None, "message": None})

    def test_failures(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        done = run("--plaintext", at(port), "--json", "mps", "F")
        self.read(done, NOT_SENT, outcome="not_sent", status="TCX_E_CONNECT", detail_text="Connection refused",
                  http_status=None, result=None, request_id=None, error=None, connect_ms=None, clock_offset=None,
                  bytes_sent=0, bytes_received=0)
        endpoint.fault("cut", at=60)
        done = plain("--json", "mps", "Echo")
        self.read(done, NO_ANSWER, outcome="maybe_executed", status="TCX_E_CLOSED", http_status=200)
        endpoint.fault("raw", base64=encoded(b"HTTP/1.1 500 X\r\nContent-Length: 4\r\n\r\n\xff\xc3(\x00"))
        done = plain("--json", "mps", "Echo")
        self.read(done, NOT_UNDERSTOOD, outcome="maybe_executed", status="TCX_E_HTTP_STATUS", http_status=500,
                  body="\ufffd\ufffd(\0")

    def test_pages_that_do_not_end(self) -> None:
        """The HTTP status is told however its page ends; after an interim answer alone the failure is."""
        page = b"HTTP/1.0 503 X\r\n\r\n<html>busy"
        short = b"HTTP/1.1 504 X\r\nContent-Length: 5000\r\n\r\n<html>"
        bare = b"HTTP/1.1 502 X\r\n\r\n"
        for call in (plain, secure):
            for how in ("fin", "rst", "stall"):
                for answer, status in ((page, 503), (short, 504), (bare, 502)):
                    with self.subTest(call=call.__name__, how=how, status=status):
                        endpoint.fault("raw", base64=encoded(answer), how=how)
                        done = call("--json", "--timeout=1", "mps", "Echo")
                        self.read(done, NOT_UNDERSTOOD, outcome="maybe_executed", status="TCX_E_HTTP_STATUS",
                                  http_status=status)
                        self.assertIn(f"HTTP {status}", done.stderr.decode())
                endpoint.fault("raw", base64=encoded(b"HTTP/1.1 100 Continue\r\n\r\n"), how=how)
                done = call("--json", "--timeout=1", "mps", "Echo")
                status = {"fin": "TCX_E_CLOSED", "rst": "TCX_E_RECEIVE", "stall": "TCX_E_DEADLINE"}[how]
                self.read(done, NO_ANSWER, outcome="maybe_executed", status=status)

    def test_nothing_when_the_input_is_invalid(self) -> None:
        self.check(plain("--json", "mps", "Echo", "@/nonexistent"), USAGE, "ARG", b"")


# ---- --dry-run and --curl --------------------------------------------------------------------------------------------


class Request:
    """A request as bytes, taken apart."""

    def __init__(self, wire: bytes) -> None:
        head, self.body = wire.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("ascii").split("\r\n")
        self.method, self.target, self.protocol = first.split(" ")
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


def tc3(request: Request, service: str) -> str:
    """The Authorization that the public document asks for."""
    stamp, host = request.headers["x-tc-timestamp"], request.headers["host"]
    day = time.strftime("%Y-%m-%d", time.gmtime(int(stamp)))
    given = request.headers["authorization"]
    names = re.search("SignedHeaders=([a-z;-]+)", given)[1]  # type: ignore[index]
    headers = "".join(f"{name}:{request.headers[name].lower()}\n" for name in names.split(";"))
    query = request.target.partition("?")[2]
    canonical = "\n".join([request.method, "/", query, headers, names, hashlib.sha256(request.body).hexdigest()])
    scope = f"{day}/{service}/tc3_request"
    text = "\n".join(["TC3-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = b"TC3" + KEY.encode()
    for part in (*scope.split("/"), text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    assert host == host.lower()
    return f"TC3-HMAC-SHA256 Credential={ID}/{scope}, SignedHeaders={names}, Signature={key.hex()}"


def v1(request: Request, digest: str) -> str:
    """The signature of version 1 over all other parameters."""
    text = request.target.partition("?")[2] if request.method == "GET" else request.body.decode()
    parameters = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=True))
    del parameters["Signature"]
    line = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
    text = f"{request.method}{request.headers['host']}/?{line}"
    return base64.b64encode(hmac.new(KEY.encode(), text.encode(), digest).digest()).decode()


class DryRun(Case):
    def request(self, *words: Word, **more: Any) -> Request:
        done = run("--dry-run", *words, **more)
        self.check(done, DONE, "^$")
        return Request(done.stdout)

    def test_tc3(self) -> None:
        for service, host in HOSTS.items():
            for sign, names in (("tc3", "content-type;host;x-tc-action"), ("tc3-compat", "content-type;host")):
                for method in ((), ("--get",)):
                    request = self.request("--sign", sign, *method, service, "Echo", "ü & 'x'")
                    self.assertEqual(request.headers["authorization"], tc3(request, service))
                    self.assertIn(f"SignedHeaders={names},", request.headers["authorization"])
                    self.assertEqual((request.protocol, request.headers["host"]), ("HTTP/1.1", host))
                    self.assertEqual(request.headers["x-tc-version"], PRODUCTS[service].version)
                    self.assertLess(abs(int(request.headers["x-tc-timestamp"]) - time.time()), 5)

    def test_v1(self) -> None:
        for sign in ("sha1", "sha256"):
            for method in ((), ("--get",)):
                request = self.request("--sign", sign, *method, "--nonce", "4294967295", "vod", "Echo", "a+b c&d=ü")
                text = request.target.partition("?")[2] if method else request.body.decode()
                self.assertIn("FunctionArg=a%2Bb%20c%26d%3D%C3%BC", text)
                self.assertIn("Nonce=4294967295", text)
                self.assertEqual(dict(parse_qsl(text))["Signature"], v1(request, sign))

    def test_a_nonce_is_drawn(self) -> None:
        bodies = [self.request("--sign", "sha1", "mps", "F").body.decode() for _ in range(4)]
        nonces = [int(dict(parse_qsl(body))["Nonce"]) for body in bodies]
        self.assertEqual(len(set(nonces)), 4)
        self.assertTrue(all(0 < nonce < 1 << 32 for nonce in nonces))

    def test_the_body(self) -> None:
        options = ("--sub-app-id", "0", "--session-context", "", "--session-id=s", "--ext-info", "e")
        request = self.request("vod", "F", 'a"\\\x01\x1f\b\t\n\f\r/ü\x7f', *options)
        self.assertEqual(request.body.decode(), '{"FunctionName":"F",'
                         '"FunctionArg":"a\\"\\\\\\u0001\\u001f\\b\\t\\n\\f\\r/ü\x7f",'
                         '"SubAppId":0,"SessionContext":"","SessionId":"s","ExtInfo":"e"}')
        self.assertEqual(int(request.headers["content-length"]), len(request.body))

    def test_the_time_as_given(self) -> None:
        for stamp, day in ((946684800, "2000-01-01"), (253402300799, "9999-12-31")):
            request = self.request("--time", str(stamp), "mps", "F")
            self.assertEqual(request.headers["x-tc-timestamp"], str(stamp))
            self.assertIn(f"/{day}/mps/", request.headers["authorization"])

    def test_the_host(self) -> None:
        request = self.request("--host", "API.Example.COM:8443", "mps", "F")
        self.assertEqual(request.headers["host"], "api.example.com:8443")

    def test_a_large_file_and_standard_input(self) -> None:
        path = folder / "dry"
        path.write_bytes(b"line\n" * (1 << 20))
        for request in (self.request("mps", "F", f"@{path}"), self.request("mps", "F", "-", stdin=path.read_bytes())):
            self.assertEqual(json.loads(request.body)["FunctionArg"].encode(), path.read_bytes())
            self.assertEqual(request.headers["authorization"], tc3(request, "mps"))

    def test_it_is_what_a_call_sends(self) -> None:
        now = str(int(time.time()))
        for options in ([], ["--get", "--sign", "sha1", "--nonce", "7"]):
            words = ["--time", now, *options, "vod", "Echo", "x"]
            dry = run("--dry-run", *words)
            self.check(plain(*words), DONE, out=b"x\n")
            last = endpoint.state()["last"]
            self.assertEqual(dry.stdout[: len(last["head"])].decode(), last["head"])
            self.assertEqual(hashlib.sha256(dry.stdout[len(last["head"]) :]).hexdigest(), last["body_sha256"])


@unittest.skipUnless(shutil.which("curl"), "curl is not installed")
class Curl(Case):
    def shell(self, *words: Word, **more: Any) -> Any:
        """What curl gets for the command line that is printed."""
        done = run("--curl", *words, **more)
        self.check(done, DONE, "five minutes")
        self.assertNotIn(KEY.encode(), done.stdout)
        self.assertEqual(done.stdout.count(b"\n"), 1)
        line = done.stdout.decode().replace("curl ", "curl --silent --show-error --noproxy '*' ", 1)
        answer = subprocess.run(["sh"], input=line.encode(), cwd=folder, capture_output=True, timeout=30)
        self.assertEqual(answer.stderr, b"")
        return json.loads(answer.stdout)["Response"]

    def test_over_tls(self) -> None:
        words = (at(endpoint.tls_port), "--ca=root.pem")
        for arg in ("x", "it's \"quoted\" $HOME `date` \\ ü\n!\t%", "'", ""):
            self.assertEqual(self.shell(*words, "mps", "Echo", arg).get("Result"), arg)
        words = (at(endpoint.tls_port), "--pin=server.pem")
        self.assertEqual(self.shell(*words, "vod", "Echo", "pinned")["Result"], "pinned")

    def test_a_token_is_in_it(self) -> None:
        other = Endpoint("--token", "the-token").start()
        try:
            for sign in ("tc3", "sha1"):
                names = environment(TENCENTCLOUD_TOKEN="the-token")
                words = (at(other.tls_port), "--ca=root.pem", "--sign", sign, "mps", "Echo", "x")
                self.assertEqual(self.shell(*words, env=names)["Result"], "x")
        finally:
            other.stop()

    def test_every_signature_and_method(self) -> None:
        for words in ((at(endpoint.plain_port), "--plaintext"), (at(endpoint.tls_port), "--ca=root.pem")):
            self.every_signature_and_method(words)
        answer = self.shell("--plaintext", "--host", f"127.0.0.1:{endpoint.plain_port}", "mps", "Echo", "h")
        self.assertEqual(answer["Result"], "h")

    def every_signature_and_method(self, words: Sequence[Word]) -> None:
        for sign in ("tc3", "tc3-compat", "sha256", "sha1"):
            for method in ((), ("--get",)):
                arg = "a'b ü &=%41[1-2]{x,y}"
                self.assertEqual(self.shell(*words, "--sign", sign, *method, "vod", "Echo", arg)["Result"], arg)

    def test_a_large_body(self) -> None:
        text = "it's 'large'\n" * 40000
        words = (at(endpoint.plain_port), "--plaintext")
        self.assertEqual(self.shell(*words, "mps", "Echo", "-", stdin=text.encode())["Result"], text)

    def test_words(self) -> None:
        done = run("--curl", "--connect", "[::1]:99", "mps", "F", "it's")
        words = shlex.split(done.stdout.decode())
        self.assertEqual(words[words.index("--connect-to") + 1], "::[::1]:99")
        self.assertEqual(words[words.index("--data-binary") + 1], '{"FunctionName":"F","FunctionArg":"it\'s"}')
        self.assertIn(f"https://{HOSTS['mps']}/", words)
        self.assertNotIn("Content-Length", done.stdout.decode())  # curl counts the body itself


if __name__ == "__main__":
    unittest.main()
