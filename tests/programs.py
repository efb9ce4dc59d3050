"""Extracts the C programs of Markdown pages, and compiles them as a user would."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess

import stand

BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build"))


def blocks(page: pathlib.Path) -> list[str]:
    """The fenced C blocks of a page, in order."""
    return re.findall(r"^```c\n(.*?)^```", page.read_text(), re.M | re.S)


def compile_program(source: pathlib.Path, *more: str) -> pathlib.Path:
    """Compiles a file, `more` objects or options and the library, every warning an error; the program beside the file."""
    program = source.with_suffix("")
    subprocess.run([*os.environ.get("CC", "cc").split(), *os.environ.get("CFLAGS", "").split(), "-std=c99", "-pedantic",
                    "-Wall", "-Wextra", "-Werror", f"-I{stand.ROOT}/include", f"-I{stand.ROOT}/port/posix",
                    f"-I{source.parent}", str(source), *more, str(BUILD / "libtcexec.a"),
                    *os.environ.get("BEARSSL_LIBS", "-l:libbearssl.a").split(), "-pthread",
                    "-o", str(program)], check=True)
    return program


def posix_objects() -> list[str]:
    """The POSIX port, compiled."""
    return [str(path) for path in sorted((BUILD / "port/posix").glob("tcx_posix*.o"))]
