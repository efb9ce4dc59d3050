#!/usr/bin/env python3
"""A local stand-in for the service: plain HTTP and HTTPS on the loopback interface.

It is strict about requests, shares no code with the library, and on request does what a bad network does. See README.md
beside this file for the options, the control path and the faults.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import signal
import socket
import ssl
import sys
import threading
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Dict, List, Optional, TextIO, Tuple

from answer import Answer, compose, pieces, plain_page, render
from faults import BadFault, FaultQueue, Plan
from protocol import LIMIT_HEAD, LIMIT_REQUEST_LINE, BadRequest, Request, parse_head
from service import Clock, Service
from signature import Credentials
from streams import CHUNK, Gone, Stream, TlsStream

ADDRESS = "127.0.0.1"
CONTROL = "/_control/"
EXCHANGE_TIMEOUT = 60.0


class Limited(Exception):
    """The plan forbids to read on."""


@dataclass(frozen=True)
class Settings:
    """What a running endpoint is set to."""

    credentials: Credentials
    plain_port: Optional[int] = None
    tls_port: Optional[int] = None
    certificate: Optional[Path] = None
    key_file: Optional[Path] = None
    tls_max: str = "1.3"
    ciphers: Optional[str] = None
    clock_start: Optional[float] = None
    enforce_rate: bool = False
    idle: float = 60.0
    max_requests: Optional[int] = None
    log: Optional[Path] = None


class Reader:
    """Takes requests off a stream, one after the other, and never a byte more than it may."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._buffer = bytearray()
        self.allowance: Optional[int] = None

    @property
    def taken(self) -> int:
        """How many bytes of the current request were read."""
        return len(self._buffer)

    def seen(self) -> bytes:
        return bytes(self._buffer)

    def starts_control(self) -> Optional[bool]:
        """Looks at no more of a request than tells whether it is for the control path. None: no request came."""
        prefixes = (b"GET " + CONTROL.encode(), b"POST " + CONTROL.encode())
        while True:
            if any(self._buffer.startswith(prefix) for prefix in prefixes):
                return True
            if self._buffer and not any(prefix.startswith(self._buffer) for prefix in prefixes):
                return False
            if not self._fill(1):
                return False if self._buffer else None

    def head(self) -> Request:
        """The next request, still without its body."""
        searched = 0
        while True:
            end = self._buffer.find(b"\r\n\r\n", max(0, searched - 3))
            self._check_lines(searched, end)
            if end >= 0:
                return parse_head(bytes(self._buffer[: end + 4]))
            searched = len(self._buffer)
            self._need(CHUNK)

    def body(self, request: Request) -> Request:
        """The request with its body; the reader is then ready for the next one."""
        start, length = len(request.head), request.content_length
        while len(self._buffer) < start + length:
            self._need(start + length - len(self._buffer))
        body = bytes(memoryview(self._buffer)[start : start + length])
        del self._buffer[: start + length]
        return replace(request, body=body)

    def _check_lines(self, searched: int, end: int) -> None:
        stop = end + 4 if end >= 0 else len(self._buffer)
        first = self._buffer.find(b"\n", 0, stop)
        if (stop if first < 0 else first) > LIMIT_REQUEST_LINE + 1:
            raise BadRequest("request line too long", 414)
        if stop > LIMIT_HEAD:
            raise BadRequest("head too large")
        at = self._buffer.find(b"\n", searched, stop)
        while at >= 0:
            if at == 0 or self._buffer[at - 1] != 0x0D:
                raise BadRequest("a line ends with CR LF")
            at = self._buffer.find(b"\n", at + 1, stop)

    def _need(self, most: int) -> None:
        if not self._fill(most):
            raise Gone("the request is incomplete")

    def _fill(self, most: int) -> bool:
        if self.allowance is not None:
            most = min(most, self.allowance - len(self._buffer))
            if most <= 0:
                raise Limited
        data = self._stream.recv(min(most, CHUNK))
        self._buffer += data
        return bool(data)


