"""Runs the tests: every program of $B/tests and every Python suite, or those that are named.

    run.py [NAME ...]       a name is that of a program or suite, without `test_`

Ends with a line `N passed, N failed, N skipped`. Fails when a test fails, when a name is unknown, and when nothing was
run. A test is skipped where what it needs is not there.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("B", ROOT / "build")).resolve()
SECONDS = 300  # for one program or suite: it hangs


def programs() -> dict[str, list[str]]:
    """What there is to run, by name."""
    wrapper = shlex.split(os.environ.get("EXEC", ""))
    found: dict[str, list[str]] = {}
    for path in [*sorted((BUILD / "tests").glob("test_*")), *sorted((ROOT / "tests").rglob("test_*.py"))]:
        if path.is_dir():
            continue
        name = path.stem.removeprefix("test_")
        if name in found:
            sys.exit(f"two tests are called {name}: {found[name][-1]} and {path}")
        found[name] = [sys.executable, str(path)] if path.suffix == ".py" else [*wrapper, str(path)]
    return found


class Counts(typing.NamedTuple):
    """How many tests of a program or suite passed, failed and were skipped."""

    passed: int
    failed: int
    skipped: int = 0


def count(output: str) -> Counts:
    """By what cmocka (TAP, where one that is skipped is also `not ok`) or unittest printed.

    A test that TAP announced and that has no line has failed: the program ended before it.
    """
    if suite := re.search(r"^Ran (\d+) tests? in", output, re.M):
        failed = sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", output)))
        skipped = sum(map(int, re.findall(r"skipped=(\d+)", output)))
        return Counts(int(suite[1]) - failed - skipped, failed, skipped)
    lines = re.findall(r"^(ok|not ok) \d+(.*)", output, re.M)
    announced = sum(map(int, re.findall(r"^1\.\.(\d+)", output, re.M)))
    verdicts = ["skip" if "# SKIP" in rest else word for word, rest in lines]
    verdicts += ["not ok"] * (announced - len(lines))
    return Counts(*map(verdicts.count, ("ok", "not ok", "skip")))


def run(command: list[str]) -> tuple[Counts, str]:
    """Runs a program or suite. Returns what it came to and what it printed; a failure is counted for a crash."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", B=str(BUILD), TCEXEC=str(BUILD / "tcexec"))
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as hang:
        output = hang.stdout or b""
        text = output.decode(errors="replace") if isinstance(output, bytes) else output
        return Counts(0, 1), f"{text}\nhung: {SECONDS} s"
    counts = count(done.stdout)
    if counts.failed == 0 and (done.returncode != 0 or counts.passed == 0):
        counts = counts._replace(failed=1)  # a crash, a sanitizer's report, or a program that ran no test
    return counts, f"{done.stdout}\nexit status {done.returncode}"


def main(names: list[str]) -> int:
    known = programs()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"unknown test: {', '.join(unknown)}; there are: {', '.join(known)}")
        return 1
    results = []
    for name in names or known:
        start = time.monotonic()
        counts, output = run(known[name])
        results.append(counts)
        print(f"{'FAIL' if counts.failed else 'ok  '} {name:24} {counts.passed:5} passed", end="")
        print(f" {time.monotonic() - start:7.1f} s{f'  {counts.skipped} skipped' if counts.skipped else ''}", flush=True)
        if counts.failed:
            print(output, flush=True)
    total = Counts(*map(sum, zip(*results)))
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
