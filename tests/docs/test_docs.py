"""Tests that the manual is true: the tutorial's programs run and print what it says, each status is in its table, and
each name in its pages exists.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import typing
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src/docs"))
import checkout  # noqa: E402
import codes  # noqa: E402
import programs  # noqa: E402
import stand  # noqa: E402

FOLDER = programs.BUILD / "docs/tutorial"
PAGES = stand.ROOT / "src/docs"
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}


class Step(typing.NamedTuple):
    """A program of the tutorial, the commands below it, and what they print."""

    name: str
    program: str
    commands: str
    printed: str


def headers_and_steps(page: str) -> tuple[dict[str, str], list[Step]]:
    """The headers that programs share, and the programs. A program has the name that its commands compile."""
    fences = checkout.fences(page)
    headers, steps = {}, []
    for i, (language, text) in enumerate(fences):
        if language != "c":
            continue
        if header := re.match(r"/\* (\w+\.h): ", text):
            headers[header[1]] = text
            continue
        (_, commands), (_, printed) = fences[i + 1:i + 3]
        assert [after for after, _ in fences[i + 1:i + 3]] == ["sh", "text"], f"no commands after this program:\n{text}"
        steps.append(Step(re.search(r"^cc (\w+)\.c ", commands, re.M)[1], text, commands, printed))
    return headers, steps


HEADERS, STEPS = headers_and_steps((PAGES / "tutorial.md").read_text())


class Tutorial(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        cls.certificates = stand.Certificates(FOLDER)
        tcexec = os.environ.get("TCEXEC", str(programs.BUILD / "tcexec"))
        anchors = subprocess.run([tcexec, "anchors", str(cls.certificates.root)], check=True, stdout=subprocess.PIPE)
        (FOLDER / "anchors.h").write_bytes(anchors.stdout)
        for name, text in [*HEADERS.items(), *((f"{step.name}.c", step.program) for step in STEPS)]:
            (FOLDER / name).write_text(text)

    def setUp(self) -> None:
        self.endpoint = stand.Endpoint(self.certificates, "--lifetime", "60").start()
        self.addCleanup(self.endpoint.stop)

    def run_step(self, step: str, where: str, *more: object) -> tuple[int, list[str]]:
        """Compiles a program, lets it dial `where`; its exit status and what it prints, in lines."""
        program = programs.compile_program(FOLDER / f"{step}.c", *programs.posix_objects())
        done = subprocess.run([program, *where.split(":"), *map(str, more)], env=KEYS, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=30, text=True)
        return done.returncode, done.stdout.splitlines()

    def executions(self) -> int:
        return self.endpoint.state()["executions"]["total"]

    def test_every_program_has_a_test(self) -> None:
        used = set(re.findall(r'run_step\("(\w+)"', pathlib.Path(__file__).read_text()))
        self.assertEqual(used, {step.name for step in STEPS})

    def test_sign(self) -> None:
        status, lines = self.run_step("sign", self.endpoint.plain)
        self.assertEqual((status, lines[:2]), (0, ["POST / HTTP/1.1", "Host: mps.tencentcloudapi.com"]))
        self.assertEqual(lines[-1], r'{"FunctionName":"ExampleFunc","FunctionArg":"{\"temperature\":21.5}"}')

    def test_steps(self) -> None:
        self.assertEqual(self.run_step("steps", self.endpoint.plain), (0, ['{"temperature":21.5}', "waited: yes"]))
        self.assertEqual(self.executions(), 1)

    def test_port(self) -> None:
        self.assertEqual(self.run_step("port", self.endpoint.plain), (0, ["answered: TCX_OK, detail 0", "hello"]))
        self.endpoint.control("POST", "faults", [{"kind": "drip", "chunk": 3}])
        self.assertEqual(self.run_step("port", self.endpoint.plain), (0, ["answered: TCX_OK, detail 0", "hello"]))
        self.endpoint.control("POST", "faults", [{"kind": "cut", "at": 30}])
        status, lines = self.run_step("port", self.endpoint.plain)
        self.assertEqual((status, lines[0]), (1, "maybe_executed: TCX_E_CLOSED, detail 0"))
        status, lines = self.run_step("port", "127.0.0.1:1")
        self.assertEqual((status, lines[0]), (1, "not_sent: TCX_E_CONNECT, detail -111"))

    def test_the_peer_explains_itself(self) -> None:
        peer = [sys.executable, stand.ROOT / "tests/transport/peer.py"]
        for words, code, said in ((["--help"], 0, "usage: peer.py .*address.*port"), (["127.0.0.1", "x"], 2, "invalid int"),
                                  (["192.0.2.1", "7000"], 2, "cannot listen at 192.0.2.1 port 7000: ")):
            done = subprocess.run([*peer, *words], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertRegex(done.stdout + done.stderr, said)
            self.assertNotIn("Traceback", done.stderr)

    def test_port_keeps_the_contract(self) -> None:
        suite = stand.ROOT / "tests/transport"
        driver = FOLDER / "contract.c"
        driver.write_text((pathlib.Path(__file__).parent / "contract.c").read_text())
        program = programs.compile_program(driver, f"-I{suite}", str(suite / "tcx_contract.c"))
        with subprocess.Popen([sys.executable, suite / "peer.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as peer:
            ports = re.findall(r"\d+", peer.stdout.readline())
            done = subprocess.run([program, *ports], stdout=subprocess.PIPE, text=True, timeout=60)
            peer.stdin.close()
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_chain(self) -> None:
        self.assertEqual(self.run_step("chain", self.endpoint.tls), (0, ["answered TCX_OK by chain"]))
        others = stand.Certificates(FOLDER / "others")
        with stand.Endpoint(others, "--lifetime", "60") as other:
            self.assertEqual(self.run_step("chain", other.tls), (1, ["not_sent TCX_E_X509_UNTRUSTED "]))

    def test_pin(self) -> None:
        right, wrong = self.certificates.chain, self.certificates.root
        self.assertEqual(self.run_step("pin", self.endpoint.tls, right), (0, ["answered TCX_OK by key"]))
        self.assertEqual(self.run_step("pin", self.endpoint.tls, wrong), (1, ["not_sent TCX_E_TLS_INTEGRITY "]))

    def test_repeat(self) -> None:
        self.endpoint.control("POST", "faults", [{"kind": "api_error", "code": "RequestLimitExceeded"}])
        self.assertEqual(self.run_step("repeat", self.endpoint.tls), (0, ["answered TCX_OK once", "attempts: 2"]))
        self.assertEqual(self.executions(), 1)

    def test_repeat_that_could_run_twice(self) -> None:
        self.endpoint.control("POST", "faults", [{"kind": "swallow"}])
        self.assertEqual(self.run_step("repeat", self.endpoint.tls), (1, [
            "maybe_executed TCX_E_CLOSED ", "attempts: 1", "find out whether it ran before you call again"]))
        self.assertEqual(self.executions(), 1)

    def test_repeat_by_session_id(self) -> None:
        self.endpoint.control("POST", "faults", [{"kind": "swallow"}])
        status, lines = self.run_step("repeat", self.endpoint.tls, "reading-1")
        self.assertEqual((status, lines[1:]), (1, ["attempts: 2", "it ran or is running, but its Result is lost"]))
        self.assertIn("TCX_E_RESULT_LOST", lines[0])
        self.assertEqual(self.executions(), 1)

    def test_repeat_when_nobody_is_there(self) -> None:
        status, lines = self.run_step("repeat", "127.0.0.1:1")
        self.assertEqual((status, lines), (1, [
            "not_sent TCX_E_CONNECT ", "attempts: 3", "call again whenever you like"]))

    def test_kept(self) -> None:
        self.assertEqual(self.run_step("kept", self.endpoint.tls), (0, [
            f"answered TCX_OK reading {number}" for number in (1, 2, 3)]))
        self.assertEqual((self.endpoint.state()["connections"], self.executions()), (1, 3))

    def test_sensor(self) -> None:
        memory = FOLDER / "memory.bin"
        memory.unlink(missing_ok=True)
        wakings = [self.run_step("sensor", self.endpoint.tls, self.certificates.chain, memory) for _ in range(3)]
        self.assertEqual([status for status, _ in wakings], [0, 0, 0])
        self.assertEqual([lines[0] for _, lines in wakings], ["answered TCX_OK 21.5"] * 3)
        self.assertEqual([lines[1] for _, lines in wakings], [
            "attempts: 2, resumed", "attempts: 1, resumed", "attempts: 1, resumed"])
        state = self.endpoint.state()
        self.assertEqual((state["tls"]["full"], state["tls"]["resumed"]), (1, 3))
        self.assertEqual(state["verdicts"], {"AuthFailure.SignatureExpire": 1, "Ok": 3})


class Commands(unittest.TestCase):
    """The commands of each step, as they stand there, with an installed library. Only the ports differ."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.checkout = checkout.Checkout(FOLDER)
        for name, text in [*HEADERS.items(), *((f"{step.name}.c", step.program) for step in STEPS)]:
            (cls.checkout.folder / name).write_text(text)
        first = re.search(r"^```sh\n(.*?)^```$", (PAGES / "tutorial.md").read_text(), re.M | re.S)[1]
        cls.exports = "".join(re.findall(r"^export .*\n", first, re.M))

    def test_each_step(self) -> None:
        for step in STEPS:
            with self.subTest(step=step.name):
                printed = self.checkout.run(self.exports + step.commands)
                self.assertEqual([line.rstrip() for line in printed.rstrip().splitlines()], step.printed.splitlines())


