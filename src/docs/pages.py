"""Writes what Doxygen needs for the manual's side tree, and finishes its pages.

    pages.py headers HEADER...               writes a page with all headers, in Markdown, to standard output
    pages.py layout HEADER... PAGE...        writes Doxygen's layout to standard output: the tree, in this order
    pages.py finish HTML HEADER... PAGE...   changes what Doxygen wrote in the folder HTML

A header is called by the path that a program includes. A page in Markdown is in the tree with its sections.
"""

from __future__ import annotations

import pathlib
import re
import sys
from xml.sax.saxutils import quoteattr

import filter as comments
import readme


def included(header: pathlib.Path) -> str:
    """Returns the path of a header as programs include it."""
    return header.relative_to("include").as_posix() if header.is_relative_to("include") else header.name


def headers(paths: list[pathlib.Path]) -> str:
    """Returns the page of all headers: each with the first sentence of its first comment."""
    out = ["# Headers {#headers}\n", "A program includes `tcexec.h`, and the headers that have a + here.\n",
           "| | header | what it has |", "|---|---|---|"]
    whole = next(path for path in paths if path.name == "tcexec.h").read_text(encoding="utf-8")
    for path in paths:
        name = included(path)
        first = comments.COMMENT.match(path.read_text(encoding="utf-8"))[1]
        sentence = re.split(r"(?<=[.]) |\n *\*? *\n", re.sub(r"^ *\* ?", "", first.strip(), flags=re.M) + "\n\n")[0]
        mark = "" if f"#include <{name}>" in whole or name == "tcexec.h" else "+"
        out.append(f"| {mark} | [%{name}](@ref {name}) | {comments.escape(' '.join(sentence.split()))} |")
    return "\n".join(out) + "\n"


def tab(title: str, label: str, *inner: str) -> str:
    """Returns a line of the tree, with the lines below it."""
    kind = "usergroup" if inner else "user"
    return f'<tab type="{kind}" url="@ref {label}" title={quoteattr(title)}>{"".join(inner)}</tab>\n'


def sections(path: pathlib.Path) -> list[tuple[str, str]]:
    """Returns the titles and labels of a page and of its sections."""
    text = readme.convert(path.resolve()) if path.name == "README.md" else path.read_text(encoding="utf-8")
    return re.findall(r"^##? (.*?) \{#([\w-]+)\}$", readme.BLOCKS.sub("", text), re.M)


def layout(paths: list[pathlib.Path]) -> str:
    """Returns Doxygen's layout."""
    tree = []
    for page in (path for path in paths if path.suffix == ".md"):
        (title, label), *inner = sections(page)
        if label == "headers":
            inner = [(included(path), included(path)) for path in paths if path.suffix == ".h"]
        tree.append(tab(title, label, *(tab(*section) for section in inner)))
    return ('<doxygenlayout version="1.0">\n<navindex>\n<tab type="mainpage" visible="yes"/>\n' + "".join(tree)
            + '<tab type="classlist" visible="yes" title="Structures"/>\n'
              '<tab type="globals" visible="yes" title="All names"/>\n</navindex>\n</doxygenlayout>\n')


def finish_pages(html: pathlib.Path) -> None:
    """Removes the pages that describe folders and Markdown files, and calls headers by their paths."""
    files = {f"{re.sub('[/.]', lambda sign: {'/': '_2', '.': '_8'}[sign[0]], name)}.html": f"{label}.html"
             for name, label in readme.LABELS.items()}
    for path in html.glob("*.html"):
        if path.name.startswith("dir_") or path.name.endswith("_8md.html"):
            path.unlink()
            continue
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'(?<=href=")\w+_8md\.html(?=")', lambda name: files.get(name[0], name[0]), text)
        if title := re.search(r"<title>tcexec: (\S+) File Reference</title>", text):
            text = re.sub(r'(<title>tcexec: |<div class="title">)\S+ File Reference<', rf"\g<1>{title[1]}<", text)
        path.write_text(text, encoding="utf-8")


def finish_search(html: pathlib.Path, titles: list[tuple[str, str]], paths: dict[str, str]) -> None:
    """Lets the search find each name by each of its words, each header by its path, and the sections of pages.

    Doxygen's search compares what is typed with the beginnings of keys. It has a file of keys for each first character.
    """
    found = {f"['{title}',['../{target}',1,'']]" for title, target in titles}
    for path in (html / "search").glob("*_*.*"):
        if path.name.startswith("all_") and path.suffix == ".js":
            found |= set(re.findall(r"^  \['\w+',(\[.*\])\],?$", path.read_text(encoding="utf-8"), re.M))
        if path.name == "all_0.html":
            page = path.read_text(encoding="utf-8")
            page = page.replace("</head>", '<link rel="stylesheet" href="../manual.css"/>\n</head>')
        if path.suffix != ".png":
            path.unlink()
    keys: dict[str, list[str]] = {}
    for entry in sorted(found, key=str.lower):
        if re.search(r"_8md\.html|/dir_", entry):
            continue
        entry = re.sub(r"^\['([\w.]+\.h)'", lambda name: f"['{paths.get(name[1], name[1])}'", entry)
        name = re.match(r"\['([^']*)'", entry)[1].replace("&#39;", "'")
        words = [match.start() for match in re.finditer(r"(?<![A-Za-z0-9])[A-Za-z0-9]", name)]
        for start in words:
            key = re.sub(r"[^a-z0-9]", lambda sign: f"_{ord(sign[0]):02x}", name[start:].lower())
            keys.setdefault(key[0], []).append(f"['{key}_{{}}',{entry}]")
    firsts = "".join(sorted(keys))
    for number, first in enumerate(firsts):
        file = html / f"search/all_{number:x}.js"
        lines = ",\n".join(line.replace("{}", str(i), 1) for i, line in enumerate(sorted(keys[first])))
        file.write_text(f"var searchData=\n[\n{lines}\n];\n", encoding="utf-8")
        file.with_suffix(".html").write_text(page.replace("all_0.js", file.name), encoding="utf-8")
    (html / "search/searchdata.js").write_text(
        f'var indexSectionsWithContent = {{ 0: "{firsts}" }};\nvar indexSectionNames = {{ 0: "all" }};\n'
        'var indexSectionLabels = { 0: "All" };\n', encoding="utf-8")


def finish(paths: list[pathlib.Path]) -> str:
    """Finishes the manual in the first path. The others are the headers and pages."""
    html = paths[0]
    finish_pages(html)
    titles = []
    for page in (path for path in paths if path.suffix == ".md"):
        (_, own), *inner = sections(page)
        titles += [(title.replace("'", "&#39;"), f"{own}.html#{label}") for title, label in inner]
    finish_search(html, titles, {path.name: included(path) for path in paths if path.suffix == ".h"})
    return ""


if __name__ == "__main__":
    goal, files = sys.argv[1], [pathlib.Path(name) for name in sys.argv[2:]]
    sys.stdout.write({"headers": headers, "layout": layout, "finish": finish}[goal](files))
