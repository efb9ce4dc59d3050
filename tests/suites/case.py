"""A case, and how it is written for a program: see frame.h."""

import base64
import textwrap
from typing import Callable, NamedTuple


class Case(NamedTuple):
    """A case of a suite."""

    suite: str
    name: str
    frame: bytes
    judge: Callable[[str], str | None]  # what the answer gives, where the suite expects something else


def frame(*fields: int | bytes) -> bytes:
    return b"".join(b"%d\n" % field if isinstance(field, int) else b"%d\n%s" % (len(field), field) for field in fields)


def pem(der: bytes) -> bytes:
    lines = textwrap.wrap(base64.b64encode(der).decode(), 64)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode()
