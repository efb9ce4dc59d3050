#!/usr/bin/env python3
"""Tests of help, the manual page, completion, versions, mistyped words and colours."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import socket
import subprocess
import unittest
from pathlib import Path
from typing import Any, Dict, List, Tuple

from harness import (COMMAND, DONE, PRODUCTS, ROOT, USAGE, Case, at, endpoint, environment, folder, option_of, run,
                     stand_up, wait_until)

PORT = ROOT / "port/command"
MANUAL = (PORT / "tcexec.1").read_text()
BASH, ZSH = PORT / "completion/tcexec.bash", PORT / "completion/_tcexec"
OPTION = r"(?<![\w-])(--[a-z][a-z-]*|-v)(?![\w-])"


def setUpModule() -> None:
    stand_up()


def in_help(*words: str) -> str:
    return run(*words, "--help").stdout.decode()


def open_terminal() -> Tuple[int, int]:
    """A pseudo-terminal, and its other end."""
    try:
        return pty.openpty()
    except OSError as none:
        raise unittest.SkipTest(f"no pseudo-terminal: {none}")


def examples(text: str) -> List[str]:
    """The command lines under the heading "Examples:"."""
    return [line.strip() for line in text.partition("Examples:\n")[2].splitlines()]


class Option:
    """An option as `tcexec help words` has it."""

    def __init__(self, name: str, commands: str, value: str, excluded: str, about: str) -> None:
        self.name, self.takes_value, self.about = name, value != "-", about
        self.commands, self.excluded = set(commands.split(",")), set(excluded.split(",")) - {"-"}


WORDS = [line.split(" ", 4) for line in run("help", "words").stdout.decode().splitlines()]
SERVICES = [name for name, kind, *_ in WORDS if kind == "service"]
COMMANDS = [name for name, kind, *_ in WORDS if kind in ("service", "command")]
TABLE = [Option(*row) for row in WORDS if row[0].startswith("-")]
OPTIONS = {option.name for option in TABLE}


class Help(Case):
    def test_it_fits_a_screen(self) -> None:
        for words in ((), ("mps",), ("doctor",), ("anchors",)):
            done = run(*words, "--help")
            self.check(done, DONE, "^$")
            lines = done.stdout.decode().splitlines()
            self.assertLessEqual(len(lines), 24)
            self.assertLessEqual(max(map(len, lines)), 80)
            self.assertEqual(len(examples(done.stdout.decode())), 3)
        self.assertEqual(in_help(), in_help("mps"))
        self.assertEqual(run("-h").stdout.decode(), in_help())
        done = run()
        self.check(done, USAGE, re.escape(in_help()), b"")
        for words, page in {(): (), ("mps",): (), ("vod",): (), ("doctor",): ("doctor",), ("anchors",): ("anchors",),
                            ("help",): ()}.items():
            done = run("help", *words)
            self.check(done, DONE, "^$", in_help(*page).encode())
        self.check(run("help", "doctro"), USAGE, r"unknown service 'doctro': did you mean doctor\?", b"")
        self.check(run("help", "doctor", "mps"), USAGE, "one argument too many: 'mps'", b"")

    def test_what_a_call_and_the_doctor_take(self) -> None:
        services = r" ?\| ?".join(SERVICES)
        for page in (in_help(), in_help("doctor"), MANUAL.replace("\n.", " ").lower()):
            self.assertRegex(page, rf"(?is)doctor.{{1,20}}\[? ?(cm )?{services}.{{1,9}}function")
        for page in (in_help(), MANUAL.replace("\n.", " ").lower()):
            self.assertEqual(len(re.findall(rf"(?is){services}.{{1,9}}function", page)), 2)

    def test_the_examples_work_as_they_are_printed(self) -> None:
        """By a shell, with a `tcexec` in its path that dials the endpoint and trusts its root."""
        path = folder / "bin"
        path.mkdir()
        tcexec = path / "tcexec"
        tcexec.write_text(f'#!/bin/sh\ncase $1 in anchors) exec {COMMAND} "$@" ;; esac\n'
                          f'exec {COMMAND} {at(endpoint.tls_port)} --ca=root.pem "$@"\n')
        tcexec.chmod(0o755)
        lines = [line for words in ((), ("doctor",), ("anchors",)) for line in examples(in_help(*words))]
        lines += [line.replace(r"\(dq", '"') for line in re.findall(r"^\.Dl \$ (.*)", MANUAL, re.M)]
        self.assertEqual(len(lines), 14)
        for line in lines:
            with self.subTest(line=line):
                endpoint.reset()  # or a SessionId would be the same as before
                names = environment(PATH=f"{path}:{os.environ['PATH']}")
                done = subprocess.run(["sh", "-c", line], cwd=folder, env=names, capture_output=True, timeout=30)
                self.assertEqual(done.returncode, DONE, done.stderr)
                self.assertEqual(endpoint.executed(), 0 if re.search("doctor( vod.*)?$|anchors", line) else 1)

    def test_one_set_of_options_everywhere(self) -> None:
        pages = {words: set(re.findall(OPTION, in_help(*words))) for words in ((), ("doctor",), ("anchors",))}
        manual = {"-" + name for name in re.findall(r"^\.It Fl (-?[a-z-]+)", MANUAL, re.M)}
        self.assertGreater(len(OPTIONS), 25)
        self.assertEqual(pages[()] | pages["anchors",], OPTIONS)
        for page in pages.values():
            self.assertLessEqual(page, OPTIONS)
        self.assertEqual(manual, OPTIONS)
        for option in OPTIONS:
            self.assertNotIn(b"unknown option", run(option).stderr)

    def test_every_service_and_its_parameters(self) -> None:
        """They are those of the endpoint, which knows nothing of the command's tables."""
        self.assertEqual(SERVICES, list(PRODUCTS))
        own = {service: set(map(option_of, product.optional)) for service, product in PRODUCTS.items()}
        for option in TABLE:
            services = [service for service in PRODUCTS if option.name in own[service]]
            said = re.search(r"(?: \((.*)\))?$", option.about)[1]  # type: ignore[index]
            self.assertEqual(said, ", ".join(services) or None, option.name)
        for service in PRODUCTS:
            listed = re.search(rf"(?m)^  with {service}:(.*(?:\n {{8,}}.*)*)$", in_help())
            self.assertEqual(set(re.findall(OPTION, listed[1] if listed else "")), own[service])

    def test_options_that_contradict_each_other(self) -> None:
        for option in TABLE:
            for other in TABLE:
                if other.name in option.excluded:
                    self.assertIn(option.name, other.excluded)
                    words = [each.name + "=x" * each.takes_value for each in (option, other)]
                    said = " contradict each other| each set the output"
                    self.check(run(*words, "mps", "F"), USAGE, said, b"")
            self.assertLessEqual(option.excluded, OPTIONS)

    def test_an_option_of_another_command(self) -> None:
        for command, words in {"call": ("mps", "F"), "doctor": ("doctor",), "anchors": ("anchors", "x")}.items():
            for option in TABLE:
                if command not in option.commands:
                    word = f"{option.name}=1" if option.takes_value else option.name
                    self.check(run(*words, word), USAGE, f"{option.name} does not apply to ", b"")

    def test_versions(self) -> None:
        done = run("--version")
        self.check(done, DONE, "^$")
        shown = re.fullmatch(r"tcexec (\S+) \(BearSSL (.+), jsmn (.+)\)\n", done.stdout.decode())
        version = re.search(r'TCX_VERSION "(.*)"', (ROOT / "include/tcexec.h").read_text())
        self.assertEqual(shown[1], version[1])  # type: ignore[index]
        for package, part in (("libbearssl-dev", 2), ("libjsmn-dev", 3)):
            query = subprocess.run(["dpkg-query", "-W", "-f=${Version}", package], capture_output=True, text=True)
            if query.returncode == 0:
                self.assertIn(shown[part], (query.stdout, "of unknown version"))  # type: ignore[index]


