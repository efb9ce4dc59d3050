"""Makes the source tarball. The same files give the same bytes, on every machine and at any time."""

from __future__ import annotations

import gzip
import io
import tarfile

from project import LIST, ROOT, Project, files

# Inputs of the fuzz targets are data. Every other file of the tarball is a source.
FUZZ_INPUTS = ("tests/fuzz/corpus/", "tests/fuzz/regressions/")


def is_source(name: str) -> bool:
    """Whether the bills of materials list this file."""
    return not name.startswith(FUZZ_INPUTS)


def contents(project: Project) -> dict[str, tuple[int, bytes]]:
    """Returns mode and bytes of each file, by name. Adds the list that names the files of an unpacked tarball."""
    out = {}
    for name in files():
        path = ROOT / name
        if path.is_symlink():
            raise SystemExit(f"{name}: this is a link, and not every system can unpack links. Replace it with a file")
        out[name] = (0o755 if path.stat().st_mode & 0o100 else 0o644, path.read_bytes())
    text = "".join(f"{line}\n" for line in (f"{project.version} {project.time}", *sorted(out)))
    return dict(sorted({**out, LIST: (0o644, text.encode())}.items()))


def tarball(project: Project, entries: dict[str, tuple[int, bytes]]) -> bytes:
    """Returns a gzipped tar archive of the folder tcexec-VERSION: sorted names, no owner, one time."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, buffer, mtime=project.time) as stream, \
            tarfile.open(mode="w", fileobj=stream, format=tarfile.USTAR_FORMAT) as archive:
        for name, (mode, data) in entries.items():
            entry = tarfile.TarInfo(f"tcexec-{project.version}/{name}")
            entry.size, entry.mode, entry.mtime = len(data), mode, project.time
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()
