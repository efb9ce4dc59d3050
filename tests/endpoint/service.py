"""``ExecuteFunction`` of MPS (2019-06-12) and VOD (2018-07-17): the rules, the verdicts and what really ran.

Sources: the public "common parameters", "request structure", "error codes" and ``ExecuteFunction`` documents of both
products. Where they do not specify an order or a code, a comment states the choice.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
import unicodedata
import uuid
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Callable, Deque, Dict, List, Mapping, Optional, Tuple
from urllib.parse import unquote_to_bytes

from protocol import LIMIT_FORM, LIMIT_JSON, ApiError, Request
from signature import LAST_SECOND, Authorization, Credentials, verify_tc3, verify_v1

ACTION = "ExecuteFunction"
SKEW = 300
SESSION_LIFETIME = 7 * 24 * 3600
UINT64_MAX = 2**64 - 1

JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Product:
    """What tells the two services apart."""

    name: str
    version: str
    calls_per_second: int
    parameters: Mapping[str, type]

    @property
    def optional(self) -> Mapping[str, type]:
        """Those that a request may leave out, in the order of the document."""
        return {name: kind for name, kind in self.parameters.items() if name not in _COMMON_FIELDS}


_COMMON_FIELDS = {"FunctionName": str, "FunctionArg": str}
PRODUCTS = {
    "mps": Product("mps", "2019-06-12", 20, _COMMON_FIELDS),
    "vod": Product("vod", "2018-07-17", 100, {
        **_COMMON_FIELDS, "SubAppId": int, "SessionContext": str, "SessionId": str, "ExtInfo": str,
    }),
}

FUNCTIONS: Dict[str, Callable[[str], str]] = {
    "Echo": lambda argument: argument,
    "ExampleFunc": lambda argument: "XXX",
}

#: Common parameters of signature v1: they travel among the interface's own.
_V1_COMMON = frozenset((
    "Action", "Version", "Timestamp", "Nonce", "SecretId", "Signature", "SignatureMethod", "Region", "Token",
    "Language", "RequestClient",
))


class Clock:
    """The service's idea of the time, which a test may set and move."""

    def __init__(self, start: Optional[float] = None) -> None:
        self._base = time.time() if start is None else float(start)
        self._started = time.monotonic()
        self.offset = 0.0

    def now(self) -> float:
        return self._base + self.offset + (time.monotonic() - self._started)

    def set(self, unix: float) -> None:
        self.offset += unix - self.now()


@dataclass(frozen=True)
class Verdict:
    """What the API decided about one request."""

    request_id: str
    code: str = "Ok"
    message: str = ""
    result: Optional[str] = None
    executed: bool = False

    def document(self) -> Dict[str, Any]:
        if self.code == "Ok":
            return {"Response": {"Result": self.result, "RequestId": self.request_id}}
        error = {"Code": self.code, "Message": self.message}
        return {"Response": {"Error": error, "RequestId": self.request_id}}


@dataclass(frozen=True)
class Call:
    """A request that proved who sent it, with its interface parameters still unchecked."""

    product: Product
    parameters: Mapping[str, Any]
    decimal_text: bool  # integers arrive as text, not as JSON numbers


