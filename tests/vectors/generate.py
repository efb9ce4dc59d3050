"""Writes the expected values that the C tests read, without the library under test: with Python's standard library, and
with the names of the parameters from the endpoint.

    generate.py         writes the .txt files of this folder. test_vectors.py compares the files with it

Each file begins with comment lines that say what it contains. `text` in a file is printable ASCII, with \\\\ \\r \\n
and \\xNN for the rest. A record is a paragraph of `key text` lines. The other files have one line of columns per fact.
"""

import base64
import collections
import datetime
import email.utils
import hashlib
import hmac
import json
import pathlib
import re
import sys
import urllib.parse
from calendar import timegm

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "endpoint"))

import service as endpoint  # noqa: E402

UTC = datetime.timezone.utc
SECRET_ID = "AKIDEXAMPLE000000000000000000000000001"
SECRET_KEY = "SKEXAMPLE0000000000000000000000002"
FORM = "application/x-www-form-urlencoded"
VERSIONS = {"mps": "2019-06-12", "vod": "2018-07-17"}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def escape(value) -> str:
    data = value if isinstance(value, bytes) else str(value).encode()
    named = {0x0A: "\\n", 0x0D: "\\r", 0x5C: "\\\\"}
    return "".join(named.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\x{b:02x}") for b in data)


def page(comment: str, lines: list[str]) -> str:
    head = "".join(f"# {line}\n" for line in comment.strip().splitlines())
    return head + "\n" + "\n".join(lines) + "\n"


def records(rows: list[dict]) -> list[str]:
    paragraphs = ([f"{key} {escape(value)}" for key, value in row.items() if value is not None] for row in rows)
    return "\n\n".join(map("\n".join, paragraphs)).split("\n")


# Signatures, by the public documents "signature v3" and "signature v1" of Tencent Cloud API 3.0.

def mac(key: bytes, message: str | bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(key, message if isinstance(message, bytes) else message.encode(), algorithm).digest()


def date_of(timestamp: int) -> str:
    return (datetime.date(1970, 1, 1) + datetime.timedelta(days=timestamp // 86400)).isoformat()


def tc3_keys(secret_key: str, date: str, service: str) -> list[bytes]:
    keys = [mac(b"TC3" + secret_key.encode(), date)]
    keys.append(mac(keys[-1], service))
    keys.append(mac(keys[-1], "tc3_request"))
    return keys


def tc3_sign(signing_key: bytes, timestamp: int, service: str, canonical: str | bytes) -> str:
    digest = sha256(canonical if isinstance(canonical, bytes) else canonical.encode())
    return mac(signing_key, f"TC3-HMAC-SHA256\n{timestamp}\n{date_of(timestamp)}/{service}/tc3_request\n{digest}").hex()


def tc3_canonical(method: str, query: str, headers: dict, payload: bytes) -> str:
    lines = "".join(f"{name}:{value.lower()}\n" for name, value in headers.items())
    return f"{method}\n/\n{query}\n{lines}\n{';'.join(headers)}\n{sha256(payload)}"


def v1_sign(secret_key: str, algorithm: str, method: str, host: str, parameters: dict, path: str = "/") -> str:
    text = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters, key=str.encode))
    return base64.b64encode(mac(secret_key.encode(), f"{method}{host}{path}?{text}", algorithm)).decode()


# Encodings.

def json_text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def json_body(parameters: dict) -> str:
    return json.dumps(parameters, ensure_ascii=False, separators=(",", ":"))


def percent(value) -> str:
    return urllib.parse.quote(str(value), safe="-_.~")


def form(parameters: dict) -> str:
    return "&".join(f"{name}={percent(value)}" for name, value in parameters.items())


# published.txt

V1_ID, V3_KEY = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3", "Gu5t9xGARNpq86cd98joQYCN3"
V3_BODY = br'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
V3_HEADERS = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
V3_ACTION = {**V3_HEADERS, "x-tc-action": "DescribeInstances"}
COMMON = {"Action": "DescribeInstances", "InstanceIds.0": "ins-09dx96dg", "Nonce": "11886", "Region": "ap-guangzhou",
          "Timestamp": "1465185768"}
V1_PARAMETERS = {**COMMON, "Limit": "20", "Offset": "0", "Version": "2017-03-12"}
V2_PARAMETERS = {**COMMON, "SignatureMethod": "HmacSHA256"}
V2_HOST, V2_PATH = "cvm.api.qcloud.com", "/v2/index.php"


def published_tc3(row: str, key: str, headers: dict, signature: str, signing_key: str | None = None,
                  method: str = "POST", query: str = "", body: bytes = V3_BODY, timestamp: int = 1551113065) -> dict:
    canonical = tc3_canonical(method, query, headers, body)
    derived = tc3_keys(key, date_of(timestamp), "cvm")[-1]
    assert tc3_sign(derived, timestamp, "cvm", canonical) == signature, row
    assert signing_key in (None, derived.hex()), row
    return {"name": row, "format": "tc3", "key": key, "service": "cvm", "timestamp": timestamp, "payload": body,
            "canonical": canonical.rpartition("\n")[0] + "\n", "signing_key": signing_key, "signature": signature}


def published_v1(row: str, algorithm: str, secret_id: str, key: str, signature: str,
                 host: str = "cvm.tencentcloudapi.com", path: str = "/", parameters: dict = V1_PARAMETERS) -> dict:
    parameters = {**parameters, "SecretId": secret_id}
    assert v1_sign(key, algorithm, "GET", host, parameters, path) == signature, row
    text = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()))
    return {"name": row, "format": algorithm, "key": key, "service": "cvm", "timestamp": 1465185768,
            "canonical": f"GET{host}{path}?{text}", "signature": signature}


