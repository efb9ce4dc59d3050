"""Faults: what a server, or the network before it, can do to a client.

A fault is a JSON object: ``{"kind": NAME, option: value, …, "times": N | "always"}``. A list of such objects applies
together, to one request. Faults wait in a queue. Each connection takes one of the kinds marked ``connection``, and each
API request one of the others. Each kind below is one small function that writes to a Plan what is to be done. Its
parameters are the kind's options. The server knows plans, not kinds.
"""

from __future__ import annotations

import base64
import inspect
import random
import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Callable, Deque, Dict, List, Optional, Sequence, Tuple

from protocol import page
from streams import ENDINGS

_SYNONYMS = {"close_notify": "orderly", "no_close_notify": "fin"}
_AFTER_EARLY = {"hold": "hold", "close": "orderly", "reset": "rst"}
_EARLY_RESET_SECONDS = 0.2
_OPTION_TYPES = {"int": int, "bool": bool, "str": str, "Sequence[int]": list}


class BadFault(ValueError):
    """A fault description that means nothing."""


@dataclass
class Plan:
    """How one connection or exchange departs from the ordinary. As created: not at all."""

    names: List[str] = field(default_factory=list)

    # The connection, before any request.
    refuse: bool = False
    handshake_at: Optional[int] = None

    # Reading the request: stop for good after so many bytes. Then, if `early`, answer all the same.
    read_at: Optional[int] = None
    early: bool = False

    # The answer itself.
    execute: bool = True
    raw: Optional[bytes] = None
    status: Optional[int] = None
    body: Optional[bytes] = None
    content_type: Optional[str] = None
    error: Optional[Tuple[str, str]] = None
    result: Optional[str] = None
    ascii: bool = False
    indent: Optional[int] = None
    reverse: bool = False
    extra: bool = False

    # Its head.
    interim: List[int] = field(default_factory=list)
    headers: List[Tuple[str, str]] = field(default_factory=list)
    encoding: Optional[str] = None
    date_skew: int = 0
    length_delta: int = 0
    head_bytes: int = 0
    head_line: int = 1024

    # Its framing. Chunk sizes: the last one repeats.
    framing: str = "length"
    chunks: List[int] = field(default_factory=list)
    chunk_extensions: bool = False
    trailers: bool = False

    # Its way to the client.
    split_at: Optional[int] = None
    piece: Optional[int] = None
    delay: float = 0.0
    send_at: Optional[int] = None

    # The end of the connection, so many seconds after the answer: None leaves it to HTTP.
    end: Optional[str] = None
    end_delay: float = 0.0


Kind = Callable[..., None]
_KINDS: Dict[str, Tuple[str, Kind]] = {}


def _kind(stage: str) -> Callable[[Kind], Kind]:
    def register(function: Kind) -> Kind:
        _KINDS[function.__name__.strip("_")] = (stage, function)
        return function

    return register


def _ending(how: str) -> str:
    how = _SYNONYMS.get(how, how)
    if how not in ENDINGS:
        raise BadFault(f"no such ending: {how}")
    return how


# ---- the connection --------------------------------------------------------------------------------------------------


@_kind("connection")
def accept_close(plan: Plan, how: str = "close") -> None:
    """Accept and end the connection at once."""
    plan.refuse, plan.end = True, _ending(how)


@_kind("connection")
def handshake(plan: Plan, at: int = 0, how: str = "fin") -> None:
    """Send only the first ``at`` bytes of the TLS handshake, then end."""
    plan.handshake_at, plan.end = at, _ending(how)


# ---- the request -----------------------------------------------------------------------------------------------------


@_kind("request")
def none(plan: Plan) -> None:
    """No fault: lets one request pass to reach a later one."""


@_kind("request")
def cut_request(plan: Plan, at: int, how: str = "close") -> None:
    """Read ``at`` bytes of the request, then end. Runs only if that was all of it."""
    plan.read_at, plan.end = at, _ending(how)


@_kind("request")
def stall_request(plan: Plan, at: int = 0) -> None:
    """Read ``at`` bytes of the request, then neither read nor answer."""
    plan.read_at, plan.end = at, "stall"


@_kind("request")
def early(plan: Plan, at: int = 20000, status: int = 413, code: str = "", result: bool = False,
          then: str = "close") -> None:
    """Read ``at`` bytes of the request, answer, and read no more. It does not run, whatever the answer claims.

    The answer is a page under ``status``, or under 200 an ``Error`` with this ``code`` or a ``Result``.
    """
    if code and result:
        raise BadFault("an answer has either a code or a result")
    if then not in _AFTER_EARLY:
        raise BadFault(f"after an early answer there is no {then}")
    plan.read_at, plan.early, plan.execute = at, True, False
    plan.end, plan.end_delay = _AFTER_EARLY[then], _EARLY_RESET_SECONDS if then == "reset" else 0
    if code:
        plan.error = (code, "The request was answered before its end.")
    elif result:
        plan.result = "early"
    else:
        plan.status, plan.body, plan.content_type = status, page(status), "text/html"


