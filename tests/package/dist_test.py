"""Tests what make dist writes: the pair, the tarball and the bills of materials, with the tools that will read them."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import tarfile
import unittest
import uuid
import zipfile

from shared import (BEARSSL, BEARSSL_FLAGS, BUILD, CROSS, DIST, HERE, KEYS, TARGET, VERSION, ReadmeProgram, run,
                    scratch, stand)

TARBALL = f"tcexec-{VERSION}.tar.gz"
STRICT = ["-pedantic", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
PARTS = ["-DTCX_WITH_TLS", "-DTCX_WITH_POSIX"]


def tree(folder: pathlib.Path) -> dict[str, str]:
    """SHA-256 of each file."""
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*")) if path.is_file()}


class Pair(unittest.TestCase):
    def test_one_line_and_no_warning(self) -> None:
        """The files stand in it as they are: a name that two of them define is told here."""
        folder = scratch("warnings")
        for compiler, count in itertools.product(("gcc", "clang"), range(3)):
            for parts in itertools.combinations(PARTS, count):
                with self.subTest(compiler=compiler, parts=parts):
                    self.assertEqual(run(compiler, "-std=c99", *STRICT, "-O2", *parts, "-c", DIST / "tcexec.c",
                                         "-o", folder / "pair.o"), "")

    def test_for_the_target(self) -> None:
        run(CROSS, "-std=c99", *STRICT, *TARGET, *BEARSSL_FLAGS, PARTS[0], "-c", DIST / "tcexec.c", "-o",
            scratch("target") / "pair.o")

    def test_what_it_needs_and_shows(self) -> None:
        """Without parts: BearSSL and five functions, no data; every name that it shows begins with tcx_."""
        folder = scratch("names")
        object_file = folder / "pair.o"
        run("gcc", "-std=c99", "-Os", "-fno-pic", "-fno-pie", "-fno-stack-protector", "-c", DIST / "tcexec.c",
            "-o", object_file)
        undefined = re.findall(r"U (\w+)", run("nm", "-u", object_file))
        self.assertEqual([name for name in undefined if not name.startswith("br_")],
                         [name for name in ("memcmp", "memcpy", "memmove", "memset", "strlen") if name in undefined])
        self.assertEqual(run("size", object_file).splitlines()[1].split()[1:3], ["0", "0"], "data, bss")
        self.assertNotRegex(run("nm", object_file), "tcx_(tls|posix)", "parts that were not asked for")
        run("gcc", "-std=c99", *PARTS, "-c", DIST / "tcexec.c", "-o", object_file)
        shown = re.findall(r" [A-TV-Z] (\w+)", run("nm", "-g", object_file))
        self.assertGreater(len(shown), 50)
        self.assertEqual([name for name in shown if not name.startswith("tcx_")], [])

    def test_same_names_as_the_library(self) -> None:
        """What the archive shows, the pair shows, and nothing more."""
        object_file = scratch("same") / "pair.o"
        run("gcc", "-std=c99", *PARTS, "-c", DIST / "tcexec.c", "-o", object_file)
        shown = [set(re.findall(r" [A-TV-Z] (\w+)", run("nm", "-g", file)))
                 for file in (object_file, BUILD / "package/posix/libtcexec.a")]
        self.assertEqual(shown[0], shown[1])

    def test_call(self) -> None:
        """A program in C, and in C++, of this pair alone, makes a verified call."""
        folder = scratch("call")
        text = re.sub(r"#include <tc(?:exec.*|x_posix)\.h>\n", "", (HERE / "consumer.c").read_text())
        (folder / "program.c").write_text(text.replace("<stdlib.h>\n", '<stdlib.h>\n#include "tcexec.h"\n'))
        flags = [*PARTS, "-pedantic", "-Wall", "-Wextra", "-Werror", f"-I{DIST}"]
        run("gcc", "-std=c99", *flags, "-c", DIST / "tcexec.c", "-o", folder / "pair.o")
        certificates = stand.Certificates(folder)
        with stand.Endpoint(certificates, "--lifetime", "60") as endpoint:
            for compiler, language in ((["gcc", "-std=c99"], "c"), (["g++", "-std=c++11"], "c++")):
                program = folder / "program"
                run(*compiler, *flags, "-x", language, folder / "program.c", "-x", "none", folder / "pair.o",
                    "-lbearssl", "-pthread", "-o", program)
                self.assertEqual(run(program, *endpoint.tls.split(":"), certificates.root, env=KEYS), "XXX\n")
            self.assertEqual(endpoint.state()["executions"]["total"], 2)

    def test_programs_unchanged(self) -> None:
        """With the small headers: the README's program, and the contract suite. Only tcexec.c is given macros."""
        readme = ReadmeProgram("unchanged")
        strict = ["-std=c99", *STRICT, f"-I{DIST}"]
        run("gcc", *strict, *PARTS, "-c", DIST / "tcexec.c", "-o", readme.folder / "pair.o")
        run("gcc", *strict, readme.source, readme.folder / "pair.o", "-lbearssl", "-pthread", "-o",
            readme.folder / "program")
        self.assertEqual(readme.call(readme.folder / "program"), "XXX\n")
        run("gcc", *strict, "-c", stand.ROOT / "tests/transport/tcx_contract.c", "-o", readme.folder / "contract.o")

    def test_small_headers(self) -> None:
        """One for each header of the project. Each works alone, after tcexec.h, twice, in C and C++."""
        folder = scratch("headers")
        public = {str(path.relative_to(stand.ROOT / "include")) for path in (stand.ROOT / "include").rglob("*.h")}
        public.add("tcx_posix.h")
        made = {str(path.relative_to(DIST)) for path in (*DIST.glob("*.h"), *DIST.glob("tcexec/*.h"))}
        self.assertEqual(made, public)
        guards = {name: re.search(r"^#ifndef (\w+)", (stand.ROOT / place / name).read_text(), re.M)[1]
                  for name in public for place in ("include", "port/posix") if (stand.ROOT / place / name).is_file()}
        for name, guard in guards.items():
            for before in ([], ["tcexec.h"], [name]):
                lines = [f"#include <{header}>" for header in (*before, name)]
                (folder / "one.c").write_text("\n".join([*lines, f"#ifndef {guard}", "#error", "#endif", ""]))
                for compiler in (["gcc", "-std=c99", "-x", "c"], ["g++", "-std=c++11", "-x", "c++"]):
                    with self.subTest(name, before=before, compiler=compiler[0]):
                        self.assertEqual(run(*compiler, "-pedantic", "-Wall", "-Wextra", "-Werror", f"-I{DIST}",
                                             "-fsyntax-only", folder / "one.c"), "")

    def test_manual(self) -> None:
        """The opening comment names the macros; the lines it gives are the ones to compile with."""
        manual = (DIST / "tcexec.c").read_text().split("*/")[0]
        folder = scratch("manual")
        lines = re.findall(r"^ \*     (cc .*?-c tcexec\.c)", manual, re.M)
        self.assertEqual(len(lines), 3)
        for line in lines:
            run(*line.split(), cwd=folder_with_pair(folder))
        for part in PARTS:
            self.assertIn(part, manual)
        self.assertIn("Permission is hereby granted", manual)


