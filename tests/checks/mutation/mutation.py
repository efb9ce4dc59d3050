"""Changes src/ in small ways, one at a time, and counts how many of the changes the unit tests notice.

    mutation.py FOLDER [NAME ...]    FOLDER: a build made by `make B=FOLDER unit-tests`; NAME: only these units

Environment: MUTANTS (how many, default 300), SEED (which, default 1); CC, CFLAGS, CPPFLAGS, BEARSSL_LIBS as the build
had them. The same seed gives the same mutants: fewer of them are the first ones. Rewording a line moves none, since a
mutant is known by its function and by signs and numbers. A mutant is killed when it does not compile, or when a test
fails or hangs: when it takes more than five times the processor's time and two seconds. The unit's own tests run first,
then the others that take under four seconds.

One that no test kills is equivalent when the compiler makes the same code of it at some level of optimization, or when
equivalent.txt lists it with a reason. An entry that names no mutant, or one that a test kills, is an error. The last
line is `mutation: N mutants, N killed, N equivalent, N survived`; fails under 95 in 100 killed of those that are not
equivalent.
"""

import collections
import concurrent.futures
import dataclasses
import functools
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
LEVELS = ("-Os", "-O3")  # each proves some that the other does not
SWAPS = {
    "relation": {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "=="},
    "arithmetic": {"+": "-", "-": "+", "*": "+", "/": "*", "%": "/", "+=": "-=", "-=": "+=", "++": "--", "--": "++"},
    "logic": {"&&": "||", "||": "&&"},
    "bits": {"&": "|", "|": "&", "<<": ">>", ">>": "<<", "|=": "&=", "&=": "|=", "^": "|"},
}
OPERATOR = re.compile(r"->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>&|^]")
FUNCTION = re.compile(r"^\w[^;{}()]*?(\w+)\([^;{}]*\)\s*^(\{.*?^\})", re.M | re.S)  # its name, its body
STATEMENT = re.compile(r"^ +((?!return\b|case\b)(?:\*?[\w>.\[\]-]+\s+(?P<set>[-+|&]?=)\s[^;{}]*"
                       r"|\*?[\w>.-]+(?P<step>\+\+|--)|[\w>.-]+\([^;{}]*\));) *$", re.M)
