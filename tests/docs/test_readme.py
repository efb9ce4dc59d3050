"""Tests that the README is true: its programs run, CI runs its commands, and they install what they need."""

import errno
import os
import pathlib
import re
import socket
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
BR_ERR_X509_NOT_TRUSTED = 62  # BearSSL's


def compile_program(number: int, *more: str) -> pathlib.Path:
    """Compiles a program of the README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    source = FOLDER / f"program{number}.c"
    source.write_text(PROGRAMS[number])
    return programs.compile_program(source, *more)


class FirstProgram(unittest.TestCase):
    """The program that a newcomer copies, over verified TLS, as it is printed."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.certificates = stand.Certificates(FOLDER)
        tcexec = os.environ.get("TCEXEC", str(programs.BUILD / "tcexec"))
        anchors = subprocess.run([tcexec, "anchors", str(cls.certificates.root)], check=True, stdout=subprocess.PIPE).stdout
        (FOLDER / "anchors.h").write_bytes(anchors)
        cls.program = compile_program(0, *programs.posix_objects())

    def setUp(self) -> None:
        self.endpoint = stand.Endpoint(self.certificates, "--lifetime", "60").start()
        self.addCleanup(self.endpoint.stop)

    def call(self, where: str, **other_keys: str) -> tuple[int, str, str]:
        """Runs the program. Returns its exit status and what it wrote to standard output and to standard error."""
        done = subprocess.run([self.program, *where.split(":")], env={**KEYS, **other_keys}, capture_output=True, text=True,
                              timeout=60)
        return done.returncode, done.stdout, done.stderr

    def executions(self) -> int:
        return self.endpoint.state()["executions"]["total"]

    def test_is_short(self) -> None:
        lines = [line for line in PROGRAMS[0].splitlines() if not line.startswith("#include")]
        self.assertLessEqual(len(lines), 30)
        self.assertLessEqual(max(map(len, lines)), 120)

    def test_prints_the_result(self) -> None:
        self.assertEqual(self.call(self.endpoint.tls), (0, "XXX\n", ""))
        self.assertEqual(self.executions(), 1)

    def assert_report(self, report: str, status: str, outcome: str, detail: int, code: str) -> None:
        """The report has all that there is: without a code no answer came, and so no message and no RequestId."""
        self.assertRegex(report, rf"(?m)^{status} -\d+: \w")
        self.assertRegex(report, rf"(?m)^{outcome}\b.*\bdetail {detail}$")
        self.assertEqual(re.findall(r"(?m)^code: (.*)$", report), [code] if code else [])
        self.assertEqual(len(re.findall(r"(?m)^message: .+$", report)), bool(code))
        last = [self.endpoint.state()["last_request_id"]] if code else []
        self.assertEqual(re.findall(r"(?m)^RequestId: (.+)$", report), last)

    def test_reports_a_second_call_with_the_same_session(self) -> None:
        self.call(self.endpoint.tls)
        exit_status, printed, report = self.call(self.endpoint.tls)
        self.assertEqual((exit_status, printed), (1, ""))
        self.assert_report(report, "TCX_E_API", "answered", 0, "InvalidParameterValue.SessionId")
        self.assertEqual(self.executions(), 1)

    def test_reports_a_wrong_key(self) -> None:
        exit_status, printed, report = self.call(self.endpoint.tls, TENCENTCLOUD_SECRET_KEY="another")
        self.assertEqual((exit_status, printed), (1, ""))
        self.assert_report(report, "TCX_E_API", "answered", 0, "AuthFailure.SignatureFailure")
        self.assertNotIn("another", report)
        self.assertEqual(self.executions(), 0)

    def test_reports_a_port_where_nobody_listens(self) -> None:
        exit_status, printed, report = self.call("127.0.0.1:1")
        self.assertEqual((exit_status, printed), (1, ""))
        self.assert_report(report, "TCX_E_CONNECT", "not sent", -errno.ECONNREFUSED, "")

    def test_reports_a_server_that_it_does_not_trust(self) -> None:
        with stand.Endpoint(stand.Certificates(FOLDER / "others"), "--lifetime", "60") as other:
            exit_status, printed, report = self.call(other.tls)
        self.assertEqual((exit_status, printed), (1, ""))
        self.assert_report(report, "TCX_E_X509_UNTRUSTED", "not sent", BR_ERR_X509_NOT_TRUSTED, "")

    def test_commands_without_an_account(self) -> None:
        """As they are printed, but at a free port, and with the program and the certificates that are here already."""
        commands = next(block for block in re.findall(r"(?ms)^```sh\n(.*?)^```", README) if "endpoint.py" in block)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        tcexec = os.environ.get("TCEXEC", str(programs.BUILD / "tcexec"))
        tools = TOOLS.format(port=port, tcexec=pathlib.Path(tcexec).resolve(), program=self.program.resolve())
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "tests").symlink_to(stand.ROOT / "tests")
            (folder / "build").mkdir()
            (folder / "build/demo").symlink_to(FOLDER.resolve())
            done = subprocess.run(["timeout", "60", "bash", "-c", tools + commands.replace("7443", port)], cwd=folder,
                                  capture_output=True, text=True)
            self.assertEqual((folder / "anchors.h").read_bytes(), (FOLDER / "anchors.h").read_bytes())
        self.assertRegex(done.stdout, r"\nXXX\n\Z")
        self.assertIn("\ncode: InvalidParameterValue.SessionId\n", done.stderr)


# The tools of a newcomer. `sleep` waits as long as the endpoint needs on this machine.
TOOLS = """
trap 'kill $!' EXIT
listens() {{ (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null; }}
sleep() {{ until listens; do command sleep 0.1; done; }}
make() {{ :; }}
tcexec() {{ {tcexec} "$@"; }}
pkg-config() {{ echo "-flags"; }}
cc() {{ [ "$*" = "program.c -flags -o program" ] && cp {program} program; }}
"""


class Readme(unittest.TestCase):
    def test_has_its_programs(self) -> None:
        self.assertEqual(len(PROGRAMS), 2)

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
