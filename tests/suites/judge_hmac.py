"""Judges hmac.json: HMACs, truncated or not, right or wrong."""

import functools
import json
import pathlib

from case import Case, frame


def judge(row: dict, answer: str) -> str | None:
    is_right = len(row["tag"]) * 4 == row["tagSize"] and answer.startswith(row["tag"])
    return None if row["result"] == ("valid" if is_right else "invalid") else answer


def cases(folder: pathlib.Path) -> list[Case]:
    sizes = {"hmac-sha1": 160, "hmac-sha256": 256}
    return [Case(row["suite"], str(row["name"]),
                 frame(sizes[row["suite"]], bytes.fromhex(row["key"]), bytes.fromhex(row["msg"])),
                 functools.partial(judge, row)) for row in json.loads((folder / "hmac.json").read_text())]
