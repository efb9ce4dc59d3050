"""The corpus of each target is one file, NAME.tar.xz: small inputs, each named by its content.

    corpus.py PACKED FOLDER         unpacks it, and removes what was in the folder before
"""

import collections.abc
import hashlib
import io
import lzma
import pathlib
import re
import shutil
import sys
import tarfile

NAME = re.compile(r"[0-9a-f]{12}")


def bare(inputs: collections.abc.Iterable[bytes]) -> bytes:
    """The archive before compression. The same inputs give the same bytes: names in order, no time, no owner."""
    buffer = io.BytesIO()
    named = {hashlib.sha1(data).hexdigest()[:12]: data for data in inputs}
    with tarfile.open(mode="w", fileobj=buffer, format=tarfile.USTAR_FORMAT) as archive:
        for name, data in sorted(named.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def pack(inputs: collections.abc.Iterable[bytes]) -> bytes:
    return lzma.compress(bare(inputs), preset=9)


def read(packed: pathlib.Path) -> dict[str, bytes]:
    """The inputs by name. A name that could lead out of a folder is refused."""
    with tarfile.open(packed, "r:xz") as archive:
        inputs = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
    if wrong := [name for name in inputs if not NAME.fullmatch(name)]:
        raise ValueError(f"{packed}: {wrong[0]!r} is not the name of an input")
    return inputs


def fill(folder: pathlib.Path, inputs: dict[str, bytes]) -> None:
    """Makes the folder hold these inputs and nothing else."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, data in inputs.items():
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    fill(pathlib.Path(sys.argv[2]), read(pathlib.Path(sys.argv[1])))
