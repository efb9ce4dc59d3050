"""Writes the page of all statuses, in Markdown, to standard output.

    statuses.py STATUS_H <TEXTS

texts.c writes TEXTS: the number, name and text of each status, separated by tabs. Numbers, sections and causes are from
the header. The remedy is the part of the text after its colon. Fails if header and texts have different statuses.
"""

from __future__ import annotations

import re
import sys

HEAD = """# Statuses {#statuses}

The functions of the library return these statuses. For one status, `tcx_status_text()` returns the text of the last two
columns, and `tcx_status_name()` returns its name. The table is generated from [status.h](@ref tcexec/status.h) and from
these texts.
"""
ENTRY = re.compile(
    r"    (?:/\* (?P<heading>.*) \*/|(?P<name>TCX_\w+) = (?P<number>-?\d+),?(?: +/\* (?P<cause>.*) \*/)?)")


def entries(header: str) -> list[tuple]:
    """Returns the lines of the enumeration: (heading,) or (name, number, comment)."""
    lines = header.split("typedef enum tcx_status {\n")[1].split("\n} tcx_status;")[0].splitlines()
    found: list[tuple] = []
    for line in filter(None, lines):
        match = ENTRY.fullmatch(line)
        if not match:
            sys.exit(f"statuses.py: not understood: {line}")
        found.append((match["heading"],) if match["heading"] else match.group("name", "number", "cause"))
    return found


def cell(text: str | None) -> str:
    """Returns a text as a cell of a table. None becomes an empty cell."""
    return re.sub(r"([\\@&$#<>%*\"|])", r"\\\1", text or "")


def page(header: str, texts: str) -> str:
    """Returns the page for the text of the header and the lines that texts.c wrote."""
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