def published() -> str:
    rows = [
        published_tc3("v3, two signed headers", V3_KEY + "EXAMPLE", V3_HEADERS,
                      "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
                      "ac658d5dde49e9bfdd14e04e062f66b05d9f637d44b8a8d845327d4a77f666b1"),
        published_tc3("v3, two signed headers, seven asterisks", V3_KEY + "*" * 7, V3_HEADERS,
                      "2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c"),
        published_tc3("v3, three signed headers, seven asterisks", V3_KEY + "*" * 7, V3_ACTION,
                      "be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3"),
        published_tc3("v3, three signed headers, 32 asterisks", "*" * 32, V3_ACTION,
                      "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
                      "b596b923aad85185e2d1f6659d2a062e0a86731226e021e61bfe06f7ed05f5af"),
        published_tc3("v3, GET", V3_KEY + "EXAMPLE", {"content-type": FORM, "host": "cvm.tencentcloudapi.com"},
                      "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474",
                      method="GET", query="Limit=10&Offset=0", body=b"", timestamp=1539084154),
        published_v1("v1", "sha1", V1_ID + "EXAMPLE", V3_KEY + "EXAMPLE", "EliP9YW3pW28FpsEdkXt/+WcGeI="),
        published_v1("v1, seven asterisks", "sha1", V1_ID + "*" * 7, V3_KEY + "*" * 7, "zmmjn35mikh6pM3V7sUEuX4wyYM="),
        published_v1("v1, 32 asterisks", "sha1", "AKID" + "*" * 32, "*" * 32, "7RAM2xfNMO9EiVTNmPg06MRnCvQ="),
        published_v1("API 2.0, HmacSHA256", "sha256", V1_ID + "gnPhESA", V3_KEY + "Cozk1qA",
                     "0EEm/HtGRr/VJXTAD9tYMth1Bzm3lLHz5RCDv1GdM8s=", V2_HOST, V2_PATH, V2_PARAMETERS),
    ]
    return page("""
Every worked example of the public signature documents that states its inputs. `canonical` is what is hashed and
signed (TC3: without its last line, the payload's hash) or signed (v1). `signing_key`: the last of the derived keys.
""", records(rows))


# days.txt

