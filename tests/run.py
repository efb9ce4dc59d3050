"""Runs the tests: every program of $B/tests and every Python suite, or only some.

    run.py [NAME ...]       NAME is that of a program or suite, without `test_`

Ends with a line `N passed, N failed, N skipped`. Fails if a test fails, if a name is unknown, or if no test was run. A
test is skipped if something that it needs is missing. A program or suite may run as long as it makes progress (IDLE,
BUSY).
"""

import contextlib
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import typing

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("B", ROOT / "build")).resolve()
IDLE = 120  # seconds without output and with hardly any processor time: a program or suite hangs
SHARE = 0.01  # of a processor: a hung program that polls uses less. One that works uses more, also on a busy machine
BUSY = 3600  # seconds of processor time: a program or suite runs away


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
        found[name] = [sys.executable, str(path), "-v"] if path.suffix == ".py" else [*wrapper, str(path)]
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


def reasons(output: str) -> list[str]:
    """Why tests were skipped: what unittest printed with -v, or what a program of cmocka wrote before a test ended."""
    found = re.findall(r"\.\.\. skipped (?:'(.*)'|\"(.*)\")$|^(not ok|# .*: not run, .*$)(?: \d+ - (\S+) # SKIP)?",
                       output, re.M)
    why, told = [], ""
    for single, double, word, name in found:
        if single or double:
            why.append(single or double)
        elif name:
            why.append(told or f"{name}: no reason is given")
        told = word[2:] if word.startswith("#") else ""
    return [f"{why.count(reason)} x {reason}" if why.count(reason) > 1 else reason for reason in dict.fromkeys(why)]


def processor_time(session: int) -> float:
    """Returns the seconds of processor time that the processes of a session have used. Without /proc: 0."""
    ticks = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # the process has ended
            fields = path.read_bytes().rpartition(b")")[2].split()  # from the third field of proc(5) on
            ticks += sum(map(int, fields[11:15])) if int(fields[3]) == session else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def watch(session: int, ended: threading.Event, output: bytearray) -> str:
    """Waits until the session has ended. Returns an empty text, or why it must be ended before."""
    used, size, since = 0.0, 0, time.monotonic()  # at the last progress
    while not ended.wait(min(1, IDLE / 20)):
        time_used = processor_time(session)
        if time_used >= BUSY:
            return f"ran away: {BUSY} s of processor time"
        if len(output) != size or abs(time_used - used) >= SHARE * IDLE:
            used, size, since = time_used, len(output), time.monotonic()
        elif time.monotonic() - since >= IDLE:
            return f"hung: nothing for {IDLE} s"
    return ""


def run(command: list[str]) -> tuple[Counts, str]:
    """Runs a program or suite. Returns what it came to and what it printed; a failure is counted for a crash."""
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", B=str(BUILD), TCEXEC=str(BUILD / "tcexec"))
    output, ended = bytearray(), threading.Event()

    def read() -> None:
        with process.stdout as pipe:
            while chunk := os.read(pipe.fileno(), 65536):
                output.extend(chunk)
        process.wait()
        ended.set()

    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        threading.Thread(target=read, daemon=True).start()
        reason = watch(process.pid, ended, output)
    finally:  # also when this program is interrupted: a terminal's Ctrl-C does not reach another session
        if not ended.is_set():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            ended.wait(5)  # not for ever: a process that left the session may keep the pipe open
    text = output.decode(errors="replace")
    if reason:
        return Counts(0, 1), f"{text}\n{reason}"
    counts = count(text)
    if counts.failed == 0 and (process.returncode != 0 or counts.passed == 0):
        counts = counts._replace(failed=1)  # a crash, a sanitizer's report, or a program that ran no test
    return counts, f"{text}\nexit status {process.returncode}"


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
        if counts.skipped:
            print("".join(f"     {'':24} skipped: {reason}\n" for reason in reasons(output)), end="", flush=True)
        if counts.failed:
            print(output, flush=True)
    total = Counts(*map(sum, zip(*results)))
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed or not total.passed else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # run() then ends what it runs
    sys.exit(main(sys.argv[1:]))
