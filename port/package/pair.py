"""The pair tcexec.c and tcexec.h: the whole library as one source and one header, and headers that lead to it.

The files follow each other as they are, so no two may define the same name at file scope, static or not: a name begins
with its unit's. The compiler refuses a pair in which two meet, and tells the name.
"""

from __future__ import annotations

import re

from project import OURS, Project, needs_tls, ordered, read

MANUAL = """\
/*
 * tcexec {version}, the whole library in two files: tcexec.c and tcexec.h. They were generated; see the project for the
 * sources, the tests and the reasons. Needs BearSSL {bearssl} (bearssl.h, libbearssl) and jsmn {jsmn} (jsmn.h).
 *
 *     cc -std=c99 -Os -c tcexec.c                                            the calls, over a link of your own
 *     cc -std=c99 -Os -DTCX_WITH_TLS -c tcexec.c                             and TLS over it
 *     cc -std=c99 -Os -DTCX_WITH_TLS -DTCX_WITH_POSIX -pthread -c tcexec.c   and TCP, files, clocks of POSIX systems
 *     cc -I. program.c tcexec.o -lbearssl -pthread
 *
 * The headers <tcexec/…> and <tcx_posix.h> are parts of tcexec.h. Beside it, the release has a small file for each of
 * them, so that a program for the installed library compiles unchanged. Without these files, define the macros also
 * before you include tcexec.h. If the linker does not find tcx_tls_… or tcx_posix_…, then tcexec.c was compiled
 * without the macro. To link only what is called, add -ffunction-sections -fdata-sections here and -Wl,--gc-sections
 * when linking.
 *
{licence} */
"""
POSIX = "port/posix/tcx_posix.h"
FEATURE = re.compile(r"^#define (_\w+)(.*)\n", re.M)  # what must stand before the first header of the system


def body(name: str) -> str:
    """A file without the includes of ours, which stand before it, and without feature macros."""
    return FEATURE.sub("", OURS.sub("", read(name))).strip() + "\n"


def units(sources: list[str]) -> str:
    """Sources one after the other."""
    return "".join(f"\n/* ---- {source} " + "-" * (108 - len(source)) + f" */\n\n{body(source)}" for source in sources)


def sections(headers: list[str]) -> str:
    return "".join(f"\n{body(header)}" for header in headers)


def manual(project: Project) -> str:
    licence = "".join(f" * {line}".rstrip() + "\n" for line in read("LICENSE").splitlines())
    return MANUAL.format(version=project.version, bearssl=project.bearssl, jsmn=project.jsmn, licence=licence)


def header(project: Project) -> str:
    """The text of tcexec.h."""
    core = ordered(["include/tcexec.h"])
    tls = [name for name in ordered(project.headers()) if name not in core]
    missing = [name for name in tls if not needs_tls(name)]
    if missing:
        raise SystemExit(f"in no part of the pair: {', '.join(missing)}")
    return (manual(project) + sections([core[-1], *core[:-1]])
            + f"\n#ifdef TCX_WITH_TLS\n{sections(tls)}\n#endif /* TCX_WITH_TLS */\n"
            + f"\n#ifdef TCX_WITH_POSIX\n{sections([POSIX])}\n#endif /* TCX_WITH_POSIX */\n")


def forwarding(project: Project) -> dict[str, str]:
    """Returns the headers that lead to tcexec.h, by path.

    Each part of tcexec.h has an include guard of its own, so a header can open one that an earlier include left out.
    """
    out = {}
    for name in (*project.headers(), POSIX):
        path = name.removeprefix("include/").removeprefix("port/posix/")
        part = "TCX_WITH_POSIX" if name == POSIX else "TCX_WITH_TLS" if needs_tls(name) else None
        opens = f"/* Compile tcexec.c with this macro, too. */\n#ifndef {part}\n#define {part}\n#endif\n" if part else ""
        out[path] = f'{opens}#include "{"../" * path.count("/")}tcexec.h"\n'
    del out["tcexec.h"]
    return out


def source(project: Project) -> str:
    """The text of tcexec.c."""
    features = dict(match.groups() for name in project.posix for match in FEATURE.finditer(read(name)))
    public = {*project.headers(), POSIX}
    internal = [name for name in ordered(project.internal()) if name not in public]
    core, tls = ([name for name in internal if needs_tls(name) == wanted] for wanted in (False, True))
    posix = [name for name in ordered(project.posix) if name.endswith(".h") and name not in {*public, *internal}]
    return (manual(project)
            + "\n#ifdef TCX_WITH_POSIX\n"
            + "".join(f"#ifndef {name}\n#define {name}{value}\n#endif\n" for name, value in sorted(features.items()))
            + '#endif\n\n#include "tcexec.h"\n'
            + sections(core) + units(project.core())
            + f"\n#ifdef TCX_WITH_TLS\n{sections(tls)}{units(project.tls())}\n#endif /* TCX_WITH_TLS */\n"
            + f"\n#ifdef TCX_WITH_POSIX\n{sections(posix)}{units(project.posix)}"
            + "\n#endif /* TCX_WITH_POSIX */\n")