# ---- other answers: not executed unless asked ------------------------------------------------------------------------


@_kind("request")
def api_error(plan: Plan, code: str = "InternalError", message: str = "An internal error has occurred.",
              execute: bool = False) -> None:
    """Answer with this ``Error``."""
    plan.error, plan.execute = (code, message), execute


@_kind("request")
def status(plan: Plan, status: int = 502, html: bool = True, execute: bool = False) -> None:
    """Answer with this status: a page, or with ``html`` false the API's own JSON under it."""
    plan.status, plan.execute = status, execute
    if html:
        plan.body, plan.content_type = page(status), "text/html"


@_kind("request")
def redirect(plan: Plan, status: int = 302, location: str = "https://127.0.0.1/", execute: bool = False) -> None:
    """Answer with a redirection page."""
    plan.status, plan.execute = status, execute
    plan.body, plan.content_type = page(status), "text/html"
    plan.headers.append(("Location", location))


@_kind("request")
def garbage(plan: Plan, bytes: int = 256, seed: int = 1, execute: bool = False) -> None:
    """Answer with random bytes in place of HTTP, then close."""
    plan.raw, plan.execute = random.Random(seed).randbytes(bytes), execute
    plan.end = plan.end or "orderly"


@_kind("request")
def raw(plan: Plan, base64: str, how: str = "orderly", keep: bool = False, execute: bool = False) -> None:
    """Answer with exactly these bytes, then end, or with ``keep`` go on."""
    plan.raw, plan.execute = _decode(base64), execute
    plan.end = None if keep else _ending(how)


@_kind("request")
def body(plan: Plan, base64: str, execute: bool = False) -> None:
    """Answer with exactly this body under an ordinary head."""
    plan.body, plan.execute = _decode(base64), execute


# ---- the same answer, told otherwise ---------------------------------------------------------------------------------


@_kind("request")
def huge(plan: Plan, bytes: int, execute: bool = True) -> None:
    """A Result of this many bytes."""
    plan.result, plan.execute = "x" * bytes, execute


@_kind("request")
def shape(plan: Plan, ascii: bool = False, indent: int = -1, reverse: bool = False, extra: bool = False) -> None:
    """The same JSON in another spelling: ``\\uXXXX``, indented, RequestId first, unknown members added."""
    plan.ascii, plan.indent, plan.reverse, plan.extra = ascii, (None if indent < 0 else indent), reverse, extra


@_kind("request")
def date(plan: Plan, skew: int) -> None:
    """A ``Date`` so many seconds off the server's clock."""
    plan.date_skew = skew


@_kind("request")
def encoding(plan: Plan, value: str = "gzip") -> None:
    """Name a Content-Encoding; ``gzip`` and ``deflate`` are then really applied."""
    plan.encoding = value


@_kind("request")
def headers(plan: Plan, bytes: int = 65536, line: int = 1024) -> None:
    """A response head of exactly this size, interim responses not counted, padded with lines of this length."""
    plan.head_bytes, plan.head_line = bytes, line


@_kind("request")
def header(plan: Plan, name: str, value: str) -> None:
    """One more header."""
    plan.headers.append((name, value))


@_kind("request")
def continue_(plan: Plan, count: int = 1, status: int = 100) -> None:
    """Send so many interim responses first."""
    if not 100 <= status < 200:
        raise BadFault("an interim status is 1xx")
    plan.interim += [status] * count


@_kind("request")
def length(plan: Plan, delta: int) -> None:
    """A Content-Length off by ``delta``, then close."""
    plan.length_delta = delta
    plan.end = plan.end or "orderly"


@_kind("request")
def chunked(plan: Plan, size: int = 16, sizes: Sequence[int] = (), extensions: bool = False,
            trailers: bool = False) -> None:
    """Chunked coding: chunks of ``size``, or of ``sizes`` with the last one repeated."""
    if not all(isinstance(each, int) and each > 0 for each in [size, *sizes]):
        raise BadFault("a chunk size is a positive integer")
    plan.framing, plan.chunks = "chunked", list(sizes) or [size]
    plan.chunk_extensions, plan.trailers = extensions, trailers


@_kind("request")
def close_delimited(plan: Plan, how: str = "orderly") -> None:
    """No length: the end of the connection ends the body."""
    plan.framing, plan.end = "close", _ending(how)


