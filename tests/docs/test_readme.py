"""Tests that the README is true: its programs run, CI runs its commands, and they install what they need."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import programs  # noqa: E402
import stand  # noqa: E402

PROGRAMS = programs.blocks(stand.ROOT / "README.md")
README = (stand.ROOT / "README.md").read_text()
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}
FOLDER = programs.BUILD / "readme"


def compile_program(number: int, *more: str) -> pathlib.Path:
    """Compiles a program of the README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    source = FOLDER / f"program{number}.c"
    source.write_text(PROGRAMS[number])
    return programs.compile_program(source, *more)


class Readme(unittest.TestCase):
    def test_has_its_programs(self) -> None:
        self.assertEqual(len(PROGRAMS), 2)

    def test_whole_call(self) -> None:
        certificates = stand.Certificates(FOLDER)
        anchors = subprocess.run([os.environ.get("TCEXEC", str(programs.BUILD / "tcexec")), "anchors", str(certificates.root)],
                                 check=True, stdout=subprocess.PIPE).stdout
        (FOLDER / "anchors.h").write_bytes(anchors)
        program = compile_program(0, *programs.posix_objects())
        with stand.Endpoint(certificates, "--lifetime", "60") as endpoint:
            done = subprocess.run([program, *endpoint.tls.split(":")], env=KEYS, stdout=subprocess.PIPE)
            self.assertEqual((done.returncode, done.stdout), (0, b"XXX\n"))
            self.assertEqual(endpoint.state()["executions"]["total"], 1)
            again = subprocess.run([program, *endpoint.tls.split(":")], env=KEYS, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            self.assertEqual((again.returncode, again.stdout), (1, b""))
            self.assertEqual(endpoint.state()["executions"]["total"], 1)

    def test_sign_only(self) -> None:
        wire = subprocess.run([compile_program(1)], check=True, stdout=subprocess.PIPE).stdout
        self.assertTrue(wire.startswith(b"POST / HTTP/1.1\r\nHost: mps.tencentcloudapi.com\r\n"))
        self.assertTrue(wire.endswith(b'{"FunctionName":"ExampleFunc","FunctionArg":"XXX"}'))

    def test_commands_are_what_ci_runs(self) -> None:
        ci = (stand.ROOT / ".ci/run").read_text()
        for command in ("make demo", "make test"):
            self.assertRegex(README, rf"(?m)^{command}\b")
            self.assertRegex(ci.replace("make $jobs", "make"), rf"(?m)^{command}$")

    def test_demo_and_test_install_also_after_a_build(self) -> None:
        with tempfile.TemporaryDirectory() as build:
            (pathlib.Path(build) / "packages").mkdir()
            (pathlib.Path(build) / "packages/check").touch()  # as `make` leaves it: the compiler has what it needs
            for goal, installs in (("all", False), ("demo", True), ("test", True)):
                plan = subprocess.run(["make", "-n", f"B={build}", goal], cwd=stand.ROOT, check=True, text=True,
                                      env={**os.environ, "MAKEFLAGS": ""}, stdout=subprocess.PIPE).stdout
                self.assertEqual(bool(re.search(r"setup\.sh install base$", plan, re.M)), installs, goal)


if __name__ == "__main__":
    unittest.main()