class Endpoint:
    """The server: listeners, one thread per connection, and what all of them saw."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock(settings.clock_start)
        self.service = Service(settings.credentials, self.clock, settings.enforce_rate)
        self.faults = FaultQueue()
        self.stopped = threading.Event()
        self.urls: Dict[str, str] = {}
        self._lock = threading.Lock()
        self._served = 0
        self._listeners: List[socket.socket] = []
        self._log: Optional[TextIO] = None
        self._forget()

    # ---- life --------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Listens; `urls` then says where."""
        settings = self.settings
        context = self._tls_context() if settings.tls_port is not None else None
        if settings.log:
            self._log = settings.log.open("a", encoding="utf-8")
        if settings.plain_port is not None:
            self._listen("plain", "http", settings.plain_port, None)
        if settings.tls_port is not None:
            self._listen("tls", "https", settings.tls_port, context)

    def stop(self) -> None:
        self.stopped.set()
        for listener in self._listeners:
            try:
                listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
            except OSError:
                pass
            listener.close()

    def __enter__(self) -> "Endpoint":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _tls_context(self) -> ssl.SSLContext:
        settings = self.settings
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[settings.tls_max]
        if settings.ciphers:
            context.set_ciphers(settings.ciphers)
        context.load_cert_chain(str(settings.certificate), str(settings.key_file))
        return context

    def _listen(self, name: str, scheme: str, port: int, context: Optional[ssl.SSLContext]) -> None:
        listener = socket.create_server((ADDRESS, port), backlog=1024)
        self._listeners.append(listener)
        self.urls[name] = f"{scheme}://{ADDRESS}:{listener.getsockname()[1]}"
        threading.Thread(target=self._accept, args=(listener, context), daemon=True).start()

    def _accept(self, listener: socket.socket, context: Optional[ssl.SSLContext]) -> None:
        while not self.stopped.is_set():
            try:
                sock, _ = listener.accept()
            except OSError:
                if self.stopped.is_set():
                    return
                continue
            threading.Thread(
                target=self._connection, args=(sock, context), name="connection", daemon=True).start()

    # ---- a connection ------------------------------------------------------------------------------------------------

    def _connection(self, sock: socket.socket, context: Optional[ssl.SSLContext]) -> None:
        stream = TlsStream(sock, self.stopped, context) if context else Stream(sock, self.stopped)
        stream.set_timeout(EXCHANGE_TIMEOUT)
        number = self._note_connection()
        plan = self.faults.take("connection")
        ending = "close"
        try:
            ending = self._greet(stream, plan) or self._converse(stream, number)
        except (Gone, TimeoutError):
            pass
        finally:
            stream.close(ending)

    def _greet(self, stream: Stream, plan: Plan) -> Optional[str]:
        """Gets the connection to where requests can come; else says how it ends."""
        if plan.refuse:
            return plan.end
        if isinstance(stream, TlsStream):
            try:
                if not stream.handshake(plan.handshake_at):
                    return plan.end
            except (Gone, TimeoutError):
                self._note_tls("failed")
                return "fin"
            self._note_tls("resumed" if stream.resumed else "full")
        return None

    def _converse(self, stream: Stream, number: int) -> str:
        """Answers request after request; says how the connection ends."""
        reader = Reader(stream)
        first = True
        while True:
            stream.set_timeout(self.settings.idle)
            reader.allowance = None
            try:
                control = reader.starts_control()
            except (Gone, TimeoutError):
                return "orderly"
            if control is None:
                return "orderly"
            stream.set_timeout(EXCHANGE_TIMEOUT)
            if control:
                if first:
                    self._forget_connection()
                ending = self._control(stream, reader)
            else:
                ending = self._exchange(stream, reader, number)
            first = False
            if ending:
                return ending

    # ---- an API request ----------------------------------------------------------------------------------------------

    def _exchange(self, stream: Stream, reader: Reader, number: int) -> Optional[str]:
        """One request and its answer. Gives the end of the connection, or None to keep it."""
        plan = self.faults.take("request")
        record = Record(stream.scheme, number, list(plan.names))
        with self._lock:
            self._requests += 1
        try:
            request = self._read(stream, reader, plan, record)
            if request is not None:
                verdict = self.service.decide(request, plan.execute)
                record.verdict, record.executed = verdict.code, verdict.executed
            elif plan.early:
                verdict = self.service.refrain()
            else:
                return plan.end
            record.request_id = verdict.request_id
            answer, keep = compose(verdict, plan), request is not None and not request.wants_close
        except BadRequest as error:
            record.verdict, record.why = f"http-{error.status}", str(error)
            record.seen = reader.seen()[:LIMIT_HEAD]
            plan, answer, keep = Plan(), plain_page(error.status), False
        except (Gone, TimeoutError):
            record.verdict, record.seen = "incomplete", reader.seen()[:LIMIT_HEAD]
            return "close"
        finally:
            self._note(record)
        self._send(stream, render(answer, plan, self.clock.now(), keep), plan)
        self._count_served()
        self.stopped.wait(plan.end_delay)
        return plan.end or (None if keep and plan.framing != "close" else "orderly")

    def _read(self, stream: Stream, reader: Reader, plan: Plan, record: "Record") -> Optional[Request]:
        """The whole request; None when the plan ends or answers it before."""
        reader.allowance = plan.read_at
        try:
            request = reader.head()
            record.request = request
            if request.path != "/":
                raise BadRequest("the target of this API is /")
            if request.wants_continue and request.content_length:
                stream.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            request = reader.body(request)
            record.request = request
            if plan.early:
                raise Limited
        except Limited:
            record.verdict, record.seen = plan.names[0], reader.seen()[:LIMIT_HEAD]
            return None
        if plan.read_at is not None:
            plan.send_at = 0
        return request

    def _send(self, stream: Stream, data: bytes, plan: Plan) -> None:
        first = True
        for piece in pieces(data, plan):
            if not first and plan.delay:
                self.stopped.wait(plan.delay)
            stream.send(piece)
            first = False

    # ---- the control path --------------------------------------------------------------------------------------------

    def _control(self, stream: Stream, reader: Reader) -> Optional[str]:
        try:
            request = reader.body(reader.head())
        except BadRequest as error:
            stream.send(render(plain_page(error.status), Plan(), self.clock.now(), False))
            return "orderly"
        status, document = self._command(request)
        answer = Answer(status, json.dumps(document).encode("ascii") + b"\n")
        keep = not request.wants_close
        stream.send(render(answer, Plan(), self.clock.now(), keep))
        return None if keep else "orderly"

    def _command(self, request: Request) -> Tuple[int, Any]:
        command = (request.method, request.path[len(CONTROL) :])
        try:
            if command == ("GET", "state"):
                return 200, self.state()
            if command == ("POST", "faults"):
                self.faults.add(json.loads(request.body))
                return 200, {"faults": self.faults.waiting()}
            if command == ("POST", "reset"):
                self.reset()
                return 200, {}
            if command == ("POST", "clock"):
                return 200, {"now": self._set_clock(json.loads(request.body))}
            if command == ("POST", "stop"):
                threading.Timer(0.1, self.stop).start()
                return 200, {}
        except (BadFault, ValueError) as error:
            return 400, {"error": str(error)}
        return 404, {"error": "no such command"}

    def _set_clock(self, wanted: Any) -> float:
        names = list(wanted) if isinstance(wanted, dict) else []
        if names not in (["offset"], ["unix"]) or type(wanted[names[0]]) not in (int, float):
            raise ValueError('the clock is set by {"offset": seconds} or {"unix": seconds}')
        if names == ["unix"]:
            self.clock.set(wanted["unix"])
        else:
            self.clock.offset = wanted["offset"]
        return self.clock.now()

    def state(self) -> Dict[str, Any]:
        """Everything a test may ask."""
        with self._lock:
            state: Dict[str, Any] = {
                "requests": self._requests,
                "connections": self._connections,
                "tls": dict(self._tls),
                "verdicts": dict(self._verdicts),
                "last": self._last,
                "last_request_id": self._last_request_id,
            }
        state["executions"] = self.service.executions()
        state["faults"] = self.faults.waiting()
        state["now"] = self.clock.now()
        return state

    def reset(self) -> None:
        """Back to the start: counters, sessions, faults and the clock's offset."""
        self.service.reset()
        self.faults.clear()
        self.clock.offset = 0.0
        with self._lock:
            self._forget()

    # ---- notes -------------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._requests = 0
        self._connections = 0
        self._tls: "Counter[str]" = Counter(full=0, resumed=0, failed=0)
        self._verdicts: "Counter[str]" = Counter()
        self._last: Optional[Dict[str, Any]] = None
        self._last_request_id: Optional[str] = None

    def _note_connection(self) -> int:
        with self._lock:
            self._connections += 1
            return self._connections

    def _forget_connection(self) -> None:
        """A connection that begins with a control request is none of the client's."""
        with self._lock:
            self._connections = max(0, self._connections - 1)

    def _note_tls(self, what: str) -> None:
        with self._lock:
            self._tls[what] += 1

    def _note(self, record: "Record") -> None:
        with self._lock:
            self._verdicts[record.verdict] += 1
            self._last = record.document()
            self._last_request_id = record.request_id or self._last_request_id
            if self._log:
                self._log.write(json.dumps({"time": round(self.clock.now(), 3), **self._last}) + "\n")
                self._log.flush()

    def _count_served(self) -> None:
        with self._lock:
            self._served += 1
            enough = self.settings.max_requests is not None and self._served >= self.settings.max_requests
        if enough:
            threading.Timer(0.2, self.stop).start()


