"""Runs the C tests on other machines and in other builds.

    everywhere.py [NAME ...]        a name is that of a machine or build

From the environment: B (build folder; $B/everywhere/armhf and s390x hold what the tests link against), BEARSSL and JSMN
as in the Makefile.

Two compilers, four levels and two kinds of char are 16 builds. The 8 builds here contain every pair of the three. The
contract suite is left out, because it tests transports, not the library. The longest TLS tests, and those of mbedTLS,
are left out under valgrind, where they take minutes. Ends with a line
`everywhere: N machines and builds, N tests passed, N failed`.
"""

import concurrent.futures
import dataclasses
import fnmatch
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "tests"))
import run  # noqa: E402

HERE = run.BUILD / "everywhere"
STRICT = "-std=c99 -pedantic -Wall -Wextra -Wconversion -Wshadow -Werror -Iinclude"


@dataclasses.dataclass
class Machine:
    """A machine or build: what compiles and what runs the tests, and which are left out."""

    name: str
    compiler: str
    flags: str
    wrapper: str = ""
    without: tuple[str, ...] = ()


def other(name: str, triple: str, emulator: str) -> Machine:
    """A machine of another kind. Files have 64-bit numbers: those of the host come through the emulator."""
    return Machine(name, f"{triple}-gcc --sysroot={HERE / name}", "-Os -g -D_FILE_OFFSET_BITS=64",
                   f"{emulator} -L {HERE / name}")


VALGRIND = f"valgrind -q --error-exitcode=9 --suppressions={ROOT}/tests/checks/everywhere/valgrind.supp"
MACHINES = [
    other("s390x", "s390x-linux-gnu", "qemu-s390x"),
    other("armhf", "arm-linux-gnueabihf", "qemu-arm"),
    Machine("valgrind", "gcc", "-O1 -g", VALGRIND, ("sweep", "ends", "tls", "tls_wire", "*mbedtls")),
    *(Machine(f"{compiler}{level}-{char}", compiler, f"{level} -f{char}-char")
      for compiler, level, char in [
          ("gcc", "-O0", "unsigned"), ("gcc", "-Os", "signed"), ("gcc", "-O2", "unsigned"), ("gcc", "-O3", "signed"),
          ("clang", "-O0", "signed"), ("clang", "-Os", "unsigned"), ("clang", "-O2", "signed"),
          ("clang", "-O3", "unsigned")]),
]
SIXTEEN = {  # compilers whose int and size_t have 16 bits; both read the AVR's C library
    "avr": "avr-gcc -mmcu=atmega2560 -Os",
    "msp430": "clang --target=msp430 -Os -isystem /usr/lib/avr/include",
}


def build(machine: Machine) -> str:
    """Builds the tests of a machine. Returns what went wrong, or nothing."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    words = [f"B={HERE / 'build' / machine.name}", f"CC={machine.compiler}", f"CFLAGS={machine.flags}", "unit-tests"]
    done = subprocess.run(["make", f"-j{os.cpu_count()}", *words], cwd=ROOT, env=clean, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)
    return done.stdout if done.returncode else ""


def programs(machine: Machine) -> list[pathlib.Path]:
    """The test programs of a machine, but those that are left out."""
    left_out = [f"test_{name}" for name in (*machine.without, "contract*")]
    return [path for path in sorted((HERE / "build" / machine.name / "tests").glob("test_*"))
            if path.is_file() and not any(fnmatch.fnmatch(path.name, name) for name in left_out)]


def compile_for(compiler: str) -> str:
    """Compiles the library for 16 bits, without a warning. Returns what went wrong, or nothing."""
    include = HERE / "include"
    include.mkdir(parents=True, exist_ok=True)
    for place in [*pathlib.Path("/usr/include").glob("bearssl*"), pathlib.Path("/usr/include/jsmn.h")]:
        if place.exists() and not (include / place.name).exists():
            (include / place.name).symlink_to(place)
    words = shlex.split(f"{compiler} {STRICT}")
    if os.environ.get("BEARSSL"):
        words += ["-isystem", os.environ["BEARSSL"] + "/inc"]
    if os.environ.get("JSMN"):
        words += ["-isystem", os.environ["JSMN"]]
    words += ["-isystem", str(include)]
    output = ""
    for source in sorted(ROOT.glob("src/*.c")):
        done = subprocess.run([*words, "-c", str(source), "-o", str(HERE / "sixteen.o")], cwd=ROOT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output += done.stdout if done.returncode or done.stdout else ""
    return output


def size(work: tuple[Machine, pathlib.Path]) -> int:
    """Longest first, roughly: emulated before native, large programs before small."""
    machine, program = work
    return (10 if machine.wrapper else 1) * (5 if "tls" in program.name or "faults" in program.name else 1)


def main(names: list[str]) -> int:
    known = [*(machine.name for machine in MACHINES), *SIXTEEN]
    if unknown := set(names) - set(known):
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}")
        return 1
    os.environ.pop("CI", None)  # sweeps at their usual length
    chosen = [machine for machine in MACHINES if not names or machine.name in names]
    sixteen = {name: compiler for name, compiler in SIXTEEN.items() if not names or name in names}
    passed = {machine.name: 0 for machine in chosen}
    failed = {machine.name: 0 for machine in chosen}
    for name, compiler in sixteen.items():
        output = compile_for(compiler)
        failed[name] = int(output != "")
        print(f"{'FAIL' if output else 'ok  '} {name:16} compiles without a warning, int of 16 bits\n{output}", end="",
              flush=True)
    work = []
    for machine in chosen:
        if output := build(machine):
            failed[machine.name] += 1
            print(f"FAIL {machine.name:16} is not built\n{output}", flush=True)
        else:
            work += [(machine, program) for program in programs(machine)]
    work.sort(key=size, reverse=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(run.run, [*shlex.split(machine.wrapper), str(program)]): (machine, program)
                   for machine, program in work}
        for future in concurrent.futures.as_completed(running):
            (machine, program), (counts, output) = running[future], future.result()
            passed[machine.name] += counts.passed
            failed[machine.name] += counts.failed
            if counts.failed:
                print(f"FAIL {machine.name} {program.name}\n{output}", flush=True)
    for machine in chosen:
        count = passed[machine.name]
        failed[machine.name] += int(count == 0 and failed[machine.name] == 0)  # nothing was run
        print(f"{'FAIL' if failed[machine.name] else 'ok  '} {machine.name:16} {count:5} passed")
    total_failed = sum(failed.values())
    print(f"everywhere: {len(chosen) + len(sixteen)} machines and builds, {sum(passed.values())} tests passed, "
          f"{total_failed} failed")
    return 1 if total_failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
