"""What the two suites of make dist-test share: paths, and a function that runs a command.

make dist-test sets B, BEARSSL_SRC (BearSSL's source), JSMN_DIR (the folder of jsmn.h alone), CROSS (a compiler for
Cortex-M) and TCEXEC_NODE_MODULES (judges from npm).
"""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import programs  # noqa: E402
import stand  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ["B"]).resolve()
DIST, FOLDER = BUILD / "dist", BUILD / "dist-test/packages"
BEARSSL, JSMN = pathlib.Path(os.environ["BEARSSL_SRC"]), pathlib.Path(os.environ["JSMN_DIR"])
CROSS = os.environ["CROSS"]
VERSION = re.search(r'TCX_VERSION "(.*)"', (stand.ROOT / "include/tcexec.h").read_text())[1]
TARGET = ["-mcpu=cortex-m3", "-mthumb", "-Os"]
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}
BEARSSL_FLAGS = ["-isystem", str(BEARSSL / "inc"), "-isystem", str(JSMN)]


def run(*command: object, **more: object) -> str:
    """Runs a command that must succeed; what it printed."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **more)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout[-6000:]}")
    return done.stdout


def scratch(name: str) -> pathlib.Path:
    """A new, empty folder."""
    folder = FOLDER / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


class ReadmeProgram:
    """The program of the project's README, unchanged, in a new folder with what it needs to call a local endpoint."""

    def __init__(self, name: str):
        self.folder = scratch(name)
        self.source = self.folder / "program.c"
        self.source.write_text(programs.blocks(stand.ROOT / "README.md")[0])
        self.certificates = stand.Certificates(self.folder)
        (self.folder / "anchors.h").write_text(run(BUILD / "tcexec", "anchors", self.certificates.root))

    def call(self, program: pathlib.Path) -> str:
        """Runs it as it was built; what it printed."""
        with stand.Endpoint(self.certificates, "--lifetime", "60") as endpoint:
            return subprocess.run([program, *endpoint.tls.split(":")], env=KEYS, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL, text=True).stdout