def folder_with_pair(folder: pathlib.Path) -> pathlib.Path:
    for name in ("tcexec.c", "tcexec.h"):
        shutil.copy(DIST / name, folder)
    return folder


class BearsslForAChip(unittest.TestCase):
    """make bearssl: what it prints is what compiles and links."""

    def made(self, compiler: str, flags: str) -> list[str]:
        text = run("make", "-C", stand.ROOT, "bearssl", f"B={BUILD}", f"BEARSSL_SRC={BEARSSL}", f"CC={compiler}",
                   f"CFLAGS={flags}", env={"PATH": os.environ["PATH"]})
        size = int(re.search(r"(\d+) bytes", text)[1])
        self.assertGreater(size, 50000)
        self.assertLess(size, 1000000)
        return re.findall(r" (-[ILl]\S+)", text)

    def test_chip(self) -> None:
        """Everything that the library calls is in it, for this chip."""
        folder, chip = scratch("chip"), [*TARGET, "-mcpu=cortex-m4"]
        flags = self.made(CROSS, " ".join(chip))
        run(CROSS, *chip, "--specs=nosys.specs", "-Wl,--no-warnings", *BEARSSL_FLAGS[2:], PARTS[0],
            HERE / "standins/app.c", DIST / "tcexec.c", f"-I{DIST}", *flags, "-o", folder / "app")
        archive = next(flag for flag in flags if flag.startswith("-L"))[2:] + "/libbearssl.a"
        self.assertEqual(set(re.findall(r"Tag_CPU_arch: (.*)", run("arm-none-eabi-readelf", "-A", archive))), {"v7E-M"})

    def test_this_machine(self) -> None:
        readme = ReadmeProgram("chip-host")
        flags = self.made("gcc", "-O1")
        run("gcc", *PARTS, readme.source, DIST / "tcexec.c", f"-I{DIST}", *flags, "-pthread", "-o",
            readme.folder / "program")
        self.assertNotIn("bearssl", run("readelf", "-d", readme.folder / "program"))
        self.assertEqual(readme.call(readme.folder / "program"), "XXX\n")


