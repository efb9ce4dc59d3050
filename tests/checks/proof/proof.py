"""Proves units of src/ free of run-time errors with Frama-C Eva: runs one harness, or reports on all of them.

    proof.py run HARNESS.c MACHINE RESULT     analyses a harness for a Frama-C machdep, and writes the findings as JSON
    proof.py report OBJECTS LEFT_OUT RESULT ...

OBJECTS is a folder of objects of src/ built with -O0: their symbols say which functions there are. LEFT_OUT is a file
of lines `unit function reason`. The report ends with a line `proof: N units, N alarms`. It fails if there is an alarm
in tcexec's code or in a harness, if a harness did not run to its end, if a function is neither reached nor left out, or
if a function that is left out is reached.

A harness begins with a comment that says which units it analyses, for which inputs, and with which options of Eva.
"""

import collections
import csv
import json
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile

PROVEN = {"Valid", "Considered valid", "Dead", "Valid but dead", "Unreachable"}
SECONDS = 600  # of the processor, for one harness: a busy machine proves no less

Result = dict[str, object]


def header(harness: pathlib.Path, key: str) -> str:
    """What stands behind `key:` in a harness's first comment."""
    found = re.search(rf"^ \* {key}: *(.*(?:\n \*   .*)*)$", harness.read_text(), re.M)
    if not found:
        sys.exit(f"{harness}: its first comment does not say `{key}:`")
    return re.sub(r"\n \* +", " ", found[1])


def alarms(report: pathlib.Path) -> list[list[str]]:
    """What Eva could not prove: [place, what], each once."""
    found: list[list[str]] = []
    with report.open(newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            alarm = [f"{row['directory']}/{row['file']}:{row['line']}", f"{row['property kind']}: {row['property']}"]
            if row["status"] not in PROVEN and alarm not in found:
                found.append(alarm)
    return found


def run(harness: pathlib.Path, machine: str, result: pathlib.Path) -> None:
    """Analyses a harness and writes the result. Exits with Frama-C's output when it cannot."""
    units = header(harness, "units").split()
    included = re.findall(r'^#include "(tcx_\w+)\.c"', harness.read_text(), re.M)
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder, "report.csv")
        command = ["frama-c", "-machdep", machine,
                   "-cpp-extra-args=-Iinclude -Isrc -Itests/checks/proof -include tests/checks/proof/strings.h -idirafter /usr/include",
                   str(harness), *(f"src/{unit}.c" for unit in units if unit not in included),
                   "-eva", "-eva-slevel-function", "main:100000", *header(harness, "eva").split(),
                   "-metrics", "-metrics-eva-cover", "-then", "-report-csv", str(report)]
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1)))
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
            sys.exit(f"{harness}: not done after {SECONDS} s")
        if done.returncode != 0 or not report.exists():
            sys.exit(f"{done.stdout}\n{done.stderr}\n{' '.join(command)}")
        # Code that Eva does not see would be taken on trust.
        if unseen := re.search(r"^.*(Neither code nor specification|using specification for function tcx_).*$",
                               done.stdout, re.M):
            sys.exit(f"{harness}: {unseen[0]}")
        statements = {name: [int(reached), int(all_)] for name, reached, all_ in
                      re.findall(r"^ +(\w+): (\d+) stmts out of (\d+)", done.stdout, re.M)}
        result.write_text(json.dumps({
            "harness": harness.stem, "machine": machine, "units": units, "bounds": header(harness, "bounds"),
            "seconds": used.ru_utime + used.ru_stime, "statements": statements, "alarms": alarms(report),
        }))


def functions(objects: pathlib.Path) -> dict[str, set[str]]:
    """The functions of each unit, the static ones too, by unit."""
    found: dict[str, set[str]] = {}
    for path in sorted(objects.glob("*.o")):
        names = subprocess.run(["nm", "--defined-only", str(path)], capture_output=True, text=True, check=True).stdout
        found[path.stem] = set(re.findall(r"^\w+ [tT] (\w+)$", names, re.M))
    return found


