"""Writes how long each command takes into the table of tests/README.md.

    times.py log LOG             takes the times from the output of .ci/run
    times.py run [COMMAND ...]   runs commands of the table and measures them; without a command, all of `make test`
    times.py machine             prints the machine, as .ci/run does

A time includes what the command builds. Install the packages first: .ci/run on a fresh machine measures that as well.
The table holds times of one machine. The times of another machine are removed.
"""

import os
import pathlib
import platform
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "tests/README.md"
TABLE = re.compile(r"<!-- times -->\n(.*\n)\n(.*\n)<!-- end -->", re.S)
ROW = re.compile(r"^(\| .* \| `(.*)` \|) (.*) \|$", re.M)
MISSING = "…"


def machine() -> str:
    """Returns what the times depend on most."""
    try:
        model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        model = None
    return f"{os.cpu_count()} cores, {model[1].strip() if model else platform.machine()}"


def spelled(seconds: float) -> str:
    """Returns seconds up to two minutes, else minutes."""
    return f"{max(1, round(seconds))} s" if seconds < 120 else f"{round(seconds / 60)} min"


def commands(page: str) -> list[str]:
    """Returns the commands of the table, in its order."""
    return [command for _, command, _ in ROW.findall(TABLE.search(page)[1])]


def measured(log: str) -> dict[str, float]:
    """Returns the seconds of each step of .ci/run. The command is the name of the step up to a colon."""
    return {name: float(seconds) for seconds, name in re.findall(r"^-- (\d+) s: ([^:\n]+)", log, re.M)}


def filled(page: str, where: str, times: dict[str, float]) -> str:
    """Returns the page with these times, measured on the machine `where`."""
    old = TABLE.search(page)
    note = f"Measured on a machine with {where}. Other work on it makes a time longer.\n"

    def row(match: re.Match[str]) -> str:
        kept = match[3] if old[2] == note else MISSING
        return f"{match[1]} {spelled(times[match[2]]) if match[2] in times else kept} |"

    return page.replace(old[0], f"<!-- times -->\n{ROW.sub(row, old[1])}\n{note}<!-- end -->")


def run(names: list[str]) -> dict[str, float]:
    """Runs commands and returns the seconds of each."""
    times = {}
    for command in names:
        start = time.monotonic()
        subprocess.run(command, shell=True, cwd=ROOT, check=True)
        times[command] = time.monotonic() - start
        print(f"-- {times[command]:.0f} s: {command}", flush=True)
    return times


def main(arguments: list[str]) -> int:
    task, names = (arguments or [""])[0], arguments[1:]
    page = PAGE.read_text()
    if task == "machine":
        print(f"-- machine: {machine()}")
        return 0
    if task == "log" and len(names) == 1:
        log = pathlib.Path(names[0]).read_text(errors="replace")
        where = re.search(r"^-- machine: (.*)$", log, re.M)
        if where is None:
            sys.exit(f"{names[0]}: no line `-- machine: …`: it is not the output of .ci/run")
        page = filled(page, where[1], measured(log))
    elif task == "run":
        if unknown := set(names) - set(commands(page)):
            sys.exit(f"not in the table of tests/README.md: {', '.join(unknown)}")
        page = filled(page, machine(), run(names or [name for name in commands(page) if name.startswith("make test")]))
    else:
        sys.exit(__doc__)
    PAGE.write_text(page)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