class Service:
    """The API behind the HTTP server. ``decide`` may be called from any thread."""

    def __init__(self, credentials: Credentials, clock: Clock, enforce_rate: bool = False) -> None:
        self.credentials = credentials
        self.clock = clock
        self._enforce_rate = enforce_rate
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forgets everything that ran, session identifiers included."""
        with self._lock:
            self._executions: Dict[str, "Counter[str]"] = {
                "services": Counter(), "functions": Counter(), "sessions": Counter(), "arguments": Counter(),
            }
            self._sessions: Dict[str, float] = {}
            self._recent: Dict[str, Deque[float]] = {name: deque() for name in PRODUCTS}

    def executions(self) -> Dict[str, Any]:
        """How often what really ran: in all, by service, function, session, SHA-256 of the argument."""
        with self._lock:
            counts: Dict[str, Any] = {kind: dict(counter) for kind, counter in self._executions.items()}
            counts["total"] = sum(self._executions["services"].values())
            return counts

    def decide(self, request: Request, execute: bool = True) -> Verdict:
        """Judges a request and, when it is right and ``execute`` is set, runs it."""
        request_id = str(uuid.uuid4())
        try:
            call = self._authenticate(request)
            result = self._run(call, execute)
        except ApiError as error:
            return Verdict(request_id, error.code, error.message)
        return Verdict(request_id, result=result, executed=execute)

    def refrain(self) -> Verdict:
        """Answers a request that was not read to its end. It is not judged and does not run."""
        return Verdict(str(uuid.uuid4()), result="")

    # ---- who asks, and for what --------------------------------------------------------------------------------------

    def _authenticate(self, request: Request) -> Call:
        if request.method not in ("GET", "POST"):
            raise ApiError("UnsupportedProtocol", "Only GET and POST requests are supported.")
        content_type = (request.header("content-type") or "").partition(";")[0].strip().lower()
        limit = LIMIT_FORM if content_type == FORM_TYPE else LIMIT_JSON
        if len(request.body) > limit:
            raise ApiError("RequestSizeLimitExceeded", f"The request is larger than `{limit}` bytes.")
        if request.header("authorization") is not None or request.header("x-tc-action") is not None:
            return self._authenticate_tc3(request, content_type)
        return self._authenticate_v1(request, content_type)

    def _authenticate_tc3(self, request: Request, content_type: str) -> Call:
        common = {name: request.header(f"x-tc-{name.lower()}") for name in (
            "Action", "Version", "Timestamp", "Region", "Token", "Language",
        )}
        timestamp = _check_common(common)
        header = request.header("authorization")
        if header is None:
            raise ApiError("AuthFailure.InvalidAuthorization", "There is no Authorization header.")
        authorization = Authorization.parse(header)
        expected = FORM_TYPE if request.method == "GET" else JSON_TYPE
        if content_type != expected:
            raise ApiError("InvalidParameter", f"{request.method} with this signature has Content-Type `{expected}`.")
        product = PRODUCTS.get(authorization.service)
        if product is None:
            raise ApiError("NoSuchProduct", "There is no product of the name in Credential.")
        if common["Version"] != product.version:
            raise ApiError("NoSuchVersion", "This product has no such version.")
        self._check_age(timestamp)
        self._check_credentials(authorization.secret_id, common["Token"])
        verify_tc3(request, authorization, timestamp, self.credentials.secret_key)
        if request.method == "GET":
            return Call(product, parse_form(request.query), decimal_text=True)
        if request.query:
            raise ApiError("InvalidParameter", "A POST request has no query.")
        return Call(product, parse_json(request.body), decimal_text=False)

    def _authenticate_v1(self, request: Request, content_type: str) -> Call:
        if request.method == "POST":
            if content_type != FORM_TYPE:
                raise ApiError("AuthFailure.InvalidAuthorization", "Such a body is taken with signature v3 only.")
            if request.query:
                raise ApiError("InvalidParameter", "A POST request has no query.")
            parameters = parse_form(request.body.decode("latin-1"))
        else:
            parameters = parse_form(request.query)
        timestamp = _check_common(parameters)
        for name in ("Nonce", "SecretId", "Signature"):
            if name not in parameters:
                raise _missing(name)
        # The document wants a positive nonce; official SDKs may send 0.
        if not _is_decimal(parameters["Nonce"], 2**63 - 1):
            raise ApiError("InvalidParameter", "Parameter `Nonce` type error.")
        product = next((each for each in PRODUCTS.values() if each.version == parameters["Version"]), None)
        if product is None:
            raise ApiError("NoSuchVersion", "No product here has this version.")
        self._check_age(timestamp)
        self._check_credentials(parameters["SecretId"], parameters.get("Token"))
        verify_v1(request, parameters, self.credentials.secret_key)
        own = {name: value for name, value in parameters.items() if name not in _V1_COMMON}
        return Call(product, own, decimal_text=True)

    def _check_age(self, timestamp: int) -> None:
        if abs(self.clock.now() - timestamp) > SKEW:
            raise ApiError("AuthFailure.SignatureExpire", "The signature has expired: the timestamp is too far off.")

    def _check_credentials(self, secret_id: str, token: Optional[str]) -> None:
        if secret_id != self.credentials.secret_id:
            raise ApiError("AuthFailure.SecretIdNotFound", "The SecretId is not found.")
        if (token or None) != self.credentials.token:
            raise ApiError("AuthFailure.TokenFailure", "The token does not belong to this SecretId.")

    # ---- what is asked -----------------------------------------------------------------------------------------------

    def _run(self, call: Call, execute: bool) -> str:
        with self._lock:
            self._check_rate(call.product)
            name, argument, session = _check_parameters(call)
            now = self.clock.now()
            if session:
                seen = self._sessions.get(session)
                if seen is not None and now - seen < SESSION_LIFETIME:
                    raise ApiError("InvalidParameterValue.SessionId", "A request with this SessionId was seen before.")
            if execute:
                if session:
                    self._sessions[session] = now
                self._count(call.product.name, name, argument, session)
        return FUNCTIONS[name](argument)

    def _check_rate(self, product: Product) -> None:
        if not self._enforce_rate:
            return
        recent, now = self._recent[product.name], time.monotonic()
        while recent and now - recent[0] >= 1:
            recent.popleft()
        if len(recent) >= product.calls_per_second:
            raise ApiError(
                "RequestLimitExceeded",
                f"Requests came at `{len(recent) + 1}` in a second; `{product.calls_per_second}` are allowed.",
            )
        recent.append(now)

    def _count(self, product: str, function: str, argument: str, session: str) -> None:
        self._executions["services"][product] += 1
        self._executions["functions"][function] += 1
        self._executions["arguments"][hashlib.sha256(argument.encode("utf-8")).hexdigest()] += 1
        if session:
            self._executions["sessions"][session] += 1


# ---- common parameters -----------------------------------------------------------------------------------------------


def _missing(name: str) -> ApiError:
    return ApiError("MissingParameter", f"The request is missing the required parameter `{name}`.")


def _is_decimal(text: str, most: int) -> bool:
    return bool(re.fullmatch(r"0|[1-9][0-9]{0,19}", text)) and int(text) <= most


def _check_common(common: Mapping[str, Optional[str]]) -> int:
    """The common parameters document, apart from who signs. Gives the timestamp."""
    for name in ("Action", "Timestamp", "Version"):
        if not common.get(name):
            raise _missing(name)
    if common["Action"] != ACTION:
        raise ApiError("InvalidAction", "The request `Action` is not known here.")
    if common["Version"] not in (product.version for product in PRODUCTS.values()):
        raise ApiError("NoSuchVersion", "The request `Version` is not known here.")
    timestamp = common["Timestamp"] or ""
    if not _is_decimal(timestamp, LAST_SECOND):
        raise ApiError("InvalidParameter", "Parameter `Timestamp` type error.")
    # SDKs send an empty region in signature v1: it counts as none.
    region, language = common.get("Region"), common.get("Language")
    if region and not re.fullmatch(r"[a-z]{2,}(?:-[a-z0-9]+)+", region):
        raise ApiError("UnsupportedRegion", "There is no such region.")
    if language is not None and language not in ("zh-CN", "en-US"):
        raise ApiError("InvalidParameterValue", "Parameter `Language` is `zh-CN` or `en-US`.")
    return int(timestamp)


# ---- interface parameters --------------------------------------------------------------------------------------------


def parse_form(text: str) -> Dict[str, str]:
    """A query or form: RFC 3986 percent-encoding in upper case, UTF-8, every name once; ``+`` is a space."""
    parameters: Dict[str, str] = {}
    for pair in text.split("&") if text else []:
        name, equals, value = (_decode_form(part) for part in pair.partition("="))
        if not equals or not name:
            raise ApiError("InvalidParameter", "A parameter has the form `name=value`.")
        if name in parameters:
            raise ApiError("InvalidParameter", f"Parameter `{name[:80]}` was sent twice.")
        parameters[name] = value
    return parameters


def _decode_form(text: str) -> str:
    if not re.fullmatch(r"(?:[0-9A-Za-z._~!$'()*+,;:@/?=-]|%[0-9A-F]{2})*", text):
        raise ApiError("InvalidParameter", "Malformed percent-encoding.")
    try:
        return unquote_to_bytes(text.replace("+", " ")).decode("utf-8")
    except UnicodeDecodeError:
        raise ApiError("InvalidParameter", "A parameter is not UTF-8.") from None


def parse_json(body: bytes) -> Dict[str, Any]:
    """A JSON object as RFC 8259 has it, with no member twice and no half of a surrogate pair."""

    def members(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a member stands twice")
        return found

    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is not JSON")

    try:
        document = json.loads(body.decode("utf-8"), object_pairs_hook=members, parse_constant=refuse)
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise ApiError("InvalidParameter", "The body is not a JSON text.") from None
    if not isinstance(document, dict):
        raise ApiError("InvalidParameter", "The body is not a JSON object.")
    return document


def _check_parameters(call: Call) -> Tuple[str, str, str]:
    """The ``ExecuteFunction`` documents. Gives FunctionName, FunctionArg and SessionId."""
    known, parameters = call.product.parameters, call.parameters
    for name in parameters:
        if name not in known:
            raise ApiError("UnknownParameter", f"The parameter `{name[:80]}` is not recognized.")
    for name in ("FunctionName", "FunctionArg"):
        if name not in parameters:
            raise _missing(name)
    for name, value in parameters.items():
        if known[name] is int:
            if call.decimal_text:
                right = _is_decimal(value, UINT64_MAX)
            else:
                right = type(value) is int and 0 <= value <= UINT64_MAX
        else:
            right = isinstance(value, str)
        if not right:
            raise ApiError("InvalidParameter", f"Parameter `{name}` type error.")
    if len(parameters.get("SessionContext", "")) > 1000:
        raise ApiError("InvalidParameterValue.SessionContextTooLong", "SessionContext is longer than 1000 characters.")
    session = parameters.get("SessionId", "")
    if len(session) > 50:
        raise ApiError("InvalidParameterValue.SessionIdTooLong", "SessionId is longer than 50 characters.")
    if all(character.isspace() or unicodedata.category(character) == "Cc" for character in session):
        session = ""  # "missing or empty = off"; nobody means a blank one as an identifier
    if parameters["FunctionName"] not in FUNCTIONS:
        raise ApiError("InvalidParameterValue.FunctionName", "There is no function of this name.")
    return parameters["FunctionName"], parameters["FunctionArg"], session
