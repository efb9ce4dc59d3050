"""Tests the packages that make dist writes, each as its build system sees it."""

from __future__ import annotations

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest
import zipfile

from shared import (BEARSSL, BEARSSL_FLAGS, BUILD, CROSS, DIST, HERE, JSMN, TARGET, VERSION, ReadmeProgram, run,
                    scratch, stand)

SOURCES = {path.name for path in (stand.ROOT / "src").glob("*.c")}
ZEPHYR = HERE / "standins/zephyr"
TLS_SOURCES = {"tcx_tls.c", "tcx_client_chain.c", "tcx_client_pin.c", "tcx_client_trust.c", "tcx_x509.c",
               "tcx_tls_chain.c", "tcx_tls_pin.c", "tcx_tls_session.c", "tcx_tls_profile_full.c", "tcx_tls_x25519.c"}
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

    def idf_settings(self, project: pathlib.Path, target: str, **set_to: str) -> pathlib.Path:
        """A folder with the settings of an ESP-IDF project, as its build system makes them of Kconfig and defaults."""
        folder = project / f"config-{target}"
        folder.mkdir(exist_ok=True)
        (folder / "Kconfig").write_text(
            "config IDF_TARGET_LINUX\n bool \"linux\"\n"
            "config ESP_MAIN_TASK_STACK_SIZE\n int \"stack\"\n default 3584\n"
            f'source "{DIST}/esp-idf/tcexec/Kconfig"\n'
            + "".join(f'source "{file}"\n' for file in (project / "main").glob("Kconfig.projbuild")))
        (folder / "settings").write_text("".join(f"CONFIG_{name}={value}\n" for name, value in set_to.items())
                                         + f"CONFIG_IDF_TARGET_LINUX={'y' if target == 'linux' else 'n'}\n")
        script = ("import sys, kconfiglib\n"
                  "config = kconfiglib.Kconfig(sys.argv[1], warn=True)\n"
                  "for file in sys.argv[3:]: config.load_config(file, replace=False)\n"
                  "assert not config.warnings, config.warnings\n"
                  "config.write_autoconf(sys.argv[2] + '/sdkconfig.h', '')\n"
                  "with open(sys.argv[2] + '/sdkconfig.cmake', 'w') as out:\n"
                  "    for one in config.unique_defined_syms:\n"
                  "        value = '' if one.str_value == 'n' else one.str_value\n"
                  "        out.write(f'set(CONFIG_{one.name} \"{value}\")\\n')\n")
        run("/usr/bin/python3", "-c", script, folder / "Kconfig", folder, *project.glob("sdkconfig.defaults"),
            folder / "settings")
        return folder

    def idf_build(self, project: pathlib.Path, target: str, *options: str, **set_to: str) -> pathlib.Path:
        """Builds an ESP-IDF project with the stand-in; its build folder."""
        build = project / f"build-{target}"
        run("cmake", "-S", project, "-B", build, f"-DIDF_TARGET={target}",
            f"-DCONFIG_FOLDER={self.idf_settings(project, target, **set_to)}", *options,
            env={**os.environ, "IDF_PATH": str(HERE / "standins/esp-idf")})
        run("cmake", "--build", build, "-j2")
        return build

    def idf_package(self, name: str) -> pathlib.Path:
        """The component in a new folder, with BearSSL and jsmn where its README puts them."""
        component = scratch(name) / "tcexec"
        shutil.copytree(DIST / "esp-idf/tcexec", component)
        (component / "bearssl").symlink_to(BEARSSL)
        (component / "jsmn").symlink_to(JSMN)
        return component

    def test_esp_idf(self) -> None:
        package = DIST / "esp-idf/tcexec"
        self.check_files(package, "include")
        manifest = json.loads(run("node", HERE / "judge.mjs", "yaml", package / "idf_component.yml"))
        self.assertEqual((manifest["version"], manifest["license"]), (VERSION, "MIT"))
        self.assertEqual(manifest["dependencies"], {"idf": ">=5.0"})
        named = re.findall(r"src/(\w+\.c)", (package / "CMakeLists.txt").read_text())
        self.assertEqual(sorted(named), sorted(SOURCES))
        component = self.idf_package("esp-idf")
        project = component.parent
        (project / "main").mkdir()
        shutil.copy(HERE / "standins/app.c", project / "main")
        (project / "main/CMakeLists.txt").write_text(
            "idf_component_register(SRCS app.c ../tcexec/template/tcx_board.c INCLUDE_DIRS ../tcexec/template\n"
            "                       REQUIRES tcexec)\n")
        text, required = (project / "main/CMakeLists.txt").read_text(), self.recipe(package, "cmake")[0]
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.16)\nset(EXTRA_COMPONENT_DIRS tcexec)\n"
            "include($ENV{IDF_PATH}/tools/cmake/project.cmake)\nproject(app)\n")
        cross = ["-DCMAKE_SYSTEM_NAME=Generic", f"-DCMAKE_C_COMPILER={CROSS}", "-DWHOLE=tcexec",
                 f"-DCMAKE_C_FLAGS={' '.join(TARGET)} --specs=nosys.specs -std=gnu99 -Wl,--no-warnings"]
        for tls in ("BEARSSL", "NONE"):
            with self.subTest(tls=tls):
                build = self.idf_build(project, f"chip-{tls}", *cross, TCEXEC_SOCKETS="n", **{f"TCEXEC_TLS_{tls}": "y"})
                compiled = {path.name.removesuffix(".obj") for path in build.glob("tcexec/**/src/*.obj")}
                self.assertEqual(SOURCES - compiled, set() if tls == "BEARSSL" else TLS_SOURCES)
                for name in SOURCES & compiled:
                    self.assertLessEqual(exported(BUILD / "src" / name.replace(".c", ".o")), exported(build / "app.elf"), name)
                folders = {path.parent.name for path in build.rglob("*.obj") if "bearssl" in str(path)}
                self.assertEqual(folders == {"hash", "codec"}, tls == "NONE", folders)
        for name, said in (("bearssl", "CONFIG_TCEXEC_BEARSSL_DIR"), ("jsmn", "CONFIG_TCEXEC_JSMN_DIR")):
            with self.subTest(f"no {name}"), self.assertRaisesRegex(AssertionError, said):
                self.idf_build(project, "chip", *cross, **{said.removeprefix("CONFIG_"): '"nowhere"'})
        for wrong, said in (("REQUIRES tcexec other", "Failed to resolve component 'other' required by component 'main'"),
                            ("", "tcexec.h: No such file")):
            with self.subTest(wrong), self.assertRaisesRegex(AssertionError, said):
                (project / "main/CMakeLists.txt").write_text(text.replace("REQUIRES tcexec", wrong))
                self.idf_build(project, "chip", *cross, TCEXEC_SOCKETS="n")
        (project / "main/CMakeLists.txt").write_text(required.replace("main.c", "app.c"))
        self.idf_build(project, "chip", *cross, TCEXEC_SOCKETS="n")

    def test_esp_idf_examples(self) -> None:
        """Each example, for Linux and for a chip pretended on this machine: it prints what its README says.

        As they are delivered, those that make a call have no roots. They say so, and nothing is sent.
        """
        component = self.idf_package("esp-idf-examples")
        certificates = stand.Certificates(component.parent)
        anchors = run(BUILD / "tcexec", "anchors", certificates.root)
        examples = {"sign": 0, "execute_function": 1, "sleep_and_resume": 3}
        self.assertEqual({path.parent.name for path in component.glob("examples/*/sdkconfig.defaults")}, set(examples))
        for name, calls in examples.items():
            project = component / "examples" / name
            said = re.search(r"^It prints:\n\n```\n(.*?)```", (project / "README.md").read_text(), re.M | re.S)[1]
            for target in ("linux", "esp32c3"):
                with self.subTest(name, target=target), stand.Endpoint(certificates, "--lifetime", "1800") as endpoint:
                    address, port = endpoint.tls.split(":")
                    settings = {"EXAMPLE_SECRET_ID": f'"{stand.SECRET_ID}"', "EXAMPLE_PORT": port,
                                "EXAMPLE_SECRET_KEY": f'"{stand.SECRET_KEY}"',
                                "EXAMPLE_ADDRESS": f'"{address}"'} if calls > 0 else {}
                    program = self.idf_build(project, target, **settings) / f"{name}.elf"
                    if calls > 0 and target == "linux":
                        done = subprocess.run([program], stdout=subprocess.PIPE, text=True, timeout=60)
                        self.assertRegex(done.stdout, r"\ATCX_E_\w+ -\d+: there is no usable trust anchor")
                        self.assertEqual((done.returncode, endpoint.state()["executions"]["total"]), (1, 0))
                        (project / "main/anchors.h").write_text(anchors)
                        self.idf_build(project, target, **settings)
                    printed = run(program, timeout=60).replace("\r\n", "\n")
                    self.assertEqual(printed, said)
                    self.assertEqual(endpoint.state()["executions"]["total"], calls)
                    sizes = re.findall("MAIN_TASK_STACK_SIZE (.*)", (project / f"config-{target}/sdkconfig.h").read_text())
                    self.assertEqual(sizes, ["8192" if calls else "3584"])

    def test_esp_idf_with_mbedtls(self) -> None:
        """A call over TLS by mbedTLS, which main requires: of BearSSL, only hash functions are there."""
        component = self.idf_package("esp-idf-mbedtls")
        project, certificates = component / "examples/execute_function", stand.Certificates(component.parent)
        (project / "main/CMakeLists.txt").write_text(
            "idf_component_register(SRCS main.c PRIV_REQUIRES tcexec network mbedtls)\n")
        source = (project / "main/main.c").read_text()
        for old, new in (("static tcx_client_chain chain;\n", "static mbedtls_x509_crt roots;\nstatic tcx_mbedtls tls;\n"),
                         ('#include "anchors.h" /* tcexec anchors --tencent > main/anchors.h */\n',
                          "#include <tcx_mbedtls.h>\n"),
                         ("    tcx_client_init(&client, &sockets.port,",
                          "    mbedtls_x509_crt_init(&roots);\n"
                          f'    if (mbedtls_x509_crt_parse_file(&roots, "{certificates.root}") != 0)\n        abort();\n'
                          "    const tcx_mbedtls_config config = { .link = sockets.port.link, .anchors = &roots,\n"
                          "        .entropy = sockets.port.entropy, .entropy_context = sockets.port.context };\n"
                          "    if (tcx_mbedtls_init(&tls, &config) != TCX_OK)\n        abort();\n"
                          "    tcx_port port = sockets.port;\n    port.link = &tls.transport;\n"
                          "    tcx_client_init(&client, &port,")):
            self.assertEqual(source.count(old), 1, old)
            source = source.replace(old, new)
        source, count = re.subn(r"tcx_client_trust_chain\([^;]*;", "tcx_client_trust_link(&client);", source)
        self.assertEqual(count, 1)
        (project / "main/main.c").write_text(source.replace("records[TCX_TLS_BUFFER_DUPLEX], ", ""))
        with stand.Endpoint(certificates, "--lifetime", "1800") as endpoint:
            address, port = endpoint.tls.split(":")
            build = self.idf_build(project, "linux", TCEXEC_TLS_MBEDTLS="y", EXAMPLE_PORT=port,
                                   EXAMPLE_SECRET_ID=f'"{stand.SECRET_ID}"', EXAMPLE_SECRET_KEY=f'"{stand.SECRET_KEY}"',
                                   EXAMPLE_ADDRESS=f'"{address}"')
            self.assertEqual(run(build / "execute_function.elf", timeout=60), "XXX\n")
            self.assertEqual(endpoint.state()["executions"]["total"], 1)
        self.assertEqual({path.parent.name for path in build.rglob("*.o") if "bearssl" in str(path)}, {"hash", "codec"})

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

    def zephyr(self, application: pathlib.Path, build: pathlib.Path, *options: object) -> pathlib.Path:
        """Builds an application with the module, by what stands in for Zephyr; its program."""
        run("cmake", "-S", application, "-B", build, f"-DZephyr_DIR={ZEPHYR}", f"-DZEPHYR_MODULES={DIST / 'zephyr'}",
            *options)
        run("cmake", "--build", build, "-j2")
        return build / "zephyr"

    def test_zephyr(self) -> None:
        """For a chip, with TLS and without. Without, nothing of BearSSL's TLS is compiled."""
        package = DIST / "zephyr"
        self.check_files(package, "include")
        for name in (f"{part}/tcx_{part}.{ending}" for part in ("sockets", "mbedtls") for ending in "ch"):
            self.assertEqual((package / name).read_bytes(), (stand.ROOT / "port" / name).read_bytes())
        module = json.loads(run("node", HERE / "judge.mjs", "yaml", package / "zephyr/module.yml"))
        self.assertEqual(module, {"name": "tcexec", "build": {"cmake": ".", "kconfig": "Kconfig"}})
        named = re.findall(r"src/(\w+\.c)", (package / "CMakeLists.txt").read_text())
        self.assertEqual(set(named), SOURCES)
        folder = scratch("zephyr")
        chip = [f"-DCMAKE_C_COMPILER={CROSS}", "-DCMAKE_SYSTEM_NAME=Generic",
                f"-DCMAKE_C_FLAGS={' '.join(TARGET)} --specs=nosys.specs -std=gnu99 -Wl,--no-warnings"]
        without = folder / "without.conf"
        without.write_text(f'CONFIG_TCEXEC_BEARSSL_DIR="{BEARSSL}"\n')
        with self.assertRaisesRegex(AssertionError, "CONFIG_TCEXEC_JSMN_DIR: there is no"):
            self.zephyr(ZEPHYR / "application", folder / "without", *chip, f"-DEXTRA_CONF_FILE={without}")
        for tls in ("BEARSSL", "NONE"):
            with self.subTest(tls=tls):
                settings = folder / f"{tls}.conf"
                settings.write_text(f"{self.zephyr_folders()}CONFIG_TCEXEC_TLS_{tls}=y\n")
                program = self.zephyr(ZEPHYR / "application", folder / tls, *chip, f"-DEXTRA_CONF_FILE={settings}")
                compiled = {path.name.removesuffix(".obj") for path in folder.glob(f"{tls}/modules/**/*.obj")}
                of_tls = [name for name in compiled if name.startswith(("tcx_tls", "ssl", "x509", "rsa", "ec_"))]
                self.assertEqual(of_tls != [], tls == "BEARSSL", of_tls)
                for name in SOURCES & compiled:
                    self.assertLessEqual(exported(BUILD / "src" / name.replace(".c", ".o")), exported(program), name)
                self.assertEqual(SOURCES - compiled, set() if tls == "BEARSSL" else TLS_SOURCES)

    def zephyr_folders(self) -> str:
        return f'CONFIG_TCEXEC_BEARSSL_DIR="{BEARSSL}"\nCONFIG_TCEXEC_JSMN_DIR="{JSMN}"\n'

    def says(self, sample: pathlib.Path) -> str:
        """What the README of a sample says that it prints."""
        return self.recipe(sample, "text")[0]

    def zephyr_settings(self, folder: pathlib.Path, endpoint: stand.Endpoint, roots: pathlib.Path) -> str:
        """The option that sets what a user sets in a sample, to call the endpoint."""
        address, port = endpoint.tls.split(":")
        settings = folder / "secrets.conf"
        settings.write_text(f'{self.zephyr_folders()}CONFIG_TCEXEC_ROOTS="{roots}"\n'
                            f'CONFIG_SAMPLE_SECRET_ID="{stand.SECRET_ID}"\n'
                            f'CONFIG_SAMPLE_SECRET_KEY="{stand.SECRET_KEY}"\n'
                            f'CONFIG_SAMPLE_ADDRESS="{address}"\nCONFIG_SAMPLE_PORT={port}\n')
        return f"-DEXTRA_CONF_FILE={settings}"

    def test_zephyr_sample_signs(self) -> None:
        """The bytes are those of the command."""
        folder, sample = scratch("zephyr-sign"), DIST / "zephyr/samples/sign"
        settings = folder / "folders.conf"
        settings.write_text(self.zephyr_folders())
        program = self.zephyr(sample, folder / "build", f"-DEXTRA_CONF_FILE={settings}")
        printed = run(program).replace("\r\n", "\n")
        keys = {"TENCENTCLOUD_SECRET_ID": "AKIDEXAMPLE", "TENCENTCLOUD_SECRET_KEY": "SKEXAMPLE"}
        wanted = run(BUILD / "tcexec", "mps", "ExampleFunc", "XXX", "--time", "1700000000", "--dry-run", env=keys)
        self.assertEqual(printed, wanted.replace("\r\n", "\n") + "\n")
        self.assertEqual(printed, self.says(sample))

    def test_zephyr_sample_calls(self) -> None:
        """On each board, and with roots in PEM; without roots it does not build, and its words are a command."""
        folder, sample = scratch("zephyr-call"), DIST / "zephyr/samples/execute_function"
        certificates = stand.Certificates(folder)
        roots = folder / "anchors.h"
        with stand.Endpoint(certificates, "--lifetime", "300") as endpoint:
            with self.assertRaises(AssertionError) as refused:
                self.zephyr(sample, folder / "without", self.zephyr_settings(folder, endpoint, roots))
            self.assertIn(f"tcexec anchors --tencent > {roots}", " ".join(str(refused.exception).split()))
            roots.write_text(run(BUILD / "tcexec", "anchors", certificates.root))
            for board, file in (("native_sim/native/64", roots), ("mps2/an385", certificates.root)):
                with self.subTest(board):
                    endpoint.control("POST", "reset")
                    program = self.zephyr(sample, folder / "build", self.zephyr_settings(folder, endpoint, file),
                                          f"-DBOARD={board}", f"-DTCEXEC_COMMAND={BUILD / 'tcexec'}")
                    self.assertEqual(run(program), self.says(sample))
                    self.assertEqual(endpoint.state()["executions"]["total"], 1)
            self.assertRegex(run(program), r"code: InvalidParameterValue\.SessionId\n")
            self.assertEqual(endpoint.state()["executions"]["total"], 1)

    def test_zephyr_sample_calls_over_mbedtls(self) -> None:
        """Nothing of BearSSL's TLS is compiled. A server with another root gets nothing."""
        folder, sample = scratch("zephyr-mbedtls"), DIST / "zephyr/samples/execute_function_mbedtls"
        certificates, others = stand.Certificates(folder), stand.Certificates(folder / "others")
        with stand.Endpoint(certificates, "--lifetime", "300") as endpoint:
            for roots in (certificates.root, others.root):
                option = self.zephyr_settings(folder, endpoint, roots)
                settings = folder / "secrets.conf"
                settings.write_text(settings.read_text().replace("CONFIG_TCEXEC_ROOTS", "CONFIG_SAMPLE_ROOTS"))
                program = self.zephyr(sample, folder / "build", option, "-DBOARD=native_sim/native/64")
                if roots == certificates.root:
                    self.assertEqual(run(program), self.says(sample))
                else:
                    self.assertRegex(run(program), r"\ATCX_E_X509_UNTRUSTED\b.*\nnot sent\b")
                self.assertEqual(endpoint.state()["executions"]["total"], 1)
        self.assertNotRegex(run("nm", program), r" br_(ssl|x509|rsa|ec)_")

    def test_zephyr_sample_sleeps_and_resumes(self) -> None:
        folder, sample = scratch("zephyr-sleep"), DIST / "zephyr/samples/sleep_and_resume"
        certificates = stand.Certificates(folder)
        roots = folder / "anchors.h"
        roots.write_text(run(BUILD / "tcexec", "anchors", certificates.root))
        with stand.Endpoint(certificates, "--lifetime", "300") as endpoint:
            program = self.zephyr(sample, folder / "build", self.zephyr_settings(folder, endpoint, roots),
                                  "-DBOARD=native_sim/native/64")
            self.assertEqual(run(program), self.says(sample))
            state = endpoint.state()
            self.assertEqual((state["tls"]["full"], state["tls"]["resumed"], state["executions"]["total"]), (1, 2, 3))

    def libraries(self, name: str, ecosystem: str) -> pathlib.Path:
        """A folder with tcexec as a user unpacks it, and with the two libraries that its script makes."""
        folder = scratch(name)
        package = DIST / ecosystem / "tcexec"
        archive = DIST / ecosystem / f"tcexec-{VERSION}.zip"
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
        self.assertEqual({path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()},
                         {path.relative_to(package.parent): path.read_bytes() for path in package.rglob("*")
                          if path.is_file()})
        command = ["sh", folder / "tcexec/extras/libraries.sh"]
        with self.assertRaisesRegex(AssertionError, "there is no .*/src/inner.h"):
            run(*command, folder, JSMN, folder)
        run(*command, BEARSSL, JSMN, folder)
        self.assertEqual({path.name for path in (folder / "BearSSL/src/bearssl").glob("*.c")},
                         {path.name for path in (BEARSSL / "src").rglob("*.c")})
        for path in (BEARSSL / "src").rglob("*.c"):
            self.assertEqual((folder / "BearSSL/src/bearssl" / path.name).read_bytes(), path.read_bytes())
        return folder

    def test_platformio(self) -> None:
        """With the include paths that PlatformIO takes from the three manifests."""
        self.check_files(DIST / "platformio/tcexec", "include")
        folder, shared = self.libraries("platformio", "platformio"), []
        for name, version in (("tcexec", VERSION), ("BearSSL", "0.6.0"), ("jsmn", "1.1.0")):
            manifest = json.loads((folder / name / "library.json").read_text())
            self.assertEqual((manifest["name"], manifest["version"]), (name, version))
            self.assertEqual((manifest["frameworks"], manifest["platforms"], manifest["license"]), ("*", "*", "MIT"))
            places = [folder / name / place for place in ("include", "src")]  # what it takes where nothing is named
            shared += [f"-I{place}" for place in places if place.is_dir()]
            for header in manifest.get("headers", []):
                self.assertTrue((places[0] / header).is_file(), header)
        self.compile_libraries(folder, shared)

    def compile_libraries(self, folder: pathlib.Path, shared: list[str]) -> None:
        for name, strict in (("tcexec", ["-Wall", "-Wextra", "-Werror"]), ("BearSSL", [])):
            sources = sorted((folder / name / "src").rglob("*.c"))
            self.compile_all(folder / "built" / name, sources, [*shared, *strict])
        self.link(folder / "built", shared, folder / "built/BearSSL/lib.a")

    def test_arduino(self) -> None:
        """With the include paths of Arduino's builder. The builder itself is in arduino_test.py."""
        self.check_files(DIST / "arduino/tcexec", "src")
        folder = self.libraries("arduino", "arduino")
        for name, version in (("tcexec", VERSION), ("BearSSL", "0.6.0"), ("jsmn", "1.1.0")):
            text = (folder / name / "library.properties").read_text()
            properties = dict(line.split("=", 1) for line in text.splitlines())
            self.assertLessEqual({"author", "maintainer", "sentence", "paragraph", "category", "url", "architectures"},
                                 set(properties))
            self.assertNotIn("", properties.values())
            self.assertEqual((properties["name"], properties["version"]), (name, version))
        self.assertTrue((folder / "tcexec/src/tcexec.h").is_file())
        self.compile_libraries(folder, [f"-I{folder / name}/src" for name in ("tcexec", "BearSSL", "jsmn")])

    def sketch(self, name: str, folder: pathlib.Path) -> None:
        """A sketch as Arduino's builder hands it to the compiler."""
        shutil.copytree(DIST / "arduino/tcexec/examples" / name, folder, dirs_exist_ok=True)
        text = (folder / f"{name}.ino").read_text()
        (folder / "sketch.cpp").write_text(f"#include <Arduino.h>\n{text}")

    def test_sketches_with_arduinos_headers(self) -> None:
        """Against the real Arduino.h and Client.h, of the AVR core: an int has 16 bits there."""
        core = pathlib.Path("/usr/share/arduino/hardware/arduino/avr")
        flags = ["-mmcu=atmega2560", "-Os", "-DF_CPU=16000000L", "-DARDUINO=10819", "-DARDUINO_ARCH_AVR",
                 "-DDECIMAL_DIG=__DECIMAL_DIG__", f"-I{DIST}/arduino/tcexec/src", f"-I{core}/cores/arduino",
                 f"-I{core}/variants/mega", *BEARSSL_FLAGS]
        for name in ("Sign", "ExecuteFunction", "ModemTls"):
            with self.subTest(name):
                self.sketch(name, folder := scratch(f"sketch-avr/{name}"))
                for header in ("WiFi.h", "WiFiNINA.h", "esp_random.h"):
                    shutil.copy(HERE / "standins/arduino" / header, folder)
                if (folder / "anchors.h").is_file():
                    certificates = stand.Certificates(folder)
                    (folder / "anchors.h").write_text(run(BUILD / "tcexec", "anchors", certificates.root))
                text = (folder / "sketch.cpp").read_text()
                declared = "void configTime(long, int, const char *);\n"  # of the core of an ESP32
                (folder / "sketch.cpp").write_text(text.replace("\n", f"\n{declared}", 1))
                run("avr-g++", "-std=gnu++11", "-Wall", "-Wextra", "-Werror", *flags, f"-I{folder}", "-c",
                    folder / "sketch.cpp", "-o", folder / "sketch.o")

    def on_a_pc(self, name: str, folder: pathlib.Path, dial: str) -> list[str]:
        """Runs a sketch on a PC. What its serial line has shown, up to its second line or its end."""
        address, port = dial.split(":")
        secrets = {"WIFI_NAME": "", "WIFI_PASSWORD": "", "SECRET_ID": stand.SECRET_ID, "SECRET_KEY": stand.SECRET_KEY}
        (folder / "secrets.h").write_text("".join(f'#define {name} "{value}"\n' for name, value in secrets.items()))
        run("g++", "-std=gnu++11", "-Wall", "-Wextra", "-Werror", f"-I{DIST}/arduino/tcexec/src",
            f"-I{HERE}/standins/arduino", f'-DDIAL_ADDRESS="{address}"', f"-DDIAL_PORT={port}", folder / "sketch.cpp",
            HERE / "standins/arduino/board.cpp", BUILD / "libtcexec.a", "-lbearssl", "-o", folder / "sketch")
        with subprocess.Popen([folder / "sketch"], cwd=folder, stdout=subprocess.PIPE, text=True) as board:
            lines = [board.stdout.readline() for _ in range(2)]
            board.terminate()
        return lines

    def test_port_of_arduino_keeps_the_contract(self) -> None:
        """Over a Client that keeps bytes over its stop(). A Client's connect() blocks: two checks are left out."""
        folder, tests = scratch("arduino-contract"), stand.ROOT / "tests/transport"
        flags = [f"-I{DIST}/arduino/tcexec/src", f"-I{HERE}/standins/arduino", f"-I{HERE}/standins/arduino-contract",
                 f"-I{tests}"]
        for name in ("contract_main", "tcx_contract"):
            run("gcc", "-std=gnu99", "-Dmain=contract_main", *flags, "-c", tests / f"{name}.c", "-o",
                folder / f"{name}.o")
        run("g++", "-std=gnu++11", "-Wall", "-Wextra", "-Werror", *flags, HERE / "standins/arduino-contract/board.cpp",
            HERE / "standins/arduino/board.cpp", folder / "contract_main.o", folder / "tcx_contract.o",
            BUILD / "libtcexec.a", "-o", folder / "contract")
        with subprocess.Popen(["python3", tests / "peer.py", "127.0.0.1"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as peer:  # it ends with its standard input
            port = peer.stdout.readline().split()[1]
            said = run(folder / "contract", env={"PEER_PORT": port})
        self.assertIn("ok 3 - open-twice\n", said)
        self.assertEqual((said.count("# SKIP"), said.count("not ok")), (2, 0), said)

    def test_first_sketch_makes_a_call(self) -> None:
        """Verified TLS, and the Result on the serial line; without roots, nothing; a second time, the refusal."""
        self.sketch("ExecuteFunction", folder := scratch("sketch-call"))
        certificates = stand.Certificates(folder)
        with stand.Endpoint(certificates, "--lifetime", "60") as endpoint:
            first = self.on_a_pc("ExecuteFunction", folder, endpoint.tls)
            self.assertRegex(first[0], r"\ATCX_E_\w+ -\d+: there is no usable trust anchor")
            self.assertEqual(endpoint.state()["executions"]["total"], 0)
            (folder / "anchors.h").write_text(run(BUILD / "tcexec", "anchors", certificates.root))
            self.assertEqual(self.on_a_pc("ExecuteFunction", folder, endpoint.tls), ["XXX\n", ""])
            again = self.on_a_pc("ExecuteFunction", folder, endpoint.tls)
            self.assertEqual((again[0].split(":")[0], again[1].split(";")[0]), ("TCX_E_API -700", "answered"))
            self.assertEqual(endpoint.state()["executions"]["total"], 1)

    def test_sketch_sleeps_and_resumes(self) -> None:
        """It has a session after the first handshake. Power-on has none."""
        self.sketch("SleepAndResume", folder := scratch("sketch-sleep"))
        certificates = stand.Certificates(folder)
        (folder / "anchors.h").write_text(run(BUILD / "tcexec", "anchors", certificates.root))
        with stand.Endpoint(certificates, "--lifetime", "60") as endpoint:
            for _ in range(2):
                (folder / "rtc.bin").unlink(missing_ok=True)
                self.assertEqual(self.on_a_pc("SleepAndResume", folder, endpoint.tls),
                                 ["XXX (full handshake)\n", "XXX (TLS session resumed)\n"])
            self.assertEqual(endpoint.state()["tls"]["full"], 2)

    def test_sketch_with_a_modems_tls(self) -> None:
        """The PC's module makes no TLS: the endpoint's plain port."""
        self.sketch("ModemTls", folder := scratch("sketch-modem"))
        with stand.Endpoint(stand.Certificates(folder), "--lifetime", "60") as endpoint:
            self.assertEqual(self.on_a_pc("ModemTls", folder, endpoint.plain), ["XXX\n", ""])
            self.assertEqual(endpoint.state()["executions"]["total"], 1)


if __name__ == "__main__":
    unittest.main()
