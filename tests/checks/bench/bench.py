"""Measures what tcexec costs to run, next to its floor and to other clients, and compares it with a baseline.

    bench.py [--quick | --write] [ROW ...]

Without an option, it measures every row, with peers, and writes bench.md, bench.json and the charts to $B/bench/.
--quick measures only what is counted (instructions, system calls, bytes, flights), and compares it with baseline.json.
It fails if anything grew by more than `TOLERANCE`, or if a target is missed that the baseline meets. --write measures
every row, makes the counts the baseline, and writes the table and the charts to this folder. ROW is a number: only
these rows are measured.

From the environment: B (build folder), TCEXEC_NODE_MODULES (the official SDK; not with --quick),
TCEXEC_AWS_LACKS (why AWS's libraries are left out; empty: $B/bench/aws is there; not with --quick).
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import textwrap
import time

import charts
import measure
import peers
import rows

HERE = pathlib.Path(__file__).resolve().parent
BASELINE = HERE / "baseline.json"
TOLERANCE = 0.02  # compilers and C libraries of one release differ by less; a regression worth the name by more
MEMORY_TOLERANCE = 0.15  # pages of shared libraries come and go


def table(lines: list[rows.Line]) -> str:
    """Markdown."""
    out = ["| | what | | tcexec | floor | × floor | others | reach | met |", "|--:|---|---|--:|--:|--:|---|---|---|"]
    for line in lines:
        times = f"{line.share.middle if line.share else line.ours / line.floor:.2f}" if line.floor else ""
        others = ", ".join(f"{name} {rows.number(value)}" for name, value in line.peers.items())
        what = f"{line.what} ({line.note})" if line.note else line.what
        met = {True: "yes", False: "**no**", None: "not decided" if line.reach else ""}[line.met]
        ours, floor = rows.number(line.ours), rows.number(line.floor)
        cells = [str(line.row), what, line.unit, ours, floor, times, others, line.reach, met]
        out.append(f"| {' | '.join(cells)} |")
    return "\n".join(out)


def first_line(*command: str) -> str:
    """Of what a program says of its version; nothing when it is not there."""
    try:
        said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    except OSError:
        return ""
    return said.splitlines()[0].strip()


def made_with() -> str:
    """What the counts depend on beside the code."""
    flags = set(pathlib.Path("/proc/cpuinfo").read_text().split())
    cpu = [flag for flag in ("aes", "pclmulqdq", "avx2") if flag in flags]
    tools = [first_line(tool, "--version") for tool in ("gcc", "ldd", "valgrind")]
    return ", ".join([*tools, f"{os.uname().machine} with {' '.join(cpu)}"])


def told_of(lines: list[rows.Line]) -> str:
    """The table, and what it was measured with and under."""
    model = re.search(r"^model name\s*: (.*)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    peers_said = [first_line(peers.NGINX, "-v"), first_line("curl", "--version").split(" libcurl")[0],
                  first_line("openssl", "version"), f"node {first_line('node', '--version')}"]
    aws = f"left out: AWS's libraries ({rows.aws_lacks()})" if rows.aws_lacks() else "AWS's libraries"
    text = (f"Made with {made_with()}; CPU: {model[1] if model else 'unknown'}, {os.cpu_count()} cores; "
            f"peers: {', '.join(filter(None, peers_said))}; {aws}. Load average at the end: {os.getloadavg()[1]:.1f}.")
    return f"{table(lines)}\n\n{textwrap.fill(text, 120)}"


def counted(lines: list[rows.Line]) -> dict[str, dict]:
    return {line.key: {"value": round(line.ours, 3), "met": line.met} for line in lines if line.counted}


def grown(lines: list[rows.Line], baseline: dict) -> list[str]:
    """What is worse than the baseline, in words."""
    before = baseline["counts"]
    found = []
    for line in lines:
        old = before.get(line.key)
        tolerance = MEMORY_TOLERANCE if line.unit.startswith("KiB") else TOLERANCE
        if line.counted and old is None:
            found.append(f"not in the baseline: {line.key}: {rows.number(line.ours)}")
        elif line.counted and line.ours > old["value"] * (1 + tolerance):
            found.append(f"grown: {line.key}: {rows.number(old['value'])} -> {rows.number(line.ours)}")
        if line.met is False and (old is None or old["met"] is not False):
            found.append(f"target missed: {line.key}: {rows.number(line.ours)}, {line.reach}")
    if found and baseline["made with"] != made_with():
        found.append(f"note: the baseline was made with {baseline['made with']}; this is {made_with()}")
    return found


def put(path: pathlib.Path, mark: str, text: str) -> None:
    """Puts text between the marks of a README."""
    marked = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end -->)", re.S)
    before = path.read_text()
    after, count = marked.subn(lambda match: match[1] + text + "\n" + match[2], before)
    assert count == 1, f"{path}: {count} places marked {mark}"
    path.write_text(after)


def measure_rows(names: list[int], quick: bool) -> list[rows.Line]:
    lines: list[rows.Line] = []
    with peers.Nginx(measure.BENCH / "work") as nginx:
        stand = rows.Stand(nginx, measure.BENCH / "work", os.environ.get("TCEXEC_NODE_MODULES", ""), quick)
        for row in rows.ROWS:
            if names and int(row.__name__.removeprefix("row")) not in names:
                continue
            began = time.monotonic()
            for line in row(stand):
                lines.append(line)
                floor = f" of {rows.number(line.floor)}" if line.floor else ""
                met = {True: "  met", False: "  MISSED", None: "  not decided" if line.reach else ""}[line.met]
                print(f"{line.key}: {rows.number(line.ours)}{floor}{met}", flush=True)
            print(f"  ({time.monotonic() - began:.0f} s)", flush=True)
    return sorted(lines, key=lambda line: line.row)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("row", type=int, nargs="*")
    asked = parser.parse_args()
    lines = measure_rows(asked.row, asked.quick)
    if asked.quick:
        found = grown(lines, json.loads(BASELINE.read_text()))
        print("\n".join(found) if found else f"{sum(line.counted for line in lines)} counts, none grown")
        return 1 if found else 0
    (measure.BENCH / "bench.md").write_text(told_of(lines) + "\n")
    found = [dataclasses.asdict(line) for line in lines]
    (measure.BENCH / "bench.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    charts.draw(lines, measure.BENCH)
    if asked.write:
        assert not asked.row, "--write takes all rows"
        baseline = {"made with": made_with(), "counts": counted(lines)}
        BASELINE.write_text(json.dumps(baseline, indent=1, ensure_ascii=False) + "\n")
        put(HERE / "README.md", "bench", told_of(lines))
        charts.draw(lines, HERE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
