"""Runs the firmware's images in QEMU, with their UARTs connected to the local endpoint, and measures them.

    run.py [mps2|virt]     the Cortex-M3 or the RISC-V
    run.py --write         the Cortex-M3: takes what its images use as the new limits, and writes the documents

Prints what each image uses of flash and RAM beside its limit and, last, `N passed, N failed`. More than a limit is a
failure. The limits of the Cortex-M3 are in tests/checks/size/baseline.json, those of the RISC-V are its memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import unittest
from dataclasses import dataclass

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "checks/size"))
from certificates import Authority, Server
import documents
import parts
import stand


@dataclass
class Budget:
    flash: int
    ram: int  # with the stack that was really used


@dataclass
class Machine:
    qemu: list[str]
    uarts: int
    counts: int  # instructions for each count of board_awake() under -icount shift=0
    budgets: dict[str, Budget]


KIB = 1024
MACHINES = {
    "mps2": Machine(["qemu-system-arm", "-M", "mps2-an385", "-nic", "none"], 3, 40,
                    {image: Budget(**size) for image, size in documents.load()["images"].items()}),
    "virt": Machine(["qemu-system-riscv32", "-M", "virt", "-bios", "none"], 1, 100,
                    {image: Budget(80 * KIB, 24 * KIB) for image in ("full", "x25519", "rsa", "pin")}),
}
WRITES = "--write" in sys.argv[1:]
NAME = next((word for word in sys.argv[1:] if not word.startswith("-")), "mps2")
MACHINE = MACHINES[NAME]
IMAGES = list(MACHINE.budgets)

BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build"))
AUTHORITY = Authority(BUILD / "firmware/certificates")
STATUS = {name: int(value) for name, value in
          re.findall(r"^    (TCX_\w+) = (-?\d+)", (stand.ROOT / "include/tcexec/status.h").read_text(), re.M)}
NOT_SENT, MAYBE_EXECUTED, ANSWERED = range(3)

RECORD = b'{"t":1767225600,"celsius":[20.5,20.6,20.4]}\n'
FLASH_ARGUMENT = (RECORD * (100 * KIB // len(RECORD) + 1))[:100 * KIB]
FAULT = 99  # BOARD_FAULT
ROOM = 256  # a new limit of RAM is a multiple of so many bytes,
SPREAD = 64  # and at least so many above what was used
PATIENCE = 120  # seconds for one run of QEMU: it hangs


@dataclass
class Call:
    status: int
    outcome: int
    attempts: int
    http_status: int
    detail: int
    result: str


@dataclass
class Run:
    exit_status: int
    calls: dict[str, Call]
    memory: dict[str, int]
    seconds: float


# What shell_report_call() prints.
REPORT = re.compile(r"""
    ^(?P<name>\w+):\ status\ (?P<status>-?\d+)\n
    (?P<outcome>not\ sent|unknown|answered)\b.*;\ attempts\ (?P<attempts>\d+),\ HTTP\ status\ (?P<http_status>\d+),
    \ detail\ (?P<detail>-?\d+)\n
    (?:(?:code|message|RequestId|answer):\ .*\n)*
    result\ (?P<result>.*)$""", re.M | re.X)
OUTCOMES = {"not sent": NOT_SENT, "unknown": MAYBE_EXECUTED, "answered": ANSWERED}

peaks: dict[str, dict[str, int]] = {}  # image → what it took, with the deepest stack of all runs


def server_for(image: str, **options) -> Server:
    """A server that the image trusts, unless an option departs from that."""
    if image == "pin":
        return AUTHORITY.server("ec", key=AUTHORITY.folder / "pin.key", **options)
    return AUTHORITY.server("rsa" if image == "rsa" else "ec", **options)


def breaking(fault: dict | None) -> tuple[str, ...]:
    """The endpoint's options for one fault."""
    return ("--fault", json.dumps(fault)) if fault else ()