LITERAL = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)
OWN_TESTS = {  # what is tested by another name than the unit's
    "build": ["request"], "clock": ["retry", "call"], "code": ["retry", "api", "api_advice"], "encode": ["message", "request"],
    "get": ["request"], "hmac": ["sign"], "execute": ["execute"], "connection": ["connection", "sweep"],
    "host": ["request", "call"], "percent": ["request", "message"], "status_name": ["status"],
    "status_text": ["status"], "tc3": ["sign"], "v1": ["sign"], "tls_chain": ["tls_trust", "tls"],
    "tls_pin": ["tls_trust", "tls_bearssl", "tls"], "tls_profile_full": ["tls", "tls_wire"],
    "tls_session": ["session", "sweep", "tls_wire", "tls"],
    "tls": ["tls_start", "sweep", "ends", "tls", "tls_wire", "tls_bearssl"],
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
    function: str
    what: str  # the change, without a name of the source
    nth: int  # of those in the function with the same `what`
    of: int
    line: int
    kind: str
    before: str = dataclasses.field(compare=False, repr=False)  # the line
    after: str = dataclasses.field(compare=False, repr=False)
    text: str = dataclasses.field(compare=False, repr=False)  # the whole file, changed

    def entry(self) -> str:
        """How equivalent.txt names it."""
        return f"{self.unit} {self.function}: {self.what}" + (f" ({self.nth} of {self.of})" if self.of > 1 else "")

    def diff(self) -> str:
        return f"{self.entry()}\n    src/{self.unit}.c:{self.line}\n    - {self.before}\n    + {self.after}"


def blanked(text: str) -> str:
    """The text with comments and literals replaced by spaces, so that positions stay."""
    return LITERAL.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def closing(code: str, opening: int) -> int:
    """Where the parenthesis is closed that opens there."""
    depth = 0
    for at in range(opening, len(code)):
        depth += {"(": 1, ")": -1}.get(code[at], 0)
        if depth == 0:
            return at
    raise ValueError(f"not closed: {code[opening:opening + 40]}")


def changes(code: str) -> list[tuple[str, str, int, int, str]]:
    """What can be changed in code without comments and literals: kind, what, from, to, by what.

    Only signs, numbers and keywords say what, so that names and line ends may change.
    """
    found: list[tuple[str, str, int, int, str]] = []
    for operator in OPERATOR.finditer(code):
        before, after = code[:operator.start()].rstrip(), code[operator.end():]
        binary = re.search(r"[\w)\]]$", before) and (operator[0] in "++ --" or re.match(r"\s", after))
        if re.search(r"\b(?:char|int|void|\w+_t|tcx_\w+|br_\w+|const)$", before) and operator[0] == "*":
            continue  # a declaration
        for kind, swaps in SWAPS.items():
            if operator[0] in swaps and binary:
                by = swaps[operator[0]]
                found.append((kind, f"{operator[0]} -> {by}", operator.start(), operator.end(), by))
    for number in re.finditer(r"(?<![\w.])(?:0x[0-9A-Fa-f]+|\d+)(?=u?\b)", code):
        if re.search(r"sizeof \w+\[$", code[:number.start()]):
            continue  # all elements have one size
        value = int(number[0], 0)
        behind = re.search(rf"(?:\w+|{OPERATOR.pattern}|\S)$", code[:number.start()].rstrip())
        for other in (value + 1, value - 1):
            if other >= 0:
                what = f"{value} -> {other} after {behind[0]}"
                found.append(("constant", what, number.start(), number.end(), str(other)))
    for keyword in re.finditer(r"\b(if|while) \(", code):
        end = closing(code, keyword.end() - 1)
        found.append(("condition", f"{keyword[1]} negated", keyword.end(), end, f"!({code[keyword.end():end]})"))
    for statement in STATEMENT.finditer(code):
        what = statement["set"] or statement["step"] or "call"
        found.append(("statement", f"{what} dropped", statement.start(1), statement.end(1), ";"))
    return found


def plain(line: str) -> str:
    """A line without its indent, its blanks made one each."""
    return " ".join(line.split())


def mutants(path: pathlib.Path) -> list[Mutant]:
    """All that can be made of a file, in its functions' bodies."""
    text = path.read_text()
    code = blanked(text)
    functions = list(FUNCTION.finditer(code))
    places = []
    for change in changes(code):
        function = next((one for one in functions if one.start(2) < change[2] and change[3] < one.end()), None)
        if function is not None:
            places.append((function[1], *change))
    alike = collections.Counter((name, what) for name, _, what, *_ in places)
    seen: collections.Counter[tuple[str, str]] = collections.Counter()
    found = []
    for name, kind, what, start, end, by in places:
        seen[name, what] += 1
        if kind == "condition":
            by = f"!({text[start:end]})"
        first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
        found.append(Mutant(path.stem, name, what, seen[name, what], alike[name, what], text.count("\n", 0, start) + 1,
                            kind, plain(text[first:last]), plain(text[first:start] + by + text[end:last]),
                            text[:start] + by + text[end:]))
    return found


def sample(every: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """`count` of them, as evenly over kinds as there are, over all files: the first by a digest of what they are."""
    def lot(mutant: Mutant) -> bytes:
        return hashlib.sha256(repr((seed, mutant.unit, mutant.function, mutant.what, mutant.nth)).encode()).digest()

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
        self.helpers = [path for path in objects if not path.stem.startswith("test_") and not path.stem.endswith("_mbedtls")]
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


@functools.cache
def assembly(text: str, level: str) -> str:
    """What the compiler makes of a file; read from a pipe, so that no path or line gets into it."""
    command = [COMPILER[0], *flags("CPPFLAGS", "-Iinclude"), "-Isrc", "-std=c99", "-w", level, "-g0", "-S", "-x", "c",
               "-", "-o", "-"]
    return subprocess.run(command, cwd=ROOT, input=text, capture_output=True, text=True, check=True).stdout


def is_proven(mutant: Mutant) -> bool:
    """Whether the compiler makes the same code of it. What is undefined there, the sanitizers have killed before."""
    original = (ROOT / f"src/{mutant.unit}.c").read_text()
    return any(assembly(original, level) == assembly(mutant.text, level) for level in LEVELS)


def equivalents(path: pathlib.Path, every: list[Mutant], units: list[str]) -> tuple[set[str], list[str]]:
    """Which mutants are listed there, by their entries, and what is wrong with the list. See its head for the form."""
    alike: dict[str, list[Mutant]] = {}
    for mutant in every:
        alike.setdefault(f"{mutant.unit} {mutant.function}: {mutant.what}", []).append(mutant)
    found: set[str] = set()
    wrong: list[str] = []
    listed: list[str] = []
    for paragraph in re.split(r"\n\s*\n", path.read_text().strip()):
        reason, *entries = [line for line in paragraph.splitlines() if not line.startswith("#")] or [""]
        if reason and (reason.startswith(" ") or not entries or not all(line.startswith("    ") for line in entries)):
            wrong.append(f"{reason.strip()}: a reason stands at the margin, and its entries under it by four blanks")
        listed += [line.strip() for line in entries]
    for entry in listed:
        if units and entry.split()[0] not in units:
            continue
        name, each, nth, of = re.fullmatch(r"(.*?)(?: \((?:(each)|(\d+) of (\d+))\))?", entry).groups()
        there = alike.get(name, [])
        count = int(of) if of else len(there) if each else 1
        if not there:
            wrong.append(f"{entry}: there is no such change any more. Delete the line, or give it the function's new "
                         "name or the new sign or number")
        elif count != len(there) or (nth and not 1 <= int(nth) <= count):
            lines = ", ".join(f"{mutant.nth} is in line {mutant.line}" for mutant in there)
            wrong.append(f"{entry}: such changes there are {len(there)} now. Write (1 of {len(there)}) and so on, or "
                         f"(each): {lines}")
        else:
            found |= {mutant.entry() for mutant in there if not nth or mutant.nth == int(nth)}
    return found, wrong


def main(folder: pathlib.Path, units: list[str]) -> int:
    every = [mutant for path in sorted((ROOT / "src").glob("*.c")) for mutant in mutants(path)
             if not units or path.stem in units]
    known, stale = equivalents(pathlib.Path(__file__).with_name("equivalent.txt"), every, units)
    if stale:
        print(*(f"equivalent.txt: {line}" for line in stale), sep="\n")
        return 1
    chosen = sample(every, int(os.environ.get("MUTANTS") or 300), int(os.environ.get("SEED") or 1))
    suite = Suite(folder)
    killed = equivalent = 0
    survivors: list[Mutant] = []
    wrong: list[str] = []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(suite.check, sorted({mutant.unit for mutant in chosen})))
        runs = {pool.submit(suite.kills, mutant.unit, mutant.text, suite.own(mutant.unit) + suite.others(mutant.unit)):
                mutant for mutant in chosen}
        for run in concurrent.futures.as_completed(runs):
            mutant, killer = runs[run], run.result()
            killed += bool(killer)
            if killer and mutant.entry() in known:
                wrong.append(f"equivalent.txt lists what {killer} kills: {mutant.diff()}")
            elif not killer and (mutant.entry() in known or is_proven(mutant)):
                equivalent += 1
            elif not killer:
                survivors.append(mutant)
                print(f"survived: {mutant.diff()}", flush=True)
            if (killed + equivalent + len(survivors)) % 25 == 0:
                print(f"{killed + equivalent + len(survivors)} done, {killed} killed", flush=True)
    print(*wrong, sep="\n", end="\n" if wrong else "")
    print(f"mutation: {len(chosen)} mutants, {killed} killed, {equivalent} equivalent, {len(survivors)} survived")
    return 1 if wrong or killed < LEAST * (killed + len(survivors)) or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]))
