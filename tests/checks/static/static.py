"""Analyses the sources with gcc -fanalyzer, clang-tidy, scan-build and cppcheck with its MISRA C:2012 addon.

    static.py [TOOL ...]            gcc, clang-tidy, scan-build, cppcheck, misra

From the environment: B (build folder). cppcheck reads the sources once for this machine and once for a machine with a
16-bit int. Each mandatory rule of MISRA must hold. Each required rule must hold or be listed in MISRA.md. Ends with a
line `static: N tools, N findings`.
"""

import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
from typing import Callable

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("B", ROOT / "build")).resolve() / "static"
LIBRARY = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("src/*.c"))
ALL = LIBRARY + sorted(str(path.relative_to(ROOT)) for folder in ("posix", "command", "mbedtls") for path in ROOT.glob(f"port/{folder}/*.c"))
FLAGS = ["-std=c99", "-Iinclude", "-Iport/posix", "-Isrc"]
CPPCHECK = ["cppcheck", "--std=c99", "--quiet", "--max-configs=100", "--inline-suppr", "--suppress=missingIncludeSystem", "-Iinclude",
            "-Iport/posix", "-Isrc", "--template={file}:{line}: {id}: {message}"]

# MISRA C:2012 with its amendments 1 and 2, by number; a rule in neither list is required.
MANDATORY = "9.1 12.5 13.6 17.3 17.4 17.6 19.1 21.13 21.17 21.18 21.19 21.20 22.2 22.4 22.5 22.6".split()
ADVISORY = ("1.2 2.3 2.4 2.5 2.6 2.7 4.2 5.9 8.7 8.9 8.11 8.13 10.5 11.4 11.5 12.1 12.3 12.4 13.3 13.4 15.1 15.4 15.5 "
            "17.5 17.8 18.4 18.5 19.2 20.1 20.5 20.10 21.12").split()


def output(command: list[str]) -> str:
    """What a command prints. One that does not run at all is an error of its own."""
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode < 0 or done.returncode > 125:
        sys.exit(f"{command[0]}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def warnings(commands: list[list[str]]) -> list[str]:
    """The lines with a warning or an error that commands print, each once."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        text = "\n".join(pool.map(output, commands))
    return sorted({line for line in text.splitlines() if re.search(r": (warning|error|fatal error): ", line)})


def gcc() -> list[str]:
    return warnings([["gcc", *FLAGS, "-O2", "-Wall", "-Wextra", "-fanalyzer", "-c", path, "-o", os.devnull]
                     for path in ALL])


def clang_tidy() -> list[str]:
    """File by file: over several, LLVM 14 mistakes the va_list of the second for one that is not set."""
    return warnings([["clang-tidy", "--quiet", path, "--", *FLAGS] for path in ALL])


def scan_build() -> list[str]:
    shutil.rmtree(BUILD / "scanned", ignore_errors=True)
    clean = ["env", *(f"-u{name}" for name in os.environ if name.startswith(("MAKE", "MFLAGS")))]
    text = output([*clean, "scan-build", "-o", str(BUILD / "reports"), "make", f"-j{os.cpu_count()}",
                   f"B={BUILD / 'scanned'}", "all"])
    if "scan-build: " not in text or not (BUILD / "scanned" / "tcexec").exists():
        return [f"scan-build: nothing was built\n{text}"]
    return [line for line in text.splitlines() if ": warning: " in line]


def cppcheck() -> list[str]:
    text = output([*CPPCHECK, "--enable=warning,performance,portability", *ALL])
    text += output([*CPPCHECK, "--enable=warning,portability", "--platform=avr8", *LIBRARY])
    return text.splitlines()


def deviations() -> dict[str, list[str]]:
    """The rules that MISRA.md lists, each with its files; `all` for any."""
    rows = re.findall(r"^\| (\d+\.\d+) \| (.+?) \| (.+?) \|$", (ROOT / "tests/checks/static/MISRA.md").read_text(), re.M)
    return {rule: files.split() for rule, files, _ in rows}


def misra() -> list[str]:
    text = output([*CPPCHECK, "--addon=misra", f"-j{os.cpu_count()}", *LIBRARY])
    listed = deviations()
    seen: dict[str, int] = {}
    findings = []
    for line in text.splitlines():
        match = re.match(r"(.+?):(\d+): misra-c2012-(\d+\.\d+): ", line)
        if match is None:
            findings.append(line)
            continue
        file, number, rule = match.groups()
        seen[rule] = seen.get(rule, 0) + 1
        name = pathlib.Path(file).name
        if rule in MANDATORY:
            findings.append(f"{file}:{number}: mandatory rule {rule}")
        elif rule not in ADVISORY and not {"all", name} & set(listed.get(rule, [])):
            findings.append(f"{file}:{number}: required rule {rule} is not listed for {name} in tests/checks/static/MISRA.md")
    if not seen:
        findings.append("misra: the addon found nothing at all: it did not run")
    findings += [f"tests/checks/static/MISRA.md: rule {rule} is listed and not violated" for rule in listed if rule not in seen]
    required = sum(count for rule, count in seen.items() if rule not in ADVISORY and rule not in MANDATORY)
    advisory = sum(count for rule, count in seen.items() if rule in ADVISORY)
    print(f"     misra: mandatory rules {sum(rule in MANDATORY for rule in seen)} violated, required {required} times "
          f"under {len(listed)} rules that are listed, advisory {advisory} times")
    return findings


TOOLS: dict[str, Callable[[], list[str]]] = {
    "gcc": gcc, "clang-tidy": clang_tidy, "scan-build": scan_build, "cppcheck": cppcheck, "misra": misra,
}


def main(names: list[str]) -> int:
    if unknown := set(names) - set(TOOLS):
        print(f"unknown tool: {', '.join(unknown)}; there are: {', '.join(TOOLS)}")
        return 1
    BUILD.mkdir(parents=True, exist_ok=True)
    total = 0
    for name in names or TOOLS:
        findings = TOOLS[name]()
        total += len(findings)
        print(f"{'FAIL' if findings else 'ok  '} {name:12} {len(findings):4} findings", flush=True)
        print("".join(f"{line}\n" for line in findings), end="", flush=True)
    print(f"static: {len(names or TOOLS)} tools, {total} findings")
    return 1 if total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
