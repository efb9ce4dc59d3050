"""Makes the packages for CMake, ESP-IDF, Zephyr, PlatformIO and Arduino from the folders here and the sources."""

from __future__ import annotations

import io
import itertools
import pathlib
import re
import time
import zipfile

from project import ROOT, Project, names, read

TLS_CALL = re.compile(r"\b(?:tcx_tls_\w+|tcx_client_trust)\(")
COMMENT = re.compile(r"/\*.*?\*/", re.S)
SENTENCE = "Calls ExecuteFunction of Tencent Cloud's MPS and VOD from a device with a few kilobytes of RAM."
PORT = ["port/template/tcx_board.c", "port/template/tcx_board.h"]
PLACES = {"cmake": "cmake/tcexec", "esp-idf": "esp-idf/tcexec", "zephyr": "zephyr", "platformio": "platformio/tcexec",
          "arduino": "arduino/tcexec"}
FIRST_OF_ZIP = 315532800  # 1980-01-01: a ZIP has no earlier date
ZIPPED = ("arduino", "platformio")  # whose users install an archive


def fill(text: str, values: dict[str, str]) -> str:
    """Replaces each @NAME@. A name without a value is an error."""
    return re.sub(r"@([A-Z]+)@", lambda match: values[match[1]], text)


def lines(sources: list[str], folder: str = "src") -> str:
    """Returns a list of sources for CMake."""
    return "\n".join(f"    {folder}/{pathlib.PurePath(source).name}" for source in sources)


def share_between_sketches(out: dict[str, str], examples: str) -> None:
    """Moves each file beside the sketches into every sketch that includes it: a sketch sees only its own folder."""
    for name in [name for name in out if name.startswith(examples) and "/" not in name.removeprefix(examples)]:
        text, header = out.pop(name), name.removeprefix(examples)
        for sketch in [sketch for sketch in out if sketch.startswith(examples) and sketch.endswith(".ino")]:
            own = f"{sketch.rpartition('/')[0]}/{header}"
            if f'#include "{header}"' in out[sketch] and own not in out:
                out[own] = text


def is_client(source: str) -> bool:
    """Whether a source is a part of the client that links without TLS, although its header has the types of TLS."""
    return source.startswith("src/tcx_client") and not TLS_CALL.search(COMMENT.sub("", read(source)))


def packages(project: Project) -> dict[str, str]:
    """Returns the text of every file of every package, by its path in the output folder."""
    values = {"VERSION": project.version, "BEARSSL": project.bearssl, "JSMN": project.jsmn, "SENTENCE": SENTENCE,
              "CORE": lines(project.core()), "TLS": lines(project.tls()),
              "CLIENT": lines(list(filter(is_client, project.tls()))),
              "TLSONLY": lines(list(itertools.filterfalse(is_client, project.tls()))),
              "POSIX": lines(project.posix, "posix")}
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
        if ecosystem == "arduino":
            share_between_sketches(out, f"{place}/examples/")
        if ecosystem in ZIPPED:
            out[f"{place}/extras/libraries.sh"] = fill(read("port/package/libraries.sh"), values)
        if ecosystem in ("esp-idf", "zephyr"):
            for part in ("sockets", "mbedtls"):
                for name in names(f"port/{part}/*.[ch]"):
                    out[f"{place}/{part}/{pathlib.PurePath(name).name}"] = read(name)
        if ecosystem == "cmake":  # the only one for systems with POSIX
            for name in [*project.posix, *names("port/posix/*.h")]:
                out[f"{place}/posix/{pathlib.PurePath(name).name}"] = read(name)
        out[f"{place}/LICENSE"] = read("LICENSE")
    return out


def archives(project: Project, texts: dict[str, str]) -> dict[str, bytes]:
    """Returns the packages that users install as a ZIP, by path in the output folder."""
    out, date = {}, time.gmtime(max(project.time, FIRST_OF_ZIP))[:6]
    for place in (PLACES[ecosystem] for ecosystem in ZIPPED):
        folder, _, root = place.rpartition("/")
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name in sorted(name for name in texts if name.startswith(f"{place}/")):
                entry = zipfile.ZipInfo(name.removeprefix(f"{folder}/"), date)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o100644 << 16
                archive.writestr(entry, texts[name])
        out[f"{folder}/{root}-{project.version}.zip"] = buffer.getvalue()
    return out
