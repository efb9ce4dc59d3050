#!/usr/bin/env python3
"""Tests of the endpoint itself: published signatures, official captures, the API's rules, HTTP, TLS and every fault.

Run from anywhere: ``python3 tests/endpoint/test_endpoint.py``, or ``python3 -m unittest`` in this directory.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import json
import os
import re
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import zlib
from dataclasses import replace
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple
from unittest import mock
from urllib.parse import quote, urlencode, urlsplit

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import faults  # noqa: E402
import signature  # noqa: E402
from endpoint import Endpoint, Settings  # noqa: E402
from protocol import MIB, ApiError, BadRequest, Request, parse_head  # noqa: E402
from service import PRODUCTS, Clock, Service, parse_form, parse_json  # noqa: E402
from signature import Authorization, Credentials  # noqa: E402

VECTORS = HERE.parent / "vectors" / "sdk-vectors.json"
NOW = 1700000000
CREDENTIALS = Credentials("AKIDtest", "test-key")
EXAMPLE = {"FunctionName": "ExampleFunc", "FunctionArg": "XXX"}


# ---- a small client: signs, sends, and reads exactly what came -------------------------------------------------------


def build(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body


def parse(wire: bytes) -> Request:
    head, _, body = wire.partition(b"\r\n\r\n")
    return replace(parse_head(head + b"\r\n\r\n"), body=body)


def tc3(params: Any, service: str = "mps", *, method: str = "POST", now: int = NOW, host: str = "",
        credentials: Credentials = CREDENTIALS, sign: Tuple[str, ...] = ("content-type", "host", "x-tc-action"),
        change: Optional[Mapping[str, Optional[str]]] = None, extra: Optional[Mapping[str, str]] = None,
        date: Optional[str] = None) -> bytes:
    """A signed request. ``change`` replaces headers after signing (None removes), ``extra`` adds before."""
    get = method == "GET"
    query = urlencode(params, quote_via=quote, safe="~") if get else ""
    body = b"" if get else params if isinstance(params, bytes) else json.dumps(params).encode()
    headers: Dict[str, str] = {
        "Host": host or f"{service}.tencentcloudapi.com",
        "Content-Type": "application/x-www-form-urlencoded" if get else "application/json",
        "X-TC-Action": "ExecuteFunction",
        "X-TC-Version": PRODUCTS[service].version,
        "X-TC-Timestamp": str(now),
        **(extra or {}),
    }
    if not get:
        headers["Content-Length"] = str(len(body))
    if credentials.token:
        headers["X-TC-Token"] = credentials.token
    lower = {name.lower(): value for name, value in headers.items()}
    date = date or signature.utc_date(now)
    canonical = signature.canonical_request(method, query, [(name, lower[name]) for name in sign], body)
    text = signature.tc3_string_to_sign(now, date, service, canonical)
    mac = signature.tc3_signature(signature.tc3_key(credentials.secret_key, date, service), text)
    headers["Authorization"] = (
        f"TC3-HMAC-SHA256 Credential={credentials.secret_id}/{date}/{service}/tc3_request, "
        f"SignedHeaders={';'.join(sign)}, Signature={mac}"
    )
    for name, value in (change or {}).items():
        headers.pop(name, None)
        if value is not None:
            headers[name] = value
    return build(method, "/" + ("?" + query if query else ""), headers, body)


def v1(params: Mapping[str, str], service: str = "mps", *, method: str = "POST", now: int = NOW,
       digest: Optional[str] = "HmacSHA256", credentials: Credentials = CREDENTIALS,
       common: Optional[Mapping[str, Optional[str]]] = None, signed: Optional[str] = None) -> bytes:
    """A signed request; ``common`` changes common parameters before signing, ``signed`` the Signature itself."""
    host = f"{service}.tencentcloudapi.com"
    every: Dict[str, Optional[str]] = {
        **params, "Action": "ExecuteFunction", "Version": PRODUCTS[service].version, "Timestamp": str(now), "Nonce": "4242",
        "SecretId": credentials.secret_id, "SignatureMethod": digest, "Token": credentials.token, **(common or {}),
    }
    sent = {name: value for name, value in every.items() if value is not None}
    text = signature.v1_string_to_sign(method, host, "/", sent.items())
    sent["Signature"] = signed or signature.v1_signature(credentials.secret_key, sent.get("SignatureMethod"), text)
    encoded = urlencode(sent, quote_via=quote, safe="~")
    if method == "GET":
        return build("GET", "/?" + encoded, {"Host": host})
    headers = {"Host": host, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(encoded))}
    return build("POST", "/", headers, encoded.encode())


class Peer:
    """The client's end of a connection. TLS runs over memory buffers, so that a reset is not taken for an end."""

    def __init__(self, url: str, context: Optional[ssl.SSLContext] = None,
                 session: Optional[ssl.SSLSession] = None) -> None:
        parts = urlsplit(url)
        self.sock = socket.create_connection((parts.hostname, parts.port), timeout=5)
        self.tls: Optional[ssl.SSLObject] = None
        if parts.scheme == "https":
            assert context is not None
            self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
            self.tls = context.wrap_bio(
                self._incoming, self._outgoing, server_hostname="mps.tencentcloudapi.com", session=session)
            try:
                self._shake_hands(self.tls)
            except BaseException:
                self.sock.close()
                raise

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()

    def _shake_hands(self, tls: ssl.SSLObject) -> None:
        while True:
            try:
                tls.do_handshake()
                self.sock.sendall(self._outgoing.read())
                return
            except ssl.SSLWantReadError:
                self.sock.sendall(self._outgoing.read())
                self._fill()
            except ssl.SSLError:
                self.sock.sendall(self._outgoing.read())
                raise

    def _fill(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise EOFError
        self._incoming.write(data)

    def send(self, data: bytes) -> None:
        if self.tls:
            self.tls.write(data)
            data = self._outgoing.read()
        self.sock.sendall(data)

    def say_goodbye(self) -> None:
        """Sends close_notify."""
        assert self.tls is not None
        with contextlib.suppress(ssl.SSLError):
            self.tls.unwrap()
        self.sock.sendall(self._outgoing.read())

    def recv(self, most: int = 65536) -> bytes:
        """What comes next; empty at FIN, over TLS at close_notify. Raises EOFError at a FIN without one."""
        while self.tls:
            try:
                return self.tls.read(most)
            except ssl.SSLWantReadError:
                self._fill()
            except ssl.SSLZeroReturnError:
                return b""
        return self.sock.recv(most)

    def rest(self) -> Tuple[bytes, str]:
        """All that comes, and how it ends: ``fin`` (over TLS: after close_notify), ``ragged``, ``rst``, ``silence``."""
        data = b""
        while True:
            try:
                part = self.recv()
            except EOFError:
                return data, "ragged"
            except ConnectionResetError:
                return data, "rst"
            except (socket.timeout, TimeoutError):
                return data, "silence"
            if not part:
                return data, "fin"
            data += part

    def response(self) -> Tuple[int, Dict[str, str], bytes]:
        """One response with a Content-Length; nothing beyond it is read."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = self.recv(1)
            if not byte:
                raise AssertionError(f"the connection ended within {head!r}")
            head += byte
        status, headers = read_head(head)
        body = b""
        while len(body) < int(headers["content-length"]):
            body += self.recv(int(headers["content-length"]) - len(body))
        return status, headers, body


def read_head(head: bytes) -> Tuple[int, Dict[str, str]]:
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if line)
    return int(lines[0].split(" ")[1]), {name.lower(): value for name, value in headers.items()}


def code_of(body: bytes) -> str:
    response = json.loads(body)["Response"]
    assert response["RequestId"]
    return str(response.get("Error", {}).get("Code", "Ok"))


def result_of(body: bytes) -> str:
    return str(json.loads(body)["Response"]["Result"])


# ---- signatures ------------------------------------------------------------------------------------------------------


class PublishedSignatures(unittest.TestCase):
    """The examples of the public signature documents, in the editions that print different keys."""

    BODY = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    KEY = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
    CENSORED = "Gu5t9xGARNpq86cd98joQYCN3*******"

    def tc3(self, key: str, names: str, expected: str, *, method: str = "POST", query: str = "", body: bytes = BODY,
            timestamp: int = 1551113065, content_type: str = "application/json; charset=utf-8") -> None:
        values = {"content-type": content_type, "host": "cvm.tencentcloudapi.com", "x-tc-action": "DescribeInstances"}
        headers = tuple((name.title(), value) for name, value in values.items())
        request = Request(method, "/" + ("?" + query if query else ""), headers, body=body)
        authorization = Authorization.parse(
            f"TC3-HMAC-SHA256 Credential=AKIDEXAMPLE/{signature.utc_date(timestamp)}/cvm/tc3_request, "
            f"SignedHeaders={names}, Signature={expected}"
        )
        signature.verify_tc3(request, authorization, timestamp, key)
        for broken in (replace(request, body=body + b" "), replace(request, method="PUT")):
            with self.assertRaises(ApiError):
                signature.verify_tc3(broken, authorization, timestamp, key)

    def test_v3_two_headers(self) -> None:
        self.tc3(self.KEY, "content-type;host", "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168")

    def test_v3_two_headers_censored(self) -> None:
        self.tc3(self.CENSORED, "content-type;host", "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c")

    def test_v3_three_headers(self) -> None:
        self.tc3(self.CENSORED, "content-type;host;x-tc-action",
                 "be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3")

    def test_v3_three_headers_newest(self) -> None:
        self.tc3("*" * 32, "content-type;host;x-tc-action",
                 "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f")

    def test_v3_key_chain(self) -> None:
        self.assertEqual(signature.tc3_key("*" * 32, "2019-02-25", "cvm").hex(),
                         "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af")

    def test_v3_get(self) -> None:
        self.tc3(self.KEY, "content-type;host", "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474",
                 method="GET", query="Limit=10&Offset=0", body=b"", timestamp=1539084154,
                 content_type="application/x-www-form-urlencoded")

    def v1(self, secret_id: str, key: str, expected: str, path: str = "/", host: str = "cvm.tencentcloudapi.com",
           **parameters: Optional[str]) -> None:
        common: Dict[str, Optional[str]] = {
            "Action": "DescribeInstances", "InstanceIds.0": "ins-09dx96dg", "Limit": "20", "Nonce": "11886",
            "Offset": "0", "Region": "ap-guangzhou", "SecretId": secret_id, "Timestamp": "1465185768",
            "Version": "2017-03-12", "Signature": expected, **parameters,
        }
        sent = {name: value for name, value in common.items() if value is not None}
        request = Request("GET", path, (("Host", host),))
        signature.verify_v1(request, sent, key)
        with self.assertRaises(ApiError):
            signature.verify_v1(request, {**sent, "Nonce": "11887"}, key)

    def test_v1_sha1(self) -> None:
        self.v1("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", self.KEY, "EliP9YW3pW28FpsEdkXt/+WcGeI=")

    def test_v1_sha1_censored(self) -> None:
        self.v1("AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******", self.CENSORED, "zmmjn35mikh6pM3V7sUEuX4wyYM=")

    def test_v1_sha1_newest(self) -> None:
        self.v1("AKID" + "*" * 32, "*" * 32, "7RAM2xfNMO9EiVTNmPg06MRnCvQ=")

    def test_v1_sha256_of_the_former_api(self) -> None:
        self.v1("AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA",
                "0EEm/HtGRr/VJXTAD9tYMth1Bzm3lLHz5RCDv1GdM8s=", path="/v2/index.php", host="cvm.api.qcloud.com",
                SignatureMethod="HmacSHA256", Limit=None, Offset=None, Version=None)


class OfficialCaptures(unittest.TestCase):
    """Requests captured from the official Node SDK are accepted; one flipped bit anywhere is not."""

    def setUp(self) -> None:
        self.vectors: List[Dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))

    @staticmethod
    def wire(vector: Mapping[str, Any]) -> bytes:
        expected = vector["expected"]
        headers = {name: expected["headers"][name] for name in expected["header_order"]}
        return build(expected["method"], expected["path"], headers, expected["body"].encode("utf-8"))

    @staticmethod
    def verify(request: Request, key: str) -> None:
        header = request.header("authorization")
        if header is not None:
            timestamp = int(request.header("x-tc-timestamp") or "")
            signature.verify_tc3(request, Authorization.parse(header), timestamp, key)
        else:
            text = request.query or request.body.decode("ascii")
            signature.verify_v1(request, parse_form(text), key)

    def test_all_are_accepted(self) -> None:
        self.assertGreaterEqual(len(self.vectors), 92)
        for vector in self.vectors:
            with self.subTest(vector["name"]):
                request = parse(self.wire(vector))
                self.assertEqual(request.content_length, len(request.body))
                self.verify(request, vector["inputs"]["secret_key"])

    def test_what_the_api_says_of_them(self) -> None:
        for vector in self.vectors:
            with self.subTest(vector["name"]):
                inputs, params = vector["inputs"], vector["inputs"]["params"]
                credentials = Credentials(inputs["secret_id"], inputs["secret_key"], inputs["token"])
                service = Service(credentials, Clock(vector["timestamp"]))
                missing = [name for name in EXAMPLE if params.get(name) is None]
                absent = "MissingParameter" if missing else "InvalidParameterValue.FunctionName"
                known = params.get("FunctionName") in ("ExampleFunc", "Echo")
                verdict = service.decide(parse(self.wire(vector)))
                self.assertEqual(verdict.code, "Ok" if known and not missing else absent)

    def test_every_flip_is_refused(self) -> None:
        for vector in self.vectors:
            request, key = parse(self.wire(vector)), vector["inputs"]["secret_key"]
            for name, broken, broken_key in self.flips(request, key):
                with self.subTest(vector["name"], flip=name), self.assertRaises(ApiError):
                    self.verify(broken, broken_key)

    @staticmethod
    def flips(request: Request, key: str) -> Iterator[Tuple[str, Request, str]]:
        def header(name: str, value: str) -> Request:
            changed = tuple((each, value if each.lower() == name else old) for each, old in request.headers)
            return replace(request, headers=changed)

        yield "key", request, key[:-1] + chr(ord(key[-1]) ^ 1)
        host = request.header("host") or ""
        yield "host", header("host", "x" + host[1:]), key
        authorization = request.header("authorization")
        if authorization is None:
            text = request.query or request.body.decode("ascii")
            for name in ("Timestamp=1", "FunctionName=", "Nonce=", "Version=20", "Signature="):
                at = text.index(name) + len(name)
                flipped = text[:at] + ("1" if text[at] != "1" else "2") + text[at + 1 :]
                changed = replace(request, target="/?" + flipped) if request.query else request
                yield name, replace(changed, body=b"" if request.query else flipped.encode()), key
            return
        last = authorization[-1]
        yield "signature", header("authorization", authorization[:-1] + ("0" if last != "0" else "1")), key
        timestamp = int(request.header("x-tc-timestamp") or "")
        yield "timestamp", header("x-tc-timestamp", str(timestamp ^ 1)), key
        yield "day", header("x-tc-timestamp", str(timestamp + 86400)), key
        yield "content type", header("content-type", "text/plain"), key
        yield "service", header("authorization", re.sub(r"/(mps|vod)/", "/cvm/", authorization)), key
        if request.method == "POST":
            for at in range(0, len(request.body), max(1, len(request.body) // 16)):
                flipped_body = bytearray(request.body)
                flipped_body[at] ^= 1
                yield f"body {at}", replace(request, body=bytes(flipped_body)), key
        else:
            yield "query", replace(request, target=request.target + "&"), key


class Dates(unittest.TestCase):
    def test_the_date_is_utc(self) -> None:
        before = os.environ.get("TZ")
        self.addCleanup(self.set_zone, before)
        self.set_zone("UTC-8")
        self.assertEqual(signature.utc_date(1751299199), "2025-06-30")
        self.assertEqual(signature.utc_date(0), "1970-01-01")
        self.assertEqual(signature.utc_date(signature.LAST_SECOND), "9999-12-31")

    @staticmethod
    def set_zone(zone: Optional[str]) -> None:
        os.environ.pop("TZ", None)
        if zone is not None:
            os.environ["TZ"] = zone
        time.tzset()


# ---- the rules of the API --------------------------------------------------------------------------------------------


class StoppedClock(Clock):
    """A clock that only moves when it is moved."""

    def now(self) -> float:
        return NOW + self.offset


class Rules(unittest.TestCase):
    def setUp(self) -> None:
        self.service = Service(CREDENTIALS, StoppedClock())

    def code(self, wire: bytes, service: Optional[Service] = None) -> str:
        return (service or self.service).decide(parse(wire)).code

    def check(self, expected: str, wire: bytes) -> None:
        before = self.service.executions()["total"]
        self.assertEqual(self.code(wire), expected)
        self.assertEqual(self.service.executions()["total"], before + (expected == "Ok"))

    def test_functions(self) -> None:
        text = "é\u2028\U0001f3ac\x00"
        self.assertEqual(self.service.decide(parse(tc3(EXAMPLE))).result, "XXX")
        echo = {"FunctionName": "Echo", "FunctionArg": text}
        for wire in (tc3(echo), tc3(echo, "vod", method="GET"), v1(echo), v1(echo, "vod", method="GET")):
            self.assertEqual(self.service.decide(parse(wire)).result, text)
        self.check("InvalidParameterValue.FunctionName", tc3({"FunctionName": "None", "FunctionArg": ""}))
        counts = self.service.executions()
        self.assertEqual((counts["total"], counts["functions"]), (5, {"ExampleFunc": 1, "Echo": 4}))
        self.assertEqual(counts["services"], {"mps": 3, "vod": 2})
        self.assertIn(4, counts["arguments"].values())

    def test_tc3_common(self) -> None:
        self.check("Ok", tc3(EXAMPLE, extra={"X-TC-Region": "ap-guangzhou", "X-TC-Language": "en-US"}))
        self.check("Ok", tc3(EXAMPLE, sign=("content-type", "host")))
        self.check("Ok", tc3(EXAMPLE, host="MPS.TencentCloudAPI.com"))
        self.check("Ok", tc3(EXAMPLE, host="localhost:8443"))
        self.check("Ok", tc3(EXAMPLE, host="localhost", change={"Host": "localhost:8443"}))
        self.check("MissingParameter", tc3(EXAMPLE, sign=("content-type", "host"), change={"X-TC-Action": None}))
        self.check("MissingParameter", tc3(EXAMPLE, change={"X-TC-Timestamp": None}))
        self.check("MissingParameter", tc3(EXAMPLE, change={"X-TC-Version": None}))
        self.check("InvalidAction", tc3(EXAMPLE, extra={"X-TC-Action": "Nothing"}))
        self.check("NoSuchVersion", tc3(EXAMPLE, extra={"X-TC-Version": "2017-03-12"}))
        self.check("NoSuchVersion", tc3(EXAMPLE, extra={"X-TC-Version": PRODUCTS["vod"].version}))
        self.check("InvalidParameter", tc3(EXAMPLE, change={"X-TC-Timestamp": "1700000000.0"}))
        self.check("InvalidParameterValue", tc3(EXAMPLE, extra={"X-TC-Language": "fr"}))
        self.check("UnsupportedRegion", tc3(EXAMPLE, extra={"X-TC-Region": "Nowhere!"}))

    def test_tc3_authorization(self) -> None:
        good = parse(tc3(EXAMPLE)).header("authorization") or ""
        for text in ("", "Basic x", good.replace(", ", ","), good.replace("tc3_request", "tc3"), good + " ",
                     good.replace("Signature=", "Signature=0"), good.replace("SignedHeaders=", "SignedHeaders=;")):
            expected = "Ok" if text == good + " " else "AuthFailure.InvalidAuthorization"
            self.check(expected, tc3(EXAMPLE, change={"Authorization": text}))
        self.check("AuthFailure.InvalidAuthorization", tc3(EXAMPLE, change={"Authorization": None}))
        self.check("AuthFailure.InvalidAuthorization", tc3(EXAMPLE, sign=("host", "x-tc-action")))
        self.check("AuthFailure.InvalidAuthorization", tc3(EXAMPLE, sign=("content-type", "x-tc-action")))
        self.check("AuthFailure.InvalidAuthorization", tc3(EXAMPLE, sign=("host", "content-type")))
        self.check("AuthFailure.InvalidAuthorization", tc3(EXAMPLE, sign=("content-type", "host", "host")))
        self.check("AuthFailure.InvalidAuthorization", tc3(
            EXAMPLE, sign=("content-type", "host", "x-tc-region"), extra={"X-TC-Region": "ap-guangzhou"},
            change={"X-TC-Region": None}))
        self.check("AuthFailure.SignatureFailure", tc3(EXAMPLE, change={"X-TC-Timestamp": str(NOW + 1)}))
        self.check("AuthFailure.SignatureFailure", tc3(EXAMPLE, date="2023-11-15"))
        self.check("AuthFailure.SignatureFailure", tc3(EXAMPLE, change={"Host": "vod.tencentcloudapi.com"}))
        self.check("AuthFailure.SignatureFailure", tc3(EXAMPLE, credentials=replace(CREDENTIALS, secret_key="x")))
        self.check("AuthFailure.SecretIdNotFound", tc3(EXAMPLE, credentials=replace(CREDENTIALS, secret_id="x")))
        self.check("NoSuchProduct", tc3(EXAMPLE, change={"Authorization": good.replace("/mps/", "/cvm/")}))

    def test_clock(self) -> None:
        for off, expected in ((-301, "AuthFailure.SignatureExpire"), (-300, "Ok"), (300, "Ok"),
                              (301, "AuthFailure.SignatureExpire")):
            self.check(expected, tc3(EXAMPLE, now=NOW + off))
            self.check(expected, v1(EXAMPLE, now=NOW + off))
        self.service.clock.offset = 1000
        self.check("AuthFailure.SignatureExpire", tc3(EXAMPLE))
        self.check("Ok", tc3(EXAMPLE, now=NOW + 1000))
        self.service.clock.set(86399)
        self.check("Ok", tc3(EXAMPLE, now=86399))

    def test_token(self) -> None:
        temporary = replace(CREDENTIALS, token="a/token+=")
        service = Service(temporary, Clock(NOW))
        for make in (tc3, v1):
            self.assertEqual(self.code(make(EXAMPLE, credentials=temporary), service), "Ok")
            self.assertEqual(self.code(make(EXAMPLE), service), "AuthFailure.TokenFailure")
            self.check("AuthFailure.TokenFailure", make(EXAMPLE, credentials=temporary))

    def test_v1_common(self) -> None:
        for method in ("GET", "POST"):
            self.check("Ok", v1(EXAMPLE, method=method))
            self.check("Ok", v1(EXAMPLE, method=method, digest="HmacSHA1"))
            self.check("Ok", v1(EXAMPLE, method=method, digest=None))
            self.check("Ok", v1(EXAMPLE, method=method, common={"Region": "ap-guangzhou", "Language": "zh-CN"}))
            self.check("Ok", v1(EXAMPLE, method=method, common={"RequestClient": "SDK", "Nonce": "0"}))
            for name in ("Action", "Version", "Timestamp", "Nonce", "SecretId"):
                self.check("MissingParameter", v1(EXAMPLE, method=method, common={name: None}))
            self.check("InvalidAction", v1(EXAMPLE, method=method, common={"Action": "Nothing"}))
            self.check("NoSuchVersion", v1(EXAMPLE, method=method, common={"Version": "2017-03-12"}))
            self.check("InvalidParameter", v1(EXAMPLE, method=method, common={"Nonce": "-1"}))
            self.check("AuthFailure.SecretIdNotFound", v1(EXAMPLE, method=method, common={"SecretId": "x"}))
            self.check("AuthFailure.SignatureFailure", v1(EXAMPLE, method=method, signed="AAAA"))
            self.check("AuthFailure.SignatureFailure", v1(EXAMPLE, method=method, signed="片"))

    def test_parameters(self) -> None:
        self.check("MissingParameter", tc3({}))
        self.check("MissingParameter", tc3({"FunctionName": "Echo"}))
        self.check("MissingParameter", tc3({"FunctionArg": ""}))
        self.check("Ok", tc3({"FunctionName": "Echo", "FunctionArg": ""}))
        self.check("UnknownParameter", tc3({**EXAMPLE, "functionName": ""}))
        self.check("InvalidParameter", tc3({"FunctionName": "Echo", "FunctionArg": 1}))
        self.check("InvalidParameter", tc3({"FunctionName": "Echo", "FunctionArg": None}))
        for name in ("SubAppId", "SessionContext", "SessionId", "ExtInfo"):
            self.assertIn(name, PRODUCTS["vod"].optional)
        for service, product in PRODUCTS.items():
            values = {name: "1" if kind is int else f"{service}'s {name}" for name, kind in product.optional.items()}
            self.check("Ok", v1({**EXAMPLE, **values}, service))
            for name, value in values.items():
                self.check("UnknownParameter", tc3({**EXAMPLE, name: value}))
                self.check("UnknownParameter", v1({**EXAMPLE, name: value}))
        self.check("UnknownParameter", tc3({**EXAMPLE, "Action": "ExecuteFunction"}, method="GET"))

    def test_sub_app_id(self) -> None:
        for value in (0, 1500012345, 2**53 + 1, 2**64 - 1):
            self.check("Ok", tc3({**EXAMPLE, "SubAppId": value}, "vod"))
            self.check("Ok", tc3({**EXAMPLE, "SubAppId": value}, "vod", method="GET"))
            self.check("Ok", v1({**EXAMPLE, "SubAppId": str(value)}, "vod"))
        for wrong in (-1, 2**64, 1.0, "1", True, None, [1]):
            self.check("InvalidParameter", tc3({**EXAMPLE, "SubAppId": wrong}, "vod"))
        for text in ("-1", "", "1.0", "+1", "01", str(2**64)):
            self.check("InvalidParameter", v1({**EXAMPLE, "SubAppId": text}, "vod"))

    def test_lengths(self) -> None:
        for text in ("c", "片", "\U0001f3ac"):
            self.check("Ok", tc3({**EXAMPLE, "SessionContext": text * 1000}, "vod"))
            self.check("InvalidParameterValue.SessionContextTooLong",
                       tc3({**EXAMPLE, "SessionContext": text * 1001}, "vod"))
            self.check("Ok", tc3({**EXAMPLE, "SessionId": text * 50}, "vod"))
            self.check("InvalidParameterValue.SessionIdTooLong", tc3({**EXAMPLE, "SessionId": text * 51}, "vod"))

    def test_session(self) -> None:
        once = tc3({**EXAMPLE, "SessionId": "order-1"}, "vod")
        self.check("Ok", once)
        self.check("InvalidParameterValue.SessionId", once)
        self.check("InvalidParameterValue.FunctionName",
                   tc3({"FunctionName": "x", "FunctionArg": "", "SessionId": "order-2"}, "vod"))
        self.check("Ok", tc3({**EXAMPLE, "SessionId": "order-2"}, "vod"))
        for _ in range(2):
            self.check("Ok", tc3({**EXAMPLE, "SessionId": ""}, "vod"))
        self.assertEqual(self.service.executions()["sessions"], {"order-1": 1, "order-2": 1})
        week = 7 * 24 * 3600
        self.service.clock.offset = week - 60
        self.check("InvalidParameterValue.SessionId", tc3({**EXAMPLE, "SessionId": "order-1"}, "vod", now=NOW + week))
        self.service.clock.offset = week
        self.check("Ok", tc3({**EXAMPLE, "SessionId": "order-1"}, "vod", now=NOW + week))

    def test_blank_session(self) -> None:
        for blank in ("", " ", "\t\n", "\x00", "\x1f\x7f\x85", "\u3000", "\xa0\u2003 ", "\u2028\x01", "\u3000" * 50):
            for _ in range(2):
                self.check("Ok", tc3({**EXAMPLE, "SessionId": blank}, "vod"))
                self.check("Ok", v1({**EXAMPLE, "SessionId": blank}, "vod"))
        self.assertEqual(self.service.executions()["sessions"], {})
        self.check("InvalidParameterValue.SessionIdTooLong", tc3({**EXAMPLE, "SessionId": " " * 51}, "vod"))
        names = ("s", " s", "s ", "\u3000s", "s\x00", "\u200b", "\xad", "\u0301")
        for name in names:
            self.check("Ok", tc3({**EXAMPLE, "SessionId": name}, "vod"))
            self.check("InvalidParameterValue.SessionId", tc3({**EXAMPLE, "SessionId": name}, "vod"))
        self.assertEqual(self.service.executions()["sessions"], dict.fromkeys(names, 1))

    def test_bodies(self) -> None:
        ok = b'{"FunctionName":"Echo","FunctionArg":"\\ud83c\\udfac"}'
        self.check("Ok", tc3(ok))
        self.check("Ok", tc3(b" \n" + ok + b"\t"))
        for body in (b"", b"[]", b"null", ok + b"x", b"\xef\xbb\xbf" + ok, ok.replace(b'"Echo"', b"'Echo'"),
                     ok[:-1] + b',"FunctionArg":""}', ok[:-1] + b",}", ok.replace(b"\\udfac", b""),
                     ok.replace(b"\\udfac", b"\xff"), ok.replace(b"\\udfac", b"\n"), ok.replace(b'"Echo"', b"NaN"),
                     b"[" * 100000):
            with self.subTest(body=body[:60]):
                self.check("InvalidParameter", tc3(body))
        for text in ("a", "=1", "a=1&a=2", "a=%2f", "a=%zz", "a=%ff", "a=b&", "a=\x01", "a=%", "a=片"):
            with self.subTest(form=text), self.assertRaises(ApiError):
                parse_form(text)
        self.assertEqual(parse_form("a=%2F+%20~!*'()&b="), {"a": "/  ~!*'()", "b": ""})
        self.assertEqual(parse_json(b'{"a":18446744073709551615}'), {"a": 2**64 - 1})
        for body in (b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":[{"b":1,"b":1}]}', b'{"a":"\\ud800"}', b'"a"',
                     b'{"a":01}'):
            with self.subTest(json=body), self.assertRaises(ApiError):
                parse_json(body)

    def test_which_body_goes_with_which_signature(self) -> None:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.check("InvalidParameter", tc3(b"FunctionName=Echo", extra=form))
        self.check("InvalidParameter", tc3(EXAMPLE, method="GET", extra={"Content-Type": "application/json"}))
        self.check("Ok", tc3(EXAMPLE, extra={"Content-Type": "application/json; charset=utf-8"}))
        self.check("AuthFailure.InvalidAuthorization", v1(EXAMPLE).replace(b"x-www-form-urlencoded", b"json"))
        self.check("UnsupportedProtocol", v1(EXAMPLE).replace(b"POST", b"PUT", 1))

    def test_sizes(self) -> None:
        def padded(size: int) -> bytes:
            empty = len(json.dumps({"FunctionName": "ExampleFunc", "FunctionArg": ""}))
            return tc3({"FunctionName": "ExampleFunc", "FunctionArg": "x" * (size - empty)})

        self.check("Ok", padded(10 * MIB))
        self.check("RequestSizeLimitExceeded", padded(10 * MIB + 1))
        self.check("Ok", self.form_of(MIB))
        self.check("RequestSizeLimitExceeded", self.form_of(MIB + 1))

    @staticmethod
    def form_of(size: int) -> bytes:
        """A signed form of exactly this size; how long the encoded signature is, is a matter of luck."""
        rest = len(parse(v1({"FunctionName": "Echo", "FunctionArg": ""})).body)
        for argument in range(size - rest - 16, size - rest + 16):
            wire = v1({"FunctionName": "Echo", "FunctionArg": "x" * argument})
            if len(parse(wire).body) == size:
                return wire
        raise AssertionError("no such form")

    def test_rate(self) -> None:
        service = Service(CREDENTIALS, Clock(NOW), enforce_rate=True)
        codes = [self.code(tc3(EXAMPLE), service) for _ in range(21)]
        self.assertEqual(codes, ["Ok"] * 20 + ["RequestLimitExceeded"])
        self.assertEqual(self.code(tc3(EXAMPLE, "vod"), service), "Ok")
        time.sleep(1.05)
        self.assertEqual(self.code(tc3(EXAMPLE), service), "Ok")


# ---- on the wire -----------------------------------------------------------------------------------------------------


class Served(unittest.TestCase):
    """A running endpoint, plain and TLS, with a fixed clock."""

    endpoint: Endpoint
    directory: str
    client: ssl.SSLContext
    SETTINGS: Dict[str, Any] = {}

    @classmethod
    def setUpClass(cls) -> None:
        cls.directory = tempfile.mkdtemp(prefix="endpoint-test-")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        certificate, key = make_certificate(Path(cls.directory))
        cls.endpoint = Endpoint(Settings(
            credentials=CREDENTIALS, plain_port=0, tls_port=0, certificate=certificate, key_file=key, clock_start=NOW,
            **cls.SETTINGS,
        ))
        cls.endpoint.start()
        cls.addClassCleanup(cls.endpoint.stop)
        cls.client = ssl.create_default_context(cafile=str(certificate))

    def setUp(self) -> None:
        self.endpoint.reset()

    def peer(self, kind: str = "plain", context: Optional[ssl.SSLContext] = None) -> Peer:
        return Peer(self.endpoint.urls[kind], context or self.client)

    def now(self) -> int:
        return int(self.endpoint.clock.now())

    def example(self) -> bytes:
        return tc3(EXAMPLE, now=self.now())

    def once(self, wire: bytes, kind: str = "plain") -> Tuple[bytes, str]:
        """Sends a request on a new connection; gives all that came back and how it ended."""
        with self.peer(kind) as peer:
            peer.send(wire.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            return peer.rest()

    def fault(self, *descriptions: Any) -> None:
        self.endpoint.faults.add(list(descriptions))

    def executed(self) -> int:
        return int(self.endpoint.state()["executions"]["total"])


def make_certificate(directory: Path) -> Tuple[Path, Path]:
    certificate, key = directory / "cert.pem", directory / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=endpoint test", "-addext", "subjectAltName=DNS:mps.tencentcloudapi.com",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    return certificate, key


class Http(Served):
    SETTINGS = {"idle": 0.3}

    def test_answer(self) -> None:
        with self.peer() as peer:
            for _ in range(3):
                peer.send(self.example())
                status, headers, body = peer.response()
                self.assertEqual((status, result_of(body)), (200, "XXX"))
                self.assertEqual(list(headers), ["server", "date", "content-type", "content-length", "connection"])
                self.assertEqual(headers["server"], "nginx")
                self.assertEqual(headers["content-type"], "application/json")
                self.assertEqual(headers["connection"], "keep-alive")
                self.assertAlmostEqual(parsedate_to_datetime(headers["date"]).timestamp(), self.now(), delta=2)
        self.assertEqual(self.endpoint.state()["connections"], 1)
        self.assertEqual(self.endpoint.state()["requests"], 3)

    def test_error_is_status_200(self) -> None:
        data, ending = self.once(tc3(EXAMPLE, now=self.now() - 1000))
        self.assertTrue(data.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertEqual(code_of(data.partition(b"\r\n\r\n")[2]), "AuthFailure.SignatureExpire")
        self.assertIn(b"Connection: close\r\n", data)
        self.assertEqual(ending, "fin")

    def test_idle(self) -> None:
        with self.peer() as peer:
            peer.send(self.example())
            peer.response()
            started = time.monotonic()
            self.assertEqual(peer.rest(), (b"", "fin"))
            self.assertAlmostEqual(time.monotonic() - started, 0.3, delta=0.25)

    def test_bytewise_and_pipelined(self) -> None:
        wire = self.example()
        with self.peer() as peer:
            for at in range(len(wire)):
                peer.send(wire[at : at + 1])
            self.assertEqual(result_of(peer.response()[2]), "XXX")
            peer.send(wire + wire)
            for _ in range(2):
                self.assertEqual(result_of(peer.response()[2]), "XXX")

    def test_expect_continue(self) -> None:
        wire = self.example().replace(b"\r\n", b"\r\nExpect: 100-continue\r\n", 1)
        head, _, body = wire.partition(b"\r\n\r\n")
        with self.peer() as peer:
            peer.send(head + b"\r\n\r\n")
            self.assertEqual(peer.recv(100), b"HTTP/1.1 100 Continue\r\n\r\n")
            peer.send(body)
            self.assertEqual(result_of(peer.response()[2]), "XXX")

    def test_malformed(self) -> None:
        good = self.example()
        host, length = b"Host: mps.tencentcloudapi.com\r\n", re.search(rb"Content-Length: \d+\r\n", good)
        assert length is not None
        single = re.compile(rb"Host|Content-Type|X-TC-|Authorization")
        repeated = [line + b"\r\n" for line in good.split(b"\r\n") if single.match(line)]
        cases = [
            good.replace(host, b""), good.replace(host, b"Host:\r\n"), good.replace(host, b"Host: a b\r\n"),
            good.replace(length.group(), b""), good.replace(length.group(), b"Content-Length: +5\r\n"),
            good.replace(length.group(), b"Content-Length: 0x5\r\n"),
            good.replace(host, host + b"Transfer-Encoding: chunked\r\n"),
            good.replace(b"POST / ", b"POST /x "), good.replace(b"POST / ", b"POST  / "),
            good.replace(b"POST / ", b"BREW / "), good.replace(b"POST / ", b"post / "),
            good.replace(b"POST / ", b"POST http://a/ "), good.replace(b"POST / ", b"GET / "),
            good.replace(b"POST / ", b"POST /?a=%0 "), good.replace(b"HTTP/1.1", b"HTTP/1.0"),
            good.replace(b"HTTP/1.1", b"HTTP/2"), good.replace(b"\r\n", b"\n"), good.replace(host, host[:-2] + b"\n"),
            b"\r\n" + good, good.replace(host, host + b" folded\r\n"), good.replace(host, host + b"No-Colon\r\n"),
            good.replace(host, host + b"Space : 1\r\n"), good.replace(host, host + b"Nul: \x00\r\n"),
            good.replace(host, host + b"Bare: \r1\r\n"), good.replace(host, host + b"High: \xe9\r\n"),
            good.replace(host, host + b": empty\r\n"), good.replace(host, host + b"X: " + b"x" * 100000 + b"\r\n"),
        ] + [good.replace(line, line + line) for line in repeated]
        for wire in cases:
            with self.subTest(wire=wire[:200]):
                self.assertNotEqual(wire, good)
                with self.peer() as peer:
                    peer.send(wire)
                    data, ending = peer.rest()
                self.assertEqual(data[:26], b"HTTP/1.1 400 Bad Request\r\n")
                self.assertIn(b"<center>nginx</center>", data)
                self.assertEqual(ending, "fin")
        self.assertEqual(self.executed(), 0)
        self.assertEqual(self.endpoint.state()["verdicts"], {"http-400": len(cases)})

    def test_long_get(self) -> None:
        def request(size: int) -> bytes:
            return tc3({"FunctionName": "Echo", "FunctionArg": "x" * size}, method="GET", now=self.now())

        line = len(request(0).partition(b"\r\n")[0])
        data, _ = self.once(request(32 * 1024 - line))
        self.assertIn(b"HTTP/1.1 200 OK", data)
        data, ending = self.once(request(32 * 1024 - line + 1))
        self.assertTrue(data.startswith(b"HTTP/1.1 414 Request-URI Too Large\r\n"))
        self.assertEqual(ending, "fin")

    def test_large_bodies(self) -> None:
        argument = "x" * (10 * MIB - 60)
        started = time.monotonic()
        with self.peer() as peer:
            peer.send(tc3({"FunctionName": "Echo", "FunctionArg": argument}, now=self.now()))
            self.assertEqual(result_of(peer.response()[2]), argument)
            self.assertLess(time.monotonic() - started, 5)
            peer.send(tc3({"FunctionName": "Echo", "FunctionArg": argument + "y" * 60}, now=self.now()))
            self.assertEqual(code_of(peer.response()[2]), "RequestSizeLimitExceeded")
        with self.peer() as peer:
            peer.send(self.example().replace(b"Content-Length: ", b"Content-Length: 9999999"))
            time.sleep(0.1)  # refused by now; what still comes must not turn the answer into a reset
            for _ in range(2):
                peer.send(b"x" * 100000)
                time.sleep(0.1)
            data, ending = peer.rest()
        self.assertTrue(data.startswith(b"HTTP/1.1 413 "))
        self.assertEqual(ending, "fin")

    def test_incomplete(self) -> None:
        with self.peer() as peer:
            peer.send(self.example()[:-1])
            peer.sock.shutdown(socket.SHUT_WR)
            self.assertEqual(peer.rest()[0], b"")
        self.assertEqual((self.endpoint.state()["verdicts"], self.executed()), ({"incomplete": 1}, 0))


class Control(Served):
    def command(self, method: str, path: str, document: Any = None, kind: str = "plain") -> Tuple[int, Any]:
        body = b"" if document is None else json.dumps(document).encode()
        with self.peer(kind) as peer:
            headers = {"Host": "endpoint"}
            if method == "POST":
                headers["Content-Length"] = str(len(body))
            peer.send(build(method, "/_control/" + path, headers, body))
            status, _, answer = peer.response()
            return status, json.loads(answer)

    def test_state(self) -> None:
        self.once(self.example())
        wire = tc3({**EXAMPLE, "SessionId": "s"}, "vod", now=self.now())
        answer = self.once(wire, "tls")[0].partition(b"\r\n\r\n")[2]
        for kind in ("plain", "tls"):
            _, state = self.command("GET", "state", kind=kind)
            self.assertEqual((state["requests"], state["connections"]), (2, 2))
            self.assertEqual(state["verdicts"], {"Ok": 2})
            self.assertEqual(state["executions"]["services"], {"mps": 1, "vod": 1})
            self.assertEqual(state["executions"]["sessions"], {"s": 1})
            self.assertEqual(state["last_request_id"], json.loads(answer)["Response"]["RequestId"])
            last = state["last"]
            self.assertEqual((last["scheme"], last["method"], last["executed"]), ("https", "POST", True))
            self.assertIn("Connection: close\r\n", last["head"])
            self.assertEqual(last["body_sha256"], signature.hashlib.sha256(parse(wire).body).hexdigest())
        self.assertAlmostEqual(state["now"], NOW, delta=60)

    def test_reset(self) -> None:
        self.once(self.example())
        self.command("POST", "faults", [{"kind": "reset"}])
        self.command("POST", "clock", {"offset": 100})
        self.assertEqual(self.command("POST", "reset"), (200, {}))
        _, state = self.command("GET", "state")
        self.assertEqual((state["requests"], state["faults"], state["executions"]["total"]), (0, [], 0))
        self.assertIsNone(state["last"])
        self.assertLess(state["now"], NOW + 60)

    def test_clock(self) -> None:
        status, answer = self.command("POST", "clock", {"offset": -1000})
        self.assertEqual(status, 200)
        self.assertAlmostEqual(answer["now"], NOW - 1000, delta=60)
        status, answer = self.command("POST", "clock", {"unix": 5})
        self.assertAlmostEqual(answer["now"], 5, delta=2)
        self.assertIn(b"Date: Thu, 01 Jan 1970 00:00:0", self.once(self.example())[0])
        for wrong in ({}, {"offset": "1"}, {"when": 1}, {"offset": 1, "unix": 2}, [], None):
            self.assertEqual(self.command("POST", "clock", wrong)[0], 400)

    def test_faults(self) -> None:
        status, answer = self.command("POST", "faults", [{"kind": "status"}, [{"kind": "drip"}, {"kind": "chunked"}]])
        self.assertEqual((status, len(answer["faults"])), (200, 2))
        for wrong in ({"kind": "status"}, [{}], [{"kind": "nothing"}], [{"kind": "cut", "at": "1"}], [{"kind": "huge"}],
                      [{"kind": "status", "colour": 1}], [{"kind": "cut", "how": "politely"}], [[]], [1],
                      [{"kind": "none", "times": 0}], [{"kind": "raw", "base64": "?"}], [{"kind": "drip", "chunk": 0}],
                      [{"kind": "none"}, {"kind": "nothing"}], [[{"kind": "none"}, {"kind": "accept_close"}]],
                      [{"kind": "chunked", "sizes": [0]}], [{"kind": "early", "then": "fin"}],
                      [{"kind": "early", "code": "InternalError", "result": True}]):
            with self.subTest(wrong=wrong):
                status, answer = self.command("POST", "faults", wrong)
                self.assertEqual((status, list(answer)), (400, ["error"]))
        self.assertEqual(len(self.endpoint.faults.waiting()), 2)
        self.assertEqual(self.command("GET", "nothing")[0], 404)


class Faults(Served):
    """Every fault, seen from the client's end of a real socket."""

    def split(self, kind: str = "plain") -> Tuple[bytes, bytes, str]:
        data, ending = self.once(self.example(), kind)
        head, _, body = data.partition(b"\r\n\r\n")
        return head + b"\r\n\r\n", body, ending

    def test_every_kind_is_documented(self) -> None:
        readme = (HERE / "README.md").read_text(encoding="utf-8")
        documented = re.findall(r"^\| `(\w+)` \|", readme, re.MULTILINE)
        self.assertEqual(sorted(documented), sorted(faults.kinds()))

    def test_accept_close(self) -> None:
        self.fault({"kind": "accept_close"}, {"kind": "accept_close", "how": "rst"})
        with self.peer() as peer:
            self.assertEqual(peer.rest(), (b"", "fin"))
        try:
            with self.peer() as peer:
                ending = peer.rest()[1]
        except ConnectionResetError:  # so early that connecting fails
            ending = "rst"
        self.assertEqual(ending, "rst")
        self.assertEqual(self.split()[2], "fin")
        self.assertEqual(self.executed(), 1)

    def test_handshake(self) -> None:
        self.fault({"kind": "handshake", "at": 100}, {"kind": "handshake", "at": 7, "how": "rst"})
        with self.assertRaises(EOFError):
            self.peer("tls")
        with self.assertRaises(ConnectionResetError):
            self.peer("tls")
        self.assertTrue(self.split("tls")[0].startswith(b"HTTP/1.1 200"))

    def test_none_and_times(self) -> None:
        self.fault({"kind": "none"}, {"kind": "status", "times": 2})
        self.assertEqual([self.split()[0][9:12] for _ in range(4)], [b"200", b"502", b"502", b"200"])
        self.fault({"kind": "status", "times": "always"})
        self.assertEqual([self.split()[0][9:12] for _ in range(4)], [b"502"] * 4)

    def test_cut_request(self) -> None:
        wire = self.example()
        for at in (0, 1, 20, len(wire) - 1, len(wire)):
            for how, endings in (("close", ("fin", "rst")), ("fin", ("fin",)), ("rst", ("rst",))):
                with self.subTest(at=at, how=how):
                    self.endpoint.reset()
                    self.fault({"kind": "cut_request", "at": at, "how": how})
                    with self.peer() as peer, contextlib.suppress(OSError):
                        peer.send(wire)
                        self.assertIn(peer.rest(), [(b"", ending) for ending in endings])
                    self.assertEqual(self.executed(), int(at == len(wire)))

    def test_stall_request(self) -> None:
        self.fault({"kind": "stall_request"}, {"kind": "stall_request", "at": 10})
        for _ in range(2):
            with self.peer() as peer:
                peer.sock.settimeout(0.2)
                peer.send(self.example())
                self.assertEqual(peer.rest(), (b"", "silence"))
        self.assertEqual(self.executed(), 0)

    def large(self, size: int) -> bytes:
        return tc3({"FunctionName": "Echo", "FunctionArg": "x" * size}, now=self.now())

    def test_early(self) -> None:
        answers: Tuple[Tuple[Dict[str, Any], int, str], ...] = (
            ({}, 413, "Request Entity Too Large"), ({"status": 401}, 401, "Unauthorized"),
            ({"code": "RequestSizeLimitExceeded"}, 200, "RequestSizeLimitExceeded"), ({"result": True}, 200, "early"),
        )
        wire = self.large(300000)
        for kind in ("plain", "tls"):
            for then, ending in (("close", "fin"), ("hold", "silence"), ("reset", "rst")):
                for options, wanted, text in answers:
                    with self.subTest(kind=kind, then=then, **options), self.peer(kind) as peer:
                        self.fault({"kind": "early", "then": then, **options})
                        started = time.monotonic()
                        peer.send(wire[:100000])
                        status, headers, body = peer.response()
                        self.assertEqual((status, headers["connection"]), (wanted, "close"))
                        self.assertEqual(headers["content-type"], "application/json" if status == 200 else "text/html")
                        if status == 200:
                            self.assertEqual(result_of(body) if "result" in options else code_of(body), text)
                            self.assertEqual(json.loads(body)["Response"]["RequestId"],
                                             self.endpoint.state()["last_request_id"])
                        else:
                            self.assertIn(f"<h1>{status} {text}</h1>", body.decode())
                        peer.sock.settimeout(0.1 if then == "hold" else 5)
                        self.assertEqual(peer.rest(), (b"", ending))
                        if then == "reset":
                            self.assertGreater(time.monotonic() - started, 0.15)
                        last = self.endpoint.state()["last"]
                        self.assertEqual((last["bytes"], last["verdict"]), (20000, "early"))
        self.assertEqual(self.executed(), 0)

    def test_early_does_not_read_on(self) -> None:
        wire = self.large(30 * MIB)
        for kind in ("plain", "tls"):
            with self.subTest(kind=kind), self.peer(kind) as peer:
                self.fault({"kind": "early", "then": "hold"})
                peer.sock.settimeout(0.5)
                with self.assertRaises((socket.timeout, TimeoutError)):
                    peer.send(wire)
                peer.sock.settimeout(5)
                self.assertEqual(peer.response()[0], 413)
                # What is still to be sent would keep a FIN from the endpoint, and so the connection open there.
                peer.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def test_early_reads_what_still_comes(self) -> None:
        """The whole request is sent before the client reads: the answer is still there."""
        wire = self.large(9 * MIB)
        for kind in ("plain", "tls"):
            with self.subTest(kind=kind), self.peer(kind) as peer:
                self.fault({"kind": "early"})
                peer.send(wire)
                data, ending = peer.rest()
                self.assertEqual((data[:13], ending), (b"HTTP/1.1 413 ", "fin"))

    def test_early_at(self) -> None:
        wire = self.example()
        whole = len(wire) + len("Connection: close\r\n")  # which once() adds
        for at in (0, 1, 100, whole - 1, whole, whole + 1):
            with self.subTest(at=at):
                self.fault({"kind": "early", "at": at, "result": True})
                data, ending = self.once(wire)
                self.assertEqual((result_of(data.partition(b"\r\n\r\n")[2]), ending), ("early", "fin"))
        self.assertEqual((self.endpoint.state()["verdicts"], self.executed()), ({"early": 6}, 0))

    def test_early_hold_ends(self) -> None:
        self.fault({"kind": "early", "at": 100, "then": "hold", "times": 2})
        with mock.patch("streams.HOLD_SECONDS", 0.3):
            self.assertEqual(self.once(self.example())[1], "rst")
        self.await_connections(0)
        with self.peer() as peer:
            peer.send(self.example())
            peer.response()
            self.await_connections(1)
        self.await_connections(0)

    def test_cut(self) -> None:
        whole = self.once(self.example())[0]
        for kind, hows in (("plain", {"fin": "fin", "rst": "rst", "orderly": "fin"}),
                           ("tls", {"close_notify": "fin", "no_close_notify": "ragged", "rst": "rst"})):
            for how, ending in hows.items():
                for at in (0, 1, 17, len(whole) - 1):
                    with self.subTest(kind=kind, how=how, at=at):
                        self.endpoint.reset()
                        self.fault({"kind": "cut", "at": at, "how": how})
                        data, seen = self.once(self.example(), kind)
                        self.assertEqual(seen, ending)
                        if how != "rst":
                            self.assertEqual(len(data), at)
                        self.assertEqual(self.executed(), 1)

    def test_stall(self) -> None:
        self.fault({"kind": "stall", "at": 30})
        with self.peer("tls") as peer:
            peer.sock.settimeout(0.2)
            peer.send(self.example())
            data, ending = peer.rest()
        self.assertEqual((len(data), ending, self.executed()), (30, "silence", 1))

    def test_stalled_connection_ends_with_its_client(self) -> None:
        self.await_connections(0)
        self.fault({"kind": "stall"})
        with self.peer() as peer:
            peer.send(self.example())
            time.sleep(0.2)
            self.await_connections(1)
        self.await_connections(0)

    def await_connections(self, wanted: int) -> None:
        """Waits until so many connections are being served."""
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline:
            if sum(thread.name == "connection" for thread in threading.enumerate()) == wanted:
                return
            time.sleep(0.02)
        self.fail(f"never {wanted} connections")

    def test_reset_and_swallow(self) -> None:
        self.fault({"kind": "reset"}, {"kind": "swallow"}, {"kind": "swallow", "execute": False, "how": "rst"})
        self.assertEqual([self.once(self.example()) for _ in range(3)], [(b"", "rst"), (b"", "fin"), (b"", "rst")])
        self.assertEqual(self.executed(), 2)

    def test_close_idle(self) -> None:
        self.fault({"kind": "close_idle"})
        with self.peer("tls") as peer:
            peer.send(self.example())
            _, headers, body = peer.response()
            self.assertEqual((headers["connection"], result_of(body)), ("keep-alive", "XXX"))
            self.assertEqual(peer.rest(), (b"", "fin"))

    def test_drip(self) -> None:
        self.fault({"kind": "drip", "chunk": 7}, {"kind": "drip", "chunk": 100, "delay_ms": 30})
        with self.peer("tls") as peer:
            peer.send(self.example())
            self.assertEqual([len(peer.recv(1000)) for _ in range(5)], [7] * 5)
        started = time.monotonic()
        self.assertEqual(result_of(self.split()[1]), "XXX")
        self.assertGreater(time.monotonic() - started, 0.05)

    def test_split(self) -> None:
        for at in (1, 15, 100):
            self.fault({"kind": "split", "at": at, "delay_ms": 30})
            with self.peer() as peer:
                peer.send(self.example())
                self.assertEqual(len(peer.recv(65536)), at)
                self.assertTrue(peer.recv(65536).endswith(b"}}"))

    def test_chunked(self) -> None:
        for options in ({}, {"size": 1}, {"sizes": [1, 2, 30]}, {"size": 5, "extensions": True}, {"trailers": True}):
            self.fault({"kind": "chunked", **options})
            head, body, _ = self.split()
            self.assertIn(b"Transfer-Encoding: chunked\r\n", head)
            self.assertNotIn(b"Content-Length", head)
            sizes, text, trailer = unchunk(body)
            self.assertEqual(result_of(text), "XXX")
            self.assertEqual(b";" in body.partition(b"\r\n")[0], "extensions" in options)
            self.assertEqual(trailer, b"X-Checksum: none\r\n" if "trailers" in options else b"")
            if "sizes" in options:
                self.assertEqual(sizes[:4], [1, 2, 30, 30])
        self.fault({"kind": "chunked"})
        with self.peer() as peer:
            peer.send(self.example() + self.example())
            time.sleep(0.1)
            self.assertEqual(peer.recv(65536).count(b"HTTP/1.1 200 OK"), 2)

    def test_close_delimited(self) -> None:
        for kind, how, ending in (("plain", "orderly", "fin"), ("tls", "orderly", "fin"), ("tls", "fin", "ragged")):
            self.fault({"kind": "close_delimited", "how": how})
            with self.peer(kind) as peer:
                peer.send(self.example())
                data, seen = peer.rest()
            head, _, body = data.partition(b"\r\n\r\n")
            self.assertEqual((result_of(body), seen), ("XXX", ending))
            self.assertNotIn(b"Content-Length", head)
            self.assertIn(b"Connection: close", head)

    def test_length(self) -> None:
        for delta in (-3, 5):
            self.fault({"kind": "length", "delta": delta})
            head, body, ending = self.split()
            self.assertEqual(int(read_head(head)[1]["content-length"]), len(body) + delta)
            self.assertEqual(ending, "fin")

    def test_headers(self) -> None:
        for size, line in ((65536, 1024), (65537, 60000), (1000, 9)):
            self.fault({"kind": "headers", "bytes": size, "line": line})
            head, body, _ = self.split()
            self.assertEqual((len(head), result_of(body)), (size, "XXX"))
        self.fault({"kind": "header", "name": "X-One", "value": "1"})
        self.assertIn(b"X-One: 1\r\n", self.split()[0])

    def test_other_answers(self) -> None:
        self.fault({"kind": "status"}, {"kind": "status", "status": 500, "html": False, "execute": True},
                   {"kind": "redirect", "location": "http://127.0.0.1:1/"},
                   {"kind": "api_error", "code": "InternalError.Test", "message": "why"},
                   {"kind": "body", "base64": base64.b64encode(b"{").decode()})
        head, body, _ = self.split()
        self.assertTrue(head.startswith(b"HTTP/1.1 502 Bad Gateway\r\n") and b"<h1>502" in body)
        self.assertEqual(self.executed(), 0)
        head, body, _ = self.split()
        self.assertTrue(head.startswith(b"HTTP/1.1 500 ") and result_of(body) == "XXX")
        self.assertEqual(self.executed(), 1)
        head, body, _ = self.split()
        self.assertTrue(head.startswith(b"HTTP/1.1 302 ") and b"\r\nLocation: http://127.0.0.1:1/\r\n" in head)
        self.assertEqual(code_of(self.split()[1]), "InternalError.Test")
        self.assertEqual(self.split()[1], b"{")
        self.assertEqual(self.executed(), 1)

    def test_raw_and_garbage(self) -> None:
        self.fault({"kind": "raw", "base64": base64.b64encode(b"\x00 any").decode(), "execute": True},
                   {"kind": "garbage", "bytes": 99}, {"kind": "garbage", "bytes": 99, "seed": 2})
        self.assertEqual(self.once(self.example()), (b"\x00 any", "fin"))
        first, second = self.once(self.example())[0], self.once(self.example())[0]
        self.assertEqual((len(first), len(second), first == second), (99, 99, False))
        self.assertEqual(self.executed(), 1)

    def test_huge(self) -> None:
        self.fault({"kind": "huge", "bytes": 17 * MIB})
        self.assertEqual(len(result_of(self.split("tls")[1])), 17 * MIB)

    def test_shape(self) -> None:
        wire = tc3({"FunctionName": "Echo", "FunctionArg": "é"}, now=self.now())
        plain = self.once(wire)[0].partition(b"\r\n\r\n")[2]
        self.assertIn('"Result":"é"'.encode(), plain)
        self.fault({"kind": "shape", "ascii": True}, {"kind": "shape", "indent": 2}, {"kind": "shape", "reverse": True},
                   {"kind": "shape", "extra": True})
        ascii_, indented, reverse, extra = (self.once(wire)[0].partition(b"\r\n\r\n")[2] for _ in range(4))
        self.assertIn(b'"\\u00e9"', ascii_)
        self.assertIn(b'{\n  "Response": {\n', indented)
        self.assertEqual(list(json.loads(reverse)["Response"]), ["RequestId", "Result"])
        self.assertIn("Tags", json.loads(extra)["Response"])

    def test_date(self) -> None:
        self.fault({"kind": "date", "skew": -7200})
        date = parsedate_to_datetime(read_head(self.split()[0])[1]["date"])
        self.assertAlmostEqual(date.timestamp(), self.now() - 7200, delta=2)

    def test_encoding(self) -> None:
        self.fault({"kind": "encoding"}, {"kind": "encoding", "value": "deflate"}, {"kind": "encoding", "value": "br"})
        for value, decode in (("gzip", gzip.decompress), ("deflate", zlib.decompress), ("br", bytes)):
            head, body, _ = self.split()
            self.assertEqual(read_head(head)[1]["content-encoding"], value)
            self.assertEqual(result_of(decode(body)), "XXX")

    def test_continue(self) -> None:
        self.fault({"kind": "continue", "count": 3}, {"kind": "continue", "status": 103})
        self.assertTrue(self.once(self.example())[0].startswith(b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + b"HTTP/1.1 200"))
        self.assertTrue(self.once(self.example())[0].startswith(b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200"))

    def test_together(self) -> None:
        self.fault([{"kind": "chunked", "size": 3}, {"kind": "drip", "chunk": 11}, {"kind": "continue"},
                    {"kind": "cut", "at": 150}])
        data, ending = self.once(self.example())
        self.assertTrue(data.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"))
        self.assertEqual((len(data), ending), (150, "fin"))


def unchunk(data: bytes) -> Tuple[List[int], bytes, bytes]:
    sizes, text = [], b""
    while True:
        line, _, data = data.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        if size == 0:
            assert data.endswith(b"\r\n")
            return sizes, text, data[:-2]
        sizes.append(size)
        text += data[:size]
        assert data[size : size + 2] == b"\r\n"
        data = data[size + 2 :]


class Tls(Served):
    def context(self, version: ssl.TLSVersion, tickets: bool = True) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(Path(self.directory) / "cert.pem"))
        context.minimum_version = context.maximum_version = version
        if not tickets:
            context.options |= ssl.OP_NO_TICKET
        return context

    def test_versions_and_keep_alive(self) -> None:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.peer("tls", self.context(version)) as peer:
                for _ in range(3):
                    peer.send(self.example())
                    self.assertEqual(result_of(peer.response()[2]), "XXX")
        self.assertEqual(self.endpoint.state()["tls"], {"full": 2, "resumed": 0, "failed": 0})

    def test_session_id_resumption(self) -> None:
        context = self.context(ssl.TLSVersion.TLSv1_2, tickets=False)
        session: Optional[ssl.SSLSession] = None
        for ending in ("polite", "abrupt", "cut", "polite"):
            if ending == "cut":
                self.fault({"kind": "cut", "at": 5, "how": "rst"})
            with Peer(self.endpoint.urls["tls"], context, session) as peer:
                assert peer.tls is not None
                self.assertEqual(peer.tls.session_reused, session is not None)
                session = peer.tls.session
                peer.send(self.example())
                if ending == "cut":
                    self.assertEqual(peer.rest()[1], "rst")
                    time.sleep(0.1)  # until the server is rid of the connection, but not of the session
                else:
                    peer.response()
                if ending == "polite":
                    peer.say_goodbye()
                    self.assertEqual(peer.rest(), (b"", "fin"))
        self.assertEqual(self.endpoint.state()["tls"], {"full": 1, "resumed": 3, "failed": 0})

    def test_failed_handshake(self) -> None:
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.peer("tls", ssl.create_default_context())
        with Peer(self.endpoint.urls["tls"].replace("https", "http")) as peer:
            peer.send(b"GET / HTTP/1.1\r\n\r\n")
            peer.rest()
        deadline = time.monotonic() + 2
        while self.endpoint.state()["tls"]["failed"] < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertGreaterEqual(self.endpoint.state()["tls"]["failed"], 1)
        self.assertEqual(self.split_status(), b"200")

    def split_status(self) -> bytes:
        return self.once(self.example(), "tls")[0][9:12]


class TlsAtMost12(Served):
    SETTINGS = {"tls_max": "1.2", "ciphers": "ECDHE-ECDSA-CHACHA20-POLY1305"}

    def test_settings(self) -> None:
        with self.peer("tls") as peer:
            assert peer.tls is not None
            self.assertEqual(peer.tls.version(), "TLSv1.2")
            self.assertEqual((peer.tls.cipher() or ("",))[0], "ECDHE-ECDSA-CHACHA20-POLY1305")


# ---- the command -----------------------------------------------------------------------------------------------------


class Command(unittest.TestCase):
    def setUp(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="endpoint-test-"))
        self.addCleanup(shutil.rmtree, self.directory)

    def start(self, *options: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, str(HERE / "endpoint.py"), "--id", CREDENTIALS.secret_id, "--key", CREDENTIALS.secret_key,
             *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process: "subprocess.Popen[str]") -> None:
        process.kill()
        process.communicate()

    def url(self, process: "subprocess.Popen[str]", name: str) -> str:
        assert process.stdout is not None
        line = process.stdout.readline().split()
        self.assertEqual(line[0], name)
        self.assertRegex(line[1], r"^https?://127\.0\.0\.1:[1-9][0-9]*$")
        return line[1]

    def test_both_ports_log_fault_and_signal(self) -> None:
        certificate, key = make_certificate(self.directory)
        log = self.directory / "log"
        process = self.start("--plain", "0", "--tls", "0", "--cert", str(certificate), "--key-file", str(key),
                             "--clock", str(NOW), "--log", str(log), "--fault", '{"kind": "status", "status": 503}')
        plain, tls = self.url(process, "plain"), self.url(process, "tls")
        context = ssl.create_default_context(cafile=str(certificate))
        for url, expected in ((plain, 503), (tls, 200)):
            with Peer(url, context) as peer:
                peer.send(tc3(EXAMPLE))
                self.assertEqual(peer.response()[0], expected)
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), 0)
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        self.assertEqual([line["scheme"] for line in lines], ["http", "https"])
        self.assertEqual([line["faults"] for line in lines], [["status"], []])
        self.assertEqual([line["executed"] for line in lines], [False, True])

    def test_lifetime_and_request_limit(self) -> None:
        limited = self.start("--plain", "0", "--max-requests", "1", "--clock", str(NOW))
        mortal = self.start("--plain", "0", "--lifetime", "0.1")
        with Peer(self.url(limited, "plain")) as peer:
            peer.send(tc3(EXAMPLE))
            self.assertEqual(peer.response()[0], 200)
        self.assertEqual((limited.wait(5), mortal.wait(5)), (0, 0))

    def test_usage(self) -> None:
        for options in ((), ("--tls", "0"), ("--plain", "x")):
            self.assertEqual(self.start(*options).wait(5), 2)
        self.assertEqual(self.start("--plain", "0", "--fault", '{"kind": "none", "x": 1}').wait(5), 1)


class Parsing(unittest.TestCase):
    """What the HTTP layer reads, apart from any socket."""

    def test_head(self) -> None:
        request = parse_head(b"GET /?a=b HTTP/1.1\r\nHost:h\r\nX-Blank: \t\r\nConnection: x, Close\r\n\r\n")
        self.assertEqual((request.method, request.path, request.query), ("GET", "/", "a=b"))
        self.assertEqual((request.header("host"), request.header("x-blank"), request.header("none")), ("h", "", None))
        self.assertTrue(request.wants_close)

    def test_refused(self) -> None:
        with self.assertRaises(BadRequest):
            parse_head(b"GET / HTTP/1.1\r\nHost: h\r\n")


if __name__ == "__main__":
    unittest.main()
