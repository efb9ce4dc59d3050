"""Makes the distribution. The same sources give the same bytes. package.mk calls it.

    dist.py OUT VERSION BEARSSL JSMN SOURCES POSIX      SOURCES and POSIX: a list of file names as one argument

Writes tcexec.c and tcexec.h, the headers that lead to it, the source tarball, its bills of materials, the packages for
other build systems, and their SHA256SUMS to the folder OUT. Removes what was in OUT before.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import shutil
import sys

import ecosystems
import pair
import sbom
import tarball
from project import Project, time


def products(project: Project) -> dict[str, bytes]:
    """Returns all files except the checksums, by path."""
    entries = tarball.contents(project)
    archive, stem = tarball.tarball(project, entries), f"tcexec-{project.version}"
    bare = {name: data for name, (_, data) in entries.items()}
    packages = ecosystems.packages(project)
    out = {"tcexec.c": pair.source(project), "tcexec.h": pair.header(project), **pair.forwarding(project), **packages}
    for name, document in (("spdx", sbom.spdx), ("cdx", sbom.cyclonedx)):
        out[f"{stem}.{name}.json"] = json.dumps(document(project, archive, bare), indent=2) + "\n"
    return {f"{stem}.tar.gz": archive, **ecosystems.archives(project, packages),
            **{name: text.encode() for name, text in out.items()}}


def main(out: str, version: str, bearssl: str, jsmn: str, sources: str, posix: str) -> None:
    project = Project(version, bearssl, jsmn, sorted(sources.split()), sorted(posix.split()), time())
    made = products(project)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(made.items()))
    shutil.rmtree(out, ignore_errors=True)
    for name, data in {**made, "SHA256SUMS": sums.encode()}.items():
        path = pathlib.Path(out) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"  DIST {out}: {len(made)} files")


if __name__ == "__main__":
    main(*sys.argv[1:])