def fixed_canonical(service: str) -> str:
    """What the default TC3 format signs of ExampleFunc with XXX."""
    headers = {"content-type": "application/json", "host": f"{service}.tencentcloudapi.com",
               "x-tc-action": "ExecuteFunction"}
    return tc3_canonical("POST", "", headers, json_body({"FunctionName": "ExampleFunc", "FunctionArg": "XXX"}).encode())


def days() -> str:
    canonical = {service: fixed_canonical(service) for service in VERSIONS}
    first, last = datetime.date(2026, 1, 1).toordinal(), datetime.date(2035, 12, 31).toordinal()
    everything = hashlib.sha256()
    lines, with_zero = [], 0
    for ordinal in range(first, last + 1):
        date = datetime.date.fromordinal(ordinal).isoformat()
        midnight = (ordinal - datetime.date(1970, 1, 1).toordinal()) * 86400
        keys = {service: tc3_keys(SECRET_KEY, date, service) for service in VERSIONS}
        with_zero += any(0 in key for chain in keys.values() for key in chain)
        signatures = [tc3_sign(keys[service][-1], midnight + second, service, canonical[service])
                      for service in VERSIONS for second in (0, 86399)]
        everything.update("".join(signatures).encode())
        lines.append(" ".join([date, *(signature[:8] for signature in signatures)]))
    assert with_zero > 0.3 * len(lines)
    return page(f"""
The default TC3 signature of ExampleFunc with XXX, each day of ten years: for mps and vod at 00:00:00 and at 23:59:59,
the first 8 digits. On {with_zero} of these {len(lines)} days, a derived key holds a zero byte. First line: that count,
the number of days, the SHA-256 of all the whole signatures one after another.
""", [f"{with_zero} {len(lines)} {everything.hexdigest()}", *lines])


# keys.txt

def keys() -> str:
    lines = []
    for length in range(1, 131):
        key = (SECRET_KEY * 4)[:length]
        parameters = {"Action": "ExecuteFunction", "FunctionArg": "XXX", "FunctionName": "ExampleFunc", "Nonce": 1,
                      "SecretId": SECRET_ID, "Timestamp": 1700000000, "Version": VERSIONS["mps"]}
        tc3 = tc3_sign(tc3_keys(key, "2023-11-14", "mps")[-1], 1700000000, "mps", fixed_canonical("mps"))
        v1 = [v1_sign(key, hash_name.lower(), "POST", "mps.tencentcloudapi.com",
                      {**parameters, "SignatureMethod": "Hmac" + hash_name}) for hash_name in ("SHA1", "SHA256")]
        lines.append(" ".join([str(length), tc3, *v1]))
    return page("""
The signatures of ExampleFunc with XXX, mps, time 1700000000, nonce 1, with keys of each length (the example key
repeated and cut): length, TC3, HmacSHA1, HmacSHA256. Behind 61 (TC3) and 64 characters, HMAC hashes its key first.
""", lines)


# sdk.txt

# Where a client may send other bytes than the SDK, and this library does. Any other difference is an error.
DIFFERENT = {
    "vod/tc3-post/unicode": "the SDK writes U+200D as \\u200d",
    "vod/tc3-post/separators": "the SDK writes U+2028 and others as \\uxxxx",
    "vod/tc3-post/swapped-order": "the order of the members is fixed",
    "vod/tc3-post/null-arg": "an unset FunctionArg is sent empty",
    "vod/tc3-get/reserved": "! * ( ) are percent-encoded",
    "mps/tc3-post/endpoint-port": "the host is signed as it is sent, with its port",
}
REFUSED = {
    "mps/tc3-post/both-empty": "TCX_E_FUNCTION_NAME_EMPTY",
    "mps/tc3-post/no-params": "TCX_E_FUNCTION_NAME_EMPTY",
}
MEMBERS = list(endpoint.PRODUCTS["vod"].parameters)  # in the order of the library


def plain(value):
    if isinstance(value, dict):
        return value["repeat"] * value["times"] if "repeat" in value else int(value["uint64"])
    return value


def head(headers: dict) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items() if value is not None) + "\r\n"


