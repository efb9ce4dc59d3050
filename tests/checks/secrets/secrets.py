"""Checks what becomes of secrets, in four builds: gcc and clang, -Os and -O2.

    secrets.py FOLDER      builds there; CPPFLAGS, BEARSSL_LIBS as in the Makefile

Each build runs tests/checks/secrets/secrets.c twice: under memcheck, which reports a branch or address that depends on
the key, and without it, to search the memory for keys. A build that branches on the key on purpose must be reported.
The last line is `secrets: N builds, N findings`. Fails if there is a finding.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys

SECONDS = 120  # for one run


def build(folder: pathlib.Path, compiler: str, level: str) -> pathlib.Path:
    """Compiles library and program. Exits with the compiler's words when it cannot."""
    program = folder / f"{compiler}{level}"
    sources = sorted(map(str, pathlib.Path("src").glob("*.c")))
    # Lazy binding would save registers on the stack.
    command = [compiler, "-std=c99", "-Wall", "-Wextra", level, "-gdwarf-4",
               *shlex.split(os.environ.get("CPPFLAGS", "-Iinclude")),
               "tests/checks/secrets/secrets.c", *sources, *shlex.split(os.environ.get("BEARSSL_LIBS", "-l:libbearssl.a")),
               "-lpthread", "-Wl,-z,now", "-o", str(program)]
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("secrets: it does not build")
    return program


def run(*command: str) -> tuple[int, str]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=SECONDS, check=False)
    return done.returncode, done.stdout


def tainted(program: pathlib.Path, mode: str) -> tuple[int, str]:
    """How many places memcheck reports, and its words. Exits when the run itself failed."""
    status, output = run("valgrind", "-q", "--error-exitcode=99", str(program), mode)
    places = len(re.findall(r"depends on uninitialised value|Use of uninitialised value", output))
    if status not in (0, 99) or (status == 99) != (places > 0):
        sys.exit(f"secrets: {program} {mode}: exit status {status}\n{output}")
    return places, output


def main(folder: pathlib.Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    findings = builds = 0
    for compiler in ("gcc", "clang"):
        for level in ("-Os", "-O2"):
            program = build(folder, compiler, level)
            if tainted(program, "leak")[0] == 0:
                sys.exit(f"secrets: {program}: a branch on the key goes unnoticed")
            places, report = tainted(program, "taint")
            status, left = run(str(program), "scan")
            lines = re.findall(r"^  .*", left, re.M)
            if status not in (0, 1) or (status == 1) != bool(lines):
                sys.exit(f"secrets: {program} scan: exit status {status}\n{left}")
            print(f"{compiler} {level}: {places} branches or addresses that depend on a key, {len(lines)} rests of keys")
            if places:
                print(report)
            print(*lines, sep="\n", end="\n" if lines else "")
            findings += places + len(lines)
            builds += 1
    print(f"secrets: {builds} builds, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