class Distribution(unittest.TestCase):
    def test_checksums(self) -> None:
        run("sha256sum", "--check", "--strict", "SHA256SUMS", cwd=DIST)
        listed = {line.split("  ")[1] for line in (DIST / "SHA256SUMS").read_text().splitlines()}
        self.assertEqual(listed, set(tree(DIST)) - {"SHA256SUMS"})

    def unpacked(self, name: str) -> pathlib.Path:
        folder = scratch(name)
        run("tar", "-xzf", DIST / TARBALL, "-C", folder)
        return folder / f"tcexec-{VERSION}"

    def test_holds_what_git_tracks(self) -> None:
        root = self.unpacked("contents")
        tracked = run("git", "-C", stand.ROOT, "ls-files").split("\n")[:-1] if (stand.ROOT / ".git").exists() else \
            (stand.ROOT / ".files").read_text().split("\n")[1:-1]
        self.assertEqual(set(tree(root)), {*tracked, ".files"})
        self.assertTrue(os.access(root / ".ci/run", os.X_OK))

    def test_same_bytes(self) -> None:
        """From two other folders, without git, on two other days, in another zone, with another umask and language."""
        for name, day, zone, mask in (("one", "2031-02-03 04:05:06", "Asia/Shanghai", 0o022),
                                      ("two/three", "2027-11-12", "UTC+7", 0o077)):
            with self.subTest(name):
                root = self.unpacked(name)
                for path in root.rglob("*"):
                    os.utime(path, (1, 1))
                environment = {"PATH": os.environ["PATH"], "TZ": zone, "LC_ALL": "C", "HOME": "/"}
                run("faketime", day, "make", "-C", root, "dist", env=environment, umask=mask)
                self.assertEqual(tree(root / "build/dist"), tree(DIST))

    def test_source_date_epoch(self) -> None:
        """It dates what is dated, and nothing else changes."""
        root = self.unpacked("epoch")
        run("make", "-C", root, "dist", env={"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1000000000"})
        before, after = tree(DIST), tree(root / "build/dist")
        zips = {f"{ecosystem}/tcexec-{VERSION}.zip" for ecosystem in ("arduino", "platformio")}
        self.assertEqual({name for name in before if before[name] != after[name]},
                         {TARBALL, f"tcexec-{VERSION}.spdx.json", f"tcexec-{VERSION}.cdx.json", "SHA256SUMS", *zips})
        for name in zips:
            with zipfile.ZipFile(root / "build/dist" / name) as opened:
                self.assertEqual({entry.date_time for entry in opened.infolist()}, {(2001, 9, 9, 1, 46, 40)})
        with tarfile.open(root / "build/dist" / TARBALL) as archive:
            self.assertEqual({(member.mtime, member.uid, member.gid, member.uname, member.gname) for member in archive},
                             {(1000000000, 0, 0, "", "")})
        self.assertIn("2001-09-09T01:46:40Z", (root / f"build/dist/tcexec-{VERSION}.cdx.json").read_text())


