"""Checks that the manual has every public name, with a text for each function and type, and no dead link.

    coverage.py DOCS        DOCS: the folder with Doxygen's html/ and xml/

It finds the names in the headers by its own patterns, without comments and include guards. It finds the names of the
manual in Doxygen's XML and in the HTML pages. The last line counts. The exit status is 1 if a name or the target of a
link is missing.
"""

from __future__ import annotations

import pathlib
import re
import sys
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PRIVATE = ROOT / "include/tcexec/private.h"  # which the manual leaves out
HEADERS = [ROOT / "include/tcexec.h", *sorted({*(ROOT / "include/tcexec").glob("*.h")} - {PRIVATE}),
           ROOT / "port/posix/tcx_posix.h"]


def declared(header: str) -> dict[str, set[str]]:
    """The public names of a header by kind: macro, enumerator, type, function, variable."""
    code = re.sub(r"/\*.*?\*/", " ", header, flags=re.S)
    macros = set(re.findall(r"^#define (TCX_\w+)", code, re.M)) - {"TCX_POSIX_H"}
    code = re.sub(r"^#.*(?:\\\n.*)*", "", code, flags=re.M).replace('extern "C" {', "")
    enumerators = {name for body in re.findall(r"\benum\b[^{;]*\{([^}]*)\}", code)
                   for name in re.findall(r"\b(TCX_\w+)\s*(?:=[^,]*)?(?:,|$)", body)}
    flat = code
    while (smaller := re.sub(r"\{[^{}]*\}", " BODY ", flat)) != flat:
        flat = smaller
    functions: set[str] = set()
    types: set[str] = set()
    variables: set[str] = set()
    for statement in re.split(r";|BODY\s+(?=[a-z])(?!tcx_\w+;)", flat):
        statement = " ".join(statement.split())
        if statement.startswith("typedef"):
            name = re.search(r"\(\*(tcx_\w+)\)", statement) or re.search(r"(tcx_\w+)$", statement)
            types |= {name[1]} if name else set()
        elif statement.startswith("extern"):
            variables.add(statement.split()[-1])
        elif name := re.search(r"\b(tcx_\w+)\(", statement):
            functions.add(name[1])
    return {"macro": macros, "enumerator": enumerators, "type": types, "function": functions, "variable": variables}


def documented(docs: pathlib.Path) -> dict[str, bool]:
    """The names that the manual has, and whether each has a text. One without an HTML page or anchor does not count."""
    found: dict[str, bool] = {}
    pages = {path.stem: path.read_text() for path in (docs / "html").glob("*.html")}
    for file in (docs / "xml").glob("*.xml"):
        for node in xml.etree.ElementTree.parse(file).iter():
            if node.tag == "compounddef" and node.get("kind") in ("struct", "union"):
                name, there = node.findtext("compoundname", ""), node.get("id", "") in pages
            elif node.tag in ("memberdef", "enumvalue"):
                page, _, anchor = node.get("id", "").rpartition("_1")
                name, there = node.findtext("name", ""), f'id="{anchor}"' in pages.get(page, "")
            else:
                continue
            if there:
                text = "".join(node.find("briefdescription").itertext())
                found[name] = found.get(name, False) or bool(text.strip())
    return found


def dead(html: pathlib.Path) -> list[str]:
    """The links of the pages, of the side tree and of the search that lead to no page or to no place in it."""
    pages = {path.name: path.read_text() for path in html.glob("*.html")}
    links = {(name, to) for name, text in pages.items()
             for to in re.findall(r'href="([^":]+\.html(?:#[^"]*)?|#[^"]+)"', text)}
    for script in [*html.glob("*_8h.js"), html / "navtreedata.js", *html.glob("search/all_*.js")]:
        found = re.findall(r"""["'](?:\.\./)?([\w-]+\.html(?:#[\w-]*)?)["']""", script.read_text())
        links |= {(script.name, to) for to in found}
    out = []
    for name, link in sorted(links):
        page, _, place = link.partition("#")
        text = pages.get(page or name)
        if text is None or (place and not re.search(f'(?:id|name)="{re.escape(place)}"', text)):
            out.append(f"{name}: a link to {link}")
    return out


def main(docs: pathlib.Path) -> int:
    manual = documented(docs)
    count = 0
    missing = len(broken := dead(docs / "html"))
    for link in broken:
        print(f"{link}: not there")
    for header in HEADERS:
        for kind, names in declared(header.read_text()).items():
            for name in sorted(names):
                count += 1
                if name not in manual or (kind in ("function", "type") and not manual[name]):
                    missing += 1
                    print(f"{header.relative_to(ROOT)}: {kind} {name}: {'no text' if name in manual else 'not there'}")
    print(f"docs: {count} names of {len(HEADERS)} headers, {missing} missing")
    return 1 if missing or not count else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