class Mistyped(Case):
    def test_the_nearest_is_suggested(self) -> None:
        services = f"{', '.join(SERVICES[:-1])} or {SERVICES[-1]}"
        for words, said in [
            (["--sesion-id=1", "vod", "F"], r"unknown option --sesion-id: did you mean --session-id\?"),
            (["--jsno", "mps", "F"], r"did you mean --json\?"),
            (["--timeuot", "1", "mps", "F"], r"did you mean --timeout\?"),
            (["--verison"], r"did you mean --version\?"),
            (["--hots", "h", "mps", "F"], r"did you mean --host\?"),
            (["--completely-else", "mps", "F"], "unknown option --completely-else: see tcexec --help"),
            (["msp", "F"], r"unknown service 'msp': did you mean mps\?"),
            (["vdo", "F"], r"did you mean vod\?"),
            (["docter"], r"did you mean doctor\?"),
            (["hlep"], r"did you mean help\?"),
            (["anchor", "root.pem"], r"did you mean anchors\?"),
            (["doctor", "vodd"], r"did you mean vod\?"),
            (["doctor", "help"], f"unknown service 'help': give {services}. See tcexec doctor --help"),
            (["mp", "F"], f"unknown service 'mp': give {services},"),  # half of it differs
            (["cvm", "F"], f"unknown service 'cvm': give {services},"),
            (["x" * 500], "unknown service 'x"),
            (["--" + "x" * 500], "unknown option"),
            (["doctor", "mps", "F", "a", "b"], "one argument too many"),
        ]:
            with self.subTest(words=words):
                self.check(run(*words), USAGE, said, b"")


