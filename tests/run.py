"""Runs the tests: every program of $B/tests and every Python suite, or those that are named.

    run.py [NAME ...]       a name is that of a program or suite, without `test_`

Ends with a line `N passed, N failed`. Fails when a test fails, when a name is unknown, and when nothing was run.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

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


def count(output: str) -> tuple[int, int]:
    """How many tests passed and failed, by what cmocka (TAP) or unittest printed."""
    if suite := re.search(r"^Ran (\d+) tests? in", output, re.M):
        failed = sum(map(int, re.findall(r"(?:failures|errors)=(\d+)", output)))
        skipped = sum(map(int, re.findall(r"skipped=(\d+)", output)))
        return int(suite[1]) - failed - skipped, failed
    return len(re.findall(r"^ok \d+", output, re.M)), len(re.findall(r"^not ok \d+", output, re.M))


def run(command: list[str]) -> tuple[int, int, str]:
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", B=str(BUILD), TCEXEC=str(BUILD / "tcexec"))
    try:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", timeout=SECONDS, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired as hang:
        output = hang.stdout or b""
        return 0, 1, (output.decode(errors="replace") if isinstance(output, bytes) else output) + f"\nhung: {SECONDS} s"
    passed, failed = count(done.stdout)
    if failed == 0 and (done.returncode != 0 or passed == 0):
        failed = 1  # a crash, a sanitizer's report, or a program that ran no test
    return passed, failed, f"{done.stdout}\nexit status {done.returncode}"


def main(names: list[str]) -> int:
    known = programs()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"unknown test: {', '.join(unknown)}; there are: {', '.join(known)}")
        return 1
    total_passed = total_failed = 0
    for name in names or known:
        start = time.monotonic()
        passed, failed, output = run(known[name])
        print(f"{'FAIL' if failed else 'ok  '} {name:24} {passed:5} passed {time.monotonic() - start:7.1f} s", flush=True)
        if failed:
            print(output, flush=True)
        total_passed += passed
        total_failed += failed
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed or not total_passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