def reached(result: Result, defined: dict[str, set[str]]) -> set[tuple[str, str]]:
    """The (unit, function) that a harness reached. Frama-C numbers namesakes of several units: then all must be."""
    counts = collections.Counter(re.sub(r"_\d+$", "", name) if re.sub(r"_\d+$", "", name) in
                                 set().union(*(defined[unit] for unit in result["units"])) else name
                                 for name in result["statements"])
    found: set[tuple[str, str]] = set()
    for unit in result["units"]:
        for name in defined[unit]:
            if counts[name] >= sum(name in defined[other] for other in result["units"]):
                found.add((unit, name))
    return found


def left_out(path: pathlib.Path) -> dict[tuple[str, str], str]:
    """The reasons by (unit, function); a function of `*` is every one of its unit."""
    lines = [line.split(maxsplit=2) for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return {(unit, name): reason for unit, name, reason in lines}


def report(objects: pathlib.Path, reasons: dict[tuple[str, str], str], results: list[Result]) -> int:
    """Prints the table and what is wrong. Returns the exit status."""
    defined = functions(objects)
    covered: set[tuple[str, str]] = set()
    wrong: list[str] = []
    own: set[tuple[str, str]] = set()
    jsmn: set[tuple[str, str]] = set()
    print(f"{'harness':10} {'machine':10} {'functions':>9} {'statements':>10} {'alarms':>6} {'s':>6}  units; bounds")
    for result in results:
        statements = result["statements"]
        mine = set().union(*(defined[unit] for unit in result["units"]))
        rows = [statements[name] for name in statements if name in mine or re.sub(r"_\d+$", "", name) in mine]
        done, of = (sum(row[column] for row in rows) for column in (0, 1))
        new = {tuple(alarm) for alarm in result["alarms"]}
        jsmn |= {alarm for alarm in new if "jsmn.h:" in alarm[0]}
        own |= {alarm for alarm in new if "jsmn.h:" not in alarm[0]}
        print(f"{result['harness']:10} {result['machine'].removeprefix('gcc_'):10} {len(rows):9} {done / max(of, 1):10.1%}"
              f" {len([alarm for alarm in new if 'jsmn.h:' not in alarm[0]]):6} {result['seconds']:6.1f}"
              f"  {' '.join(result['units'])}; {result['bounds']}")
        if statements.get("main", [0, 1])[0] < statements.get("main", [0, 1])[1]:
            wrong.append(f"{result['harness']} on {result['machine']}: part of the harness is never reached")
        covered |= reached(result, defined)
    for unit, names in defined.items():
        whole = (unit, "*") in reasons
        for name in sorted(names):
            if (unit, name) not in covered and not whole and (unit, name) not in reasons:
                wrong.append(f"{unit}: {name}() is in no proof, and not left out by name")
            if (unit, name) in covered and (unit, name) in reasons:
                wrong.append(f"{unit}: {name}() is left out, and reached")
    wrong += [f"{unit}: {name}() is left out, and does not exist" for unit, name in reasons
              if unit not in defined or name not in {"*", *defined[unit]}]
    for (unit, name), reason in reasons.items():
        print(f"left out: {unit} {name}: {reason}")
    for place, what in sorted(jsmn):
        print(f"jsmn: {place}: {what}")
    for place, what in sorted(own):
        print(f"alarm: {place}: {what}")
    for line in wrong:
        print(f"wrong: {line}")
    print(f"proof: {len({unit for unit, _ in covered})} units, {len(own)} alarms")
    return 1 if own or wrong else 0


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["run"] and len(arguments) == 4:
        run(pathlib.Path(arguments[1]), arguments[2], pathlib.Path(arguments[3]))
        return 0
    if arguments[:1] == ["report"] and len(arguments) > 3:
        return report(pathlib.Path(arguments[1]), left_out(pathlib.Path(arguments[2])),
                      [json.loads(pathlib.Path(path).read_text()) for path in arguments[3:]])
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