def command(image: str, address: str, *words: str, lines: int = 1) -> list[str]:
    """QEMU with this image and these words on its command line, and with so many UARTs connected to `address`."""
    return [*MACHINE.qemu, "-kernel", str(BUILD / NAME / f"{image}.elf"), "-display", "none", "-monitor", "none",
            "-semihosting-config", ",".join(["enable=on,target=native", *(f"arg={word}" for word in words)]),
            *(["-serial", f"tcp:{address}"] * min(lines, MACHINE.uarts))]


def start(image: str, address: str, *words: str, options: tuple[str, ...] = (),
          lines: int | None = None) -> subprocess.CompletedProcess:
    """Runs the image. Each call needs a UART of its own."""
    calls = lines or sum(not word.isdigit() for word in words)
    return subprocess.run([*command(image, address, *words, lines=calls), *options], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)


def read_report(output: str) -> tuple[dict[str, Call], dict[str, int]]:
    """The calls and the memory that a firmware reports."""
    calls = {found["name"]: Call(int(found["status"]), OUTCOMES[found["outcome"]], int(found["attempts"]),
                                 int(found["http_status"]), int(found["detail"]), found["result"])
             for found in REPORT.finditer(output)}
    memory = {name: int(number) for name, number in
              re.findall(r"(flash|data|bss|stack|awake) (-?\d+)", output.strip().rpartition("\n")[2])}
    return calls, memory


def boot(image: str, address: str, *words: str, options: tuple[str, ...] = ()) -> Run:
    """Runs the image as start() does, and reads what it reports."""
    began = time.monotonic()
    done = start(image, address, *words, options=options)
    seconds = time.monotonic() - began
    output = done.stdout + done.stderr  # semihosting's console is standard error
    calls, memory = read_report(output)
    if set(calls) != {word for word in words if not word.isdigit()} or len(memory) != 5:
        raise AssertionError(f"exit status {done.returncode}: {output}")
    peak = peaks.setdefault(image, memory)
    peak["stack"] = max(peak["stack"], memory["stack"])
    return Run(done.returncode, calls, memory, seconds)


def console(done: subprocess.CompletedProcess) -> str:
    """What a program printed, without what QEMU said."""
    return re.sub("^qemu-system-.*\n", "", done.stdout + done.stderr, flags=re.M)


def printed_by(example: str) -> str:
    """What the README of an example says that it prints."""
    return re.search(r"^```text\n(.*?)^```$", (stand.ROOT / example / "README.md").read_text(), re.M | re.S)[1]


