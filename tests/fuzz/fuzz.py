"""Runs targets under libFuzzer, two at a time, and prints what each did.

    fuzz.py SECONDS NAME ...        $B/fuzz/fuzz_NAME for SECONDS each, from tests/fuzz/corpus/NAME and regressions/NAME

What libFuzzer finds of interest goes to $B/fuzz/found/NAME, which the next run begins with as well; a crash and the log
stay beside it. Ends with a line `fuzz: N targets, N failures`; fails when a target failed or did not run.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("B", "build")).resolve() / "fuzz"
LONGEST = 4096  # bytes of an input
GRACE = 60      # seconds for loading the corpus and for the last input


def number(pattern: str, log: str) -> int:
    """The last number that the pattern finds in the log; -1: none."""
    found = re.findall(pattern, log)
    return int(found[-1]) if found else -1


def run(name: str, seconds: int) -> tuple[str, bool]:
    """Runs one target. Returns its row of the table and whether all was well."""
    found = BUILD / "found" / name
    found.mkdir(parents=True, exist_ok=True)
    folders = [found, *(HERE / kind / name for kind in ("corpus", "regressions") if (HERE / kind / name).is_dir())]
    command = [BUILD / f"fuzz_{name}", f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20",
               "-print_final_stats=1", f"-artifact_prefix={BUILD}/{name}-", *folders]
    path = BUILD / f"{name}.log"
    with path.open("w") as log:
        try:
            status = subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                    timeout=seconds + GRACE).returncode
        except subprocess.TimeoutExpired:
            status = -1
    text = path.read_text(errors="replace")
    runs = number(r"stat::number_of_executed_units: (\d+)", text)
    edges, features, kept = (number(rf"{word}: (\d+)", text) for word in ("cov", "ft", "corp"))
    passed = status == 0 and runs > 0
    verdict = "ok" if passed else f"FAILED, see {path}"
    return f"{name:12} {runs:10} {edges:8} {features:8} {kept:8}  {verdict}", passed


def main(seconds: int, names: list[str]) -> int:
    print(f"{'target':12} {'runs':>10} {'edges':>8} {'features':>8} {'corpus':>8}", flush=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = []
        for row, passed in pool.map(lambda name: run(name, seconds), names):
            print(row, flush=True)
            results.append(passed)
    failures = results.count(False)
    print(f"fuzz: {len(results)} targets, {failures} failures")
    return 1 if failures or not results else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
