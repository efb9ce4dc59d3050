"""A folder like a user's: the sources' tests, the certificates of `make demo`, and the library installed beside it."""

from __future__ import annotations

import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess

import programs
import stand

PORTS = ("8080", "7443")  # of the local endpoint in the project's pages


def fences(text: str) -> list[tuple[str, str]]:
    """The language and the text of each fenced block of a page, in order."""
    return re.findall(r"^```(c|sh|text)\n(.*?)^```$", text, re.M | re.S)


class Checkout:
    """Runs the commands of a page, as they stand there. Only the ports differ."""

    def __init__(self, folder: pathlib.Path):
        self.folder = (folder / "checkout").resolve()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.certificates = stand.Certificates(self.folder / "build/demo")  # as make demo does
        (self.folder / "tests").symlink_to(stand.ROOT / "tests")
        installed = (folder / "installed").resolve()
        outer = os.environ.get("MAKEFLAGS", "").partition("-- ")[2]
        subprocess.run(["make", "-C", stand.ROOT, "install", f"B={programs.BUILD.resolve()}", f"PREFIX={installed}"],
                       check=True, stdout=subprocess.DEVNULL,
                       env={**os.environ, "MAKEFLAGS": f" -- {outer}" if outer else "", "MAKELEVEL": "0"})
        compiler = self.folder / "bin/cc"  # the one that compiled the library, with the same sanitizers
        compiler.parent.mkdir()
        flags = [flag for flag in os.environ.get("CFLAGS", "").split() if not flag.startswith("-I")]
        name, *options = os.environ.get("CC", "cc").split()
        compiler.write_text(f'#!/bin/sh\nexec {shlex.join([shutil.which(name), *options, *flags])} "$@"\n')
        compiler.chmod(0o755)
        of_make = ("CC", "CFLAGS", "MAKEFLAGS", "MAKELEVEL")  # they are for the library, not for a user's program
        self.environment = {**{name: value for name, value in os.environ.items() if name not in of_make},
                            "PATH": f"{compiler.parent}:{installed}/bin:{os.environ['PATH']}",
                            "PKG_CONFIG_PATH": f"{installed}/lib/pkgconfig"}

    def run(self, commands: str, place: str = ".") -> str:
        """
        Runs the commands in the folder `place`. Before the next command, an endpoint in the background has printed where
        it listens. Returns what they printed.
        """
        for port in PORTS:
            with socket.create_server(("127.0.0.1", 0)) as free:
                commands = re.sub(rf"(?<= ){port}\b", str(free.getsockname()[1]), commands)
        commands = commands.replace("endpoint.py ", "endpoint.py --lifetime 60 ").replace(
            " &\n", " > ready & n=0; until grep -qs http ready || [ $n = 200 ]; do n=$((n + 1)); sleep 0.1; done\n")
        done = subprocess.run(["sh", "-c", f"rm -f ready\n{commands}"], cwd=self.folder / place, env=self.environment,
                              stdout=subprocess.PIPE, timeout=60, text=True)
        return done.stdout
