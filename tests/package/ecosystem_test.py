"""Tests the packages that make dist writes, each as its build system sees it."""

from __future__ import annotations

import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import unittest

from shared import (BEARSSL, BEARSSL_FLAGS, BUILD, CROSS, DIST, HERE, JSMN, TARGET, VERSION, ReadmeProgram, run,
                    scratch, stand)

SOURCES = {path.name for path in (stand.ROOT / "src").glob("*.c")}
HEADERS = {str(path.relative_to(stand.ROOT / "include")) for path in (stand.ROOT / "include").rglob("*.h")}


def exported(file: pathlib.Path) -> set[str]:
    """The names that an object or program shows."""
    return set(re.findall(r" [A-TV-Z] (tcx_\w+)", run("nm", "-g", file)))


class Ecosystem(unittest.TestCase):
    """Each package as its build system sees it, linked whole for a Cortex-M3, with the real BearSSL and jsmn."""

    def check_files(self, package: pathlib.Path, headers: str) -> None:
        """All sources and headers, equal to the project's; a licence; no part left to fill in."""
        self.assertEqual({path.name for path in (package / "src").glob("*.c")}, SOURCES)
        for name in SOURCES:
            self.assertEqual((package / "src" / name).read_bytes(), (stand.ROOT / "src" / name).read_bytes())
        for name in HEADERS:
            self.assertEqual((package / headers / name).read_bytes(), (stand.ROOT / "include" / name).read_bytes())
        self.assertEqual((package / "LICENSE").read_bytes(), (stand.ROOT / "LICENSE").read_bytes())
        for path in package.rglob("*"):
            if path.is_file() and path.suffix not in (".c", ".h"):
                self.assertNotRegex(path.read_text(), "@[A-Z]+@")
        self.assertIn("Not tested:", (package / "README.md").read_text())

    def cmake(self, folder: pathlib.Path, stand_in: str, settings: dict[str, str],
              tls: str = "CONFIG_TCEXEC_TLS") -> None:
        """Builds the package in `folder` with what stands in for its build system."""
        shutil.copy(HERE / "standins" / stand_in, folder / "CMakeLists.txt")
        shutil.copy(HERE / "standins/app.c", folder)
        run("cmake", "-S", folder, "-B", folder / "build", "-DCMAKE_SYSTEM_NAME=Generic", f"-DCMAKE_C_COMPILER={CROSS}",
            f"-DCMAKE_C_FLAGS={' '.join(TARGET)} --specs=nosys.specs -std=gnu99 -Wl,--no-warnings",
            *(f"-D{name}={value}" for name, value in settings.items()))
        run("cmake", "--build", folder / "build", "-j2")
        self.check_program(folder / "build/app", settings[tls] == "y")

    def check_program(self, program: pathlib.Path, tls: bool = True) -> None:
        """Every source is linked, those of TLS only with it."""
        linked = exported(program)
        for name in SOURCES:
            wanted = tls or "tcexec/tls.h" not in (BUILD / "src" / name.replace(".c", ".d")).read_text()
            self.assertEqual(exported(BUILD / "src" / name.replace(".c", ".o")) <= linked, wanted, name)

    def compile_all(self, folder: pathlib.Path, sources: list[pathlib.Path], flags: list[str]) -> None:
        """Compiles as build systems do that take whole folders: each source, with the same flags, into an archive."""
        def compile_one(source: pathlib.Path) -> None:
            run(CROSS, *TARGET, *flags, "-c", source, "-o", folder / f"{source.stem}.o")

        folder.mkdir(parents=True)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(compile_one, sources))
        run("arm-none-eabi-ar", "rcs", folder / "lib.a", *sorted(folder.glob("*.o")))

    def link(self, folder: pathlib.Path, flags: list[str], *others: pathlib.Path) -> None:
        run(CROSS, *TARGET, "--specs=nosys.specs", "-Wl,--no-warnings", *flags, HERE / "standins/app.c",
            "-Wl,--whole-archive", folder / "tcexec/lib.a", "-Wl,--no-whole-archive", *others, "-o", folder / "app")
        self.check_program(folder / "app")

    def kconfig(self, file: pathlib.Path, **set_to: str) -> dict[str, str]:
        """The settings that a Kconfig file gives, as a build system hands them to CMake."""
        script = ("import json, sys, kconfiglib\n"
                  "config = kconfiglib.Kconfig(sys.argv[1], warn=True)\n"
                  "for name, value in json.loads(sys.argv[2]).items(): config.syms[name].set_value(value)\n"
                  "assert not config.warnings, config.warnings\n"
                  "print(json.dumps({'CONFIG_' + one.name: one.str_value for one in config.unique_defined_syms}))")
        return json.loads(run("/usr/bin/python3", "-c", script, file, json.dumps(set_to)))

    def recipe(self, package: pathlib.Path, language: str) -> list[str]:
        """The parts of a README that a user copies."""
        return re.findall(rf"^```{language}\n(.*?)^```", (package / "README.md").read_text(), re.M | re.S)

    def test_esp_idf(self) -> None:
        package = DIST / "esp-idf/tcexec"
        self.check_files(package, "include")
        manifest = json.loads(run("node", HERE / "judge.mjs", "yaml", package / "idf_component.yml"))
        self.assertEqual((manifest["version"], manifest["license"]), (VERSION, "MIT"))
        self.assertEqual(manifest["dependencies"], {"idf": ">=5.0"})
        named = re.findall(r"src/(\w+\.c)", (package / "CMakeLists.txt").read_text())
        self.assertEqual(sorted(named), sorted(SOURCES))
        self.assertEqual(self.kconfig(package / "Kconfig"), {"CONFIG_TCEXEC_TLS": "y"})
        folder = scratch("esp-idf")
        shutil.copytree(package, folder / "components/tcexec")
        bearssl, jsmn = folder / "components/bearssl", folder / "components/jsmn"
        for component, text in zip((bearssl, jsmn), self.recipe(package, "cmake")):
            component.mkdir()
            (component / "CMakeLists.txt").write_text(text)
        for part in ("inc", "src"):
            (bearssl / part).symlink_to(BEARSSL / part)
        shutil.copy(JSMN / "jsmn.h", jsmn)
        for tls in ("y", "n"):
            with self.subTest(tls=tls):
                settings = self.kconfig(package / "Kconfig", TCEXEC_TLS=tls)
                self.assertEqual(settings, {"CONFIG_TCEXEC_TLS": tls})
                self.cmake(folder, "esp-idf.cmake", settings)

    def test_cmake_for_the_target(self) -> None:
        """BearSSL is compiled from its source. What is missing is named, with the setting that gives it."""
        package, folder = DIST / "cmake/tcexec", scratch("cmake-target")
        self.check_files(package, "include")
        shutil.copytree(package, folder / "tcexec")
        (folder / "bearssl").symlink_to(BEARSSL)
        settings: dict[str, str] = {"TCEXEC_TLS": "y"}
        for said, more in (("for this tool chain. Set TCEXEC_BEARSSL_SOURCE", {"TCEXEC_BEARSSL_SOURCE": "nowhere"}),
                           ("TCEXEC_BEARSSL_SOURCE: there is no", {"TCEXEC_BEARSSL_SOURCE": "bearssl"}),
                           ("Set TCEXEC_JSMN_INCLUDE_DIR", {"TCEXEC_JSMN_INCLUDE_DIR": str(JSMN)})):
            with self.assertRaises(AssertionError) as refused:
                self.cmake(folder, "cmake.cmake", settings, "TCEXEC_TLS")
            self.assertIn(said, " ".join(str(refused.exception).split()))
            settings.update(more)
        for tls in ("y", "n"):
            with self.subTest(tls=tls):
                self.cmake(folder, "cmake.cmake", {**settings, "TCEXEC_TLS": tls}, "TCEXEC_TLS")

    def test_cmake_makes_a_call(self) -> None:
        """As its README says: by both ways to add it, with BearSSL installed, from its source, and as a target."""
        added, fetched = self.recipe(package := DIST / "cmake/tcexec", "cmake")
        targets = ("add_library(bearssl INTERFACE)\ntarget_link_libraries(bearssl INTERFACE -l:libbearssl.a)\n"
                   f"add_library(jsmn INTERFACE)\ntarget_include_directories(jsmn SYSTEM INTERFACE {JSMN})\n")
        fetched = fetched.replace("/path/to/tcexec", str(package))
        source = [f"-DTCEXEC_BEARSSL_SOURCE={BEARSSL}", f"-DTCEXEC_JSMN_INCLUDE_DIR={JSMN}"]
        readme = ReadmeProgram("cmake-call")
        shutil.copytree(package, readme.folder / "third_party/tcexec")
        for name, recipe, options in (("added", added, []), ("fetched", fetched, []), ("added-source", added, source),
                                      ("fetched-source", fetched, source), ("targets", targets + added, [])):
            with self.subTest(name):
                (readme.folder / "CMakeLists.txt").write_text(
                    "cmake_minimum_required(VERSION 3.13)\nproject(app C)\nset(CMAKE_C_STANDARD 90)\n"
                    f"set(CMAKE_C_EXTENSIONS OFF)\nadd_executable(program program.c)\n{recipe}")
                build = readme.folder / name
                run("cmake", "-S", readme.folder, "-B", build, *options,
                    "-DCMAKE_C_FLAGS=-pedantic -Wall -Wextra -Wconversion -Wshadow -Werror")
                run("cmake", "--build", build, "-j2")
                self.assertEqual(readme.call(build / "program"), "XXX\n")
                self.assertEqual("bearssl" in run("readelf", "-d", build / "program"), name in ("added", "fetched"))

    def test_cmake_without_bearssl(self) -> None:
        nowhere = ["-DCMAKE_FIND_ROOT_PATH=/nowhere", "-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY"]
        with self.assertRaises(AssertionError) as refused:
            run("cmake", "-S", DIST / "cmake/tcexec", "-B", scratch("cmake-missing"), *nowhere)
        self.assertIn("Install Debian package libbearssl-dev.", " ".join(str(refused.exception).split()))

    def test_zephyr(self) -> None:
        package = DIST / "zephyr/tcexec"
        self.check_files(package, "include")
        module = json.loads(run("node", HERE / "judge.mjs", "yaml", package / "zephyr/module.yml"))
        self.assertEqual(module, {"name": "tcexec", "build": {"cmake": ".", "kconfig": "Kconfig"}})
        named = re.findall(r"src/(\w+\.c)", (package / "CMakeLists.txt").read_text())
        self.assertEqual(sorted(named), sorted(SOURCES))
        self.assertEqual(self.kconfig(package / "Kconfig")["CONFIG_TCEXEC"], "n")
        folder = scratch("zephyr")
        shutil.copytree(package, folder / "tcexec")
        (folder / "bearssl").symlink_to(BEARSSL)
        with self.assertRaisesRegex(AssertionError, "CONFIG_TCEXEC_JSMN_DIR: there is no"):
            self.cmake(folder, "zephyr.cmake", self.kconfig(package / "Kconfig", TCEXEC="y"))
        (folder / "jsmn").symlink_to(JSMN)
        for tls in ("y", "n"):
            with self.subTest(tls=tls):
                self.cmake(folder, "zephyr.cmake", self.kconfig(package / "Kconfig", TCEXEC="y", TCEXEC_TLS=tls))

    def test_platformio(self) -> None:
        package = DIST / "platformio"
        self.check_files(package, "include")
        manifests = [json.loads((package / "library.json").read_text()), *map(json.loads, self.recipe(package, "json"))]
        self.assertEqual([manifest["name"] for manifest in manifests], ["tcexec", "bearssl", "jsmn"])
        self.assertEqual([manifest["version"] for manifest in manifests], [VERSION, "0.6", "1.1.0"])
        folder = scratch("platformio")
        for part in ("inc", "src"):
            (folder / "lib/bearssl").mkdir(parents=True, exist_ok=True)
            (folder / "lib/bearssl" / part).symlink_to(BEARSSL / part)
        (folder / "lib/jsmn/include").mkdir(parents=True)
        shutil.copy(JSMN / "jsmn.h", folder / "lib/jsmn/include")
        shutil.copytree(package, folder / "lib/tcexec")
        shared, own = [], {}
        for manifest in manifests:  # include and src are what PlatformIO takes where a manifest names nothing else
            library, build = folder / "lib" / manifest["name"], manifest.get("build", {})
            shared.append(f"-I{library / build.get('includeDir', 'include')}")
            own[manifest["name"]] = [re.sub(r"^-(I) ", lambda flag: f"-{flag[1]}{library}/", flag).replace("-D ", "-D")
                                     for flag in build.get("flags", [])]
            for header in manifest.get("headers", []):
                self.assertTrue((library / build["includeDir"] / header).is_file(), header)
        for name, strict in (("tcexec", ["-Wall", "-Wextra", "-Werror"]), ("bearssl", [])):
            sources = sorted((folder / "lib" / name / "src").rglob("*.c"))
            self.compile_all(folder / name, sources, [*shared, *own[name], *strict])
        self.link(folder, shared, folder / "bearssl/lib.a")

    def test_arduino(self) -> None:
        package = DIST / "arduino"
        self.check_files(package, "src")
        properties = dict(line.split("=", 1) for line in (package / "library.properties").read_text().splitlines())
        self.assertTrue({"name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url",
                         "architectures"} <= set(properties))
        self.assertEqual((properties["name"], properties["version"]), ("tcexec", VERSION))
        self.assertTrue((package / "src" / properties["includes"]).is_file())
        folder = scratch("arduino")
        (folder / "bearssl-0.6").symlink_to(BEARSSL)
        (folder / "jsmn-1.1.0").symlink_to(JSMN)
        run("sh", "-e", "-c", self.recipe(package, "sh")[0], cwd=folder)
        shutil.copytree(package, folder / "libraries/tcexec")
        shared = [f"-I{library}/src" for library in (folder / "libraries").iterdir()]
        for name, strict in (("tcexec", ["-Wall", "-Wextra", "-Werror"]), ("BearSSL", [])):
            sources = sorted((folder / "libraries" / name / "src").rglob("*.c"))
            self.compile_all(folder / name, sources, [*shared, *strict])
        self.link(folder, shared, folder / "BearSSL/lib.a")

    def sketch(self, name: str) -> pathlib.Path:
        """The sketch as Arduino's builder hands it to the compiler, in a folder of its own."""
        folder = scratch(name)
        shutil.copytree(DIST / "arduino/examples/ExecuteFunction", folder, dirs_exist_ok=True)
        text = (folder / "ExecuteFunction.ino").read_text()
        (folder / "sketch.cpp").write_text(f"#include <Arduino.h>\n{text}")
        return folder

    def test_sketch_with_arduinos_headers(self) -> None:
        """Against the real Arduino.h and Client.h, of the AVR core: an int has 16 bits there."""
        folder, core = self.sketch("sketch-avr"), pathlib.Path("/usr/share/arduino/hardware/arduino/avr")
        flags = ["-mmcu=atmega2560", "-Os", "-DF_CPU=16000000L", "-DARDUINO=10819", "-DARDUINO_ARCH_AVR",
                 f"-I{DIST}/arduino/src", f"-I{core}/cores/arduino", f"-I{core}/variants/mega", *BEARSSL_FLAGS]
        shutil.copy(HERE / "standins/arduino/WiFi.h", folder)
        run("avr-g++", "-std=gnu++11", "-Wall", "-Wextra", "-Werror", *flags, f"-I{folder}", "-c", folder / "sketch.cpp",
            "-o", folder / "sketch.o")
        run("avr-gcc", "-std=gnu11", "-Wall", *flags, "-c", folder / "anchors.c", "-o", folder / "anchors.o")

    def test_sketch_makes_a_call(self) -> None:
        """On a PC whose WiFi client is a socket: verified TLS, the Result on the serial line; without roots, nothing."""
        folder = self.sketch("sketch-pc")
        certificates = stand.Certificates(folder)
        secrets = {"WIFI_NAME": "", "WIFI_PASSWORD": "", "SECRET_ID": stand.SECRET_ID, "SECRET_KEY": stand.SECRET_KEY}
        (folder / "secrets.h").write_text("".join(f'#define {name} "{value}"\n' for name, value in secrets.items()))
        with stand.Endpoint(certificates, "--lifetime", "60") as endpoint:
            address, port = endpoint.tls.split(":")
            flags = ["-Wall", "-Wextra", "-Werror", f"-I{DIST}/arduino/src", f"-I{HERE}/standins/arduino"]
            without = r"TCX_E_\w+ -\d+: there is no usable trust anchor.*\n"
            for roots, said, ran in (((folder / "roots.h").read_text(), without, 0),
                                     (run(BUILD / "tcexec", "anchors", certificates.root), r"XXX\n", 1)):
                (folder / "roots.h").write_text(roots)
                run("gcc", *flags, "-c", folder / "anchors.c", "-o", folder / "anchors.o")
                run("g++", "-std=gnu++11", *flags, "-DESP32", f'-DDIAL_ADDRESS="{address}"', f"-DDIAL_PORT={port}",
                    folder / "sketch.cpp", HERE / "standins/arduino/board.cpp", "-x", "none", folder / "anchors.o",
                    BUILD / "libtcexec.a", "-lbearssl", "-o", folder / "sketch")
                with subprocess.Popen([folder / "sketch"], stdout=subprocess.PIPE, text=True) as board:
                    line = board.stdout.readline()
                    board.terminate()
                self.assertRegex(line, f"\\A{said}\\Z")
                self.assertEqual(endpoint.state()["executions"]["total"], ran)


if __name__ == "__main__":
    unittest.main()