class Pages(unittest.TestCase):
    def test_every_name_exists(self) -> None:
        headers = "".join(path.read_text() for path in [*sorted((stand.ROOT / "include").rglob("*.h")),
                                                        *sorted((stand.ROOT / "port").rglob("tcx_p*.h"))])
        known = set(re.findall(r"\b(?:tcx|TCX)_\w+", headers))
        for page in sorted(PAGES.glob("*.md")):
            names = set(re.findall(r"\b(?:tcx|TCX)_\w+", page.read_text()))
            self.assertEqual(names - known, set(), page.name)

class Statuses(unittest.TestCase):
    def test_every_enumerator_stands_in_the_table(self) -> None:
        header = re.sub(r"/\*.*?\*/", "", (stand.ROOT / "include/tcexec/status.h").read_text(), flags=re.S)
        wanted = re.findall(r"\b(TCX_\w+) = (-?\d+)", header.split("typedef enum tcx_status")[1].split("}")[0])
        page = (programs.BUILD / "docs/statuses.md").read_text()
        rows = re.findall(r"^\| (-?\d+) \| `(\w+)` \| (.*) \| (.+) \| (.*) \|$", page, re.M)
        self.assertEqual([(row[1], row[0]) for row in rows], wanted)
        self.assertEqual([row[1] for row in rows if not row[4]], ["TCX_OK", "TCX_PENDING"])


class Codes(unittest.TestCase):
    """The service's codes: one table in the code, in the manual and in the manual page."""

    WANTED = re.findall(r'^    "([\w.]+)",$', (stand.ROOT / "tests/unit/test_api_advice.c").read_text(), re.M)

    def test_every_code_stands_in_the_table(self) -> None:
        page = (programs.BUILD / "docs/codes.md").read_text()
        rows = re.findall(r"^\| `([\w.]+)` \| (.+) \| (.+) \|$", page, re.M)
        self.assertEqual([row[0] for row in rows], self.WANTED)

    def test_the_manual_page_has_the_same_list(self) -> None:
        """Where it differs: python3 src/docs/codes.py src/tcx_api_advice.c port/command/tcexec.1"""
        manual = (stand.ROOT / "port/command/tcexec.1").read_text()
        written = codes.inserted(manual, (stand.ROOT / "src/tcx_api_advice.c").read_text())
        self.assertEqual(manual, written)
        self.assertEqual(re.findall(r"^\.It Sy ([A-Z][\w.]+)$", manual, re.M), self.WANTED)


if __name__ == "__main__":
    unittest.main()
