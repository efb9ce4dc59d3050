"""Judges strings.json: strings that must come back unchanged from requests and answers."""

import functools
import json
import pathlib
from urllib.parse import quote

from case import Case, frame

USES = ("argument by TC3", "argument by v1", "name by TC3", "name by v1", "escaped result", "plain result")


def answer_of(document: str) -> bytes:
    body = document.encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def has(use: str, parameters: dict[str, str], request: bytes) -> bool:
    """Whether the body of a request says that: in JSON, or percent-encoded (RFC 3986)."""
    body = request.split(b"\r\n\r\n", 1)[1]
    if use.endswith("TC3"):
        try:
            return json.loads(body.decode()) == parameters
        except ValueError:
            return False
    pairs = body.decode("latin-1").split("&")
    return all(pairs.count(f"{key}={quote(value, safe='')}") == 1 for key, value in parameters.items())


def is_right(use: str, string: str, word: str) -> bool:
    if use.startswith("name") and string == "":
        return word == "TCX_E_FUNCTION_NAME_EMPTY"
    if not word.startswith("="):
        return False
    data = bytes.fromhex(word[1:])
    if use.endswith("result"):
        return data == string.encode()
    name, value = ("F", string) if use.startswith("argument") else (string, "F")
    return has(use, {"FunctionName": name, "FunctionArg": value, "SessionContext": value}, data)


def judge(string: str, answer: str) -> str | None:
    words = dict(zip(USES, answer.split(), strict=True))
    return ", ".join(use for use in USES if not is_right(use, string, words[use])) or None


def cases(folder: pathlib.Path) -> list[Case]:
    found = []
    for number, string in enumerate(json.loads((folder / "strings.json").read_text())):
        document = {"Response": {"Result": string, "RequestId": "r"}}
        answers = [answer_of(json.dumps(document, ensure_ascii=ascii)) for ascii in (True, False)]
        found.append(Case("strings", str(number), frame(string.encode(), *answers), functools.partial(judge, string)))
    return found
