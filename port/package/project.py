"""The files to package. make passes the list of sources; everything else is derived from it."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ".files"  # only in a tarball: a line with version and time, then the names of all files
TLS = "include/tcexec/tls.h"
OURS = re.compile(r'^#include (?:<(tcexec(?:/\w+)?\.h|tcx_posix\.h)>|"(\w+\.h)")\n', re.M)


@dataclasses.dataclass(frozen=True)
class Project:
    """Paths are relative to ROOT. `time` dates every product, in seconds since 1970-01-01 UTC."""

    version: str
    bearssl: str  # the versions it is built and tested with
    jsmn: str
    sources: list[str]  # of the library
    posix: list[str]  # of the POSIX port
    time: int

    def headers(self) -> list[str]:
        """Returns the public headers."""
        return ["include/tcexec.h", *names("include/tcexec/*.h")]

    def internal(self) -> list[str]:
        """Returns the internal headers of the library."""
        return names("src/*.h")

    def tls(self) -> list[str]:
        """Returns the sources that only TLS needs."""
        return [source for source in self.sources if needs_tls(source)]

    def core(self) -> list[str]:
        """Returns the other sources."""
        return [source for source in self.sources if not needs_tls(source)]


def names(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


def read(name: str) -> str:
    return (ROOT / name).read_text()


def includes(name: str) -> list[str]:
    """Returns the files of this project that a file includes."""
    places = [pathlib.PurePath(name).parent, *map(pathlib.PurePath, ("include", "port/posix", "src"))]
    found = []
    for match in OURS.finditer(read(name)):
        header = match[1] or match[2]
        found.append(next(str(place / header) for place in places if (ROOT / place / header).is_file()))
    return found


def ordered(wanted: list[str]) -> list[str]:
    """Returns these files and all that they include. Each file comes after the files that it includes."""
    result: list[str] = []

    def visit(name: str) -> None:
        for included in includes(name):
            if included not in result:
                visit(included)
        if name not in result:
            result.append(name)

    for name in wanted:
        visit(name)
    return result


def needs_tls(name: str) -> bool:
    """Whether a file is part of TLS: it is tls.h, or includes it directly or through another file."""
    return TLS in ordered([name])


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def from_tarball() -> bool:
    """Whether this is an unpacked tarball, not a clone."""
    return (ROOT / LIST).is_file()


def files() -> list[str]:
    """Returns all files of the project: those that git tracks or, in an unpacked tarball, those in its list."""
    if from_tarball():
        return sorted(read(LIST).splitlines()[1:])
    return sorted(git("ls-files", "-z").rstrip("\0").split("\0"))


def time() -> int:
    """Returns the time of the release: SOURCE_DATE_EPOCH or, without it, the time of the last commit."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    if from_tarball():
        return int(read(LIST).split()[1])
    return int(git("log", "-1", "--format=%ct"))
