"""Makes the packages for CMake, ESP-IDF, Zephyr, PlatformIO and Arduino from the folders here and the sources."""

from __future__ import annotations

import pathlib
import re

from project import ROOT, Project, names, read

SENTENCE = "Calls ExecuteFunction of Tencent Cloud's MPS and VOD from a device with a few kilobytes of RAM."
PORT = ["port/template/tcx_board.c", "port/template/tcx_board.h"]
PLACES = {"cmake": "cmake/tcexec", "esp-idf": "esp-idf/tcexec", "zephyr": "zephyr/tcexec", "platformio": "platformio",
          "arduino": "arduino"}


def fill(text: str, values: dict[str, str]) -> str:
    """Replaces each @NAME@. A name without a value is an error."""
    return re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], text)


def lines(sources: list[str], folder: str = "src") -> str:
    """Returns a list of sources for CMake."""
    return "\n".join(f"    {folder}/{pathlib.PurePath(source).name}" for source in sources)


def packages(project: Project) -> dict[str, str]:
    """Returns the text of every file of every package, by its path in the output folder."""
    values = {"VERSION": project.version, "BEARSSL": project.bearssl, "JSMN": project.jsmn, "SENTENCE": SENTENCE,
              "CORE": lines(project.core()), "TLS": lines(project.tls()), "POSIX": lines(project.posix, "posix")}
    out: dict[str, str] = {}
    for ecosystem, place in PLACES.items():
        folder = f"port/package/{ecosystem}"
        for name in names(f"{folder}/**/*"):
            if (ROOT / name).is_file():
                out[f"{place}/{name.removeprefix(folder + '/')}"] = fill(read(name), values)
        for name in [*project.sources, *project.internal()]:
            out[f"{place}/src/{pathlib.PurePath(name).name}"] = read(name)
        # Arduino has one folder for sources and headers, and does not compile `extras`.
        headers, template = ("src", "extras") if ecosystem == "arduino" else ("include", "template")
        for name in project.headers():
            out[f"{place}/{headers}/{name.removeprefix('include/')}"] = read(name)
        for name in PORT:
            out[f"{place}/{template}/{pathlib.PurePath(name).name}"] = read(name)
        if ecosystem == "cmake":  # the only one for systems with POSIX
            for name in [*project.posix, *names("port/posix/*.h")]:
                out[f"{place}/posix/{pathlib.PurePath(name).name}"] = read(name)
        out[f"{place}/LICENSE"] = read("LICENSE")
    return out