class Manual(Case):
    def test_it_is_well_formed(self) -> None:
        done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(PORT / "tcexec.1")], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_its_sections(self) -> None:
        sections = re.findall(r"^\.Sh (.*)", MANUAL, re.M)
        for name in ("JSON", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "DIAGNOSTICS"):
            self.assertIn(name, sections)

    def test_every_variable_that_is_read(self) -> None:
        code = "".join(path.read_text() for path in [*PORT.glob("*.c"), *PORT.parent.glob("posix/*.c")])
        read = set(re.findall(r'(?:getenv|variable)\("(\w+)"\)', code)) | set(re.findall(r'"(TENCENTCLOUD_\w+)"', code))
        self.assertGreater(len(read), 8)
        told = set(re.findall(r"\b\w+\b", " ".join(re.findall(r"^\.It Ev (.*)", MANUAL, re.M))))
        self.assertEqual(told, read - {"HOME"})


class Completion(Case):
    @classmethod
    def setUpClass(cls) -> None:
        """A profile to be offered, and the command, which is asked for its words, where a shell finds it."""
        cls.path = folder / "found"
        cls.path.mkdir()
        (cls.path / "tcexec").symlink_to(Path(COMMAND).resolve())
        credential = folder / ".tccli/work.credential"
        credential.parent.mkdir()
        credential.touch()

    def environment(self, **names: str) -> Dict[str, str]:
        return environment(PATH=f"{self.path}:{os.environ['PATH']}", **names)

    def bash(self, *words: str, command: str = "tcexec") -> List[str]:
        """What bash offers for the last word."""
        script = (f'source "{BASH}"; COMP_WORDS=("{command}" "$@"); COMP_CWORD=$#; _tcexec; '
                  'printf "%s\\n" "${COMPREPLY[@]}"')
        done = subprocess.run(["bash", "--norc", "-c", script, "bash", *words], cwd=folder, env=self.environment(),
                              capture_output=True, text=True, timeout=10)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash(self) -> None:
        done = subprocess.run(["bash", "--norc", "-c", f'source "{BASH}"; complete -p tcexec'], capture_output=True)
        self.assertEqual(done.stdout, b"complete -F _tcexec tcexec\n")
        for words, offered in [
            (["v"], ["vod"]),
            (["d"], ["doctor"]),
            (["--se"], ["--session-context", "--session-id", "--session-file"]),
            (["--sign", "tc3"], ["tc3", "tc3-compat"]),
            (["--sign", "=", "sha1"], ["sha1"]),
            (["--language", "z"], ["zh-CN"]),
            (["--profile", "w"], ["work"]),
            (["--ca", "roo"], ["root.key", "root.pem"]),
            (["--region", "x"], []),
            (["anchors", "oth"], ["other.key", "other.pem"]),
            (["anchors", "--"], ["--tencent", "--help"]),
            (["h"], ["help"]),
            (["help", "d"], ["doctor"]),
            (["--region", "vod", "doctor", "--cu"], []),
            (["--region", "=", "vod", "doctor", "--cu"], []),
            (["doctor", "--j"], ["--json"]),
            (["doctor", "m"], ["mps"]),
            (["vod", "F", "@root.p"], ["@root.pem"]),
            (["mps", "F", "--cu"], ["--curl"]),
        ]:
            with self.subTest(words=words):
                self.assertEqual(sorted(self.bash(*words)), sorted(offered))

    def test_bash_offers_what_the_command_takes(self) -> None:
        for command, words in {"call": ["mps", "F"], "doctor": ["doctor"], "anchors": ["anchors"]}.items():
            offered = set(self.bash(*words, "-"))
            self.assertEqual(offered, {option.name for option in TABLE if command in option.commands} - {"--version"})
        self.assertEqual(set(self.bash("")), (OPTIONS - {"--tencent"}) | set(COMMANDS))
        for command in ("./found/tcexec", "~/found/tcexec", "not-to-be-found"):
            self.assertEqual(self.bash("--ext", command=command), ["--ext-info"])
        for option in TABLE:
            if option.takes_value and option.name not in ("--ca", "--pin", "--session-file"):
                for word in self.bash(option.name, ""):
                    self.assertNotIn(word, OPTIONS | set(COMMANDS))

    def test_zsh(self) -> None:
        subprocess.run(["zsh", "-n", str(ZSH)], check=True)
        script = f'fpath=("{ZSH.parent}" $fpath); autoload -U compinit; compinit -D -u; print $_comps[tcexec]'
        done = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, env=environment())
        self.assertEqual((done.returncode, done.stdout), (0, "_tcexec\n"), done.stderr)

    def test_zsh_offers_what_the_command_takes(self) -> None:
        """By what the completion says to zsh's own _arguments."""
        script = (f'_call_program() {{ shift; eval "$*" }}; _arguments() {{ print -rl -- "$@" }}; '
                  f'words=(tcexec "$@" ""); CURRENT=$#words; source "{ZSH}"')
        for command, words in {"call": ["mps", "F"], "doctor": ["doctor"], "anchors": ["anchors"]}.items():
            done = subprocess.run(["zsh", "-f", "-c", script, "zsh", *words], capture_output=True, text=True,
                                  env=self.environment())
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            said = re.findall(r"(?m)^(?:\((.*?)\))?(-[a-z-]+)(=?)\[(.*?)\](:?)", done.stdout)
            self.assertEqual(sorted((name, value == "=" and colon == ":", set(excluded.split()), about)
                                    for excluded, name, value, about, colon in said if name != "--version"),
                             sorted((option.name, option.takes_value, option.excluded, option.about)
                                    for option in TABLE if command in option.commands and option.name != "--version"))

    def zsh(self, typed: List[str]) -> List[str]:
        """What lines become in an interactive zsh when Tab is pressed at their end."""
        lines = folder / "zsh lines"
        lines.write_text("")
        set_up = (f'PS1=; fpath=("{ZSH.parent}" $fpath); autoload -U compinit; compinit -D -u; '
                  f'setopt nobeep nolistambiguous; keep() {{ print -r -- "$BUFFER" >> "{lines}"; BUFFER= }}; zle -N keep; bindkey "^T" keep; '
                  "bindkey '^I' complete-word\n")
        terminal, its_end = open_terminal()
        shell = subprocess.Popen(["zsh", "-f", "-i"], stdin=its_end, stdout=subprocess.DEVNULL, cwd=folder,
                                 stderr=subprocess.DEVNULL, env=self.environment(TERM="dumb"), start_new_session=True)
        os.close(its_end)
        try:
            os.write(terminal, set_up.encode())
            for count, line in enumerate(typed, 1):
                os.write(terminal, f"{line}\t\x14".encode())
                wait_until(lambda: lines.read_text().count("\n") == count)
        finally:
            shell.kill()
            shell.wait()
            os.close(terminal)
        return [line.strip() for line in lines.read_text().splitlines()]

    def test_zsh_when_tab_is_pressed(self) -> None:
        cases = {
            "tcexec doc": "tcexec doctor",
            "tcexec --tim": "tcexec --time",
            "tcexec --language z": "tcexec --language zh-CN",
            "tcexec --language=e": "tcexec --language=en-US",
            "tcexec --profile wo": "tcexec --profile work",
            "tcexec anchors --t": "tcexec anchors --tencent",
            "tcexec anchors oth": "tcexec anchors other.",
            "tcexec vod F @roo": "tcexec vod F @root.",
            "tcexec mps F --js": "tcexec mps F --json",
            "tcexec doctor --js": "tcexec doctor --json",
            "tcexec doctor --cu": "tcexec doctor --cu",
            "tcexec --ext": "tcexec --ext-info=",
            "tcexec --sign sha2": "tcexec --sign sha256",
            "tcexec --region=mps doctor --cu": "tcexec --region=mps doctor --cu",
            "tcexec help d": "tcexec help doctor",
            "tcexec doctor v": "tcexec doctor vod",
            "tcexec --region vod doctor --cu": "tcexec --region vod doctor --cu",
        }
        self.assertEqual(dict(zip(cases, self.zsh(list(cases)))), cases)


