"""The pair tcexec.c and tcexec.h: the whole library as one source and one header.

The units follow each other in one file. What a unit keeps to itself (static functions and data, types, enumerators,
macros) gets the unit's name in front, so that no two meet; names that units share are prefixed already.
"""

from __future__ import annotations

import pathlib
import re

from project import OURS, Project, ordered, read

MANUAL = """\
/*
 * tcexec {version}, the whole library in two files: tcexec.c and tcexec.h. They were generated; see the project for the
 * sources, the tests and the reasons. Needs BearSSL {bearssl} (bearssl.h, libbearssl) and jsmn {jsmn} (jsmn.h).
 *
 *     cc -std=c99 -Os -c tcexec.c                                            the calls, over a link of your own
 *     cc -std=c99 -Os -DTCX_WITH_TLS -c tcexec.c                             and TLS over it
 *     cc -std=c99 -Os -DTCX_WITH_TLS -DTCX_WITH_POSIX -pthread -c tcexec.c   and TCP, files, clocks of POSIX systems
 *     cc program.c tcexec.o -lbearssl -pthread
 *
 * Where tcexec.c is compiled with one of these macros, define it also before tcexec.h is included. The headers of
 * <tcexec/…> and <tcx_posix.h> that comments speak of are the parts of tcexec.h. To link only what is called, add
 * -ffunction-sections -fdata-sections here and -Wl,--gc-sections when linking.
 *
{licence} */
"""
TOKEN = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|->|\w+|\s+|.""", re.S)
OPAQUE = re.compile(r"""/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""", re.S)
FEATURE = re.compile(r"^#define (_\w+)(.*)\n", re.M)  # what must stand before the first header of the system
DECLARED = [re.compile(pattern, re.M) for pattern in (
    r"^static [^;={(\[]*?(\w+)(?=\(|\[| =|;)",  # functions and data
    r"^\} (\w+)(?=\[|;| =)",  # what a structure's body ends with: a type, or data
    r"^(?:typedef )?(?:struct|union|enum) (\w+) \{",
    r"^typedef [^;({]*?(\w+)(?:\[.*\])?;",
    r"^typedef [^;{]*\(\*(\w+)\)",
    r"^#define (\w+)",
)]
ENUMERATORS = re.compile(r"^(?:typedef )?enum(?: \w+)? \{(.*?)\}", re.M | re.S)
SHARED = re.compile(r"tcx_|TCX_|br_|jsmn|JSMN_|_")


def private(text: str) -> set[str]:
    """The names that a unit declares for itself alone."""
    code = OPAQUE.sub(" ", text)
    found = {match[1] for pattern in DECLARED for match in pattern.finditer(code)}
    for body in ENUMERATORS.findall(code):
        found.update(re.findall(r"(?:^|,)\s*(\w+)", body))
    return {name for name in found if not SHARED.match(name)}


def prefixed(unit: str, name: str) -> str:
    """The new name of a private one: upper case stays upper case."""
    prefix = unit.removeprefix("tcx_") + "_"
    return (prefix.upper() if name.isupper() else prefix) + name


def rename(text: str, names: dict[str, str]) -> str:
    """Replaces identifiers, but neither members nor comments and literals.

    Members stand behind a dot or an arrow or, in the body of a structure, before what ends a declarator.
    """
    tokens = TOKEN.findall(text)
    code = [index for index, token in enumerate(tokens) if not token.isspace() and not token.startswith(("/*", "//"))]
    bodies: list[bool] = []  # for each open brace, whether it is a structure's
    for at, index in enumerate(code):
        before = [tokens[earlier] for earlier in code[max(at - 2, 0):at]]
        token, after = tokens[index], tokens[code[at + 1]] if at + 1 < len(code) else ""
        if token == "{":
            bodies.append("struct" in before or "union" in before)
        elif token == "}":
            bodies.pop()
        elif before[-1:] not in (["."], ["->"]) and not (bodies and bodies[-1] and after in ";,:[)"):
            tokens[index] = names.get(token, token)
    return "".join(tokens)


def body(name: str) -> str:
    """A file without the includes of ours, which stand before it, and without feature macros."""
    return FEATURE.sub("", OURS.sub("", read(name))).strip() + "\n"


def units(sources: list[str], everything: str) -> str:
    """Sources one after the other, with private names that no two share."""
    out = []
    for source in sources:
        stem, text = pathlib.PurePath(source).stem, body(source)
        names = {name: prefixed(stem, name) for name in private(text)}
        if taken := sorted(new for new in names.values() if re.search(rf"\b{new}\b", everything)):
            raise SystemExit(f"{source}: these names are taken: {', '.join(taken)}")
        out.append(f"\n/* ---- {source} " + "-" * (108 - len(source)) + f" */\n\n{rename(text, names)}")
    return "".join(out)


def sections(headers: list[str]) -> str:
    return "".join(f"\n{body(header)}" for header in headers)


def manual(project: Project) -> str:
    licence = "".join(f" * {line}".rstrip() + "\n" for line in read("LICENSE").splitlines())
    return MANUAL.format(version=project.version, bearssl=project.bearssl, jsmn=project.jsmn, licence=licence)


def header(project: Project) -> str:
    """The text of tcexec.h."""
    core = ordered(["include/tcexec.h"])
    tls = [name for name in ordered(["include/tcexec/tls.h"]) if name not in core]
    missing = set(project.headers()) - {*core, *tls}
    if missing:
        raise SystemExit(f"in no part of the pair: {', '.join(sorted(missing))}")
    return (manual(project) + sections([core[-1], *core[:-1]])
            + f"\n#ifdef TCX_WITH_TLS\n{sections(tls)}\n#endif /* TCX_WITH_TLS */\n"
            + f"\n#ifdef TCX_WITH_POSIX\n{sections(['port/posix/tcx_posix.h'])}\n#endif /* TCX_WITH_POSIX */\n")


def source(project: Project) -> str:
    """The text of tcexec.c."""
    everything = "".join(map(read, ordered([*project.sources, *project.posix])))
    features = dict(match.groups() for name in project.posix for match in FEATURE.finditer(read(name)))
    public = {*project.headers(), "port/posix/tcx_posix.h"}
    internal = [name for name in ordered(project.internal()) if name not in public]
    posix = [name for name in ordered(project.posix) if name.endswith(".h") and name not in {*public, *internal}]
    return (manual(project)
            + "\n#ifdef TCX_WITH_POSIX\n"
            + "".join(f"#ifndef {name}\n#define {name}{value}\n#endif\n" for name, value in sorted(features.items()))
            + '#endif\n\n#include "tcexec.h"\n'
            + sections(internal) + units(project.core(), everything)
            + f"\n#ifdef TCX_WITH_TLS\n{units(project.tls(), everything)}\n#endif /* TCX_WITH_TLS */\n"
            + f"\n#ifdef TCX_WITH_POSIX\n{sections(posix)}{units(project.posix, everything)}"
            + "\n#endif /* TCX_WITH_POSIX */\n")
