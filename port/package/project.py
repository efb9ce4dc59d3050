"""What is packaged: one list of sources, as make hands it over, and what follows from it."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = ".files"  # in a tarball only: a line with the version and the time, then the names of all files
OURS = re.compile(r'^#include (?:<(tcexec(?:/\w+)?\.h|tcx_posix\.h)>|"(\w+\.h)")\n', re.M)


@dataclasses.dataclass(frozen=True)
class Project:
    """Paths are relative to ROOT; `time` is in seconds since 1970-01-01 UTC, of everything that is dated."""

    version: str
    bearssl: str  # the versions it is built and tested with
    jsmn: str
    sources: list[str]  # of the library
    posix: list[str]  # of the POSIX port
    time: int

    def headers(self) -> list[str]:
        """The public headers."""
        return ["include/tcexec.h", *names("include/tcexec/*.h")]

    def internal(self) -> list[str]:
        """The library's own headers."""
        return names("src/*.h")

    def tls(self) -> list[str]:
        """The sources that are there for TLS alone."""
        return [source for source in self.sources if "#include <tcexec/tls.h>" in read(source)]

    def core(self) -> list[str]:
        """The other sources."""
        return [source for source in self.sources if source not in self.tls()]


def names(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))


def read(name: str) -> str:
    return (ROOT / name).read_text()


def includes(name: str) -> list[str]:
    """The files of ours that a file includes."""
    places = [pathlib.PurePath(name).parent, *map(pathlib.PurePath, ("include", "port/posix", "src"))]
    found = []
    for match in OURS.finditer(read(name)):
        header = match[1] or match[2]
        found.append(next(str(place / header) for place in places if (ROOT / place / header).is_file()))
    return found


def ordered(wanted: list[str]) -> list[str]:
    """These files and all that they include, each behind what it includes."""
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


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout


def from_tarball() -> bool:
    """Whether this is an unpacked tarball and not a clone."""
    return (ROOT / LIST).is_file()


def files() -> list[str]:
    """All files that belong to the project: what git tracks or, in an unpacked tarball, what its list says."""
    if from_tarball():
        return sorted(read(LIST).splitlines()[1:])
    return sorted(git("ls-files", "-z").rstrip("\0").split("\0"))


def time() -> int:
    """The time of the release: SOURCE_DATE_EPOCH or, without, the last commit's."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    if from_tarball():
        return int(read(LIST).split()[1])
    return int(git("log", "-1", "--format=%ct"))