def tc3_wire(vector: dict, parameters: dict) -> tuple[str, bool]:
    """The request by the library's rules (its order, RFC 3986 in queries, raw UTF-8 in JSON, the host signed as it is
    sent), and whether all that counts in it is the SDK's."""
    inputs, timestamp, service, expected = vector["inputs"], vector["timestamp"], vector["service"], vector["expected"]
    get = vector["method"] == "GET"
    body = "" if get else json_body(parameters)
    query = form(parameters) if get else ""
    signed = {"content-type": FORM if get else "application/json", "host": inputs["endpoint"]}
    key = tc3_keys(inputs["secret_key"], date_of(timestamp), service)[-1]
    signature = tc3_sign(key, timestamp, service, tc3_canonical(vector["method"], query, signed, body.encode()))
    authorization = (f"TC3-HMAC-SHA256 Credential={inputs['secret_id']}/{date_of(timestamp)}/{service}/tc3_request, "
                     f"SignedHeaders=content-type;host, Signature={signature}")
    target = f"/?{query}" if get else "/"
    headers = {"Host": signed["host"], "Content-Type": signed["content-type"],
               "Content-Length": None if get else len(body.encode()), "X-TC-Action": inputs["action"],
               "X-TC-Version": inputs["version"], "X-TC-Timestamp": timestamp, "X-TC-Region": inputs["region"],
               "X-TC-Language": inputs["language"], "X-TC-Token": inputs["token"], "Authorization": authorization}

    assert tc3_sign(key, timestamp, service, expected["canonical_request"]) == expected["signature"], vector["name"]
    for name in headers.keys() - {"Authorization", "Content-Length"}:
        assert expected["headers"].get(name) == (None if headers[name] is None else str(headers[name])), vector["name"]
    same = (target, body, authorization) == (expected["path"], expected["body"] or "", expected["authorization"])
    return f"{vector['method']} {target} HTTP/1.1\r\n{head(headers)}{body}", same


def v1_wire(vector: dict, parameters: dict) -> tuple[str, bool]:
    """The same. The captures sign RequestClient, which only SDKs send: they check the rule, but are never the same."""
    inputs, method = vector["inputs"], vector["method"]
    common = {"Action": inputs["action"], "Language": inputs["language"], "Nonce": vector["nonce"],
              "Region": inputs["region"], "SecretId": inputs["secret_id"], "SignatureMethod": vector["sign_method"],
              "Timestamp": vector["timestamp"], "Token": inputs["token"], "Version": inputs["version"]}
    everything = {name: value for name, value in sorted({**parameters, **common}.items()) if value is not None}

    def sign(signed: dict) -> str:
        algorithm = vector["sign_method"].removeprefix("Hmac").lower()
        return v1_sign(inputs["secret_key"], algorithm, method, inputs["endpoint"], signed)

    captured = sign({**everything, "RequestClient": inputs["request_client"]})
    assert captured == vector["expected"]["signature"], vector["name"]
    text = form({**everything, "Signature": sign(everything)})
    if method == "GET":
        return f"GET /?{text} HTTP/1.1\r\n{head({'Host': inputs['endpoint']})}", False
    headers = {"Host": inputs["endpoint"], "Content-Type": FORM, "Content-Length": len(text)}
    return f"POST / HTTP/1.1\r\n{head(headers)}{text}", False


def captures() -> list[dict]:
    return json.loads((HERE / "sdk-vectors.json").read_text(encoding="utf-8"))


