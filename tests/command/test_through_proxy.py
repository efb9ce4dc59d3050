#!/usr/bin/env python3
"""Tests of --proxy, https_proxy and no_proxy: through tinyproxy to the endpoint, and to proxies with any answer."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, List, Optional, Tuple

from harness import (DONE, HOSTS, NOT_SENT, USAGE, Case, Done, Word, at, endpoint, environment, folder, plain, run,
                     secure, stand_up)

USER, PASSWORD = "plant", "p4ss.w0rd-x"  # tinyproxy takes few other characters
ENCODED = "p4ss%2Ew0rd%2Dx"


def setUpModule() -> None:
    stand_up()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Tinyproxy:
    """A real proxy, which allows CONNECT to the endpoint's TLS port and to port 9 alone. It ends by itself in the end."""

    def __init__(self, *lines: str) -> None:
        self.program = shutil.which("tinyproxy") or shutil.which("/usr/sbin/tinyproxy")
        if self.program is None:
            raise unittest.SkipTest("no tinyproxy here (Debian package tinyproxy-bin)")
        self.port = free_port()
        self.log = Path(tempfile.mkdtemp(dir=folder)) / "log"
        settings = [f"Port {self.port}", "Listen 127.0.0.1", "Timeout 20", "MaxClients 20", f'LogFile "{self.log}"',
                    "LogLevel Connect", f"ConnectPort {endpoint.tls_port}", "ConnectPort 9", *lines]
        configuration = self.log.with_name("conf")
        configuration.write_text("\n".join(settings) + "\n")
        self.process = subprocess.Popen(["timeout", "120", self.program, "-d", "-c", str(configuration)],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 10
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    self.stop()
                    raise unittest.SkipTest("tinyproxy does not start here")
                time.sleep(0.02)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()

    def url(self, who: str = "") -> str:
        return f"http://{who}{'@' if who else ''}127.0.0.1:{self.port}"

    def asked(self) -> List[str]:
        """What it was asked to connect to."""
        return re.findall(r"CONNECT (\S+) HTTP/1.1", self.log.read_text())


class Played:
    """A proxy that gives one answer, whatever it is asked, and keeps what it was asked."""

    def __init__(self, answer: bytes, closes: bool = True) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.port = self.listener.getsockname()[1]
        self.answer, self.closes, self.asked = answer, closes, b""
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        with self.listener, self.listener.accept()[0] as connection:
            connection.settimeout(10)
            while b"\r\n\r\n" not in self.asked and (piece := connection.recv(4096)):
                self.asked += piece
            connection.sendall(self.answer)
            if not self.closes:
                connection.recv(1)  # until the command has ended

    def __enter__(self) -> "Played":
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(20)


class ProxyCase(Case):
    def check(self, done: Done, *words: Any, **more: Any) -> None:
        """And the proxy's password is in no output, however it is spelled."""
        super().check(done, *words, **more)
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode().rstrip("=")
        for spelling in (PASSWORD, ENCODED, "p4ss", "w0rd", pair):
            self.assertNotIn(spelling.encode(), (done.stdout or b"") + done.stderr)

    def refused(self, url: str, said: str, *words: Word) -> None:
        """As an option, and as a variable: by name, and nothing is sent."""
        self.check(secure(f"--proxy={url}", *words, "mps", "Echo", "x"), USAGE, f"--proxy: {said}", b"")
        for name in ("https_proxy", "HTTPS_PROXY"):
            done = secure(*words, "mps", "Echo", "x", env=environment(**{name: url}))
            self.check(done, USAGE, f"{name}: {said}", b"")


class Through(ProxyCase):
    """Through tinyproxy."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.proxy = Tinyproxy()
        cls.addClassCleanup(cls.proxy.stop)
        cls.guarded = Tinyproxy(f"BasicAuth {USER} {PASSWORD}")
        cls.addClassCleanup(cls.guarded.stop)

    def test_a_call(self) -> None:
        """TLS goes to the endpoint, end to end: its name is verified as ever."""
        before = len(self.proxy.asked())
        for service in HOSTS:
            self.check(secure("--proxy", self.proxy.url(), service, "Echo", "x"), DONE, out=b"x\n")
        self.assertEqual(self.proxy.asked()[before:], [f"127.0.0.1:{endpoint.tls_port}"] * len(HOSTS))
        self.assertEqual(endpoint.executed(), len(HOSTS))
        done = secure("--proxy", self.proxy.url(), "-v", "mps", "Echo", "x" * 100000)
        self.check(done, DONE, f"using the proxy 127.0.0.1:{self.proxy.port} \\(from --proxy\\)", b"x" * 100000 + b"\n")
        done = secure("--proxy", self.proxy.url(), "--host=vod.example.com", "mps", "Echo", "x")
        self.check(done, NOT_SENT, "TCX_E_X509_NAME", b"")
        done = run(at(endpoint.tls_port), "--ca=other.pem", "--proxy", self.proxy.url(), "mps", "Echo", "x")
        self.check(done, NOT_SENT, "TCX_E_X509_UNTRUSTED", b"")

    def test_spellings_of_the_url(self) -> None:
        port = self.proxy.port
        for url in (f"127.0.0.1:{port}", f"HTTP://127.0.0.1:{port}/", f"http://localhost:{port}", f"http://@127.0.0.1:{port}"):
            self.check(secure(f"--proxy={url}", "mps", "Echo", "x"), DONE, out=b"x\n")

    def test_several_attempts_and_a_session(self) -> None:
        endpoint.fault("api_error", code="RequestLimitExceeded")
        words = ("--proxy", self.proxy.url(), "--json", f"--session-file={folder}/proxy.session")
        done = secure(*words, "--attempts=2", "mps", "Echo", "x")
        self.check(done, DONE)
        self.assertEqual(json.loads(done.stdout)["attempts"], 2)
        self.assertTrue(json.loads(secure(*words, "mps", "Echo", "x").stdout)["resumed"])

    def test_user_and_password(self) -> None:
        for who in (f"{USER}:{ENCODED}", "%70lant:" + ENCODED.lower()):
            done = secure("-v", "--json", "--proxy", self.guarded.url(who), "mps", "Echo", "x")
            self.check(done, DONE)
        self.check(secure("mps", "Echo", "x", env=environment(https_proxy=self.guarded.url(f"{USER}:{ENCODED}"))), DONE)
        executed = endpoint.executed()
        name = f"127.0.0.1:{self.guarded.port}"
        for who, said in (("", f"give user and password: --proxy http://USER:PASSWORD@{name}"),
                          (f"{USER}:another", "correct user and password in --proxy"),
                          (USER, "correct user and password in --proxy")):
            done = secure("-v", "--proxy", self.guarded.url(who), "mps", "Echo", "x")
            self.check(done, NOT_SENT, rf"(?s)proxy {name}: .*\(TCX_E_PROXY, HTTP 40[17]\).*not sent: .*what to do: {said}",
                       b"")
        done = secure("--json", "--proxy", self.guarded.url(f"{USER}:p4ss"), "mps", "Echo", "x")
        members = ("status", "detail", "detail_text", "outcome")
        self.assertEqual({name: json.loads(done.stdout)[name] for name in members},
                         {"status": "TCX_E_PROXY", "detail": 401, "detail_text": "HTTP 401", "outcome": "not_sent"})
        self.check(done, NOT_SENT)
        self.assertEqual(endpoint.executed(), executed)

    def test_what_it_does_not_allow_or_reach(self) -> None:
        url, name = self.proxy.url(), f"127.0.0.1:{self.proxy.port}"
        done = run(at(endpoint.plain_port), "--ca=root.pem", "--proxy", url, "mps", "Echo", "x")
        self.check(done, NOT_SENT, rf"(?s)proxy {name}: .*TCX_E_PROXY, HTTP 403.*not sent: .*"
                                   rf"what to do: allow CONNECT to 127\.0\.0\.1:{endpoint.plain_port} in the proxy, or", b"")
        done = run(at(9), "--ca=root.pem", "--proxy", url, "mps", "Echo", "x")
        self.check(done, NOT_SENT, rf"(?s)proxy {name}: .*TCX_E_PROXY, HTTP 50[024].*not sent: .*"
                                   r"what to do: check that 127\.0\.0\.1:9 is right, and that the proxy can reach it", b"")

    def test_the_environment(self) -> None:
        """The first variable that is set counts, and an option before all of them."""
        used, dead = self.proxy.url(), f"http://127.0.0.1:{free_port()}"
        for names, words, through in [
            ({"https_proxy": used}, (), True),
            ({"HTTPS_PROXY": used}, (), True),
            ({"https_proxy": used, "HTTPS_PROXY": dead}, (), True),
            ({"https_proxy": "", "HTTPS_PROXY": dead}, (), False),
            ({"https_proxy": dead}, (f"--proxy={used}",), True),
            ({"https_proxy": dead}, ("--proxy=",), False),
            ({"no_proxy": "*"}, (f"--proxy={used}",), True),
            ({"http_proxy": dead, "HTTP_PROXY": dead, "all_proxy": dead}, (), False),
        ]:
            with self.subTest(names=names, words=words):
                before = len(self.proxy.asked())
                self.check(secure(*words, "mps", "Echo", "x", env=environment(**names)), DONE, out=b"x\n")
                self.assertEqual(len(self.proxy.asked()) > before, through)

    def test_doctor(self) -> None:
        name = f"127.0.0.1:{self.guarded.port}"
        words = ("doctor", at(endpoint.tls_port), "--ca=root.pem", "--proxy")
        done = run(*words, self.guarded.url(f"{USER}:{ENCODED}"))
        self.check(done, DONE)
        lines = done.stdout.decode()
        self.assertEqual(re.findall(r"^\w+ +(\w+) ", lines, re.M),
                         ["credentials", "permissions", "expiry", "roots", "dns", "tcp", "proxy", "tls", "clock", "service"])
        self.assertRegex(lines, f"ok +dns +the proxy 127.0.0.1 has 1 address, .*{name}\n"
                                f"ok +tcp +connected to the proxy {name}\n"
                                f"ok +proxy +{name} .from --proxy. connected to 127.0.0.1:{endpoint.tls_port}\n"
                                "ok +tls +TLS 1.2, ")
        done = run(*words, self.guarded.url())
        self.check(done, NOT_SENT)
        self.assertRegex(done.stdout.decode(), rf"ok +tcp .*\nbad +proxy +proxy {name}: .*HTTP 407\)\nskipped +tls .*\nskipped +clock "
                                               rf".*\nskipped +service .*\nNext: give user and password: --proxy ")

    def test_curl(self) -> None:
        """What --curl prints goes through the proxy too, and has no password in it."""
        done = secure("--curl", "--proxy", self.proxy.url(), "mps", "Echo", "x")
        self.check(done, DONE)
        before = len(self.proxy.asked())
        answer = subprocess.run(["sh", "-c", done.stdout], cwd=folder, env=environment(no_proxy="*"), timeout=30,
                                capture_output=True)
        self.assertIn(b'"Result":', answer.stdout, answer.stderr)
        self.assertEqual(len(self.proxy.asked()), before + 1)
        done = secure("--curl", "--proxy", self.guarded.url(f"{USER}:{ENCODED}"), "mps", "Echo", "x")
        self.check(done, DONE, "add --proxy-user USER:PASSWORD")


class Answers(ProxyCase):
    """What proxies that are played answer."""

    def ask(self, answer: bytes, *words: Word, closes: bool = True, who: str = "",
            target: str = "") -> Tuple[Done, bytes]:
        with Played(answer, closes) as proxy:
            done = run(target or at(endpoint.tls_port), "--ca=root.pem", f"--proxy=http://{who}127.0.0.1:{proxy.port}",
                       *words, "mps", "Echo", "x")
        return done, proxy.asked

    def test_what_it_is_asked(self) -> None:
        for target, name in (("--connect=[::1]:4433", "[::1]:4433"), ("--connect=a.test", "a.test:443"),
                             ("--host=b.test:8443", "b.test:8443"), ("--region=r", "mps.tencentcloudapi.com:443")):
            done, asked = self.ask(b"HTTP/1.1 503 Later\r\n\r\n", target=target)
            self.check(done, NOT_SENT, "HTTP 503")
            self.assertEqual(asked.decode(), f"CONNECT {name} HTTP/1.1\r\nHost: {name}\r\n\r\n")
        done, asked = self.ask(b"HTTP/1.1 504 Gateway Timeout\r\n\r\n", who="a%C3%A9:p%40%2f@")
        self.check(done, NOT_SENT, "HTTP 504")
        pair = base64.b64encode("aé:p@/".encode())
        self.assertTrue(asked.endswith(b"Proxy-Authorization: Basic " + pair + b"\r\n\r\n"))

    def test_what_is_no_agreement(self) -> None:
        for answer, said in [
            (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\n\r\nbad", "TCX_E_PROXY, HTTP 502.*check that 127.0.0.1:"),
            (b"HTTP/1.1 501 No\r\n\r\n", "TCX_E_PROXY, HTTP 501.*allow CONNECT to"),
            (b"HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n", "TCX_E_PROXY, HTTP 302.*allow CONNECT to"),
            (b"220 mail ESMTP\r\n", "TCX_E_PROXY_ANSWER.*check that an HTTP proxy listens at .* .from --proxy."),
            (b"HTTP/1.1 200 OK\n\n", "TCX_E_PROXY_ANSWER"),
            (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 3000, "is not valid HTTP, or too long .TCX_E_PROXY_ANSWER"),
            (b"", "TCX_E_PROXY_CLOSED"),
            (b"HTTP/1.1 200 OK\r\nVia: x\r\n", "TCX_E_PROXY_CLOSED"),
            (b"HTTP/1.1 200 OK\r\n\r\n", "TCX_E_(CLOSED|CONNECT)"),
            (b"HTTP/1.1 200 OK\r\n\r\n220 no TLS here", "TCX_E_TLS"),
        ]:
            with self.subTest(answer=answer[:40]):
                done, _ = self.ask(answer)
                self.check(done, NOT_SENT, f"(?s){said}", b"")
                self.assertRegex(done.stderr, b"the function did not run")
        for answer in (b"HTTP/1.1 403 No\r\n\r\n", b"HTTP/1.1 502 No\r\n\r\n"):
            done, _ = self.ask(answer, target="--connect=[::1]:4433")
            self.check(done, NOT_SENT, r"what to do: (allow CONNECT to|check that) \[::1\]:4433 ", b"")
        done, _ = self.ask(b"HTTP/1.1 100 Wait\r\n\r\n", "--timeout=0.3", closes=False)
        self.check(done, NOT_SENT, "(?s)proxy 127.*TCX_E_DEADLINE.*check that an HTTP proxy listens at", b"")

    def test_a_proxy_that_is_not_there(self) -> None:
        port = free_port()
        done = secure(f"--proxy=http://127.0.0.1:{port}", "mps", "Echo", "x")
        self.check(done, NOT_SENT, f"(?s)proxy 127.0.0.1:{port}: .*TCX_E_CONNECT, Connection refused.*not sent.*"
                                   f"what to do: check that an HTTP proxy listens at 127.0.0.1:{port} .from --proxy.", b"")
        done = secure("--timeout=5", "mps", "Echo", "x", env=environment(https_proxy="http://no-such-proxy.invalid"))
        self.check(done, NOT_SENT, r"(?s)proxy no-such-proxy.invalid:1080: .*TCX_E_(RESOLVE|DEADLINE).*from https_proxy", b"")
        done = run("doctor", at(1), "--ca=root.pem", f"--proxy=http://127.0.0.1:{port}")
        self.check(done, NOT_SENT)
        self.assertRegex(done.stdout.decode(), rf"bad +tcp +proxy 127.0.0.1:{port}: .*refused\)\nskipped +proxy .*\n(skipped .*\n)+"
                                               rf"Next: check that an HTTP proxy listens at 127.0.0.1:{port}")
        done = run("doctor", at(1), "--ca=missing.pem", "--proxy=http://[::1]:5")
        self.assertRegex(done.stdout.decode(), "skipped +dns .*\nskipped +tcp .*\nskipped +proxy .*\nskipped +tls ")


class Words(ProxyCase):
    """What the options and variables may be."""

    def test_what_is_refused(self) -> None:
        for scheme in ("https", "socks4", "socks4a", "socks5", "SOCKS5H", "socks"):
            self.refused(f"{scheme}://{USER}:{ENCODED}@h:1", f"{scheme.lower()}:// is not supported: give an HTTP proxy")
        for url, said in [
            (f"ftp://{USER}:{ENCODED}@h", "the URL does not begin with http://"),
            (f"p4ss://{USER}@h", "the URL does not begin with http://"),
            ("http://", "no valid HOST"), ("http://:3128", "no valid HOST"), ("http://h:0", "no valid HOST"),
            ("http://h:65536", "no valid HOST"), ("http://h:x", "no valid HOST"), ("http://a b", "no valid HOST"),
            ("http://[::1", "no valid HOST"), ("http://::1", "no valid HOST"), ("http://a\x7f", "no valid HOST"),
            (f"http://{USER}:{ENCODED}@", "no valid HOST"),
            (f"http://{USER}:{ENCODED}@h/x", "there is text after HOST:PORT"),
            (f"http://{USER}:p4ss/w0rd@h", "there is text after HOST:PORT"), ("http://h?a", "there is text after"),
            (f"http://{USER}:p4ss%@h", "a % in user or password"), (f"http://{USER}:p4ss%4@h", "a % in user or password"),
            ("http://%zz:x@h", "a % in user or password"), ("http://a%3Ab:x@h", "the user has a colon"),
            (f"http://{USER}:p4ss%0Aw0rd@h", "user or password has a control character"),
            ("http://a%00:b@h", "user or password has a control character"),
            ("http://a\x01:b@h", "user or password has a control character"), ("http://a:\x7f@h", "user or password has a"),
            ("http://" + "a" * 1024 + "@h", "user and password are over 1023 bytes"),
            ("http://" + "a" * 4000 + "@h", "the URL is over"), ("http://" + "a" * 300, "no valid HOST"),
        ]:
            with self.subTest(url=url[:60]):
                self.refused(url, re.escape(said))
        self.assertEqual(endpoint.executed(), 0)

    def test_the_longest_user_and_password(self) -> None:
        done = secure(f"--proxy=http://{'%61' * 1000}:{'b' * 23}@127.0.0.1:{free_port()}", "mps", "Echo", "x")
        self.check(done, NOT_SENT, "Connection refused")

    def test_plaintext(self) -> None:
        self.check(plain("--proxy=http://h", "mps", "Echo", "x"), USAGE, "--plaintext and --proxy contradict", b"")
        for url in (f"http://127.0.0.1:{free_port()}", "socks5://h"):
            names = environment(https_proxy=url, HTTPS_PROXY=url, http_proxy=url)
            self.check(plain("mps", "Echo", "x", env=names), DONE, out=b"x\n")

    def test_no_request_no_proxy(self) -> None:
        done = secure("--dry-run", "--proxy=http://127.0.0.1:1", "mps", "Echo", "x")
        self.check(done, DONE)
        self.assertNotIn(b"CONNECT", done.stdout)
        self.check(run("--ca=root.pem", "--proxy=http://h", "--connect=a/b", "mps", "Echo"), USAGE, "TCX_E_PROXY_TARGET", b"")
        self.check(run("anchors", "root.pem", env=environment(https_proxy="socks5://h")), DONE)

    def is_through(self, words: List[str], **names: Optional[str]) -> bool:
        """Whether a call would go through the environment's proxy, which is not there."""
        port = free_port()
        done = run("--ca=root.pem", "--timeout=2", *words, "mps", "Echo", "x",
                   env=environment(https_proxy=f"http://127.0.0.1:{port}", **names))
        return f"proxy 127.0.0.1:{port}".encode() in done.stderr

    def test_no_proxy(self) -> None:
        dialled = {"name": ["--connect=a.Plant.invalid:4433"], "host": ["--host=plant.invalid"], "v4": [at(1)],
                   "v6": ["--connect=[::1]:1"]}
        for value, direct in [
            ("", ""), (",", ""), (" , ,", ""), ("invalid", "name host"), (".invalid", "name host"), ("plant.invalid", "name host"),
            ("PLANT.invalid.", "name host"), ("..plant.invalid", "name host"), ("lant.invalid", ""), ("a.plant.invalid", "name"),
            ("b.a.plant.invalid", ""), ("*", "name host v4 v6"), ("x,*", "name host v4 v6"), ("*.invalid", ""),
            ("plant.invalid:4433", "name"), ("plant.invalid:443", "host"), ("plant.invalid:", ""), ("plant.invalid:x", ""),
            ("127.0.0.1", "v4"), ("127.0.0.1:1", "v4"), ("127.0.0.1:2", ""), ("0.0.1", ""), ("1", ""), ("::1", "v6"),
            ("[::1]", "v6"), ("[::1]:1", "v6"), ("[::1]:2", ""), ("::2", ""), ("x y,\tplant.invalid z", "name host"),
            ("y" * 400 + ",invalid", "name host"),
        ]:
            for kind, words in dialled.items():
                if kind in ("name", "host") and kind not in direct and value not in ("", "lant.invalid", "*.invalid",
                                                                                    "plant.invalid:4433"):
                    continue  # each of them dials: a few are enough of those that go through
                with self.subTest(value=value, kind=kind):
                    self.assertEqual(self.is_through(words, no_proxy=value, NO_PROXY="*"), kind not in direct.split())
        self.assertFalse(self.is_through(dialled["v4"], NO_PROXY="127.0.0.1"))
        self.assertFalse(self.is_through(["--region=r"], NO_PROXY="tencentcloudapi.com"))


if __name__ == "__main__":
    unittest.main()
