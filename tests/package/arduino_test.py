"""Compiles the sketches by arduino-builder, for an ATmega2560 with Debian's core, and runs them in QEMU and simavr.

The libraries are unpacked from the ZIPs that make arduino has written, as Arduino's IDE installs them. Prints how much
RAM a sketch takes and how long a signature takes. make arduino-test sets B.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stand  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ["B"]).resolve()
FOLDER = BUILD / "arduino-test"
RAM = 8192
BUILDER = ["arduino-builder", "-compile", "-hardware", "/usr/share/arduino/hardware",
           "-hardware", "/usr/share/arduino-builder", "-tools", "/usr/bin", "-fqbn", "arduino:avr:mega:cpu=atmega2560",
           "-ide-version", "10819", "-warnings", "all",
           "-prefs", "compiler.cpp.extra_flags=-DDECIMAL_DIG=__DECIMAL_DIG__"]  # which Debian's core lacks
SCHEMES = ("tc3", "tc3-compat", "sha256", "sha1")
SIGN_TIME, CALL_TIME = "1700000000", "1800000000"  # of the sketch, and of standins/arduino-avr/board.h


def builder(sketch: pathlib.Path, libraries: pathlib.Path) -> subprocess.CompletedProcess:
    built = sketch / "built"
    built.mkdir(exist_ok=True)
    return subprocess.run([*BUILDER, "-libraries", libraries, "-build-path", built, sketch / f"{sketch.name}.ino"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def request(time: str, *words: str) -> bytes:
    """What the command would send."""
    keys = {"TENCENTCLOUD_SECRET_ID": "AKIDEXAMPLE", "TENCENTCLOUD_SECRET_KEY": "SKEXAMPLE"}
    return subprocess.run([BUILD / "tcexec", "--dry-run", "--time", time, "--nonce", "1", *words], env=keys, check=True,
                          stdout=subprocess.PIPE).stdout


class Arduino(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        shutil.rmtree(FOLDER, ignore_errors=True)
        cls.libraries = FOLDER / "libraries"
        for archive in (BUILD / "arduino").glob("*.zip"):
            with zipfile.ZipFile(archive) as opened:
                opened.extractall(cls.libraries)

    def sketch(self, name: str) -> pathlib.Path:
        """A copy of an example. At its end it says how much stack it has used: that line is the last one."""
        folder = FOLDER / name
        shutil.copytree(self.libraries / "tcexec/examples" / name, folder)
        shutil.copy(HERE / "standins/arduino-avr/stack.h", folder)
        sketch = (folder / f"{name}.ino").read_text()
        self.assertTrue(sketch.endswith("void loop() {}\n"))
        (folder / f"{name}.ino").write_text(sketch.replace("void loop() {}", '#include "stack.h"'))
        return folder

    def build(self, sketch: pathlib.Path) -> pathlib.Path:
        """The program. The library and the sketch give no warning."""
        done = builder(sketch, self.libraries)
        self.assertEqual(done.returncode, 0, done.stdout[-6000:])
        self.assertEqual([line for line in done.stdout.splitlines()
                          if "warning" in line and ("/tcexec/" in line or str(sketch) in line)], [])
        return sketch / "built" / f"{sketch.name}.ino.elf"

    def serial(self, *emulator: object) -> tuple[bytes, int]:
        """What an emulator shows up to the last line, and the stack that this line names."""
        shown, stack = b"", None
        with subprocess.Popen(["timeout", "60", *emulator], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as board:
            for line in board.stdout:
                if stack := re.search(rb"stack: (\d+)", line):
                    board.terminate()
                    break
                shown += line
        self.assertTrue(stack, shown)
        return shown, int(stack[1])

    def run_on_the_board(self, program: pathlib.Path) -> bytes:
        """What the serial line shows in QEMU. Prints the RAM."""
        shown, stack = self.serial("qemu-system-avr", "-machine", "mega2560", "-nographic", "-serial", "stdio",
                                   "-monitor", "none", "-bios", program)
        size = subprocess.run(["avr-size", program], check=True, stdout=subprocess.PIPE, text=True).stdout
        data, bss = map(int, size.splitlines()[1].split()[1:3])
        print(f"{program.stem}: {data} bytes of data, {bss} of bss, {stack} of stack: {data + bss + stack} of {RAM}")
        self.assertLess(data + bss + stack, RAM)
        return shown

    def test_sign(self) -> None:
        """Each request is the one that the command prints on this machine, byte for byte."""
        program = self.build(self.sketch("Sign"))
        wanted = b"".join(
            f"{scheme} {service}: status 0, 0 ms\r\n".encode()
            + request(SIGN_TIME, "--sign", scheme, service, "ExampleFunc", "XXX") + b"\r\n"
            for service in ("mps", "vod") for scheme in SCHEMES)
        shown = self.run_on_the_board(program)
        self.assertEqual(re.sub(rb"\d+ ms", b"0 ms", shown), wanted)
        timed, _ = self.serial("simavr", "-m", "atmega2560", "-f", "16000000", program)
        for scheme in SCHEMES:
            took = int(re.search(rf"{scheme} mps: status 0, (\d+) ms".encode(), timed)[1])
            print(f"Sign: {scheme} takes {took} ms at 16 MHz, about {took * 16000} cycles")

    def call(self, body: str) -> bytes:
        """What ModemTls shows, with a Client that shows what it is sent and then plays an answer."""
        folder = self.sketch("ModemTls")
        self.addCleanup(shutil.rmtree, folder)
        shutil.copy(HERE / "standins/arduino-avr/board.h", folder)
        answer = json.dumps(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n{body}")
        (folder / "script.h").write_text(f"static const char script[] = {answer};\n")
        (folder / "secrets.h").write_text('#define SECRET_ID "AKIDEXAMPLE"\n#define SECRET_KEY "SKEXAMPLE"\n')
        return self.run_on_the_board(self.build(folder))

    def check_call(self, body: str, said: str) -> None:
        """The Client takes and gives a few bytes at a time. The request is the one that the command prints."""
        sent = request(CALL_TIME, "vod", "ExampleFunc", '{"input":"movie.mp4"}', "--session-id", "order-4711")
        self.assertEqual(self.call(body), b"vod.tencentcloudapi.com:443\r\n" + sent + said.encode())

    def test_call(self) -> None:
        self.check_call('{"Response":{"Result":"XXX","RequestId":"1"}}', "XXX\r\n")

    def test_call_that_the_service_refuses(self) -> None:
        self.check_call('{"Response":{"Error":{"Code":"InternalError","Message":"down"},"RequestId":"1"}}',
                        "TCX_E_API -700\nanswered; attempts 1, HTTP status 200, detail 0\n"
                        "code: InternalError\nmessage: down\nRequestId: 1\n")

    def test_a_missing_library_is_named(self) -> None:
        """Arduino's builder looks for the library that has the header in the error."""
        libraries = FOLDER / "without"
        shutil.copytree(self.libraries / "tcexec", libraries / "tcexec")
        done = builder(libraries / "tcexec/examples/Sign", libraries)
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"fatal error: bearssl\.h: No such file")


if __name__ == "__main__":
    unittest.main()
