"""Changes src/ in small ways, one at a time, and counts how many of the changes the unit tests notice.

    mutation.py FOLDER [NAME ...]    FOLDER: a build made by `make B=FOLDER unit-tests`; NAME: only these units

Environment: MUTANTS (how many, default 300), SEED (which, default 1); CC, CFLAGS, CPPFLAGS, BEARSSL_LIBS as the build
had them. The same seed gives the same mutants: fewer of them are the first ones, and a change of the source moves only
those of its own lines. A mutant is killed when it does not compile, or when a test fails or hangs: when it takes more
than five times the processor's time and two seconds. The unit's own tests run first, then the others that take under
four seconds. Mutants that change nothing that can be seen stand in equivalent.txt with the reason; an entry that is no
mutant any more, or that a test kills, is an error. The last line is `mutation: N mutants, N killed, N equivalent, N
survived`; fails under 95 in 100 killed of those that are not equivalent.
"""

import concurrent.futures
import dataclasses
import hashlib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[3]
LEAST = 0.95  # killed, of the mutants that are not equivalent
QUICK = 4.0  # seconds of the processor: a test that takes longer runs for its own units only
STUCK = 300  # seconds: a test that sleeps
JOBS = 2
SWAPS = {
    "relation": {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    "arithmetic": {"+": "-", "-": "+", "*": "+", "/": "*", "%": "/", "+=": "-=", "-=": "+=", "++": "--", "--": "++"},
    "logic": {"&&": "||", "||": "&&"},
    "bits": {"&": "|", "|": "&", "<<": ">>", ">>": "<<", "|=": "&=", "&=": "|=", "^": "|"},
}
OPERATOR = re.compile(r"->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>&|^]")
FUNCTION = re.compile(r"^\w[^;{}()]*?(\w+)\([^;{}]*\)\n(\{\n.*?^\})$", re.M | re.S)  # its name, its body
LITERAL = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
OWN_TESTS = {  # what is tested by another name than the unit's
    "build": ["request"], "clock": ["retry", "call"], "code": ["retry", "api", "api_advice"], "encode": ["message", "request"],
    "get": ["request"], "hmac": ["sign"], "execute": ["execute"], "connection": ["connection", "sweep"],
    "host": ["request", "call"], "percent": ["request", "message"], "status_name": ["status"],
    "status_text": ["status"], "tc3": ["sign"], "v1": ["sign"], "tls_chain": ["tls_trust", "tls"],
    "tls_pin": ["tls_trust", "tls"], "tls_profile_full": ["tls", "tls_wire"],
    "tls_session": ["session", "sweep", "tls_wire", "tls"], "tls": ["tls_start", "sweep", "ends", "tls", "tls_wire"],
    "json": ["json", "response"], "call": ["call", "connection", "retry", "trace", "sweep", "ends"], "source": ["source"],
    "message": ["message", "request"],
}


def flags(name: str, otherwise: str) -> list[str]:
    """The words of a variable of the environment."""
    return shlex.split(os.environ.get(name, otherwise))


COMPILER = [os.environ.get("CC", "cc"), *flags("CFLAGS", "-O1")]


@dataclasses.dataclass(frozen=True)
class Mutant:
    unit: str
    place: str  # the function, and which of its lines it is where it has several like that
    line: int
    kind: str
    before: str  # the line
    after: str
    text: str = dataclasses.field(compare=False, repr=False)  # the whole file, changed

    def diff(self) -> str:
        return f"src/{self.unit}.c:{self.line}: {self.place}, {self.kind}\n    - {self.before}\n    + {self.after}"

    def key(self) -> tuple[str, str, str]:
        """How equivalent.txt names it."""
        return f"{self.unit} {self.place}", self.before, self.after


def blanked(text: str) -> str:
    """The text with comments and literals replaced by spaces, so that positions stay."""
    return LITERAL.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def changes(code: str) -> list[tuple[str, int, int, str]]:
    """What can be changed in code without comments and literals: kind, from, to, by what."""
    found: list[tuple[str, int, int, str]] = []
    for operator in OPERATOR.finditer(code):
        before, after = code[:operator.start()].rstrip(" "), code[operator.end():]
        binary = re.search(r"[\w)\]]$", before) and (operator[0] in "++ --" or re.match(r" ", after))
        if re.search(r"\b(?:char|int|void|\w+_t|tcx_\w+|br_\w+|const)$", before) and operator[0] == "*":
            continue  # a declaration
        for kind, swaps in SWAPS.items():
            if operator[0] in swaps and binary:
                found.append((kind, operator.start(), operator.end(), swaps[operator[0]]))
    for number in re.finditer(r"(?<![\w.])(?:0x[0-9A-Fa-f]+|\d+)(?=u?\b)", code):
        if re.search(r"sizeof \w+\[$", code[:number.start()]):
            continue  # all elements have one size
        value = int(number[0], 0)
        found.append(("constant", number.start(), number.end(), str(value + 1)))
        if value > 0:
            found.append(("constant", number.start(), number.end(), str(value - 1)))
    for condition in re.finditer(r"\b(?:if|while) \((.*)\)(?: \{)?$", code, re.M):
        found.append(("condition", condition.start(1), condition.end(1), f"!({condition[1]})"))
    for statement in re.finditer(r"^ +(?:\*?[\w>.\[\]-]+ (?:[-+|&]?=) [^;{}]*;|\*?[\w>.-]+(?:\+\+|--);|[\w>.-]+\([^;{}]*\);)$",
                                 code, re.M):
        if not re.match(r" +(?:return|case)\b", statement[0]):
            indent = len(statement[0]) - len(statement[0].lstrip())
            found.append(("statement", statement.start() + indent, statement.end(), ";"))
    return found


def plain(line: str) -> str:
    """A line without its indent, its blanks made one each."""
    return " ".join(line.split())


def mutants(path: pathlib.Path) -> list[Mutant]:
    """All that can be made of a file, in its functions' bodies."""
    text = path.read_text()
    code = blanked(text)
    functions = list(FUNCTION.finditer(code))
    found = []
    for kind, start, end, by in changes(code):
        function = next((one for one in functions if one.start(2) < start and end < one.end()), None)
        if function is None:
            continue
        if kind == "condition":
            by = f"!({text[start:end]})"
        changed = text[:start] + by + text[end:]
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        before = plain(text[first:last])
        lines = [plain(line) for line in text[function.start(2):function.end()].splitlines()]
        nth = text.count("\n", function.start(2), start)
        place = f"{function[1]} {lines[:nth + 1].count(before)}" if lines.count(before) > 1 else function[1]
        found.append(Mutant(path.stem, place, text.count("\n", 0, start) + 1, kind, before,
                            plain(text[first:start] + by + text[end:last]), changed))
    return found


def sample(every: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """`count` of them, as evenly over kinds as there are, over all files: the first by a digest of what they are."""
    def lot(mutant: Mutant) -> bytes:
        return hashlib.sha256(repr((seed, mutant.key())).encode()).digest()

    kinds: dict[str, list[Mutant]] = {}
    for mutant in sorted(every, key=lot, reverse=True):
        kinds.setdefault(mutant.kind, []).append(mutant)
    chosen: list[Mutant] = []
    while len(chosen) < count and any(kinds.values()):
        for kind in sorted(kinds):
            group = kinds[kind]
            if group and len(chosen) < count:
                chosen.append(group.pop())
    return chosen


class Suite:
    """The unit tests of a build, run against a changed unit."""

    def __init__(self, folder: pathlib.Path) -> None:
        self.folder = folder
        objects = [path for place in ("unit", "tls") for path in sorted((folder / "tests" / place).glob("*.o"))]
        self.tests = {path.stem.removeprefix("test_"): path for path in objects if path.stem.startswith("test_")}
        self.helpers = [path for path in objects if not path.stem.startswith("test_")]
        self.names = list(self.tests)
        self.seconds = {name: self.measure(name) for name in self.names}

    def measure(self, name: str) -> float:
        """Seconds of the processor, which do not depend on what else the machine does."""
        start = os.times()
        if subprocess.run([self.folder / "tests" / f"test_{name}"], cwd=ROOT, capture_output=True, check=False).returncode:
            sys.exit(f"mutation: {name} fails as it is")
        end = os.times()
        return end.children_user + end.children_system - start.children_user - start.children_system

    def own(self, unit: str) -> list[str]:
        """The unit's own tests."""
        stem = unit.removeprefix("tcx_")
        return [name for name in OWN_TESTS.get(stem, [stem]) if name in self.names]

    def others(self, unit: str) -> list[str]:
        """The quick ones of the rest, the quickest first."""
        rest = set(self.names) - set(self.own(unit))
        return sorted((name for name in rest if self.seconds[name] < QUICK), key=self.seconds.__getitem__)

    def check(self, unit: str) -> None:
        """A test that fails on the source as it is would kill everything."""
        if killer := self.kills(unit, (ROOT / f"src/{unit}.c").read_text(), self.own(unit)):
            sys.exit(f"mutation: src/{unit}.c as it is fails by {killer}")

    def kills(self, unit: str, text: str, tests: list[str]) -> str:
        """What notices the unit when its file's text is this; empty: nothing."""
        with tempfile.TemporaryDirectory() as place:
            source, changed = pathlib.Path(place, f"{unit}.c"), pathlib.Path(place, "changed.o")
            source.write_text(text)
            if subprocess.run([*COMPILER, *flags("CPPFLAGS", "-Iinclude"), "-Isrc", "-std=c99", "-w",
                               "-ffunction-sections", "-fdata-sections", "-c", str(source), "-o", str(changed)],
                              cwd=ROOT, capture_output=True, check=False).returncode:
                return "the compiler"
            for name in tests:
                program = pathlib.Path(place, "test")
                # Only the tests of TLS need its peer.
                helpers = [path for path in self.helpers
                           if path.parent in (self.tests[name].parent, self.folder / "tests/unit")]
                subprocess.run([*COMPILER, str(self.tests[name]), *map(str, helpers), str(changed),
                                str(self.folder / "libtcexec.a"), *flags("BEARSSL_LIBS", "-l:libbearssl.a"), "-lcmocka",
                                *(["-lssl", "-lcrypto"] if self.tests[name].parent.name == "tls" else []),
                                "-o", str(program)],
                               cwd=ROOT, capture_output=True, check=True)
                limit = f"--cpu={int(5 * self.seconds[name] + 2)}"
                try:
                    done = subprocess.run(["nice", "prlimit", limit, str(program)], cwd=ROOT, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=STUCK)
                except subprocess.TimeoutExpired:
                    return f"{name} hangs"
                if done.returncode != 0:
                    return name
        return ""


def equivalents(path: pathlib.Path) -> set[tuple[str, str, str]]:
    """What stands there: (unit and place, line before, line after). See its head for the form."""
    found = set()
    for paragraph in re.split(r"\n\s*\n", path.read_text().strip()):
        lines = [line for line in paragraph.splitlines() if not line.startswith("#")]
        if lines:
            *changed, reason = lines
            if not reason.startswith("= ") or len(changed) % 3 != 0:
                raise ValueError(f"{path.name}: no reason, or a change cut short: {reason}")
            for place, before, after in zip(changed[::3], changed[1::3], changed[2::3]):
                found.add((place, before.removeprefix("- "), after.removeprefix("+ ")))
    return found


def main(folder: pathlib.Path, units: list[str]) -> int:
    every = [mutant for path in sorted((ROOT / "src").glob("*.c")) for mutant in mutants(path)
             if not units or path.stem in units]
    known = equivalents(pathlib.Path(__file__).with_name("equivalent.txt"))
    keys = {mutant.key() for mutant in every}
    stale = [key for key in known if key not in keys and not units]
    chosen = sample(every, int(os.environ.get("MUTANTS") or 300), int(os.environ.get("SEED") or 1))
    suite = Suite(folder)
    killed = equivalent = 0
    survivors: list[Mutant] = []
    wrong: list[str] = [f"not a mutant any more: {key}" for key in stale]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(suite.check, sorted({mutant.unit for mutant in chosen})))
        runs = {pool.submit(suite.kills, mutant.unit, mutant.text, suite.own(mutant.unit) + suite.others(mutant.unit)):
                mutant for mutant in chosen}
        for run in concurrent.futures.as_completed(runs):
            mutant, killer = runs[run], run.result()
            is_known = mutant.key() in known
            if killer and is_known:
                wrong.append(f"listed as equivalent, and killed by {killer}: {mutant.diff()}")
            killed += bool(killer)
            equivalent += not killer and is_known
            if not killer and not is_known:
                survivors.append(mutant)
                print(f"survived: {mutant.diff()}", flush=True)
            if (killed + equivalent + len(survivors)) % 25 == 0:
                print(f"{killed + equivalent + len(survivors)} done, {killed} killed", flush=True)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"mutation: {len(chosen)} mutants, {killed} killed, {equivalent} equivalent, {len(survivors)} survived")
    return 1 if wrong or killed < LEAST * (killed + len(survivors)) or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]))