# ---- the way to the client -------------------------------------------------------------------------------------------


@_kind("request")
def split(plan: Plan, at: int, delay_ms: int = 20) -> None:
    """Send in two writes, parted after ``at`` bytes."""
    plan.split_at, plan.delay = at, delay_ms / 1000


@_kind("request")
def drip(plan: Plan, chunk: int = 1, delay_ms: int = 0) -> None:
    """Send in writes of ``chunk`` bytes (over TLS: records of that size), so far apart."""
    if chunk < 1:
        raise BadFault("a drip is at least one byte")
    plan.piece, plan.delay = chunk, delay_ms / 1000


@_kind("request")
def cut(plan: Plan, at: int = 0, how: str = "fin") -> None:
    """Execute, send the first ``at`` bytes of the answer, then end."""
    plan.send_at, plan.end = at, _ending(how)


@_kind("request")
def stall(plan: Plan, at: int = 0) -> None:
    """Execute, send the first ``at`` bytes of the answer, then go silent until the client leaves."""
    plan.send_at, plan.end = at, "stall"


@_kind("request")
def swallow(plan: Plan, how: str = "fin", execute: bool = True) -> None:
    """Execute, then end without an answer."""
    plan.send_at, plan.end, plan.execute = 0, _ending(how), execute


@_kind("request")
def reset(plan: Plan, execute: bool = True) -> None:
    """Execute, then RST at once."""
    plan.send_at, plan.end, plan.execute = 0, "rst", execute


@_kind("request")
def close_idle(plan: Plan, how: str = "orderly") -> None:
    """Answer in full, promising keep-alive, then end the connection at once."""
    plan.end = _ending(how)


# ---- reading descriptions, and the queue -----------------------------------------------------------------------------


def kinds() -> Dict[str, str]:
    """Every kind with its stage."""
    return {name: stage for name, (stage, _) in _KINDS.items()}


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise BadFault("not Base64") from None


@dataclass
class _Item:
    description: Any
    stage: str
    parts: List[Tuple[Kind, Dict[str, Any], str]]
    times: Optional[int]  # None: always

    def plan(self) -> Plan:
        plan = Plan()
        for function, options, name in self.parts:
            plan.names.append(name)
            function(plan, **options)
        return plan


def _parse(description: Any) -> _Item:
    objects = description if isinstance(description, list) else [description]
    if not objects or not all(isinstance(each, dict) for each in objects):
        raise BadFault("a fault is a JSON object or a list of them")
    stages, parts, times = set(), [], 1
    for each in objects:
        options = dict(each)
        name, repeat = options.pop("kind", None), options.pop("times", None)
        if repeat is not None:
            times = repeat
        if not isinstance(name, str) or name not in _KINDS:
            raise BadFault(f"no such kind of fault: {name}")
        stage, function = _KINDS[name]
        _check_options(name, function, options)
        stages.add(stage)
        parts.append((function, options, name))
    if len(stages) > 1:
        raise BadFault("faults of a connection and of a request cannot be one")
    if times != "always" and not (type(times) is int and times > 0):
        raise BadFault('"times" is a positive integer or "always"')
    item = _Item(description, stages.pop(), parts, None if times == "always" else times)
    item.plan()
    return item


def _check_options(name: str, function: Kind, options: Dict[str, Any]) -> None:
    known = dict(list(inspect.signature(function).parameters.items())[1:])
    for option, value in options.items():
        if option not in known:
            raise BadFault(f"{name} has no option {option}")
        if type(value) is not _OPTION_TYPES[known[option].annotation]:
            raise BadFault(f"{name}: {option} is of type {known[option].annotation}")
    for option, parameter in known.items():
        if parameter.default is parameter.empty and option not in options:
            raise BadFault(f"{name} needs the option {option}")


class FaultQueue:
    """Faults waiting for their connection or request. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: Deque[_Item] = deque()

    def add(self, descriptions: Any) -> None:
        """Queues a list of faults: all of them or, if one is wrong, none."""
        if not isinstance(descriptions, list):
            raise BadFault("a JSON list of faults is wanted")
        items = [_parse(each) for each in descriptions]
        with self._lock:
            self._items.extend(items)

    def clear(self) -> None:
        with self._lock:
            self._items.clear()

    def waiting(self) -> List[Any]:
        with self._lock:
            return [item.description for item in self._items]

    def take(self, stage: str) -> Plan:
        """The plan for the next connection or request."""
        with self._lock:
            for item in self._items:
                if item.stage == stage:
                    if item.times is not None:
                        item.times -= 1
                        if item.times == 0:
                            self._items.remove(item)
                    return item.plan()
        return Plan()
