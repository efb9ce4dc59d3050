"""Tests the stand-alone front end of the fuzz targets: what it runs, and where it writes an input that fails."""

import os
import pathlib
import shlex
import subprocess
import tempfile
import unittest

import corpus

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TARGET = """
#include "fuzz.h"
const char fuzz_name[] = "example";
const unsigned fuzz_runs = 100;
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_check(size == 0 || data[0] != '!', "an input of %zu bytes", size);
    return 0;
}
"""


class StandAlone(unittest.TestCase):
    """A small target with standalone.c, in a folder laid out as $(B) is."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.build = pathlib.Path(place.name)
        cls.program = cls.build / "tests/test_fuzz_example"
        cls.program.parent.mkdir()
        source = cls.build / "fuzz_example.c"
        source.write_text(TARGET)
        compiler = [*os.environ.get("CC", "cc").split(), *os.environ.get("CFLAGS", "").split()]
        subprocess.run([*compiler, "-std=c99", "-Iinclude", f"-I{HERE}", source, HERE / "standalone.c",
                        "-o", cls.program], cwd=ROOT, check=True)

    def run_program(self, *arguments, cwd=ROOT):
        return subprocess.run([*shlex.split(os.environ.get("EXEC", "")), self.program, *arguments], cwd=cwd, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def keep(self, *inputs):
        corpus.fill(self.build / "fuzz/corpus/example", {str(number): data for number, data in enumerate(inputs)})

    def test_failing_input_is_left_beside_the_program(self):
        self.keep(b"!kept")
        here = self.build / "here"
        here.mkdir()
        given = self.build / "given"
        given.write_bytes(b"!given")
        left = self.program.parent / "crash-example"
        for arguments, cwd, data in (((given,), here, b"!given"), ((), ROOT, b"!kept")):
            done = self.run_program(*arguments, cwd=cwd)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"the input is in {left}\n", done.stderr)
            self.assertEqual(left.read_bytes(), data)
            self.assertFalse((cwd / left.name).exists())
            left.unlink()

    def test_runs_the_corpus(self):
        self.keep(b"one", b"two")
        self.assertIn("ok 1 - example: 2 inputs\nok 2 - example: ", self.run_program().stdout)

    def test_refuses_to_run_without_inputs(self):
        """Without a corpus, and from a folder that has no regressions."""
        self.keep()
        self.assertEqual(self.run_program().returncode, 2)
        self.keep(b"one")
        self.assertEqual(self.run_program(cwd=self.build).returncode, 2)


if __name__ == "__main__":
    unittest.main()