def sdk_row(vector: dict) -> dict:
    name, inputs = vector["name"], vector["inputs"]
    given = {key: plain(value) for key, value in inputs["params"].items() if value is not None}
    assert set(given) <= set(MEMBERS), name
    tc3 = vector["sign_method"].startswith("TC3")
    row = {"name": name, "basis": "refused", "why": None, "method": vector["method"],
           "scheme": "TC3" if tc3 else vector["sign_method"], "service": vector["service"], "host": inputs["endpoint"],
           "region": inputs["region"], "language": inputs["language"], "token": inputs["token"],
           "secret_id": inputs["secret_id"], "secret_key": inputs["secret_key"], "timestamp": vector["timestamp"],
           "nonce": vector["nonce"], **{member: given.get(member) for member in MEMBERS}, "status": REFUSED.get(name)}
    if name not in REFUSED:
        given.setdefault("FunctionArg", "")
        ordered = {member: given[member] for member in MEMBERS if member in given}
        row["wire"], same = (tc3_wire if tc3 else v1_wire)(vector, ordered)
        row["basis"] = "sdk" if same else "rules"
        row["why"] = DIFFERENT.get(name) if tc3 else "no RequestClient, sorted on the wire too"
        assert same == (row["why"] is None), name
    return row


def sdk() -> str:
    rows = [sdk_row(vector) for vector in captures()]
    count = collections.Counter(row["basis"] for row in rows)
    return page(f"""
The {count.total()} vectors of sdk-vectors.json as whole requests. The order of the headers is the library's; the SDK's
X-TC-RequestClient and X-TC-TraceId are left out.
basis sdk ({count["sdk"]}): target, body, Host, Content-Type, X-TC headers and Authorization are the SDK's bytes.
basis rules ({count["rules"]}): the library sends other bytes, `why` says which; the expectation is computed by rule.
basis refused ({count["refused"]}): the library refuses the request with `status`.
""", records(rows))


# chars.txt

BOUNDARIES = [0x80, 0x7FF, 0x800, 0xFFF, 0x1000, 0x2028, 0x2029, 0xCFFF, 0xD000, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD,
              0xFFFE, 0xFFFF, 0x10000, 0x1F600, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFF]


def chars() -> str:
    lines = [f"{point:x} {escape(json_text(chr(point)))} {escape(percent(chr(point)))}"
             for point in [*range(0x80), *BOUNDARIES] if point != 0x20]
    pairs = [chr(a) + chr(b) for a in range(0x80) for b in range(0x80)] + [chr(point) for point in range(0x80, 0x800)]
    sums = [hashlib.sha256("".join(map(encode, pairs)).encode()).hexdigest() for encode in (json_text, percent)]
    return page("""
How each character is sent: its code point, in a JSON string, percent-encoded; but for the blank, which is left to the
sums. First line: how many valid UTF-8 texts of two bytes there are, and the SHA-256 of all of them in the order of
their bytes, encoded one after another, as JSON and percent-encoded.
""", [f"{len(pairs)} {' '.join(sums)}", *lines])


# calendar.txt

EXAMPLE = "Sun, 06 Nov 1994 08:49:37 GMT"
OTHER_FORMS = ["Sunday, 06-Nov-94 08:49:37 GMT", "Wednesday, 09-Nov-94 08:49:37 GMT", "Friday, 06-Nov-70 08:49:37 GMT",
               "Sun Nov 6 08:49:37 1994", "Wed Nov 16 08:49:37 1994", "Sun, 6 Nov 1994 08:49:37 GMT"]
