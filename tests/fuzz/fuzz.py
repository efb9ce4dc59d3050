"""Runs targets under libFuzzer, two at a time, and prints the counts of each.

    fuzz.py SECONDS NAME ...        $B/fuzz/fuzz_NAME for SECONDS each, from $B/fuzz/corpus/NAME and regressions/NAME
    fuzz.py --write NAME ...        adds what was found to tests/fuzz/corpus/NAME.tar.xz, minimized

Inputs that reach new code go to $B/fuzz/found/NAME. The next run begins with them as well. A crash and the log are next
to that folder. Ends with a line `fuzz: N targets, N failures`. Fails if a target failed or did not run.
"""

import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys

import corpus

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("B", "build")).resolve() / "fuzz"
LONGEST = 4096  # bytes of an input
KEPT = 1024     # bytes of an input of the corpus
GRACE = 60      # seconds for loading the corpus and for the last input


def number(pattern: str, log: str) -> int:
    """The last number that the pattern finds in the log; -1: none."""
    found = re.findall(pattern, log)
    return int(found[-1]) if found else -1


def folders(name: str) -> list[pathlib.Path]:
    """Where the inputs of a target are. The first folder is the one that libFuzzer writes to."""
    places = [BUILD / "found" / name, BUILD / "corpus" / name, HERE / "regressions" / name]
    places[0].mkdir(parents=True, exist_ok=True)
    return [place for place in places if place.is_dir()]


def run(name: str, seconds: int) -> tuple[str, bool]:
    """Runs one target. Returns its row of the table and whether all was well."""
    command = [BUILD / f"fuzz_{name}", f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20",
               "-print_final_stats=1", f"-artifact_prefix={BUILD}/{name}-", *folders(name)]
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


def write(name: str) -> str:
    """Packs the corpus anew if a run has found an input that reaches more. Returns its row.

    Then an input stays only if it reaches what no regression and no shorter input does.
    """
    program, packed = BUILD / f"fuzz_{name}", HERE / "corpus" / f"{name}.tar.xz"
    options = [f"-max_len={KEPT}", f"-artifact_prefix={BUILD}/{name}-"]
    regressions = HERE / "regressions" / name
    known = {path.name: path.read_bytes() for path in regressions.iterdir()} if regressions.is_dir() else {}
    before = corpus.read(packed) if packed.exists() else {}

    def merge(kind: str, begin: dict[str, bytes], *more: pathlib.Path) -> tuple[dict[str, bytes], str]:
        """The inputs to begin with and those of the folders that reach more, and what libFuzzer says of them."""
        folder = BUILD / kind / name
        corpus.fill(folder, begin)
        for arguments in (["-merge=1", folder, *more], ["-runs=0", folder]):
            done = subprocess.run([program, *options, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, errors="replace")
            if done.returncode:
                sys.exit(f"{done.stdout}\nfuzz: {name} fails: its corpus is not changed")
        return {path.name: path.read_bytes() for path in folder.iterdir()}, done.stdout

    after, log = merge("all", {**known, **before}, *folders(name))
    if len(after) > len(known) + len(before):
        after, log = merge("kept", known, BUILD / "all" / name)
        packed.parent.mkdir(exist_ok=True)
        packed.write_bytes(corpus.pack(data for file, data in after.items() if file not in known))
    edges, features = (number(rf"{word}: (\d+)", log) for word in ("cov", "ft"))
    return f"{name:12} {len(before):8} {len(after) - len(known):8} {edges:8} {features:8}"


def write_all(names: list[str]) -> int:
    print(f"{'target':12} {'before':>8} {'corpus':>8} {'edges':>8} {'features':>8}", flush=True)
    for name in names:
        print(write(name), flush=True)
    return 0


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
    sys.exit(write_all(sys.argv[2:]) if sys.argv[1] == "--write" else main(int(sys.argv[1]), sys.argv[2:]))