class Bills(unittest.TestCase):
    """SPDX and CycloneDX, against the tarball itself: every file but the inputs of fuzz targets."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.tarball = (DIST / TARBALL).read_bytes()
        with tarfile.open(DIST / TARBALL) as archive:
            members = {member.name.split("/", 1)[1]: archive.extractfile(member).read() for member in archive}
        cls.inputs = {name for name in members if re.match("tests/fuzz/(corpus|regressions)/", name)}
        cls.sources = {name: data for name, data in members.items() if name not in cls.inputs}
        cls.purls = {f"pkg:generic/tcexec@{VERSION}", "pkg:generic/bearssl@0.6", "pkg:generic/jsmn@1.1.0"}

    def test_cyclonedx(self) -> None:
        path = DIST / f"tcexec-{VERSION}.cdx.json"
        run("node", HERE / "judge.mjs", "cyclonedx", path)
        document = json.loads(path.read_text())
        component = document["metadata"]["component"]
        self.assertEqual({part["purl"] for part in (component, *document["components"])}, self.purls)
        self.assertEqual(component["hashes"][0]["content"], hashlib.sha256(self.tarball).hexdigest())
        self.assertEqual({part["name"]: part["hashes"][0]["content"] for part in component["components"]},
                         {name: hashlib.sha256(data).hexdigest() for name, data in self.sources.items()})
        self.assertEqual(set(document["dependencies"][0]["dependsOn"]), self.purls - {component["purl"]})
        self.assertEqual(uuid.UUID(document["serialNumber"]).version, 5)

    def test_judge_refuses(self) -> None:
        """A document that is not CycloneDX 1.5 does not pass."""
        document = json.loads((DIST / f"tcexec-{VERSION}.cdx.json").read_text())
        document["components"][0]["licenses"][0]["license"]["id"] = "no such licence"
        path = scratch("refused") / "bom.json"
        path.write_text(json.dumps(document))
        with self.assertRaises(AssertionError):
            run("node", HERE / "judge.mjs", "cyclonedx", path)

    def test_spdx(self) -> None:
        """By the clauses of the SPDX 2.3 specification: what is mandatory, its form; each reference leads somewhere."""
        document = json.loads((DIST / f"tcexec-{VERSION}.spdx.json").read_text())
        self.assertEqual((document["spdxVersion"], document["dataLicense"], document["SPDXID"]),
                         ("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT"))  # 6.1 … 6.3
        self.assertRegex(document["documentNamespace"], r"^https://[^#\s]+-[0-9a-f-]{36}$")  # 6.5
        self.assertRegex(document["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")  # 6.9
        for creator in document["creationInfo"]["creators"]:
            self.assertRegex(creator, "^(Person|Organization|Tool): ")  # 6.8
        elements = [document, *document["packages"], *document["files"]]
        identifiers = [element["SPDXID"] for element in elements]
        self.assertEqual(len(set(identifiers)), len(identifiers))
        for identifier in identifiers:
            self.assertRegex(identifier, r"^SPDXRef-[A-Za-z0-9.-]+$")  # 7.2
        for relation in document["relationships"]:
            self.assertIn(relation["spdxElementId"], identifiers)
            self.assertIn(relation["relatedSpdxElement"], identifiers)
            self.assertIn(relation["relationshipType"], ("DESCRIBES", "DEPENDS_ON", "CONTAINS"))
        for package in document["packages"]:  # 7.1, 7.7, 7.13, 7.15
            self.assertTrue({"name", "downloadLocation", "licenseConcluded", "licenseDeclared"} <= set(package))
        purls = {package["externalRefs"][0]["referenceLocator"] for package in document["packages"]}
        self.assertEqual(purls, self.purls)
        ours = document["packages"][0]
        self.assertEqual(ours["checksums"][1]["checksumValue"], hashlib.sha256(self.tarball).hexdigest())
        found = {file["fileName"]: {one["algorithm"]: one["checksumValue"] for one in file["checksums"]}
                 for file in document["files"]}
        self.assertEqual(found, {f"./{name}": {"SHA1": hashlib.sha1(data).hexdigest(),
                                               "SHA256": hashlib.sha256(data).hexdigest()}
                                 for name, data in self.sources.items()})  # 8.4
        joined = "".join(sorted(hashlib.sha1(data).hexdigest() for data in self.sources.values()))
        self.assertEqual(ours["packageVerificationCode"]["packageVerificationCodeValue"],
                         hashlib.sha1(joined.encode()).hexdigest())  # 7.9
        self.assertEqual(set(ours["packageVerificationCode"]["packageVerificationCodeExcludedFiles"]),
                         {f"./{name}" for name in self.inputs})


if __name__ == "__main__":
    unittest.main()
