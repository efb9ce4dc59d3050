"""The README keeps its word: its programs compile and run, its commands are CI's, its links lead somewhere."""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stand  # noqa: E402

BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build"))
README = (stand.ROOT / "README.md").read_text()
PROGRAMS = re.findall(r"^```c\n(.*?)^```", README, re.M | re.S)
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}


def compile_program(number: int, *more: str) -> pathlib.Path:
    """Compiles a program as a user would, with every warning an error."""
    folder = BUILD / "readme"
    folder.mkdir(parents=True, exist_ok=True)
    source, program = folder / f"program{number}.c", folder / f"program{number}"
    source.write_text(PROGRAMS[number])
    subprocess.run([*os.environ.get("CC", "cc").split(), *os.environ.get("CFLAGS", "").split(), "-std=c99", "-pedantic",
                    "-Wall", "-Wextra", "-Werror", f"-I{stand.ROOT}/include", f"-I{stand.ROOT}/port/posix", f"-I{folder}",
                    str(source), *more, str(BUILD / "libtcexec.a"), *os.environ.get("BEARSSL_LIBS", "-l:libbearssl.a").split(),
                    "-pthread", "-o", str(program)], check=True)
    return program


class Readme(unittest.TestCase):
    def test_has_its_programs(self) -> None:
        self.assertEqual(len(PROGRAMS), 2)

    def test_whole_call(self) -> None:
        certificates = stand.Certificates(BUILD / "readme")
        anchors = subprocess.run([os.environ.get("TCEXEC", str(BUILD / "tcexec")), "anchors", str(certificates.root)],
                                 check=True, stdout=subprocess.PIPE).stdout
        (BUILD / "readme/anchors.h").write_bytes(anchors)
        program = compile_program(0, *map(str, sorted((BUILD / "port/posix").glob("tcx_posix*.o"))))
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

    def test_links(self) -> None:
        for page in stand.ROOT.rglob("README.md"):
            if "node_modules" in page.parts or BUILD.name in page.parts:
                continue
            for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
                self.assertTrue((page.parent / link).exists(), f"{page}: {link}")


if __name__ == "__main__":
    unittest.main()