class Terminal(Case):
    """Colours and progress: on standard error, on a terminal, unless they are not wanted."""

    def on_a_terminal(self, *words: str, stdout: bool = False, **names: str) -> Tuple[int, bytes]:
        """The exit code, and what a terminal shows of standard error, or of standard output."""
        terminal, its_end = open_terminal()
        ends: Any = {"stdout" if stdout else "stderr": its_end, "stderr" if stdout else "stdout": subprocess.DEVNULL}
        names = environment(**{"TERM": "xterm", **names})
        done = subprocess.run([COMMAND, *words], cwd=folder, env=names, timeout=30, **ends)
        os.close(its_end)
        shown = b""
        with contextlib.suppress(OSError):
            while piece := os.read(terminal, 4096):
                shown += piece
        os.close(terminal)
        return done.returncode, shown

    def test_an_error_is_coloured(self) -> None:
        red = rb"^\x1b\[1;31mtcexec:\x1b\[0m unknown service"
        for names in ({}, {"NO_COLOR": ""}):
            code, shown = self.on_a_terminal("cvm", "F", **names)
            self.assertEqual(code, USAGE)
            self.assertRegex(shown, red)

    def test_but_not_where_colours_are_not_wanted(self) -> None:
        for names in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            self.assertRegex(self.on_a_terminal("cvm", "F", **names)[1], rb"^tcexec: unknown")
        self.assertRegex(run("cvm", "F", env=environment(TERM="xterm")).stderr, rb"^tcexec: unknown")

    def test_only_what_failed_is_coloured(self) -> None:
        words = (at(endpoint.plain_port), "--plaintext", "-v", "mps")
        self.assertNotIn(b"\x1b", self.on_a_terminal(*words, "Echo", "x")[1])
        shown = self.on_a_terminal(*words, "Nothing")[1]
        self.assertEqual(shown.count(b"\x1b[1;31m"), 1)
        self.assertIn(b"\x1b[1;31mtcexec:\x1b[0m 127.0.0.1:%d: the service returned an error" % endpoint.plain_port, shown)

    def test_nothing_on_standard_output(self) -> None:
        link = (at(endpoint.plain_port), "--plaintext")
        for words in (["--help"], [*link, "mps", "Nothing"], [*link, "--json", "mps", "Nothing"], ["doctor", *link],
                      ["anchors", "root.pem"], [*link, "mps", "Echo", "x"]):
            self.assertNotIn(b"\x1b", self.on_a_terminal(*words, stdout=True)[1])

    def progress(self, *words: str, **names: str) -> Tuple[List[str], str]:
        """The lines of progress that are shown one over the other, and what is there at the end."""
        _, shown = self.on_a_terminal(*words, **names)
        *lines, last = shown.decode().replace("\r\n", "\n").split("\r\x1b[K")
        return lines, last

    def test_progress_while_the_answer_is_awaited(self) -> None:
        link = (at(endpoint.plain_port), "--plaintext", "--timeout=1.4")
        call, running = ("mps", "Echo", "--timeout=2.6", *link[:-1]), "sent; it may be running; waiting"
        rows: List[Tuple[Tuple[str, ...], Dict[str, str], str, Tuple[int, ...]]] = [
            (call, {}, running, (1, 2)),
            (("mps", "Echo", *link), {"NO_COLOR": "1"}, running, (1,)),
            (("mps", "Echo", *link), {"TERM": "dumb"}, running, ()),
            (("doctor", "mps", *link), {}, "sent; waiting", (1,)),
        ]
        for words, names, said, seconds in rows:
            endpoint.fault("stall")
            lines, last = self.progress(*words, **names)
            wanted = [f"tcexec: {said} {second} s" for second in seconds]
            self.assertEqual([line for line in lines if not line.endswith(" 0 s")], wanted)
            self.assertNotIn("waiting", last)
        endpoint.fault("stall")
        self.assertNotRegex(run(*link, "mps", "Echo").stderr, rb"\r|waiting")

    def test_progress_is_gone_at_the_end(self) -> None:
        endpoint.fault("split", at=30, delay_ms=1600)
        lines, last = self.progress(at(endpoint.plain_port), "--plaintext", "mps", "Echo")
        self.assertGreater(len(lines), 0)
        self.assertRegex(last, "^tcexec: RequestId: .*\n$")

    def test_no_progress_in_the_first_second(self) -> None:
        endpoint.fault("split", at=30, delay_ms=500)
        self.assertEqual(self.progress(at(endpoint.plain_port), "--plaintext", "mps", "Echo")[0], [])

    def test_progress_of_the_sending(self) -> None:
        (folder / "large").write_bytes(b"x" * (19 << 19))
        endpoint.fault("stall_request", at=100)
        words = (at(endpoint.plain_port), "--plaintext", "--timeout=1.4", "mps", "Echo", "@large")
        lines, _ = self.progress(*words)
        self.assertRegex("\n".join(lines), r"tcexec: sending \d\.\d of 9\.5 MiB \(\d\d? %\)")
        self.assertNotIn("running", "".join(lines))

    def test_progress_of_the_handshake_and_between_attempts(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            lines, _ = self.progress(at(silent.getsockname()[1]), "--ca=root.pem", "--timeout=1.4", "mps", "Echo")
        self.assertIn("tcexec: connecting, 1 s", lines)
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            words = (at(deaf.getsockname()[1]), "--plaintext", "--attempts=1000", "--timeout=8", "mps", "Echo")
            lines, last = self.progress(*words)
        self.assertRegex("\n".join(lines), r"tcexec: attempt \d+ failed; trying again in \d s")

    def test_a_line_replaces_the_progress(self) -> None:
        endpoint.control("POST", "clock", {"offset": 3600})
        endpoint.fault("split", at=30, delay_ms=1300)
        lines, last = self.progress(at(endpoint.plain_port), "--plaintext", "--attempts=2", "mps", "Echo")
        self.assertRegex("".join([*lines, last]), r"(?m)^.*tcexec: this machine's clock is 1 h slow.*\n")
        self.assertTrue(any(line.startswith("tcexec: this machine's clock") for line in [*lines, last]))


if __name__ == "__main__":
    unittest.main()
