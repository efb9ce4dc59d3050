"""Measures by counting (instructions, system calls, flights), and by the clock in pairs.

A count differs by less than 1 % between runs of the same build. Times are only compared with times of the same minutes:
one run of each side after the other, many times. The ratios of the pairs and their spread count.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import statistics
import subprocess
import time
from collections.abc import Callable

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("B", ROOT / "build")).resolve()
BENCH = BUILD / "bench"
COMMAND = BUILD / "tcexec"

SECRET_ID, SECRET_KEY = "AKIDEXAMPLE000000000000000000000000001", "SKEXAMPLE0000000000000000000000002"
ENVIRONMENT = {"PATH": os.environ["PATH"], "TENCENTCLOUD_SECRET_ID": SECRET_ID, "TENCENTCLOUD_SECRET_KEY": SECRET_KEY}
SECONDS = 300  # for one run: it hangs

Words = list[object]


def run(command: Words, **extra: str) -> str:
    """
    Standard output, its line ends as they are. Raises, with all the program said, when it fails. `extra`: of the
    environment.
    """
    done = subprocess.run([str(word) for word in command], env=ENVIRONMENT | extra, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=SECONDS)
    if done.returncode != 0:
        raise RuntimeError(f"{done.args} ended with {done.returncode}:\n{(done.stdout + done.stderr).decode()}")
    return done.stdout.decode()


# ---- counts ----------------------------------------------------------------------------------------------------------


def instructions(command: Words) -> int:
    """Of a whole process in user space, counted by callgrind."""
    note = BENCH / "callgrind.log"
    run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={note}", *command])
    return int(re.search(r"Collected : (\d+)", note.read_text())[1])


def instructions_each(command_of: Callable[[int], Words], n: int) -> float:
    """Of one more turn of a loop: what a run with 2n turns takes beyond one with n."""
    return (instructions(command_of(2 * n)) - instructions(command_of(n))) / n


def profile(command: Words, most: int = 12) -> list[tuple[str, int]]:
    """The functions that take most instructions in a process, and how many."""
    data, note = BENCH / "callgrind.out", BENCH / "callgrind.log"
    run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={data}", f"--log-file={note}", *command])
    listing = run(["callgrind_annotate", "--threshold=100", data])
    found: dict[str, int] = {}
    for count, name in re.findall(r"^\s*([\d,]+) \([^)]*\)\s+\S*?:([\w.]+)", listing, re.M):
        found[name] = found.get(name, 0) + int(count.replace(",", ""))
    return sorted(found.items(), key=lambda item: -item[1])[:most]


def system_calls(command: Words) -> int:
    """Of a process and its threads."""
    note = BENCH / "strace.log"
    run(["strace", "-f", "-c", "-o", note, *command])
    return int(re.search(r"^100\.00\s+\S+\s+(?:\S+\s+)?(\d+)\s+(?:\d+\s+)?total$", note.read_text(), re.M)[1])


def system_calls_each(command_of: Callable[[int], Words], n: int) -> float:
    return (system_calls(command_of(2 * n)) - system_calls(command_of(n))) / n


# ---- times -----------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Cost:
    """What a process took: ms, ms, KiB."""

    wall: float
    cpu: float
    memory: int


def launch(command: Words, **extra: str) -> Cost:
    """Runs a program once, by launch.c. It must end with 0."""
    wall, user, system, memory, status = map(int, run([BENCH / "launch", *command], **extra).split())
    if status != 0:
        raise RuntimeError(f"{command} ended with {status}")
    return Cost(wall / 1e6, (user + system) / 1e3, memory)


def touched(command: Words) -> int:
    """
    The memory of its own that a process has touched when it ends, in KiB. It is looked at page by page, again and
    again, because the kernel's running totals are off by up to 256 KiB; so the process must not end too fast.
    """
    process = subprocess.Popen([str(word) for word in command], env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    most = 0
    while process.poll() is None:
        try:
            pages = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            most = max(most, *map(int, re.findall(r"^Anonymous:\s+(\d+) kB", pages, re.M)), 0)
        except OSError:
            pass  # it has just ended
        time.sleep(0.005)
    if process.returncode != 0:
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return most


def in_turn(measures: dict[str, Callable[[], object]], rounds: int) -> dict[str, list]:
    """Each measure once, then each again, `rounds` times, after one round that is not counted: A B A B …"""
    for measure in measures.values():
        measure()
    found: dict[str, list] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


@dataclasses.dataclass
class Share:
    """How many times as much one side takes as the other: the median of the ratios, pair by pair, and the quartiles."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, ours: list[float], theirs: list[float]) -> Share:
        return cls(*statistics.quantiles((a / b for a, b in zip(ours, theirs, strict=True)), n=4))

    def within(self, most: float) -> bool | None:
        """None if the spread crosses the target: another run could decide otherwise."""
        if self.high <= most:
            return True
        return False if self.low > most else None

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f} … {self.high:.2f})"


def r_squared(xs: list[float], ys: list[float]) -> float:
    """How much of the variance a straight line explains."""
    return statistics.correlation(xs, ys) ** 2