@dataclass
class Record:
    """What there is to say about one API request."""

    scheme: str
    connection: int
    faults: List[str]
    verdict: str = ""
    why: str = ""
    request: Optional[Request] = None
    seen: bytes = b""
    request_id: Optional[str] = None
    executed: bool = False

    def document(self) -> Dict[str, Any]:
        request = self.request
        head = request.head if request else self.seen
        body = request.body if request else b""
        return {
            "scheme": self.scheme,
            "connection": self.connection,
            "method": request.method if request else None,
            "target": request.target if request else None,
            "headers": list(request.headers) if request else [],
            "head": head.decode("latin-1"),
            "body_sha256": hashlib.sha256(body).hexdigest(),
            "bytes": max(len(head) + len(body), len(self.seen)),
            "verdict": self.verdict,
            "why": self.why,
            "request_id": self.request_id,
            "executed": self.executed,
            "faults": self.faults,
        }


# ---- the command -----------------------------------------------------------------------------------------------------


def parse_arguments(arguments: Optional[List[str]] = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A local stand-in for the service, on the loopback interface.")
    parser.add_argument("--plain", type=int, metavar="PORT", help="serve HTTP (0: any free port)")
    parser.add_argument("--tls", type=int, metavar="PORT", help="serve HTTPS (0: any free port)")
    parser.add_argument("--cert", type=Path, metavar="FILE", help="certificate chain, PEM")
    parser.add_argument("--key-file", type=Path, metavar="FILE", help="its private key, PEM")
    parser.add_argument("--id", required=True, metavar="SECRETID")
    parser.add_argument("--key", required=True, metavar="SECRETKEY")
    parser.add_argument("--token", help="make the key pair a temporary one")
    parser.add_argument("--clock", type=float, metavar="UNIX", help="the time it is at the start (default: it is)")
    parser.add_argument("--rate", action="store_true", help="enforce 20 calls per second for MPS, 100 for VOD")
    parser.add_argument("--idle", type=float, default=60.0, metavar="SECONDS", help="keep-alive limit (default 60)")
    parser.add_argument("--lifetime", type=float, default=3600.0, metavar="SECONDS", help="then stop (default 3600)")
    parser.add_argument("--max-requests", type=int, metavar="N", help="stop after so many answers")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append one JSON object per request")
    parser.add_argument("--tls-max", choices=("1.2", "1.3"), default="1.3", help="highest TLS version")
    parser.add_argument("--tls-ciphers", metavar="LIST", help="TLS 1.2 suites, in OpenSSL's spelling")
    parser.add_argument("--fault", action="append", default=[], metavar="JSON", help="queue a fault (repeatable)")
    options = parser.parse_args(arguments)
    if options.plain is None and options.tls is None:
        parser.error("one of --plain and --tls is needed")
    if options.tls is not None and not (options.cert and options.key_file):
        parser.error("--tls needs --cert and --key-file")
    return options


def main() -> int:
    options = parse_arguments()
    endpoint = Endpoint(Settings(
        credentials=Credentials(options.id, options.key, options.token),
        plain_port=options.plain, tls_port=options.tls, certificate=options.cert, key_file=options.key_file,
        tls_max=options.tls_max, ciphers=options.tls_ciphers, clock_start=options.clock,
        enforce_rate=options.rate, idle=options.idle, max_requests=options.max_requests, log=options.log,
    ))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: endpoint.stopped.set())
    try:
        for text in options.fault:
            endpoint.faults.add([json.loads(text)])
        endpoint.start()
    except (OSError, ValueError) as error:
        print(f"endpoint: {error}", file=sys.stderr)
        return 1
    for name, url in endpoint.urls.items():
        print(name, url, flush=True)
    endpoint.stopped.wait(options.lifetime)
    endpoint.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
