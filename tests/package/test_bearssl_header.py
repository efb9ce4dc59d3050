"""Tests tcexec/bearssl.h: which header of BearSSL it takes, with stand-ins that only say their name."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stand  # noqa: E402

CC = os.environ.get("CC", "gcc").split()
OLD = "-U__has_include"  # a compiler without it: strict C99 knows no such word
ESP8266 = "-DARDUINO_ARCH_ESP8266"
FORK = "#define BR_FEATURE_X509_TIME_CALLBACK 1\n"


class BearsslHeader(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def header(self, name: str, more: str = "") -> str:
        """Writes a stand-in to a folder of its own, and returns the option to find it."""
        root = self.folder / name.replace("/", "-")
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text(f"#ifndef BR_BEARSSL_H__\n#define BR_BEARSSL_H__\n{more}taken: {name}\n#endif\n")
        return f"-I{root}"

    def taken(self, *options: str, before: str = "") -> str:
        """What the preprocessor says: the header that was taken, or its error."""
        done = subprocess.run([*CC, "-E", "-P", "-nostdinc", "-w", "-std=c99", f"-I{stand.ROOT}/include", *options,
                               "-x", "c", "-"], input=f"{before}#include <tcexec/bearssl.h>\n", text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return done.stdout.strip() if done.returncode == 0 else done.stderr

    def test_the_source_has_no_folder(self) -> None:
        source = self.header("bearssl.h")
        for more in ([], [OLD]):
            self.assertEqual(self.taken(source, *more), "taken: bearssl.h")

    def test_arduino_has_only_a_folder(self) -> None:
        self.assertEqual(self.taken(self.header("bearssl/bearssl.h")), "taken: bearssl/bearssl.h")

    def test_debian_has_both(self) -> None:
        both = self.header("bearssl.h"), self.header("bearssl/bearssl.h")
        for more in ([], [OLD]):
            self.assertEqual(self.taken(*both, *more), "taken: bearssl.h")

    def test_without_bearssl_the_error_names_the_usual_header(self) -> None:
        """Arduino's builder finds a library by the name in this error."""
        self.assertIn("bearssl.h", said := self.taken())
        self.assertNotIn("bearssl/bearssl.h", said)

    def test_the_esp8266_takes_its_cores(self) -> None:
        core, other = self.header("bearssl/bearssl.h", FORK), self.header("bearssl.h")
        for more in ([], [OLD]):
            self.assertEqual(self.taken(other, core, ESP8266, *more), "taken: bearssl/bearssl.h")

    def test_the_esp8266_refuses_another(self) -> None:
        """The one of ArduinoBearSSL, or one that the sketch has included before."""
        other, folder = self.header("bearssl.h"), self.header("bearssl/bearssl.h")
        for options, before in (((folder,), ""), ((other, folder), "#include <bearssl.h>\n")):
            self.assertIn("not of the ESP8266 core's BearSSL", self.taken(*options, ESP8266, before=before))


if __name__ == "__main__":
    unittest.main()
