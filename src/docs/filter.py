"""A Doxygen input filter: turns the plain block comments of a header into documentation comments.

    filter.py HEADER        writes the header to standard output; only the comments change, and no line moves

  - the first comment of a file describes the file
  - a comment after code on the same line belongs to that code
  - a comment on its own lines belongs to the declaration on the next line; but if that declaration has its own comment
    after it, or is the first of several macros, the comment is the heading of all lines up to the next empty line
  - functions that follow without an empty line have the same comment
  - a comment that begins with "Private:" hides itself and all lines up to the next empty line or the end of the structure
  - indented lines in a comment (tables, programs) do not change

All other comments stay plain.
"""

import re
import sys

COMMENT = re.compile(r"/\*(.*?)\*/", re.S)
INDENTED = re.compile(r"((?:^  .*\n(?:\n+(?=  ))?)+)", re.M)
HIDDEN_END = "/** @endcond */"
FORWARD = re.compile(r"typedef struct (\w+) \1;")
FUNCTIONS = re.compile(r"(?<=\*/\n)((?:[A-Za-z][^;{}#/]*\([^;{}#/]*\);\n){2,})(?=\n)")
FUNCTION = re.compile(r"^[A-Za-z][^;]*?\b(tcx_\w+)\([^;]*;$", re.M)


def escape(prose: str) -> str:
    """Returns prose in which Doxygen finds no command, link or HTML: escapes these characters outside `code`."""
    parts = prose.split("`")
    return "`".join(part if i % 2 else re.sub(r"([\\@&$#<>%*\"])", r"\\\1", part) for i, part in enumerate(parts))


def text_of(comment: str) -> str:
    """Returns the text of a comment for Doxygen: without asterisks, prose escaped, indented lines verbatim."""
    text = re.sub(r"^ *\* ?", "", comment.strip(), flags=re.M) + "\n"
    parts = INDENTED.split(text)
    parts[0::2] = map(escape, parts[0::2])
    parts[1::2] = [f"@verbatim\n{part}@endverbatim\n" for part in parts[1::2]]
    return "".join(parts).strip()


def kind_of(header: str, match: re.Match[str]) -> str:
    """Returns the kind of a comment: page, private, behind, before, heading or plain."""
    if match.start() == 0:
        return "page"
    if match[1].startswith(" Private: "):
        return "private"
    if header[header.rfind("\n", 0, match.start()) + 1:match.start()].strip():
        return "behind"
    following = header[match.end():].split("\n", 2)
    following = following[1] if not following[0].strip() and len(following) > 1 else ""
    if not following.strip() or following.startswith(("#if", "#endif", "/*")):
        return "plain"
    if re.match(r"\n#define .*\n#define ", header[match.end():]) or ("/*" in following and "{" not in following):
        return "heading"
    return "before"


def repeated(functions: re.Match[str]) -> str:
    """Gives the comment before the first of several functions to the others, too."""
    first = FUNCTION.search(functions[1])
    return FUNCTION.sub(lambda each: each[0] if each[1] == first[1] else f"/** @copydoc {first[1]} */ {each[0]}",
                        functions[1])


def convert(header: str) -> str:
    """Converts a header. Inside an enumeration a heading stays plain, because Doxygen allows no group there."""
    out: list[str] = []
    end = 0
    group_end, closing = -1, ""
    for match in COMMENT.finditer(header):
        if 0 <= group_end <= match.start():
            out += [header[end:group_end], closing]
            end, group_end = group_end, -1
        out.append(header[end:match.start()])
        end = match.end()
        kind, text = kind_of(header, match), text_of(match[1])
        if group_end >= 0 and closing == HIDDEN_END:
            kind = "plain"
        inside_enum = re.search(r"enum\b[^;}]*\{[^}]*$", COMMENT.sub("", header[:match.start()]))
        if kind == "private":
            out.append("/** @cond */")
        elif kind == "plain" or (kind == "heading" and inside_enum):
            out.append(match[0])
        elif kind == "heading":
            title, _, more = text.partition(". ")
            out.append(f"/** @name {title.rstrip('.')}\n{more}\n@{{ */")
        else:
            forward = FORWARD.match(header[end:].lstrip())
            command = "@file\n" if kind == "page" else ""
            if forward and f"\nstruct {forward[1]} {{" in header:
                command = f"@struct {forward[1]}\n"
            out.append(f"/**{'<' if kind == 'behind' else ''} {command}{text} */")
        if kind == "private" or (kind == "heading" and not inside_enum):
            ends = [at for at in (header.find("\n\n", end), header.find("\n}", end)) if at >= 0]
            group_end, closing = min(ends) + 1, HIDDEN_END if kind == "private" else "/** @} */"
    if group_end >= 0:
        out += [header[end:group_end], closing]
        end = group_end
    return FUNCTIONS.sub(repeated, "".join(out) + header[end:])


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(convert(file.read()))
