"""Tests the programs in port/template/examples/freertos/ by what they print, over a stand-in for FreeRTOS (freertos.c).

Each is compiled with the headers of FreeRTOS+TCP 4, and with those of 3. The clock of the one that signs is set, so the
request is known to the last byte.
"""

import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import programs  # noqa: E402
import stand  # noqa: E402

EXAMPLES = stand.ROOT / "port/template/examples"
FOLDER = programs.BUILD / "freertos"
HERE = pathlib.Path(__file__).resolve().parent
HEADERS = stand.ROOT / "tests/transport/fake"
VERSIONS = (4, 3)
CLOCK = 1700000000


def command() -> str:
    return os.environ.get("TCEXEC", str(programs.BUILD / "tcexec"))


class Programs(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.certificates = stand.Certificates(FOLDER)
        cls.programs = {}
        anchors = subprocess.run([command(), "anchors", str(cls.certificates.root)], check=True, stdout=subprocess.PIPE)
        for version in VERSIONS:
            folder = FOLDER / f"v{version}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "anchors.h").write_bytes(anchors.stdout)
            for name in "sign", "execute_function", "sleep_and_resume":
                source = folder / f"{name}.c"
                source.write_text((EXAMPLES / "freertos" / name / "main.c").read_text())
                more = [EXAMPLES / "freertos/network.c", EXAMPLES / "tcx_freertos.c", HERE / "freertos.c"]
                cls.programs[version, name] = programs.compile_program(
                    source, f"-I{HEADERS}", f"-I{EXAMPLES}", f"-I{EXAMPLES}/freertos", f"-DFAKE_FREERTOS_TCP={version}",
                    *map(str, more))

    def run_program(self, version: int, name: str, port: str = "1", **names: str) -> str:
        """Runs a program to its end. Returns what it printed."""
        words = {"FREERTOS_PORT": port, "FREERTOS_NAMES": " ".join(stand.HOSTS.values()), **names}
        done = subprocess.run([self.programs[version, name]], env=words, capture_output=True, text=True, timeout=60)
        self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
        return done.stdout

    def test_sign(self) -> None:
        keys = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}
        words = [command(), "--dry-run", "--time", str(CLOCK), "mps", "ExampleFunc", "XXX"]
        expected = subprocess.run(words, check=True, env={**os.environ, **keys}, stdout=subprocess.PIPE, text=True).stdout
        for version in VERSIONS:
            with self.subTest(version):
                printed = self.run_program(version, "sign", FREERTOS_CLOCK=str(CLOCK))
                self.assertEqual(printed.rstrip("\n"), expected.rstrip("\n"))

    def test_call(self) -> None:
        for version in VERSIONS:
            with self.subTest(version), stand.Endpoint(self.certificates) as endpoint:
                port = endpoint.tls.rpartition(":")[2]
                self.assertEqual(self.run_program(version, "execute_function", port), "XXX\n")
                # The SessionId is the same: the function does not run again.
                self.assertRegex(self.run_program(version, "execute_function", port), "(?s)TCX_.*RequestId")
                self.assertEqual(endpoint.state()["executions"]["total"], 1)

    def test_resume(self) -> None:
        for version in VERSIONS:
            with self.subTest(version), stand.Endpoint(self.certificates) as endpoint:
                printed = self.run_program(version, "sleep_and_resume", endpoint.tls.rpartition(":")[2])
                self.assertEqual(printed, "XXX, a full handshake\nXXX, resumed\nXXX, resumed\n")
                self.assertEqual(endpoint.state()["tls"], {"full": 1, "resumed": 2, "failed": 0})

    def test_a_report(self) -> None:
        """Nobody listens; the name has no address; the clock is not set."""
        for version in VERSIONS:
            for names, said in (({}, r"TCX_E_CONNECT.*-1003"), ({"FREERTOS_NAMES": ""}, r"TCX_E_CONNECT.*-1002"),
                                ({"FREERTOS_CLOCK": "0"}, "TCX_E_CLOCK_UNSET")):
                with self.subTest(version=version, names=names):
                    printed = self.run_program(version, "execute_function", **names)
                    self.assertRegex(printed.replace("\n", " "), said)
                    self.assertIn("not sent: the function did not run", printed)


if __name__ == "__main__":
    unittest.main()
