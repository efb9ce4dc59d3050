"""Judges http.jsonl: answers, read whole and in pieces."""

import base64
import functools
import hashlib
import itertools
import json
import pathlib

from case import Case, frame


def received(row: dict) -> bytes:
    parts = row["bytes_parts"] or [(row["bytes_base64"], 1)]
    return b"".join(base64.b64decode(part) * times for part, times in parts)


def body(row: dict) -> str | None:
    """SHA-256 of the first message's body."""
    if row["body_base64"] is None:
        return row["body_sha256"]
    return hashlib.sha256(base64.b64decode(row["body_base64"])).hexdigest()


def judge(row: dict, answer: str) -> str | None:
    verdict, *messages = answer.split()
    if verdict != row["expect"]:
        return verdict
    status, keeps, sha256 = messages[0].split(":")
    given = {"messages": len(messages) if verdict == "accept" else 0, "status": int(status), "body_sha256": sha256,
             "keeps": keeps == "1"}
    wanted = {**row, "body_sha256": body(row)}
    return " ".join(f"{key}={given[key]}" for key in given if wanted[key] not in (None, given[key])) or None


def judge_three(rows: tuple[dict, ...], answer: str) -> str | None:
    verdict, *messages = answer.split()
    if verdict == "accept" and [message.split(":")[2] for message in messages] == [body(row) for row in rows]:
        return None
    return f"{verdict} of {len(messages)}"


def cases(folder: pathlib.Path) -> list[Case]:
    """Of curl's names the title is left out. Any three of those marked `triple` are a case more."""
    rows = [json.loads(line) for line in (folder / "http.jsonl").read_text().splitlines()]
    found = [Case(row["suite"], row["name"].split(":")[0] if row["suite"] == "curl" else row["name"],
                  frame(row["pipelined"], row["eof"], received(row)), functools.partial(judge, row)) for row in rows]
    for three in itertools.product([row for row in rows if row["triple"]], repeat=3):
        found.append(Case("three messages", " + ".join(row["name"] for row in three),
                          frame(1, 0, b"".join(map(received, three))), functools.partial(judge_three, three)))
    return found
