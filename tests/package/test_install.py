"""Tests make install and make uninstall: the files they write, and a user's program in C and C++ that finds them."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stand  # noqa: E402

BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build")).resolve()
FOLDER = BUILD / "install-test"
VERSION = re.search(r'TCX_VERSION "(.*)"', (stand.ROOT / "include/tcexec.h").read_text())[1]
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}
CC = os.environ.get("CC", "gcc").split()
CXX = [re.sub(r"clang$", "clang++", re.sub(r"gcc$|\bcc$", "g++", CC[0])), *CC[1:]]
FLAGS = [flag for flag in os.environ.get("CFLAGS", "").split() if not flag.startswith("-I")]  # installed headers only
SANITIZED = any(flag.startswith("-fsanitize") for flag in FLAGS)
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Werror", *FLAGS]
COMPILERS = {"c": [*CC, "-x", "c", "-std=c99", *STRICT], "c++": [*CXX, "-x", "c++", "-std=c++11", *STRICT]}
SOURCE = stand.ROOT / "tests/package/consumer.c"
PROJECT = """cmake_minimum_required(VERSION 3.13)
project(consumer {language})
find_package(tcexec {version} REQUIRED)
add_executable(consumer consumer.{suffix})
target_link_libraries(consumer tcexec::tcexec)
"""


def make(goal: str, *variables: str, cwd: pathlib.Path = stand.ROOT) -> subprocess.CompletedProcess:
    """Runs make with the variables that the outer make was given (CC, CFLAGS …) and these."""
    outer = os.environ.get("MAKEFLAGS", "").partition("-- ")[2]
    environment = dict(os.environ, MAKEFLAGS=f" -- {outer}" if outer else "", MAKELEVEL="0")
    return subprocess.run(["make", "-C", str(stand.ROOT), goal, f"B={BUILD}", *variables], cwd=cwd, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def files(root: pathlib.Path) -> dict[str, int]:
    """The files below `root`, and their modes."""
    return {str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode)
            for path in root.rglob("*") if not path.is_dir()}


def flags(root: pathlib.Path, *options: str) -> list[str]:
    """What pkg-config says about tcexec below `root`."""
    environment = dict(os.environ, PKG_CONFIG_PATH=str(root / "lib/pkgconfig"))
    return subprocess.run(["pkg-config", *options, "tcexec"], check=True, env=environment, stdout=subprocess.PIPE,
                          text=True).stdout.split()


class Install(unittest.TestCase):
    """One install below a scratch root, moved to where nothing points, for all that build with it."""

    @classmethod
    def setUpClass(cls) -> None:
        shutil.rmtree(FOLDER, ignore_errors=True)
        done = make("install", f"DESTDIR={FOLDER}/root", "PREFIX=/usr")
        assert done.returncode == 0, done.stdout
        cls.root = FOLDER / "moved"
        shutil.move(FOLDER / "root/usr", cls.root)
        certificates = stand.Certificates(FOLDER / "certificates")
        cls.endpoint = stand.Endpoint(certificates, "--lifetime", "240").start()
        cls.addClassCleanup(cls.endpoint.stop)
        cls.arguments = [*cls.endpoint.tls.split(":"), str(certificates.root)]

    def build(self, name: str, language: str, options: list[str]) -> None:
        program = FOLDER / name
        done = subprocess.run([*COMPILERS[language], str(SOURCE), "-x", "none", *options, "-o", str(program)],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""), options)
        self.call(program)

    def call(self, program: pathlib.Path) -> None:
        before = self.endpoint.state()["executions"]["total"]
        done = subprocess.run([program, *self.arguments], env=KEYS, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "XXX\n", ""))
        self.assertEqual(self.endpoint.state()["executions"]["total"], before + 1)

    def test_plain_flags(self) -> None:
        for language in COMPILERS:
            with self.subTest(language):
                self.build(f"plain-{language}", language,
                           [f"-I{self.root}/include", f"-L{self.root}/lib", "-ltcexec", *bearssl(), "-pthread"])

    def test_pkg_config(self) -> None:
        self.assertEqual(flags(self.root, "--modversion"), [VERSION])
        for language in COMPILERS:
            with self.subTest(language):
                self.build(f"pkg-config-{language}", language, flags(self.root, "--cflags", "--libs"))

    def test_pkg_config_static(self) -> None:
        """With --static, and as a static program where the sanitizers, which have no static form, let it be one."""
        static = [] if SANITIZED else ["-static", "-Wl,--no-warnings"]
        for language in COMPILERS:
            with self.subTest(language):
                self.build(f"static-{language}", language,
                           [*static, *flags(self.root, "--static", "--cflags", "--libs")])
                if static:
                    kind = subprocess.run(["readelf", "-d", FOLDER / f"static-{language}"], stdout=subprocess.PIPE)
                    self.assertNotIn(b"NEEDED", kind.stdout)

    def cmake(self, name: str, language: str, version: str, *options: str) -> subprocess.CompletedProcess:
        """Configures and, where that succeeds, builds a project in FOLDER/name that wants `version`."""
        folder = FOLDER / name
        folder.mkdir()
        suffix = {"C": "c", "CXX": "cc"}[language]
        shutil.copy(SOURCE, folder / f"consumer.{suffix}")
        (folder / "CMakeLists.txt").write_text(PROJECT.format(language=language, version=version, suffix=suffix))
        compiler = (CC if language == "C" else CXX)[0]
        configure = ["cmake", "-S", str(folder), "-B", str(folder / "build"), f"-DCMAKE_PREFIX_PATH={self.root}",
                     f"-DCMAKE_{language}_COMPILER={compiler}", f"-DCMAKE_{language}_FLAGS={' '.join(STRICT)}",
                     *options]
        done = subprocess.run(configure, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode == 0:
            done = subprocess.run(["cmake", "--build", str(folder / "build")], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True)
        return done

    def test_cmake(self) -> None:
        for language in ("C", "CXX"):
            with self.subTest(language):
                done = self.cmake(f"cmake-{language}", language, VERSION)
                self.assertEqual(done.returncode, 0, done.stdout)
                self.call(FOLDER / f"cmake-{language}/build/consumer")

    def test_bearssl_elsewhere(self) -> None:
        """BEARSSL= is where the programs look too; without BearSSL, CMake says what is missing."""
        tree, root = FOLDER / "bearssl", FOLDER / "elsewhere"
        (tree / "inc").mkdir(parents=True)
        (tree / "inc/bearssl.h").write_text('#error "this one"\n')
        (tree / "build").mkdir()
        (tree / "build/libbearssl.a").write_text("")
        self.assertEqual(make("install", f"DESTDIR={root}", "PREFIX=/usr", f"BEARSSL={tree}").returncode, 0)
        self.assertIn(f"-I{tree}/inc", flags(root / "usr", "--cflags"))
        self.assertIn(f"-L{tree}/build", flags(root / "usr", "--libs"))
        done = self.cmake("elsewhere-cmake", "C", "", f"-DCMAKE_PREFIX_PATH={root}/usr")
        self.assertIn('#error "this one"', done.stdout)
        cache = (FOLDER / "elsewhere-cmake/build/CMakeCache.txt").read_text()
        for name in ("inc", "build/libbearssl.a"):
            self.assertTrue(f"={tree}/{name}\n" in cache, name)
        done = self.cmake("missing-cmake", "C", "", "-DTCEXEC_BEARSSL_LIBRARY=NOTFOUND",
                          "-DCMAKE_FIND_ROOT_PATH=/nowhere", "-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("bearssl.h was not found", " ".join(done.stdout.split()))

    def test_cmake_versions(self) -> None:
        """Another series and a newer version are refused; no wish is one that is met."""
        major, minor, patch = map(int, VERSION.split("."))
        for version, fits in {"": True, f"{major}.{minor}": True, f"{major}.{minor}.{patch + 1}": False,
                              f"{major}.{minor + 1}": False, f"{major + 1}.0": False}.items():
            with self.subTest(version):
                done = self.cmake(f"version-{version}", "C", version)
                self.assertEqual(done.returncode == 0, fits, done.stdout)

    def test_command(self) -> None:
        address, port, root = self.arguments
        done = subprocess.run([self.root / "bin/tcexec", "mps", "ExampleFunc", "XXX", "--connect", f"{address}:{port}",
                               "--ca", root], env=KEYS, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, "XXX\n"))

    def test_what_is_where(self) -> None:
        """Every public header and nothing else but what is named here; modes that everybody can read."""
        installed = files(self.root)
        headers = {str(path.relative_to(stand.ROOT)) for path in (stand.ROOT / "include").rglob("*.h")}
        extras = {"share/man/man1/tcexec.1": "port/command/tcexec.1",
                  "share/tcexec/tcexec.schema.json": "port/command/tcexec.schema.json",
                  "share/tcexec/tcexec-doctor.schema.json": "port/command/tcexec-doctor.schema.json",
                  "share/bash-completion/completions/tcexec": "port/command/completion/tcexec.bash",
                  "share/zsh/site-functions/_tcexec": "port/command/completion/_tcexec"}
        expected = {*headers, "include/tcx_posix.h", "lib/libtcexec.a", "lib/pkgconfig/tcexec.pc", "bin/tcexec",
                    "lib/cmake/tcexec/tcexec-config.cmake", "lib/cmake/tcexec/tcexec-config-version.cmake",
                    *(name for name, source in extras.items() if (stand.ROOT / source).exists())}
        self.assertEqual(set(installed), expected)
        for name, mode in installed.items():
            self.assertEqual(mode, 0o755 if name == "bin/tcexec" else 0o644, name)
        for file in (*self.root.rglob("*.cmake"), *self.root.rglob("*.pc")):
            self.assertNotRegex(file.read_text(), "@[A-Z_]+@|/usr|" + re.escape(str(stand.ROOT)))


class Uninstall(unittest.TestCase):
    """It removes what was installed and nothing else, wherever it was put."""

    def check(self, name: str, *variables: str, cwd: pathlib.Path = stand.ROOT) -> dict[str, int]:
        root = FOLDER / name
        shutil.rmtree(root, ignore_errors=True)
        done = make("install", *variables, cwd=cwd)
        self.assertEqual(done.returncode, 0, done.stdout)
        installed = files(root)
        other = next(root.rglob("tcexec/call.h")).with_name("other.h")
        other.write_text("")
        done = make("uninstall", *variables, cwd=cwd)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(list(files(root)), [str(other.relative_to(root))])
        other.unlink()
        self.assertEqual(make("uninstall", *variables, cwd=cwd).returncode, 0)
        self.assertEqual([path for path in root.rglob("tcexec")], [], "its own folders are left")
        return installed

    def test_destdir(self) -> None:
        self.assertIn("usr/local/include/tcexec.h", self.check("destdir", f"DESTDIR={FOLDER}/destdir"))

    def test_relative_destdir(self) -> None:
        """It is relative to the folder that make runs in."""
        relative = os.path.relpath(FOLDER / "relative", stand.ROOT)
        self.assertIn("opt/include/tcexec.h", self.check("relative", f"DESTDIR={relative}", "PREFIX=/opt"))

    def test_every_folder(self) -> None:
        """LIBDIR two levels down stays movable; INCLUDEDIR elsewhere is named as it is."""
        installed = self.check("folders", f"DESTDIR={FOLDER}/folders", "PREFIX=/p", "LIBDIR=/p/lib/triplet",
                               "BINDIR=/b", "INCLUDEDIR=/i", "MANDIR=/m", "DATADIR=/d", "BASHCOMPDIR=/bash",
                               "ZSHCOMPDIR=/zsh")
        for name in ("p/lib/triplet/libtcexec.a", "p/lib/triplet/pkgconfig/tcexec.pc", "b/tcexec", "i/tcexec/tls.h",
                     "d/tcexec/tcexec.schema.json"):
            self.assertIn(name, installed)
        make("install", f"DESTDIR={FOLDER}/folders", "PREFIX=/p", "LIBDIR=/p/lib/triplet", "INCLUDEDIR=/i", "PORT=none")
        text = (FOLDER / "folders/p/lib/triplet/pkgconfig/tcexec.pc").read_text()
        self.assertIn("prefix=${pcfiledir}/../../..\nlibdir=${prefix}/lib/triplet\nincludedir=/i\n", text)

    def test_without_port(self) -> None:
        """PORT=none: no command, no POSIX, neither in the archive nor in what is linked."""
        variables = (f"DESTDIR={FOLDER}/none", "PREFIX=/usr", "PORT=none")
        self.assertNotIn("usr/include/tcx_posix.h", installed := self.check("none", *variables))
        self.assertNotIn("usr/bin/tcexec", installed)
        make("install", *variables)
        root = FOLDER / "none/usr"
        self.assertNotIn("-pthread", flags(root, "--libs"))
        members = subprocess.run(["ar", "t", root / "lib/libtcexec.a"], stdout=subprocess.PIPE, text=True).stdout
        self.assertRegex(members, r"^tc\w+\.o\n")
        self.assertNotIn("posix", members)

    def test_refused_by_name(self) -> None:
        for variable in ("PREFIX=relative", "PREFIX=/slash/", "LIBDIR=/with a blank", "BINDIR=", "DESTDIR=a b",
                         "PORT=other"):
            for goal in ("install", "uninstall"):
                with self.subTest(f"{goal} {variable}"):
                    done = make(goal, variable)
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn(f'{variable.partition("=")[0]}="', done.stdout)


def bearssl() -> list[str]:
    """BearSSL as the build links it."""
    return os.environ.get("BEARSSL_LIBS", "-l:libbearssl.a").split()


if __name__ == "__main__":
    unittest.main()
