"""Verifies the two signatures of the API from scratch with hashlib and hmac.

Sources: the public "signature v3" document (TC3-HMAC-SHA256) and the public "signature" document (v1: HmacSHA1 and
HmacSHA256). The functions that build the texts are exact. The two ``verify_*`` functions decide what is accepted.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Iterable, List, Mapping, Optional, Sequence, Tuple

from protocol import ApiError, Request

ALGORITHM = "TC3-HMAC-SHA256"
LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z

_AUTHORIZATION = re.compile(
    ALGORITHM + r" Credential=([^/,\s]+)/([0-9]{4}-[0-9]{2}-[0-9]{2})/([a-z0-9]+)/tc3_request, "
    r"SignedHeaders=([a-z0-9-]+(?:;[a-z0-9-]+)*), Signature=([0-9a-f]{64})"
)


@dataclass(frozen=True)
class Credentials:
    """One key pair; a token makes it a temporary one."""

    secret_id: str
    secret_key: str
    token: Optional[str] = None


@dataclass(frozen=True)
class Authorization:
    """The parts of a TC3 ``Authorization`` header."""

    secret_id: str
    date: str
    service: str
    signed_headers: Tuple[str, ...]
    signature: str

    @classmethod
    def parse(cls, text: str) -> "Authorization":
        match = _AUTHORIZATION.fullmatch(text)
        if not match:
            raise ApiError("AuthFailure.InvalidAuthorization", "The Authorization header is malformed.")
        secret_id, date, service, names, signature = match.groups()
        return cls(secret_id, date, service, tuple(names.split(";")), signature)


# ---- signature v3 ----------------------------------------------------------------------------------------------------


def canonical_request(method: str, query: str, headers: Sequence[Tuple[str, str]], payload: bytes) -> str:
    """Step 1 of the signature v3 document. The URI is ``/``; values come lower-cased and trimmed."""
    return "\n".join((
        method,
        "/",
        query,
        "".join(f"{name}:{value.strip().lower()}\n" for name, value in headers),
        ";".join(name for name, _ in headers),
        hashlib.sha256(payload).hexdigest(),
    ))


def tc3_string_to_sign(timestamp: int, date: str, service: str, canonical: str) -> str:
    """Step 2 of the signature v3 document."""
    digest = hashlib.sha256(canonical.encode("utf-8")).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{date}/{service}/tc3_request\n{digest}"


def tc3_key(secret_key: str, date: str, service: str) -> bytes:
    """The key chain of step 3 of the signature v3 document."""
    key = ("TC3" + secret_key).encode("utf-8")
    for part in (date, service, "tc3_request"):
        key = hmac.new(key, part.encode("utf-8"), hashlib.sha256).digest()
    return key


def tc3_signature(key: bytes, string_to_sign: str) -> str:
    """The end of step 3 of the signature v3 document."""
    return hmac.new(key, string_to_sign.encode("utf-8"), hashlib.sha256).hexdigest()


def utc_date(timestamp: int) -> str:
    """The date of a credential scope: the timestamp's, in UTC."""
    moment = datetime.fromtimestamp(timestamp, timezone.utc)
    return f"{moment.year:04}-{moment.month:02}-{moment.day:02}"


def verify_tc3(request: Request, authorization: Authorization, timestamp: int, secret_key: str) -> None:
    """Refuses unless the signature is that of these very bytes.

    The service in the scope is taken as it stands: whether it fits the request is the API's business.
    """
    names = authorization.signed_headers
    if list(names) != sorted(set(names)):
        raise ApiError("AuthFailure.InvalidAuthorization", "SignedHeaders must be sorted and without repeats.")
    for required in ("content-type", "host"):
        if required not in names:
            raise ApiError("AuthFailure.InvalidAuthorization", f"SignedHeaders lacks `{required}`.")
    values: List[Tuple[str, str]] = []
    for name in names:
        value = request.header(name)
        if value is None:
            raise ApiError("AuthFailure.InvalidAuthorization", f"The signed header `{name}` was not sent.")
        values.append((name, value))
    if authorization.date != utc_date(timestamp):
        raise ApiError("AuthFailure.SignatureFailure", "The date in Credential is not that of the timestamp.")

    key = tc3_key(secret_key, authorization.date, authorization.service)
    for host in _host_spellings(request):
        signed = [(name, host if name == "host" else value) for name, value in values]
        canonical = canonical_request(request.method, request.query, signed, request.body)
        text = tc3_string_to_sign(timestamp, authorization.date, authorization.service, canonical)
        if hmac.compare_digest(tc3_signature(key, text), authorization.signature):
            return
    raise ApiError("AuthFailure.SignatureFailure", "The signature does not match the request.")


# ---- signature v1 ----------------------------------------------------------------------------------------------------


def v1_string_to_sign(method: str, host: str, path: str, parameters: Iterable[Tuple[str, str]]) -> str:
    """Steps 1 to 3 of the signature document: sorted by name, joined with the values as they are, not encoded."""
    ordered = sorted((name.encode("utf-8"), f"{name}={value}") for name, value in parameters if name != "Signature")
    return f"{method}{host}{path}?" + "&".join(text for _, text in ordered)


def v1_signature(secret_key: str, signature_method: Optional[str], string_to_sign: str) -> str:
    """Step 4 of the signature document. Only the exact text ``HmacSHA256`` selects SHA-256."""
    digest = hashlib.sha256 if signature_method == "HmacSHA256" else hashlib.sha1
    mac = hmac.new(secret_key.encode("utf-8"), string_to_sign.encode("utf-8"), digest)
    return base64.b64encode(mac.digest()).decode("ascii")


def verify_v1(request: Request, parameters: Mapping[str, str], secret_key: str) -> None:
    """Refuses unless ``Signature`` is that of the parameters as decoded."""
    claimed = parameters.get("Signature", "").encode("utf-8")
    for host in _host_spellings(request):
        text = v1_string_to_sign(request.method, host, request.path, parameters.items())
        expected = v1_signature(secret_key, parameters.get("SignatureMethod"), text)
        if hmac.compare_digest(expected.encode("ascii"), claimed):
            return
    raise ApiError("AuthFailure.SignatureFailure", "The signature does not match the request.")


# ---- both ------------------------------------------------------------------------------------------------------------


def _host_spellings(request: Request) -> List[str]:
    """The Host header as sent and, for one with a port, without it: one official SDK leaves the port unsigned."""
    host = request.header("host") or ""
    bare = re.sub(r":[0-9]+$", "", host)
    return [host] if bare == host else [host, bare]
