"""Writes the service's error codes, what each means and what to do, from the table of tcx_api_advice().

    codes.py TCX_API_ADVICE_C           a page of the manual, in Markdown, to standard output
    codes.py TCX_API_ADVICE_C MANPAGE   puts the list into the manual page, between its two marks

Fails when the table is not understood.
"""

from __future__ import annotations

import pathlib
import re
import sys
import textwrap

HEAD = """# Codes of the service {#codes}

What the service can refuse a call with. `tcx_api_advice()` gives the line of one code, `tcx_api_classify()` its class.
A code below one of these, after a dot, means the same as the code above it. The list is that of the public pages of MPS
and VOD: the codes of `ExecuteFunction` and the common ones.

| code | what it means | what to do |
|---|---|---|"""
ROW = re.compile(r'\{ "([\w.]+)",((?:\s*"[^"\\]*")+) \}')
BEGIN = '.\\" Written by src/docs/codes.py.\n'
END = '.\\" End of what src/docs/codes.py writes.\n'


def table(source: str) -> list[tuple[str, str, str]]:
    """Code, meaning and next step of each row."""
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
    """The page of the manual."""
    return "\n".join([HEAD, *(f"| `{code}` | {meaning} | {step} |" for code, meaning, step in table(source))]) + "\n"


def listed(source: str) -> str:
    """The list of the manual page, in mdoc."""
    lines = [".Bl -tag -width Ds"]
    for code, meaning, step in table(source):
        sentences = re.split(r"(?<=\.) (?=[A-Z])", f"{meaning}: {step}")  # mdoc wants each on a line of its own
        lines += [f".It Sy {code}", *(line for s in sentences for line in textwrap.wrap(s, 78, break_on_hyphens=False))]
    return "\n".join([*lines, ".El"]) + "\n"


def inserted(manual: str, source: str) -> str:
    """The manual page with the list between its marks."""
    before, rest = manual.split(BEGIN)
    return before + BEGIN + listed(source) + END + rest.split(END)[1]


if __name__ == "__main__":
    text = pathlib.Path(sys.argv[1]).read_text()
    if len(sys.argv) == 2:
        sys.stdout.write(page(text))
    else:
        path = pathlib.Path(sys.argv[2])
        path.write_text(inserted(path.read_text(), text))
