"""Runs the cases of public test suites through the library.

    suites.py FOLDER [NAME ...]     http, chains, chains_mbedtls, hmac, roots, strings. Default: all

Each file of data has a judge (judge_NAME.py), a program (NAME.c), and, if the library gives another result than a suite
expects, the reasons (NAME.txt). NAME_mbedtls has the same data and judge. Ends with a line for each file. Fails on a difference without a reason, and on a reason
without a difference.
"""

import importlib
import os
import pathlib
import shlex
import subprocess
import sys

from case import Case

HERE = pathlib.Path(__file__).resolve().parent
PROGRAMS = pathlib.Path(os.environ.get("B", HERE.parent.parent / "build")).resolve() / "tests/suites"
NAMES = ("http", "chains", "chains_mbedtls", "hmac", "roots", "strings")
SHOWN = 50  # lines about a file, at most


def library(name: str, cases: list[Case]) -> list[str]:
    """What the program answers to each case."""
    command = [*shlex.split(os.environ.get("EXEC", "")), str(PROGRAMS / name)]
    frames = b"".join(case.frame for case in cases)
    done = subprocess.run(command, input=frames, stdout=subprocess.PIPE)
    lines = done.stdout.decode().splitlines()
    if done.returncode != 0 or len(lines) != len(cases):
        sys.exit(f"{name}: exit status {done.returncode}, {len(lines)} answers to {len(cases)} cases")
    return lines


def listed(name: str) -> list[tuple[str, str, str]]:
    """The rows of NAME.txt: suite, what the library gives, and the name of a case, or its beginning and a `*`.

    A line that begins with `#` is a reason, for people. Any other is `SUITE: GIVES: NAME | NAME | ...`.
    """
    path = HERE / f"{name}.txt"
    lines = path.read_text().splitlines() if path.exists() else []
    rows = [line.split(": ", 2) for line in lines if line and not line.startswith("#")]
    return [(suite, gives, case.strip()) for suite, gives, names in rows for case in names.split(" | ")]


def is_named(case: Case, suite: str, pattern: str) -> bool:
    same = case.name.startswith(pattern[:-1]) if pattern.endswith("*") else case.name == pattern
    return case.suite == suite and same


def run(name: str, folder: pathlib.Path) -> bool:
    """Runs one file, and prints what is new and its line. Whether all is as it should be."""
    cases = importlib.import_module(f"judge_{name.removesuffix('_mbedtls')}").cases(folder)
    given = [case.judge(answer) for case, answer in zip(cases, library(name, cases))]
    problems = []
    explained = set()
    for suite, gives, pattern in listed(name):
        matches = {i for i, case in enumerate(cases) if is_named(case, suite, pattern)}
        others = sorted({given[i] or "what the suite expects" for i in matches} - {gives})
        if others or not matches:
            problems.append(f"{name}.txt: {suite}: {pattern}: gives {', '.join(others) or 'nothing, no such case'}")
        explained |= {i for i in matches if given[i] == gives}
    new = [i for i, gives in enumerate(given) if gives is not None and i not in explained]
    problems += [f"{name}: {cases[i].suite}: {given[i]}: {cases[i].name}" for i in new]
    print("".join(f"{problem}\n" for problem in problems[:SHOWN]), end="")
    if len(problems) > SHOWN:
        print(f"{name}: and {len(problems) - SHOWN} more")
    print(f"{name}: {len(cases)} cases, {given.count(None)} as the suite expects, "
          f"{len(explained)} differ with a reason, {len(new)} new differences", flush=True)
    return bool(cases) and not problems


def main(folder: pathlib.Path, names: list[str]) -> int:
    if not folder.is_dir():
        print(f"suites: skipped: there is no {folder}")
        return 0
    return 0 if all([run(name, folder) for name in names or NAMES]) else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), sys.argv[2:]))
