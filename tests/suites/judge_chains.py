"""Judges chains.json: certificate chains, sent whole and in pieces."""

import base64
import functools
import json
import pathlib
import re

from case import Case, frame, pem


def judge(expected: str, answer: str) -> str | None:
    verdict = answer.split()[0]
    return None if verdict == expected else verdict


def short(name: str) -> str:
    """Of PKITS's names the title is left out."""
    return re.sub(r"^([\d.]+) .*?( \(Subpart \d+\))?$", r"\1\2", name)


def cases(folder: pathlib.Path) -> list[Case]:
    found = []
    for row in json.loads((folder / "chains.json").read_text()):
        anchors = b"".join(pem(base64.b64decode(der)) for der in row["anchors"])
        chain = [base64.b64decode(der) for der in row["chain"]]
        found.append(Case(row["suite"], short(row["name"]),
                          frame(row["time"], row["host"].encode() + b"\0", anchors, len(chain), *chain),
                          functools.partial(judge, row["expect"])))
    return found
