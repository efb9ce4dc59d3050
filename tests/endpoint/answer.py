"""Makes the bytes on the wire from a verdict: body, head, and the order in which they are sent."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Iterator, List, Tuple

from faults import Plan
from protocol import REASONS, page
from service import Verdict

_EXTRA = {"Cost": 0.125, "Tags": [{"Result": "not this one"}, None, True], "Detail": {"RequestId": {"Code": 7}}}


@dataclass
class Answer:
    """A response before it has a form."""

    status: int
    body: bytes
    content_type: str = "application/json"
    headers: List[Tuple[str, str]] = field(default_factory=list)


def plain_page(status: int) -> Answer:
    return Answer(status, page(status), "text/html")


def compose(verdict: Verdict, plan: Plan) -> Answer:
    """The verdict as an answer, or what the plan puts in its place."""
    body = plan.body if plan.body is not None else _document(verdict, plan)
    if plan.encoding == "gzip":
        body = gzip.compress(body)
    elif plan.encoding == "deflate":
        body = zlib.compress(body)
    headers = list(plan.headers)
    if plan.encoding is not None:
        headers.append(("Content-Encoding", plan.encoding))
    return Answer(plan.status or 200, body, plan.content_type or "application/json", headers)


def _document(verdict: Verdict, plan: Plan) -> bytes:
    document = verdict.document()
    response = document["Response"]
    if plan.error:
        response = {"Error": dict(zip(("Code", "Message"), plan.error)), "RequestId": verdict.request_id}
    elif plan.result is not None and "Result" in response:
        response = {**response, "Result": plan.result}
    if plan.extra:
        response = {**_EXTRA, **response}
    if plan.reverse:
        response = dict(reversed(list(response.items())))
    separators = (",", ":") if plan.indent is None else (",", ": ")
    text = json.dumps({"Response": response}, ensure_ascii=plan.ascii, indent=plan.indent, separators=separators)
    return text.encode("utf-8")


def render(answer: Answer, plan: Plan, now: float, keep_alive: bool) -> bytes:
    """All bytes of the response, interim ones included."""
    if plan.raw is not None:
        return plan.raw
    interim = b"".join(f"HTTP/1.1 {code} {_reason(code)}\r\n\r\n".encode("ascii") for code in plan.interim)
    return interim + _head(answer, plan, now, keep_alive) + _framed(answer.body, plan)


def pieces(data: bytes, plan: Plan) -> Iterator[bytes]:
    """The writes in which those bytes leave, as far as the plan lets them."""
    if plan.send_at is not None:
        data = data[: plan.send_at]
    if plan.split_at is not None and 0 < plan.split_at < len(data):
        yield data[: plan.split_at]
        data = data[plan.split_at :]
    size = plan.piece or max(len(data), 1)
    for start in range(0, len(data), size):
        yield data[start : start + size]


def _reason(status: int) -> str:
    return REASONS.get(status, "Unknown")


def _head(answer: Answer, plan: Plan, now: float, keep_alive: bool) -> bytes:
    fields = [
        ("Server", "nginx"),
        ("Date", formatdate(int(now) + plan.date_skew, usegmt=True)),
        ("Content-Type", answer.content_type),
    ]
    if plan.framing == "length":
        fields.append(("Content-Length", str(max(0, len(answer.body) + plan.length_delta))))
    elif plan.framing == "chunked":
        fields.append(("Transfer-Encoding", "chunked"))
    if plan.trailers:
        fields.append(("Trailer", "X-Checksum"))
    alive = keep_alive and plan.framing != "close"
    fields.append(("Connection", "keep-alive" if alive else "close"))
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}"]
    lines += [f"{name}: {value}" for name, value in fields + answer.headers]
    head = "\r\n".join(lines) + "\r\n"
    head += _padding(plan.head_bytes - len(head) - 2, plan.head_line)
    return (head + "\r\n").encode("latin-1")


def _padding(wanted: int, line: int) -> str:
    """Header lines of this many bytes in all, each about ``line`` long."""
    lines: List[str] = []
    shortest = len("X-Pad: \r\n")
    line = max(line, shortest)
    while wanted >= shortest:
        size = line if wanted - line >= shortest else wanted
        lines.append("X-Pad: " + "p" * (size - shortest) + "\r\n")
        wanted -= size
    return "".join(lines)


def _framed(body: bytes, plan: Plan) -> bytes:
    if plan.framing != "chunked":
        return body
    extension = ';name=value;quoted="a;b\\"c"' if plan.chunk_extensions else ""
    parts: List[bytes] = []
    sizes = iter(plan.chunks)
    at = size = 0
    while at < len(body):
        size = next(sizes, size)
        chunk = body[at : at + size]
        parts.append(f"{len(chunk):x}{extension}\r\n".encode("ascii") + chunk + b"\r\n")
        at += size
    parts.append(f"0{extension}\r\n".encode("ascii"))
    if plan.trailers:
        parts.append(b"X-Checksum: none\r\n")
    return b"".join(parts) + b"\r\n"
