"""Compares random calls by the official Node SDK and by tcexec: body and Authorization must be the same bytes.

    compare.py [COUNT [SEED]]

The calls use POST and GET, and TC3 as the SDKs sign it. The texts contain only what both encode in the same way: the
SDK escapes some invisible characters in JSON, and does not encode all of ! * ( ) ' in queries. tcexec follows RFC 8259
and RFC 3986 (see tests/vectors/README.md).
"""

import json
import os
import random
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import stand  # noqa: E402

SDK = json.loads((stand.ROOT / "tests/conformance/package.json").read_text())["dependencies"]
SERVICES = [name for name in stand.PRODUCTS if f"tencentcloud-sdk-nodejs-{name}" in SDK]
LONGEST = {"SessionContext": 1000, "SessionId": 50}
SAFE = "abcXYZ019 -_.~:/?#[]@$&+,;=%\"\\{}|^`<>" + "\n\t\r\b\f\x00\x01\x1f" + "é漢字🙂ßЖ\u00a0\uff01"


def text(rng: random.Random, most: int, alphabet: str = SAFE) -> str:
    return "".join(rng.choice(alphabet) for _ in range(rng.randrange(most)))


def draw(rng: random.Random) -> dict:
    """A call in sdk_capture.mjs's format, its parameters in tcexec's order."""
    service = rng.choice(SERVICES)
    parameters = {"FunctionName": "F" + text(rng, 20).replace("\x00", ""), "FunctionArg": text(rng, 300).replace("\x00", "")}
    for name, kind in stand.PRODUCTS[service].optional.items():
        if rng.random() < 0.5:
            continue
        if kind is int:
            parameters[name] = {"uint64": str(rng.randrange(2**64))}
        else:
            parameters[name] = text(rng, LONGEST.get(name, 100)).replace("\x00", "")
    if "SessionId" in parameters:  # tcexec refuses one with a blank at either end, and an empty one
        parameters["SessionId"] = "s" + parameters["SessionId"][:48] + "d"
    visible = "".join(map(chr, range(0x21, 0x7F)))
    return {
        "service": service,
        "method": rng.choice(("POST", "GET")),
        "sign_method": "TC3-HMAC-SHA256",
        "secret_id": "AKID" + text(rng, 40, visible.replace("/", "")) + "0",
        "secret_key": text(rng, 130, visible) + "0",
        "token": rng.choice((None, "T" + text(rng, 900, visible))),
        "region": rng.choice((None, "ap-guangzhou", "na-ashburn")),
        "language": rng.choice((None, "zh-CN", "en-US")),
        "timestamp": rng.randrange(946684800, 4102444800),
        "params": parameters,
    }


def arguments(call: dict) -> list[str]:
    options = ["--dry-run", "--sign", "tc3-compat", "--time", str(call["timestamp"])]
    options += ["--get"] if call["method"] == "GET" else []
    for name in ("region", "language"):
        options += [f"--{name}", call[name]] if call[name] else []
    for name in stand.PRODUCTS[call["service"]].optional:
        if name in call["params"]:
            value = call["params"][name]
            options.append(f"{stand.option_of(name)}={value['uint64'] if isinstance(value, dict) else value}")
    return [*options, "--", call["service"], call["params"]["FunctionName"], "-"]


def ours(call: dict) -> tuple[str, str, str]:
    """Target, body and Authorization of tcexec's request."""
    keys = {"TENCENTCLOUD_SECRET_ID": call["secret_id"], "TENCENTCLOUD_SECRET_KEY": call["secret_key"]}
    if call["token"]:
        keys["TENCENTCLOUD_TOKEN"] = call["token"]
    wire = subprocess.run([os.environ.get("TCEXEC", str(stand.ROOT / "build/tcexec")), *arguments(call)], check=True,
                          input=call["params"]["FunctionArg"].encode(), env=keys, stdout=subprocess.PIPE).stdout
    head, body = wire.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:])
    return lines[0].split(" ")[1], body.decode(), headers["Authorization"]


def main(count: int, seed: int) -> int:
    rng = random.Random(seed)
    calls = [draw(rng) for _ in range(count)]
    captures = json.loads(subprocess.run(["node", str(stand.ROOT / "tests/conformance/sdk_capture.mjs")], check=True,
                                         input=json.dumps(calls).encode(), stdout=subprocess.PIPE).stdout)
    failed = 0
    for call, theirs in zip(calls, captures):
        expected = (theirs.get("path"), theirs.get("body"), theirs.get("authorization"))
        if ours(call) != expected:
            failed += 1
            print(f"not equal: {json.dumps(call)}\n  SDK    {expected}\n  tcexec {ours(call)}")
    print(f"seed {seed}\n{count - failed} passed, {failed} failed")
    return 1 if failed or not count else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500,
                  int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)))
