"""Reads HTTP requests strictly, and repairs nothing.

A front server tolerates more than this. Tolerance hides a client's mistakes, so the endpoint refuses whatever RFC 9112
does not allow a client to send, with the status that a front server uses for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, List, Optional, Tuple

KIB = 1024
MIB = 1024 * KIB

#: Limits of the public "request structure" document.
LIMIT_GET = 32 * KIB
LIMIT_FORM = 1 * MIB
LIMIT_JSON = 10 * MIB

#: Limits of a front server: what it will read before it gives up on a client.
LIMIT_REQUEST_LINE = LIMIT_GET
LIMIT_HEAD = 96 * KIB
LIMIT_BODY = 64 * MIB

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))

REASONS = {
    100: "Continue", 102: "Processing", 103: "Early Hints",
    200: "OK", 204: "No Content",
    301: "Moved Permanently", 302: "Moved Temporarily", 303: "See Other", 307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 408: "Request Time-out",
    413: "Request Entity Too Large", 414: "Request-URI Too Large", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}

_REQUEST_LINE = re.compile(r"([A-Z]+) (/[\x21-\x7e]*) HTTP/1\.1")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e\t]*)")
_HOST = re.compile(r"(?:[0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_QUERY = re.compile(r"(?:[0-9A-Za-z._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")

#: Headers that decide what a request means: twice is never harmless.
_SINGLE = ("host", "content-type", "content-length", "authorization", "connection", "expect")


class BadRequest(Exception):
    """Not a request the HTTP layer accepts; answered with a page, like a front server does."""

    def __init__(self, why: str, status: int = 400) -> None:
        super().__init__(why)
        self.status = status


class ApiError(Exception):
    """The API's own "no": ``Response.Error`` under HTTP 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Request:
    """One request, its bytes untouched: what is verified is what was sent."""

    method: str
    target: str
    headers: Tuple[Tuple[str, str], ...]
    head: bytes = b""
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> Optional[str]:
        """The trimmed value of a header, by lower-case name; None when it was not sent."""
        for known, value in self.headers:
            if known.lower() == name:
                return value
        return None

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]

    @property
    def content_length(self) -> int:
        return int(self.header("content-length") or 0)

    @property
    def wants_close(self) -> bool:
        tokens = (self.header("connection") or "").lower().split(",")
        return "close" in (token.strip() for token in tokens)

    @property
    def wants_continue(self) -> bool:
        return (self.header("expect") or "").lower() == "100-continue"


def parse_head(head: bytes) -> Request:
    """Reads a request head, the empty line at its end included."""
    lines = head.decode("latin-1").split("\r\n")
    if lines[-2:] != ["", ""]:
        raise BadRequest("the head does not end with an empty line")
    line = _REQUEST_LINE.fullmatch(lines[0])
    if not line:
        raise BadRequest("malformed request line")
    method, target = line.groups()
    if method not in METHODS:
        raise BadRequest("unknown method")

    headers: List[Tuple[str, str]] = []
    for text in lines[1:-2]:
        match = _FIELD.fullmatch(text)
        if not match:
            raise BadRequest(f"malformed header line {text[:40]!r}")
        headers.append((match.group(1), match.group(2).rstrip(" \t")))

    request = Request(method, target, tuple(headers), head)
    _check_framing(request)
    return request


def _check_framing(request: Request) -> None:
    counts: Dict[str, int] = {}
    for name, _ in request.headers:
        counts[name.lower()] = counts.get(name.lower(), 0) + 1
    for name, count in counts.items():
        if count > 1 and (name in _SINGLE or name.startswith("x-tc-")):
            raise BadRequest(f"header {name} sent {count} times")
    if "host" not in counts:
        raise BadRequest("no Host header")
    if not _HOST.fullmatch(request.header("host") or ""):
        raise BadRequest("malformed Host header")
    if "transfer-encoding" in counts:
        raise BadRequest("a request body is sent with Content-Length here")
    length = request.header("content-length")
    if length is not None and not re.fullmatch(r"0|[1-9][0-9]{0,17}", length):
        raise BadRequest("malformed Content-Length")
    if request.method == "POST" and length is None:
        raise BadRequest("POST without Content-Length")
    if request.method == "GET" and request.content_length:
        raise BadRequest("GET with a body")
    if request.content_length > LIMIT_BODY:
        raise BadRequest("body beyond what any limit could allow", 413)
    if not _QUERY.fullmatch(request.query):
        raise BadRequest("malformed query")


def page(status: int) -> bytes:
    """The small HTML page a front server sends in place of an answer."""
    title = f"{status} {REASONS.get(status, 'Unknown')}"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n"
        "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
    ).encode("ascii")
