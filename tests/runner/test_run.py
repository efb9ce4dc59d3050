"""Tests that run.py ends a program that hangs or runs away, not a slow one. All run at once, with low limits."""

import concurrent.futures
import functools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from unittest import mock

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))
import run  # noqa: E402

LIMITS = {"IDLE": 2, "SHARE": 0.05, "BUSY": 3}
WORK = """
import time
for turn in range(1, 31):
    time.sleep(0.1)
    while time.process_time() < turn * 0.03:
        pass
"""
SLEEPER = 'import subprocess; child = subprocess.Popen(["sleep", "60"]); print("ok 1 - a", child.pid, flush=True)'


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


PROGRAMS = {
    "passes": ["printf", "1..1\nok 1 - a\n"],
    "crashes": ["sh", "-c", "echo 'ok 1 - a'; kill -ABRT $$"],
    "is silent": ["true"],
    "prints slowly": ["sh", "-c", "for n in 1 2 3 4 5 6 7 8 9; do echo ok $n - a; sleep 0.4; done"],
    "prints much": python('for n in range(100000): print(f"ok {n} - a")'),
    "works slowly": python(f'{WORK}\nprint("ok 1 - a")'),
    "has a child that works": ["sh", "-c", '"$0" -c "$1"; echo ok 1 - a', sys.executable, WORK],
    "sleeps": python(f"{SLEEPER}; child.wait()"),
    "polls": python('import time\nprint("ok 1 - a", flush=True)\nfor _ in range(15000): time.sleep(0.001)'),
    "leaves a child": python(SLEEPER),
    "spins": python('import time\nprint("ok 1 - a", flush=True)\nwhile time.process_time() < 9: pass'),
}


def lives(process: int) -> bool:
    """A process that was killed is a zombie until its parent asks for its exit status."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@unittest.skipUnless(pathlib.Path("/proc/self/stat").exists(), "no /proc: run.py cannot measure processor time")
class Run(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with mock.patch.multiple(run, **LIMITS), concurrent.futures.ThreadPoolExecutor(len(PROGRAMS)) as pool:
            cls.results = dict(zip(PROGRAMS, pool.map(run.run, PROGRAMS.values())))

    def check(self, name: str, counts: run.Counts, ending: str) -> None:
        self.assertEqual(self.results[name][0], counts, self.results[name][1][-2000:])
        self.assertEqual(self.results[name][1].rpartition("\n")[2], ending)

    def check_ended(self, process: int) -> None:
        deadline = time.monotonic() + 5
        while lives(process) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertFalse(lives(process))

    def test_that_ends(self):
        self.check("passes", run.Counts(1, 0), "exit status 0")
        self.check("crashes", run.Counts(1, 1), "exit status -6")
        self.check("is silent", run.Counts(0, 1), "exit status 0")
        self.check("prints much", run.Counts(100000, 0), "exit status 0")

    def test_that_is_slow(self):
        self.check("prints slowly", run.Counts(9, 0), "exit status 0")
        self.check("works slowly", run.Counts(1, 0), "exit status 0")
        self.check("has a child that works", run.Counts(1, 0), "exit status 0")

    def test_that_hangs(self):
        for name in ("sleeps", "polls", "leaves a child"):
            with self.subTest(name):
                self.check(name, run.Counts(0, 1), "hung: nothing for 2 s")
                self.assertIn("ok 1 - a", self.results[name][1])

    def test_that_runs_away(self):
        self.check("spins", run.Counts(0, 1), "ran away: 3 s of processor time")
        self.assertIn("ok 1 - a", self.results["spins"][1])

    def test_children_end(self):
        for name in ("sleeps", "leaves a child"):
            with self.subTest(name):
                self.check_ended(int(self.results[name][1].split()[4]))

    def test_why_tests_are_skipped(self):
        unittest_said = ("test_a (m.C.test_a)\nOver IPv6. ... skipped 'no IPv6 here'\n"
                         "test_b (m.C.test_b) ... ok\ntest_c (m.C.test_c) ... skipped \"it's slow\"\n"
                         "test_d (m.C.test_d) ... skipped 'no IPv6 here'\nRan 4 tests in 1s\n\nOK (skipped=3)\n")
        self.assertEqual(run.reasons(unittest_said), ["2 x no IPv6 here", "it's slow"])
        self.assertEqual(run.count(unittest_said), run.Counts(1, 0, 3))
        cmocka_said = "1..2\n# the bundle: not run, there is none\nnot ok 1 - test_e # SKIP\nnot ok 2 - test_f # SKIP\n"
        self.assertEqual(run.reasons(cmocka_said), ["the bundle: not run, there is none", "test_f: no reason is given"])
        with tempfile.TemporaryDirectory() as folder:
            suite = pathlib.Path(folder, "test_a.py")
            suite.write_text("import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n"
                             "    @unittest.skip('for a reason')\n    def test_b(self):\n        pass\nunittest.main()\n")
            with mock.patch.multiple(run, **LIMITS):
                counts, output = run.run([sys.executable, str(suite), "-v"])
            self.assertEqual((counts, run.reasons(output)), (run.Counts(1, 0, 1), ["for a reason"]))

    def test_interrupted(self):
        """A signal that ends run.py also ends what it runs."""
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), tempfile.TemporaryDirectory() as folder:
                program, note = pathlib.Path(folder, "tests/test_a"), pathlib.Path(folder, "note")
                program.parent.mkdir()
                program.write_text('#!/bin/sh\nsleep 0.5\necho $$ >"$B/new"\nmv "$B/new" "$B/note"\nsleep 60\n')
                program.chmod(0o755)
                heed = functools.partial(signal.signal, number, signal.SIG_DFL)  # a job in the background ignores SIGINT
                with subprocess.Popen([sys.executable, str(TESTS / "run.py"), "a"], env=dict(os.environ, B=folder),
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=heed) as process:
                    while not note.exists() and process.poll() is None:
                        time.sleep(0.02)
                    process.send_signal(number)
                    self.assertNotEqual(process.wait(10), 0)
                self.check_ended(int(note.read_text()))


if __name__ == "__main__":
    unittest.main()
