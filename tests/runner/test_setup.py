#!/usr/bin/env python3
"""Tests setup.sh and the Makefile if something is missing, with the test's own commands instead of the system's."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ("cat", "env", "grep", "mktemp", "rm", "sh")


class Setup(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tcexec-test-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for tool in TOOLS:
            (self.folder / tool).symlink_to(shutil.which(tool))
        self.command("sleep", "exit 0")

    def command(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{self.folder}/log\n{script}\n')
        path.chmod(0o755)

    def install(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([self.folder / "sh", ROOT / "tests/setup.sh", "install"], env={"PATH": str(self.folder),
                              "CC": "false"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=30)

    def log(self) -> list[str]:
        return (self.folder / "log").read_text().splitlines()

    def test_no_root_and_no_sudo(self) -> None:
        self.command("id", "echo 1000")
        self.command("apt-get", "exit 0")
        done = self.install()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, "there is no sudo.* run as root:\n *apt-get update && apt-get install -y "
                                      "--no-install-recommends libbearssl-dev libjsmn-dev .*python3\n$")
        self.assertEqual([line for line in self.log() if line.startswith("apt-get")], [])

    def test_a_failure_says_what_to_run(self) -> None:
        self.command("id", "echo 0")
        self.command("apt-get", "echo E: Unable to locate package; exit 100")
        done = self.install()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, "(?s)Unable to locate package.*as root:\n *apt-get update && apt-get install")

    def test_locks_are_waited_for(self) -> None:
        """dpkg's by apt itself; the one of the lists, which apt does not wait for, by another try."""
        self.command("id", "echo 0")
        self.command("apt-get", f'case "$*" in *update*) [ -e {self.folder}/once ] || {{ : >{self.folder}/once; '
                                'echo E: Could not get lock /var/lib/apt/lists/lock; exit 100; } ;; esac')
        self.install()
        calls = [line for line in self.log() if line.startswith("apt-get")]
        self.assertEqual(len([line for line in calls if "update" in line]), 2)
        self.assertRegex(calls[-1], "-o DPkg::Lock::Timeout=[1-9].* install -y ")
        self.assertEqual([line for line in self.log() if line.startswith("sleep")], ["sleep 5"])


class Makefile(unittest.TestCase):
    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        outer = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BEARSSL", "BEARSSL_LIBS", "JSMN", "PORT")
        return subprocess.run(["make", "--dry-run", *words], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, env={name: value for name, value in os.environ.items() if name not in outer},
                              timeout=60)

    def test_dependencies_that_are_not_there(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            tree = pathlib.Path(folder, "tree")
            for words, said in (([f"BEARSSL={tree}"], f'BEARSSL="{tree}": there is no {tree}/inc/bearssl.h'),
                                ([f"JSMN={tree}"], f'JSMN="{tree}": there is no {tree}/jsmn.h')):
                done = self.make("all", *words)
                self.assertEqual(done.returncode, 2)
                self.assertIn(said, done.stdout)
                self.assertNotIn("gcc", done.stdout)
                self.assertEqual(self.make("help", *words).returncode, 0)
            (tree / "inc").mkdir(parents=True)
            (tree / "inc/bearssl.h").touch()
            done = self.make("all", f"BEARSSL={tree}")
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{tree}/build/libbearssl.a", done.stdout)
            self.assertNotIn("gcc", done.stdout)
            self.assertEqual(self.make("install", f"BEARSSL={tree}", "PORT=none").returncode, 0)
            self.assertEqual(self.make("all", f"BEARSSL={tree}", "BEARSSL_LIBS=-lbearssl").returncode, 0)


if __name__ == "__main__":
    unittest.main()
