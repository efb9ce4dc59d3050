"""Writes the page of all statuses, in Markdown, to standard output.

    statuses.py STATUS_H <TEXTS

TEXTS is what texts.c writes: number, name and text of each status, parted by tabs. Numbers, sections and causes come
from the header; the remedy is the part of the text behind its colon. Fails when header and texts differ.
"""

from __future__ import annotations

import re
import sys

HEAD = """# Statuses {#statuses}

What a function returns, why, and what to do. `tcx_status_text()` gives the line of the last two columns for one status,
`tcx_status_name()` its name. The table is made from [status.h](@ref tcexec/status.h) and from these texts.
"""
ENTRY = re.compile(
    r"    (?:/\* (?P<heading>.*) \*/|(?P<name>TCX_\w+) = (?P<number>-?\d+),?(?: +/\* (?P<cause>.*) \*/)?)")


def entries(header: str) -> list[tuple]:
    """The lines of the enumeration: (heading,) or (name, number, comment)."""
    lines = header.split("typedef enum tcx_status {\n")[1].split("\n} tcx_status;")[0].splitlines()
    found: list[tuple] = []
    for line in filter(None, lines):
        match = ENTRY.fullmatch(line)
        if not match:
            sys.exit(f"statuses.py: not understood: {line}")
        found.append((match["heading"],) if match["heading"] else match.group("name", "number", "cause"))
    return found


def cell(text: str | None) -> str:
    """A text as a cell of a table: none is empty."""
    return re.sub(r"([\\@&$#<>%*\"|])", r"\\\1", text or "")


def page(header: str, texts: str) -> str:
    """The page, of the header's text and of the lines that texts.c wrote."""
    known = {(name, number): text for number, name, text in (line.split("\t") for line in texts.splitlines())}
    listed = entries(header)
    differing = set(known) ^ {entry[:2] for entry in listed if len(entry) == 3}
    if differing:
        sys.exit(f"statuses.py: in only one of header and texts: {sorted(differing)}")
    table = "\n| | | cause | what happened | what to do |\n|--:|---|---|---|---|"
    out = [HEAD, table]
    for entry in listed:
        if len(entry) == 1:
            out += [f"\n## {cell(entry[0].rstrip('.'))}", table]
            continue
        name, number, cause = entry
        happened, _, remedy = known[name, number].partition(": ")
        out.append(f"| {number} | `{name}` | {cell(cause)} | {cell(happened)} | {cell(remedy)} |")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(page(file.read(), sys.stdin.read()))