MALFORMED = """\
Sunday, 06-Nov-1994 08:49:37 GMT
Sunday, 06 Nov 94 08:49:37 GMT
Sun Nov  6 08:49:37 1994
Sun Nov 6 08:49:37 94
Sun, 06 nov 1994 08:49:37 GMT
SUN, 06 NOV 1994 08:49:37 GMT
Sun; 06 Nov 1994 08:49:37 GMT
Sun,06 Nov 1994 08:49:37 GMT
Sun,  6 Nov 1994 08:49:37 GMT
Sun, 06 Nov 94 08:49:37 GMT
Sun, 06 Nov 1994 8:49:37 GMT
Sun, 06 Nov 1994 08:49 GMT
Sun, 06 Nov 1994 08:49:37 UTC
Sun, 06 Nov 1994 08:49:37 gmt
Sun, 06 Nov 1994 08:49:37 +0000
Sun, 06 Nov 1994 08:49:37
Sun, 06 Nov 1994 08:49:37 GMT.
Sun, 06 Nov 1994 08:49:37 GM
Sun, 06 Nov 1994 24:49:37 GMT
Sun, 06 Nov 1994 08:60:37 GMT
Sun, 06 Nov 1994 08:49:61 GMT
Sun, 00 Nov 1994 08:49:37 GMT
Wed, 31 Nov 1994 08:49:37 GMT
Thu, 31 Nov 1994 08:49:37 GMT
Wed, 32 Oct 1994 08:49:37 GMT
Wed, 29 Feb 1995 08:49:37 GMT
Mon, 29 Feb 2100 08:49:37 GMT
Fri, 30 Feb 2024 08:49:37 GMT
Sun, 06 Nvo 1994 08:49:37 GMT
Sun, 06 ovD 1994 08:49:37 GMT
Wed, 31 Dec 1969 23:59:59 GMT
Sat, 06 Nov 1494 08:49:37 GMT
Sun, -6 Nov 1994 08:49:37 GMT
Sun, 06 Nov +994 08:49:37 GMT
Sun, 06 Nov 1994 08:49:3: GMT
Sun, 06 Nov 1994 0/:49:37 GMT""".splitlines()


def read_http_date(text: str) -> int:
    """Seconds, or 0 when the text is not as email.utils would write it. The name of the weekday says nothing new: it
    may be any three letters. A leap second is the second after it."""
    leap = re.fullmatch(r"(.{17}..:..):60( GMT)", text)
    if leap:
        text = f"{leap[1]}:59{leap[2]}"
    try:
        moment = datetime.datetime.strptime(text[3:], ", %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return 0
    if moment.year < 1970 or email.utils.format_datetime(moment, usegmt=True)[3:] != text[3:]:
        return 0
    return int((moment - datetime.datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) + bool(leap)


def calendar() -> str:
    epoch = datetime.date(1970, 1, 1).toordinal()
    lines = []
    for century in range(1900, 10000, 100):
        first = datetime.date(max(century, 1970), 1, 1).toordinal()
        end = datetime.date(century + 99, 12, 31).toordinal() + 1
        text = "".join([datetime.date.fromordinal(ordinal).isoformat() + "\n" for ordinal in range(first, end)])
        lines.append(f"century {first - epoch} {end - first} {sha256(text.encode())}")
    seconds = [86399, 86400, 784111777, 951782399, 951868799, 951868800, 1709164800, 2147483647, 2147483648, 4107542399,
               4107542400, 4294967295, 4294967296, 253402300799, *range(1, 253402300799, 1234567891)]
    for second in seconds:
        moment = datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(seconds=second)
        lines.append(f"http {second} {email.utils.format_datetime(moment, usegmt=True)}")
    leap = "Sat, 31 Dec 2016 23:59:60 GMT"
    lines.append(f"http {read_http_date(leap)} {leap}")
    lines.append(f"http {read_http_date(EXAMPLE)} XYZ{EXAMPLE[3:]}")
    lines += [f"http {timegm(email.utils.parsedate(text))} {text}" for text in OTHER_FORMS]
    for text in ["", *MALFORMED]:
        assert read_http_date(text) == 0, text
        lines.append(f"http 0 {text}")
    near = {EXAMPLE[:at] + chr(byte) + EXAMPLE[at + 1:] for at in range(3, len(EXAMPLE)) for byte in range(0x80)}
    lines += [f"near {read_http_date(text)} {text}" for text in sorted(near) if read_http_date(text)]
    return page(f"""
century: number of its first day since 1970-01-01, of days in it, SHA-256 of its dates, each with a line feed.
http: seconds and the HTTP date that says so; 0 for a text that is none.
near: every text that differs from {EXAMPLE} in at most one byte behind the weekday and is a date.
""", lines)


FILES = {"published.txt": published, "days.txt": days, "keys.txt": keys, "sdk.txt": sdk, "chars.txt": chars,
         "calendar.txt": calendar}


def main() -> int:
    for name, make in FILES.items():
        (HERE / name).write_text(make(), encoding="ascii", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
