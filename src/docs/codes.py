"""Writes the error codes of the service, their meaning and what to do, from the table of tcx_api_advice().

    codes.py TCX_API_ADVICE_C           writes a page of the manual, in Markdown, to standard output
    codes.py TCX_API_ADVICE_C MANPAGE   writes the list into the manual page, between its two marks

Fails if it cannot parse the table.
"""

from __future__ import annotations

import pathlib
import re
import sys
import textwrap

HEAD = """# Codes of the service {#codes}

The service can refuse a call with one of these codes. `tcx_api_advice()` returns the meaning and the next step of a
code, `tcx_api_classify()` returns its class. A sub-code that is not in the table has the meaning of the code before its
dot. The list is from the public pages of MPS and VOD: the codes of `ExecuteFunction` and the common codes.

| code | what it means | what to do |
|---|---|---|"""
ROW = re.compile(r'\{ "([\w.]+)",((?:\s*"[^"\\]*")+) \}')
BEGIN = '.\\" Written by src/docs/codes.py.\n'
END = '.\\" End of what src/docs/codes.py writes.\n'


def table(source: str) -> list[tuple[str, str, str]]:
    """Returns the code, meaning and next step of each row."""
    body = source.split("api_advice_table[] = {\n")[1].split("\n};")[0]
    rows = []
    for code, literals in ROW.findall(body):
        meaning, colon, step = "".join(re.findall(r'"([^"]*)"', literals)).partition(": ")
        if not colon:
            sys.exit(f"codes.py: {code}: no next step")
        rows.append((code, meaning, step))
    if len(rows) != len(re.findall(r"^    \{", body, re.M)):
        sys.exit("codes.py: the table is not understood")
    return rows


def page(source: str) -> str:
    """Returns the page of the manual."""
    return "\n".join([HEAD, *(f"| `{code}` | {meaning} | {step} |" for code, meaning, step in table(source))]) + "\n"


def listed(source: str) -> str:
    """Returns the list for the manual page, in mdoc."""
    lines = [".Bl -tag -width Ds"]
    for code, meaning, step in table(source):
        sentences = re.split(r"(?<=\.) (?=[A-Z])", f"{meaning}: {step}")  # mdoc wants each on a line of its own
        lines += [f".It Sy {code}", *(line for s in sentences for line in textwrap.wrap(s, 78, break_on_hyphens=False))]
    return "\n".join([*lines, ".El"]) + "\n"


def inserted(manual: str, source: str) -> str:
    """Returns the manual page with the list between its marks."""
    before, rest = manual.split(BEGIN)
    return before + BEGIN + listed(source) + END + rest.split(END)[1]


if __name__ == "__main__":
    text = pathlib.Path(sys.argv[1]).read_text()
    if len(sys.argv) == 2:
        sys.stdout.write(page(text))
    else:
        path = pathlib.Path(sys.argv[2])
        path.write_text(inserted(path.read_text(), text))
