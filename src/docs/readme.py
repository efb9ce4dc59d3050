"""A Doxygen input filter: turns a README of the source tree into a page of the manual.

    readme.py README        writes the page to standard output; no line moves

  - the title and the sections get labels: `porting`, and `porting-time` for the section "Time"
  - a link to a page of the manual or to a public header becomes a link in the manual
  - a link to another file becomes its text, or the file's path if the text is code: the file is not in the manual
  - the marks of generated tables (`<!-- sizes -->`) become empty lines
"""

from __future__ import annotations

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LABELS = {"port/README.md": "porting", "port/firmware/README.md": "firmware", "src/README.md": "design"}
BLOCKS = re.compile(r"^```.*?^```$|(?:^    [^\n]*\n)+", re.M | re.S)
PROSE = re.compile(r"^<!-- (?P<mark>.*) -->$|^(?P<level>#+) (?P<title>.*)$"
                   r"|\[(?P<text>[^\]]*)\]\((?P<file>[^)\s#:]+)(?:#(?P<section>[\w-]*))?\)|`[^`\n]*`", re.M)


def anchor(title: str) -> str:
    """Returns the anchor that GitHub gives a section."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def label_of(path: pathlib.Path) -> str | None:
    """Returns what @ref calls a file, if the manual has it."""
    name = path.relative_to(ROOT).as_posix()
    if name.startswith("include/") and name.endswith(".h"):
        return name.removeprefix("include/")
    if name.startswith("src/docs/") and name.endswith(".md"):
        match = re.match(r"# .* \{#(\w+)\}", path.read_text(encoding="utf-8"))
        return match[1] if match else "index"
    return LABELS.get(name)


def convert(path: pathlib.Path) -> str:
    """Converts a README."""
    own = LABELS[path.relative_to(ROOT).as_posix()]

    def converted(match: re.Match[str]) -> str:
        if match["mark"]:
            return ""
        if match["level"]:
            return f"{match[0]} {{#{own}{'' if match['level'] == '#' else '-' + anchor(match['title'])}}}"
        if match["file"]:
            there = (path.parent / match["file"]).resolve()
            label = label_of(there)
            section = f"-{match['section']}" if match["section"] else ""
            text = match["text"].strip("`")
            if label:
                return f"[{text}](@ref {label}{section})"  # Doxygen allows no code in it
            return f"`{there.relative_to(ROOT).as_posix()}`" if text != match["text"] else text
        return match[0]

    text = path.read_text(encoding="utf-8")
    code = BLOCKS.findall(text)
    prose = [PROSE.sub(converted, part) for part in BLOCKS.split(text)]
    return "".join(part for pair in zip(prose, [*code, ""]) for part in pair)


if __name__ == "__main__":
    sys.stdout.write(convert(pathlib.Path(sys.argv[1]).resolve()))
