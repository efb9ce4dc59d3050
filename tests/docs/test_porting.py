"""Tests that port/README.md is true: what it says about the first call on a board and about the contract suite."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import programs  # noqa: E402
import stand  # noqa: E402

PAGE = stand.ROOT / "port/README.md"
FOLDER = programs.BUILD / "porting"
SUITE = stand.ROOT / "tests/transport"
TEMPLATE = stand.ROOT / "port/template"
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}

# A template that is filled in: with the POSIX port.
FILLED_IN = """
#include <tcx_posix.h>
typedef tcx_posix_tcp tcx_board;
static void tcx_board_init(tcx_board *board) { tcx_posix_tcp_init(board, 0); }
"""


def board(name: str) -> tuple[pathlib.Path, list[str]]:
    """A folder for a program with tcx_board.h, and what the program is linked with: `template` or `filled in`."""
    folder = FOLDER / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    if name == "template":
        for part in TEMPLATE.glob("tcx_board.[ch]"):
            shutil.copy(part, folder)
        return folder, [str(folder / "tcx_board.c")]
    (folder / "tcx_board.h").write_text(FILLED_IN)
    return folder, programs.posix_objects()


class FirstCall(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.certificates = stand.Certificates(FOLDER)

    def write_anchors(self, folder: pathlib.Path) -> None:
        tcexec = os.environ.get("TCEXEC", str(programs.BUILD / "tcexec"))
        with (folder / "anchors.h").open("wb") as header:
            subprocess.run([tcexec, "anchors", str(self.certificates.root)], check=True, stdout=header)

    def program(self, name: str) -> pathlib.Path:
        """The README's program with the texts replaced as the page says, compiled for a board."""
        text = programs.blocks(stand.ROOT / "README.md")[0]
        table = re.search(r"(?ms)^\| on Linux \| on your board \|\n\|---\|---\|\n(.*?)\n\n", PAGE.read_text())[1]
        for before, after in re.findall(r"^\| `(.*)` \| `(.*)` \|$", table, re.M):
            self.assertEqual(text.count(before), 1, before)
            text = text.replace(before, after)
        self.assertNotIn("posix", text)
        [put] = programs.blocks(PAGE)
        text = text.replace("int main(", f"{put}\nint main(")
        folder, objects = board(name)
        self.write_anchors(folder)
        (folder / "program.c").write_text(text)
        return programs.compile_program(folder / "program.c", *objects)

    def test_on_the_template_as_it_is(self) -> None:
        done = subprocess.run([self.program("template")], env=KEYS, capture_output=True, text=True, timeout=60)
        first = re.search(r"(?s)\| not filled in \|.*?\n\| wall clock \| `(\w+)`", PAGE.read_text())[1]
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith(first + " "), done.stderr)

    def test_what_each_missing_function_ends_a_call_with(self) -> None:
        """As the table says: status and `detail`, without TLS and with it."""
        folder, objects = board("template")
        self.write_anchors(folder)
        shutil.copy(stand.ROOT / "tests/docs/missing.c", folder)
        program = programs.compile_program(folder / "missing.c", *objects)
        done = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60)
        ended = dict(line.split(": ") for line in done.stdout.splitlines())
        for cells in re.findall(r"(?m)^\| ([\w` ]+) \| (.*) \| (.*) \| (-?\d+)\b.*\|$", PAGE.read_text()):
            name, plain, tls, number = cells
            link, _, over_tls = ended.pop(name.strip("`")).partition(", ")
            if "TCX_" in plain:
                self.assertEqual(link, f"{re.search('TCX_[A-Z_]+', plain)[0]} {number}", name)
            status = re.search("TCX_[A-Z_]+", plain if tls == "the same" else tls)[0]
            self.assertEqual(over_tls, f"{status} {number}", name)
        self.assertEqual(ended, {})

    def test_on_a_complete_port(self) -> None:
        with stand.Endpoint(self.certificates, "--lifetime", "60") as endpoint:
            done = subprocess.run([self.program("filled in"), *endpoint.tls.split(":")], env=KEYS, capture_output=True,
                                  text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "XXX\n", ""))


class Contract(unittest.TestCase):
    def program(self, name: str) -> pathlib.Path:
        folder, objects = board(name)
        shutil.copy(SUITE / "contract_main.c", folder)
        return programs.compile_program(folder / "contract_main.c", *objects, f"-I{SUITE}", str(SUITE / "tcx_contract.c"))

    def run_suite(self, program: pathlib.Path, count: int) -> tuple[int, list[str]]:
        """Runs it with the first `count` ports of the peer. Returns its exit status and its lines without comments."""
        with subprocess.Popen([sys.executable, SUITE / "peer.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as peer:
            ports = re.findall(r"\d+", peer.stdout.readline())[:count]
            done = subprocess.run([program, "127.0.0.1", *ports], stdout=subprocess.PIPE, text=True, timeout=60)
            peer.stdin.close()
        return done.returncode, [line for line in done.stdout.splitlines() if not line.startswith("#")]

    def test_a_complete_port_passes(self) -> None:
        program = self.program("filled in")
        status, lines = self.run_suite(program, 3)
        self.assertEqual((status, lines[0]), (0, f"1..{len(lines) - 1}"))
        self.assertEqual([line for line in lines[1:] if not re.fullmatch(r"ok \d+ - [\w-]+", line)], [])
        status, lines = self.run_suite(program, 1)
        self.assertEqual((status, sum(line.endswith(" # SKIP") for line in lines)), (0, 2))

    def test_the_template_fails(self) -> None:
        status, lines = self.run_suite(self.program("template"), 3)
        self.assertEqual(status, 1)
        self.assertRegex(lines[1], r"^not ok 1 - open: .* \(-1001\); ")

    def test_without_arguments(self) -> None:
        done = subprocess.run([self.program("template")], capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("ADDRESS", done.stderr)

    def test_files_of_the_commands(self) -> None:
        commands = " ".join(re.findall(r"(?m)^    (.*)$", PAGE.read_text()))
        named = re.findall(r"\b(?:tests|port)/[\w./]+", commands)
        self.assertGreater(len(named), 4)
        self.assertEqual([name for name in named if not (stand.ROOT / name).exists()], [])


if __name__ == "__main__":
    unittest.main()