class Firmware(unittest.TestCase):
    def expect(self, run: Run, name: str, status: str, outcome: int, result: str = "") -> None:
        call = run.calls[name]
        self.assertEqual((STATUS[status], outcome, result), (call.status, call.outcome, call.result), call)
        self.assertEqual(run.exit_status, 0 if all(each.status == 0 for each in run.calls.values()) else 1)

    def fail_with(self, image: str, status: str, outcome: int, *, server: Server | None = None,
                  fault: dict | None = None, options: tuple[str, ...] = (), timeout: int = 20000,
                  executed: int) -> Run:
        """One call to MPS that does not succeed."""
        with stand.Endpoint(server or server_for(image), *options, *breaking(fault)) as endpoint:
            run = boot(image, endpoint.tls, str(timeout), "mps")
            self.expect(run, "mps", status, outcome)
            self.assertEqual(endpoint.state()["executions"]["total"], executed)
        return run

    def succeed(self, image: str, server: Server, *options: str) -> None:
        """Both calls; in one run where there is a UART for each."""
        results = {"mps": "XXX", "vod": '{"input":"movie.mp4"}'}
        with stand.Endpoint(server, *options) as endpoint:
            for words in [["mps", "vod"]] if MACHINE.uarts > 1 else [["mps"], ["vod"]]:
                run = boot(image, endpoint.tls, *words)
                for word in words:
                    self.expect(run, word, "TCX_OK", ANSWERED, results[word])
            state = endpoint.state()
            self.assertEqual(state["executions"]["services"], {"mps": 1, "vod": 1})
            self.assertEqual(state["tls"], {"full": 2, "resumed": 0, "failed": 0})

    # ---- success ----

    def test_both_services(self) -> None:
        for image in IMAGES:
            with self.subTest(image):
                self.succeed(image, server_for(image))

    def test_every_suite_of_full(self) -> None:
        for kind, name in ("ec", "ECDSA"), ("rsa", "RSA"):
            for cipher in "AES128-GCM-SHA256", "CHACHA20-POLY1305":
                with self.subTest(kind=kind, cipher=cipher):
                    self.succeed("full", AUTHORITY.server(kind), "--tls-ciphers", f"ECDHE-{name}-{cipher}")

    def test_mixed_chain(self) -> None:
        self.succeed("full", AUTHORITY.server("ec", root="rsa"))

    def test_argument_larger_than_memory(self) -> None:
        for image in IMAGES:
            with self.subTest(image), stand.Endpoint(server_for(image)) as endpoint:
                self.expect(boot(image, endpoint.tls, "flash"), "flash", "TCX_OK", ANSWERED, "XXX")
                self.assertEqual(endpoint.state()["executions"]["arguments"],
                                 {hashlib.sha256(FLASH_ARGUMENT).hexdigest(): 1})

    def test_pin_looks_at_no_name_and_no_date(self) -> None:
        self.succeed("pin", server_for("pin", names=("other.example",), days=-1))

    # ---- the examples ----

    def example(self, name: str, exit_status: int, says: str, server: Server | None = None, fault: dict | None = None) -> None:
        """One run of it. `says` matches all of its output."""
        with stand.Endpoint(server or server_for("full"), *breaking(fault)) as endpoint:
            done = start(name, endpoint.tls, lines=1)
        self.assertRegex(console(done), f"\\A{says}\\Z")
        self.assertEqual(done.returncode, exit_status)

    def test_example_sign(self) -> None:
        printed = printed_by("port/firmware/examples/sign")
        self.example("sign", 0, re.escape(printed))
        with stand.Endpoint(server_for("full")) as endpoint:
            endpoint.control("POST", "clock", {"unix": int(re.search(r"X-TC-Timestamp: (\d+)", printed)[1])})
            host, port = endpoint.plain.split(":")
            with socket.create_connection((host, int(port)), PATIENCE) as peer:
                peer.sendall(printed.rstrip("\n").replace("\n", "\r\n").encode())
                self.assertIn(b'"Result":"XXX"', peer.recv(4096))

    def test_example_execute_function(self) -> None:
        self.example("execute_function", 0, re.escape(printed_by("port/firmware/examples/execute_function")))

    def test_example_execute_function_reports_an_error_of_the_service(self) -> None:
        self.example("execute_function", 1,
                     f"status {STATUS['TCX_E_API']}\nanswered; attempts 1, HTTP status 200, detail 0\n"
                     "code: InternalError.Test\nmessage: why\nRequestId: [-0-9a-f]+\n",
                     fault={"kind": "api_error", "code": "InternalError.Test", "message": "why"})

    def test_example_execute_function_reports_a_wrong_server(self) -> None:
        self.example("execute_function", 1,
                     f"status {STATUS['TCX_E_X509_NAME']}\nnot sent: the function did not run;"
                     " attempts 1, HTTP status 0, detail [1-9][0-9]*\n",
                     server_for("full", names=("other.example",)))

    # ---- the server is not who it should be: no byte of the request leaves ----

    def test_wrong_name(self) -> None:
        for image in "full", "rsa":
            with self.subTest(image):
                server = server_for(image, names=("mps.tencentcloudapi.com.evil.test",))
                self.fail_with(image, "TCX_E_X509_NAME", NOT_SENT, server=server, executed=0)

    def test_expired(self) -> None:
        for image in "full", "rsa":
            with self.subTest(image):
                self.fail_with(image, "TCX_E_X509_TIME", NOT_SENT, server=server_for(image, days=-1), executed=0)

    def test_unknown_root(self) -> None:
        stranger = Authority(pathlib.Path(AUTHORITY.servers.name) / "stranger")
        stranger.make()
        for image, kind in ("full", "ec"), ("rsa", "rsa"):
            with self.subTest(image):
                self.fail_with(image, "TCX_E_X509_UNTRUSTED", NOT_SENT, server=stranger.server(kind), executed=0)

    def test_wrong_key(self) -> None:
        self.fail_with("pin", "TCX_E_TLS_INTEGRITY", NOT_SENT, server=AUTHORITY.server("ec"), executed=0)

    def test_no_suite_in_common(self) -> None:
        self.fail_with("rsa", "TCX_E_TLS_UNSUPPORTED", NOT_SENT, executed=0,
                       options=("--tls-ciphers", "ECDHE-RSA-AES128-GCM-SHA256"))

    # ---- the line ----

    def end_by_deadline(self, image: str, outcome: int, fault: dict, executed: int) -> None:
        """A wire cannot say that the peer is gone: only the deadline ends the call, and it does."""
        run = self.fail_with(image, "TCX_E_DEADLINE", outcome, fault=fault, timeout=3000, executed=executed)
        self.assertGreater(run.seconds, 2.5)
        self.assertLess(run.seconds, 20)

    def test_line_cut_in_handshake(self) -> None:
        for image in IMAGES:
            with self.subTest(image):
                self.end_by_deadline(image, NOT_SENT, {"kind": "handshake", "at": 300, "how": "fin"}, executed=0)

    def test_line_cut_in_request(self) -> None:
        self.end_by_deadline("full", MAYBE_EXECUTED, {"kind": "cut_request", "at": 100, "how": "fin"}, executed=0)

    def test_line_cut_in_answer(self) -> None:
        for image in IMAGES:
            with self.subTest(image):
                self.end_by_deadline(image, MAYBE_EXECUTED, {"kind": "cut", "at": 40, "how": "fin"}, executed=1)

    def test_line_stalled_in_handshake(self) -> None:
        self.end_by_deadline("full", NOT_SENT, {"kind": "handshake", "at": 300, "how": "stall"}, executed=0)

    def test_line_stalled_in_answer(self) -> None:
        for image in IMAGES:
            with self.subTest(image):
                self.end_by_deadline(image, MAYBE_EXECUTED, {"kind": "stall", "at": 40}, executed=1)

    def test_end_that_tls_tells(self) -> None:
        fault = {"kind": "cut", "at": 40, "how": "orderly"}
        run = self.fail_with("full", "TCX_E_CLOSED", MAYBE_EXECUTED, fault=fault, executed=1)
        self.assertLess(run.seconds, 10)

    @unittest.skipIf(MACHINE.uarts == 1, "there is one UART")
    def test_next_call_after_a_dead_line(self) -> None:
        with stand.Endpoint(server_for("full"), *breaking({"kind": "stall", "at": 0})) as endpoint:
            run = boot("full", endpoint.tls, "3000", "mps", "20000", "vod")
            self.expect(run, "mps", "TCX_E_DEADLINE", MAYBE_EXECUTED)
            self.expect(run, "vod", "TCX_OK", ANSWERED, '{"input":"movie.mp4"}')

    # ---- the answer ----

    def test_answer_too_large(self) -> None:
        for image in IMAGES:
            with self.subTest(image):
                self.fail_with(image, "TCX_E_HTTP_BODY_TOO_LARGE", MAYBE_EXECUTED,
                               fault={"kind": "huge", "bytes": 16384}, executed=1)

    def test_answer_in_drops(self) -> None:
        with stand.Endpoint(server_for("full"), *breaking({"kind": "drip", "chunk": 1})) as endpoint:
            self.expect(boot("full", endpoint.tls, "mps"), "mps", "TCX_OK", ANSWERED, "XXX")

    # ---- the board ----

    def test_command_line(self) -> None:
        with stand.Endpoint(server_for("pin")) as endpoint:
            for words in ["what"], ["mps2"], ["0", "mps"], ["100"], ["mps", "mps", "mps", "mps"]:
                with self.subTest(words=words):
                    self.assertEqual(start("pin", endpoint.tls, *words).returncode, 2)

    @unittest.skipIf(NAME == "virt", "there is memory below the stack")
    def test_stack_that_overflows_is_a_fault(self) -> None:
        with stand.Endpoint(server_for("pin")) as endpoint:
            self.assertEqual(start("overflow", endpoint.tls, "mps").returncode, FAULT)


    # ---- the transport's contract ----

    def test_contract(self) -> None:
        """Each check in a run of its own. Some are left out: a UART has no carrier, so nobody hangs up or refuses."""
        source = (stand.ROOT / "tests/transport/tcx_contract.c").read_text()
        checks = re.findall(r'^    \{ "([a-z-]+)", "', source, re.M)
        needs_carrier = {"close", "close-now", "send-closed", "reset", "fresh", "refused", "unanswered"}
        if NAME == "mps2":  # its emulator holds back what comes while the UART is off; a real UART loses it
            needs_carrier.add("between")
        self.assertEqual(len(checks), 23)
        self.assertLess(needs_carrier, set(checks))
        peer = subprocess.Popen([sys.executable, str(stand.ROOT / "tests/transport/peer.py")], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        with peer:
            address = f"127.0.0.1:{peer.stdout.readline().split()[1]}"
            for number, check in enumerate(checks):
                if check not in needs_carrier:
                    with self.subTest(check):
                        done = start("contract", address, str(number), lines=1)
                        self.assertEqual(done.returncode, 0, done.stderr)
            peer.stdin.close()


class Measured(unittest.TestCase):
    """Runs last: what the runs before took."""

    def test_budgets(self) -> None:
        for image, budget in MACHINE.budgets.items():
            with self.subTest(image):
                self.assertLessEqual(peaks[image]["flash"], budget.flash, "flash")
                self.assertLessEqual(ram(image), budget.ram, "RAM")


def ram(image: str) -> int:
    return sum(peaks[image][name] for name in ("data", "bss", "stack"))


def ram_limit(image: str) -> int:
    """A limit for what was measured: the old one if it is near, else one that leaves room.

    The deepest stack differs by some bytes from run to run, because interrupts and keys do.
    """
    old, used = MACHINE.budgets[image].ram, ram(image) + SPREAD
    return old if 0 <= old - used < ROOM else (used + ROOM - 1) // ROOM * ROOM


def print_table() -> None:
    print(f"{'image':6} {'flash':>7} {'limit':>7} {'data':>6} {'bss':>6} {'stack':>6} {'RAM':>6} {'limit':>7}"
          f" {'instructions':>13}")
    for image, memory in peaks.items():
        budget = MACHINE.budgets[image]
        with stand.Endpoint(server_for(image)) as endpoint:
            awake = boot(image, endpoint.tls, "mps", options=("-icount", "shift=0")).memory["awake"]
        print(f"{image:6} {memory['flash']:7} {budget.flash:7} {memory['data']:6} {memory['bss']:6} {memory['stack']:6}"
              f" {ram(image):6} {budget.ram:7} {awake * MACHINE.counts / 1e6:11.1f} M")


def main() -> int:
    result = unittest.TestResult()
    for case in [Firmware] if WRITES else [Firmware, Measured]:
        unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    bad = result.failures + result.errors
    for test, trace in bad:
        print(f"FAIL {test}\n{trace}")
    print_table()
    failed = len({getattr(test, "test_case", test).id() for test, _ in bad})  # a test with subtests counts once
    passed = result.testsRun - failed - len(result.skipped)
    print(f"{passed} passed, {failed} failed")
    if failed or not passed:
        return 1
    if WRITES:
        found = {image: {"flash": peaks[image]["flash"], "ram": ram_limit(image)} for image in IMAGES}
        documents.record({"images": found,
                          "parts": {image: parts.measure(BUILD / NAME / f"{image}.elf") for image in IMAGES}})
    return 0


if __name__ == "__main__":
    sys.exit(main())
