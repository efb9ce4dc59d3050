"""Runs the lwIP images in QEMU, with their Ethernet connected to the local endpoint, and measures them.

The guest has QEMU's restricted network: 10.0.2.100 port 443 leads to the endpoint, and no other address leads anywhere.

Prints flash and RAM of each image. The last line is `N passed, N failed`. An image over its budget is a failure.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import time
import unittest

from run import (AUTHORITY, Budget, Call, MAYBE_EXECUTED, NOT_SENT, ANSWERED, Run, STATUS, console, printed_by,
                 read_report)
from certificates import Server
from nameserver import NameServer
import stand

KIB = 1024
HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build")) / "lwip"
BUDGETS = {"static": Budget(76 * KIB, 28 * KIB), "dhcp": Budget(84 * KIB, 30 * KIB), "pin": Budget(64 * KIB, 21 * KIB)}
ERR_MEM, ERR_VAL, ERR_RST = -1, -6, -14
PATIENCE = 120  # seconds for one run of QEMU: it hangs

peaks: dict[str, dict[str, int]] = {}  # image → what it took, the deepest stack of all runs


def server_for(image: str) -> Server:
    """A server that the image trusts."""
    return AUTHORITY.server("ec", key=AUTHORITY.folder / "pin.key" if image == "pin" else None)


def start(image: str, port: str, *words: str, names: NameServer | None = None) -> subprocess.CompletedProcess:
    """Runs the image with these words on its command line. The endpoint is at `port` of the loopback."""
    user = f"user,restrict=on,guestfwd=tcp:10.0.2.100:443-cmd:{sys.executable} {HERE}/relay.py {port}"
    if names:
        network = ["-netdev", f"{user},id=user,dns=10.0.2.4", "-netdev", "hubport,hubid=0,id=hub0,netdev=user",
                   "-netdev", f"socket,id=names,udp=127.0.0.1:{names.port},localaddr=127.0.0.1:0",
                   "-netdev", "hubport,hubid=0,id=hub1,netdev=names", "-nic", "hubport,hubid=0,id=hub2,model=lan9118"]
    else:
        network = ["-nic", f"{user},model=lan9118"]
    command = ["qemu-system-arm", "-M", "mps2-an385", "-kernel", str(BUILD / f"{image}.elf"),
               "-display", "none", "-monitor", "none", *network,
               "-semihosting-config", ",".join(["enable=on,target=native", *(f"arg={word}" for word in words)])]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)


def boot(image: str, address: str, *words: str, names: NameServer | None = None) -> Run:
    """Runs the image as start() does, and reads what it reports."""
    began = time.monotonic()
    done = start(image, address.rpartition(":")[2], *words, names=names)
    seconds = time.monotonic() - began
    output = done.stdout + done.stderr  # semihosting's console is standard error
    found, memory = read_report(output)
    if set(found) != {word for word in words if word.isalpha()} or len(memory) != 5:
        raise AssertionError(f"exit status {done.returncode}: {output}")
    peak = peaks.setdefault(image, memory)
    peak["stack"] = max(peak["stack"], memory["stack"])
    return Run(done.returncode, found, memory, seconds)


class Lwip(unittest.TestCase):
    def expect(self, run: Run, name: str, status: str, outcome: int, result: str = "") -> Call:
        call = run.calls[name]
        self.assertEqual((STATUS[status], outcome, result), (call.status, call.outcome, call.result), call)
        self.assertEqual(run.exit_status, 0 if all(each.status == 0 for each in run.calls.values()) else 1)
        return call

    def call(self, status: str, outcome: int, *, image: str = "static", server: Server | None = None, fault: dict | None = None,
             words: tuple[str, ...] = ("20000",), executed: int = 0, detail: int | None = None) -> Run:
        """One call to MPS that does not succeed."""
        with stand.Endpoint(server or server_for(image), *(("--fault", json.dumps(fault)) if fault else ())) as endpoint:
            run = boot(image, endpoint.tls, *words, "mps")
            call = self.expect(run, "mps", status, outcome)
            if detail is not None:
                self.assertEqual(call.detail, detail)
            self.assertEqual(endpoint.state()["executions"]["total"], executed)
        return run

    # ---- success ----

    def test_both_services(self) -> None:
        for image in BUDGETS:
            with self.subTest(image), stand.Endpoint(server_for(image)) as endpoint:
                run = boot(image, endpoint.tls, "mps", "vod")
                self.expect(run, "mps", "TCX_OK", ANSWERED, "XXX")
                self.expect(run, "vod", "TCX_OK", ANSWERED, '{"input":"movie.mp4"}')
                state = endpoint.state()
                self.assertEqual(state["executions"]["services"], {"mps": 1, "vod": 1})
                self.assertEqual(state["tls"], {"full": 2, "resumed": 0, "failed": 0})

    def test_answer_in_drops(self) -> None:
        with stand.Endpoint(server_for("static"), "--fault", '{"kind": "drip", "chunk": 1}') as endpoint:
            self.expect(boot("static", endpoint.tls, "mps"), "mps", "TCX_OK", ANSWERED, "XXX")

    # ---- the examples ----

    def example(self, name: str, image: str) -> dict:
        """One run of it prints what its README says. Returns the state of the endpoint."""
        with stand.Endpoint(server_for(image)) as endpoint:
            done = start(name, endpoint.tls.rpartition(":")[2])
            self.assertEqual(console(done), printed_by(f"port/lwip/examples/{name}"))
            self.assertEqual(done.returncode, 0)
            return endpoint.state()

    def test_example_execute_function(self) -> None:
        self.assertEqual(self.example("execute_function", "full")["executions"]["total"], 1)

    def test_example_sleep_and_resume(self) -> None:
        state = self.example("sleep_and_resume", "pin")
        self.assertEqual(state["tls"], {"full": 1, "resumed": 3, "failed": 0})
        self.assertEqual(state["verdicts"], {"AuthFailure.SignatureExpire": 1, "Ok": 3})

    # ---- the server is not who it should be: no byte of the request leaves ----

    def test_wrong_name(self) -> None:
        for image in "static", "dhcp":
            with self.subTest(image):
                server = AUTHORITY.server("ec", names=("mps.tencentcloudapi.com.evil.test",))
                self.call("TCX_E_X509_NAME", NOT_SENT, image=image, server=server)

    def test_wrong_key(self) -> None:
        self.call("TCX_E_TLS_INTEGRITY", NOT_SENT, image="pin", server=AUTHORITY.server("ec"))

    # ---- the link ----

    def test_cut_in_handshake(self) -> None:
        self.call("TCX_E_CLOSED", NOT_SENT, fault={"kind": "handshake", "at": 300, "how": "fin"})

    # QEMU's network makes a FIN of a RST that comes right behind data, when it is slow to read.

    def test_reset_in_handshake(self) -> None:
        self.call("TCX_E_CONNECT", NOT_SENT, fault={"kind": "handshake", "at": 300, "how": "late_rst"}, detail=ERR_RST)

    def test_cut_in_request(self) -> None:
        run = self.call("TCX_E_CLOSED", MAYBE_EXECUTED, fault={"kind": "cut_request", "at": 100, "how": "fin"})
        self.assertLess(run.seconds, 10)

    def test_cut_in_answer(self) -> None:
        for image in BUDGETS:
            with self.subTest(image):
                fault = {"kind": "cut", "at": 40, "how": "fin"}
                run = self.call("TCX_E_CLOSED", MAYBE_EXECUTED, image=image, fault=fault, executed=1)
                self.assertLess(run.seconds, 10)

    def test_reset_in_answer(self) -> None:
        self.call("TCX_E_RECEIVE", MAYBE_EXECUTED, fault={"kind": "cut", "at": 40, "how": "late_rst"}, executed=1,
                  detail=ERR_RST)

    def test_stalled(self) -> None:
        for fault, outcome, executed in (({"kind": "handshake", "at": 300, "how": "stall"}, NOT_SENT, 0),
                                         ({"kind": "stall_request", "at": 100}, MAYBE_EXECUTED, 0),
                                         ({"kind": "stall", "at": 40}, MAYBE_EXECUTED, 1)):
            with self.subTest(fault):
                run = self.call("TCX_E_DEADLINE", outcome, fault=fault, words=("3000",), executed=executed)
                self.assertGreater(run.seconds, 2.5)
                self.assertLess(run.seconds, 20)

    def test_next_call_after_a_dead_link(self) -> None:
        with stand.Endpoint(server_for("static"), "--fault", '{"kind": "stall", "at": 0}') as endpoint:
            run = boot("static", endpoint.tls, "3000", "mps", "20000", "vod")
            self.expect(run, "mps", "TCX_E_DEADLINE", MAYBE_EXECUTED)
            self.expect(run, "vod", "TCX_OK", ANSWERED, '{"input":"movie.mp4"}')

    # ---- no link ----

    def test_refused(self) -> None:
        """By the gateway, and with it whatever is not the endpoint: the network is restricted."""
        run = self.call("TCX_E_CONNECT", NOT_SENT, words=("20000", "10.0.2.2"), detail=ERR_RST)
        self.assertLess(run.seconds, 10)

    def test_nobody_there(self) -> None:
        self.call("TCX_E_DEADLINE", NOT_SENT, words=("3000", "10.0.2.77"))

    def test_next_call_after_a_dial_in_vain(self) -> None:
        with stand.Endpoint(server_for("static")) as endpoint:
            run = boot("static", endpoint.tls, "1000", "10.0.2.77", "mps", "20000", "10.0.2.100", "vod")
            self.expect(run, "mps", "TCX_E_DEADLINE", NOT_SENT)
            self.expect(run, "vod", "TCX_OK", ANSWERED, '{"input":"movie.mp4"}')

    def test_name_without_dns(self) -> None:
        self.call("TCX_E_RESOLVE", NOT_SENT, words=("endpoint.example",), detail=ERR_VAL)

    def test_name_that_nobody_knows(self) -> None:
        """No name server answers, because the network is restricted: lwIP asks again and again, then gives up."""
        self.call("TCX_E_RESOLVE", NOT_SENT, image="dhcp", words=("30000", "endpoint.example"), detail=ERR_VAL)

    def test_lookups_in_vain_take_all_memory(self) -> None:
        """Nothing is known of the last name: lwIP has no room to look it up."""
        names = (word for letter in "abcd" for word in (f"{letter}.example", "mps"))
        with stand.Endpoint(server_for("dhcp")) as endpoint:
            run = boot("dhcp", endpoint.tls, "200", *names, "e.example", "vod")
            self.expect(run, "mps", "TCX_E_DEADLINE", NOT_SENT)
            self.assertEqual(self.expect(run, "vod", "TCX_E_CONNECT", NOT_SENT).detail, ERR_MEM)

    def looks_up(self, known: dict, *words: str) -> tuple[Run, list[str]]:
        """A run with a name server that knows these names; also, what it was asked."""
        with stand.Endpoint(server_for("dhcp")) as endpoint, NameServer(known) as names:
            return boot("dhcp", endpoint.tls, *words, names=names), names.queries

    def test_name(self) -> None:
        run, queries = self.looks_up({"a.example": ("10.0.2.100", 0.3)}, "a.example", "mps", "A.Example", "vod")
        self.expect(run, "mps", "TCX_OK", ANSWERED, "XXX")
        self.expect(run, "vod", "TCX_OK", ANSWERED, '{"input":"movie.mp4"}')
        self.assertEqual(queries, ["a.example"])  # the second time, lwIP knows it

    def test_name_that_is_not(self) -> None:
        run, _ = self.looks_up({"a.example": (None, 0)}, "a.example", "mps")
        self.assertEqual(self.expect(run, "mps", "TCX_E_RESOLVE", NOT_SENT).detail, ERR_VAL)
        self.assertLess(run.seconds, 10)

    def test_late_answer_to_the_same_name(self) -> None:
        run, _ = self.looks_up({"a.example": ("10.0.2.100", 1.5)}, "1000", "a.example", "mps", "20000", "A.example", "vod")
        self.expect(run, "mps", "TCX_E_DEADLINE", NOT_SENT)
        self.expect(run, "vod", "TCX_OK", ANSWERED, '{"input":"movie.mp4"}')

    def test_late_answer_to_another_name(self) -> None:
        """It comes while the second look-up is under way, and must not be taken for its answer."""
        for late in "10.0.2.2", None:
            with self.subTest(late):
                known = {"a.example.b": (late, 1.5), "a.example": ("10.0.2.100", 2)}
                run, _ = self.looks_up(known, "1000", "a.example.b", "mps", "20000", "a.example", "vod")
                self.expect(run, "mps", "TCX_E_DEADLINE", NOT_SENT)
                self.expect(run, "vod", "TCX_OK", ANSWERED, '{"input":"movie.mp4"}')

    # ---- the transport's contract ----

    def test_contract(self) -> None:
        peer = subprocess.Popen([sys.executable, str(stand.ROOT / "tests/transport/peer.py")], stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True)
        with peer:
            done = start("contract", peer.stdout.readline().split()[1])
            peer.stdin.close()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(re.findall(r": passed$", done.stderr, re.M)), 25, done.stderr)


class Measured(unittest.TestCase):
    """Runs last: what the runs before took."""

    def test_budgets(self) -> None:
        for image, budget in BUDGETS.items():
            memory = peaks[image]
            with self.subTest(image):
                self.assertLessEqual(memory["flash"], budget.flash, "flash")
                self.assertLessEqual(memory["data"] + memory["bss"] + memory["stack"], budget.ram, "RAM")


def main() -> int:
    result = unittest.TestResult()
    for case in Lwip, Measured:
        unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    bad = result.failures + result.errors
    for test, trace in bad:
        print(f"FAIL {test}\n{trace}")
    print(f"{'image':6} {'flash':>7} {'budget':>7} {'data':>6} {'bss':>6} {'stack':>6} {'RAM':>6} {'budget':>7}")
    for image, memory in peaks.items():
        ram = memory["data"] + memory["bss"] + memory["stack"]
        print(f"{image:6} {memory['flash']:7} {BUDGETS[image].flash:7} {memory['data']:6} {memory['bss']:6} {memory['stack']:6} "
              f"{ram:6} {BUDGETS[image].ram:7}")
    failed = len({test.id() if not hasattr(test, "test_case") else test.test_case.id() for test, _ in bad})
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
