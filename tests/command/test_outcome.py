"""Tests that the outcome is true, with real sockets, a relay that cuts the line, and an endpoint that counts what ran.

The relay cuts the line after every number of bytes that an undisturbed call sends, and after every number that it
receives, plain and over TLS, by FIN and RST in turn (in CI: by both). Or the call itself ends, by a signal or by its
deadline, after that number of bytes, in pieces of 1 to 64. NOT_SENT must mean no execution, ANSWERED one,
MAYBE_EXECUTED none or one.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import sys
import threading
import typing
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import stand  # noqa: E402

BUILD = pathlib.Path(os.environ.get("B", stand.ROOT / "build"))
KEYS = {"TENCENTCLOUD_SECRET_ID": stand.SECRET_ID, "TENCENTCLOUD_SECRET_KEY": stand.SECRET_KEY}
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: close() sends RST


class Relay:
    """Carries one connection to `target` and cuts it after `up` bytes to it or `down` bytes from it (None: never).

    With `piece` it carries so many bytes at a time. With `when` it does not cut the line, but calls that function, then
    carries on when that returns.
    """

    def __init__(self, target: str, up: int | None = None, down: int | None = None, reset: bool = False, piece: int = 65536,
                 when: typing.Callable[[], None] | None = None):
        self.target, self.limits, self.reset = target.rsplit(":", 1), [up, down], reset
        self.piece, self.when = piece, when
        self.carried = [0, 0]
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(20)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        with self.listener:
            client = self.listener.accept()[0]
        server = socket.create_connection((self.target[0], int(self.target[1])))
        cut = threading.Event()
        carriers = [threading.Thread(target=self.carry, args=(direction, source, sink, cut))
                    for direction, (source, sink) in enumerate(((client, server), (server, client)))]
        for carrier in carriers:
            carrier.start()
        for carrier in carriers:
            carrier.join()
        for end in (client, server):
            if cut.is_set() and self.reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            end.close()

    def carry(self, direction: int, source: socket.socket, sink: socket.socket, cut: threading.Event) -> None:
        try:
            while True:
                limit = self.limits[direction]
                if limit is not None and self.carried[direction] >= limit:
                    if self.when is None:
                        break
                    self.limits[direction] = None
                    self.when()
                    continue
                data = source.recv(self.piece if limit is None else min(self.piece, limit - self.carried[direction]))
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
                self.carried[direction] += len(data)
            cut.set()
            for end in (source, sink):  # wakes the other carrier
                end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Outcomes(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.certificates = stand.Certificates(BUILD / "outcome")
        cls.endpoint = stand.Endpoint(cls.certificates, "--lifetime", "600", "--tls-max", "1.2").start()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.endpoint.stop()

    def begin(self, argument: str, address: str, plain: bool, timeout: str) -> subprocess.Popen:
        """An Echo call through `address`."""
        command = [os.environ.get("TCEXEC", str(BUILD / "tcexec")), "--json", "--timeout", timeout, "--connect", address]
        command += ["--plaintext"] if plain else ["--ca", str(self.certificates.root)]
        return subprocess.Popen([*command, "mps", "Echo", argument], env=KEYS, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)

    def call(self, argument: str, address: str, plain: bool) -> dict:
        """What --json says of a call, and the exit status."""
        process = self.begin(argument, address, plain, "20")
        out = process.communicate()[0]
        return {**json.loads(out), "exit": process.returncode}

    def check(self, plain: bool) -> None:
        target = self.endpoint.plain if plain else self.endpoint.tls
        measure = Relay(target)
        self.assertEqual(self.call("measure".ljust(64), measure.address, plain)["exit"], 0)
        measure.thread.join()
        plans = [{direction: count, "reset": reset}
                 for direction, most in zip(("up", "down"), measure.carried)
                 for count in range(most + 1)
                 for reset in ((False, True) if "CI" in os.environ else (count % 2 == 1,))]

        def run(plan: dict) -> tuple[str, dict, dict]:
            argument = f"{plain} {plan}".ljust(64)
            relay = Relay(target, **plan)
            told = self.call(argument, relay.address, plain)
            relay.thread.join()
            return argument, plan, told

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            ended = list(pool.map(run, plans))
        seen = self.judge(plain, ended)
        self.assertTrue(all(count > 0 for name, count in seen.items() if not (plain and name == "not_sent")), seen)
        self.assertGreater(len(ended), 800)

    def judge(self, plain: bool, ended: list[tuple[str, dict, dict]]) -> dict[str, int]:
        """What each call says (its argument, its plan, what --json said), against what ran. How many of each outcome."""
        ran = self.endpoint.state()["executions"]["arguments"]
        allowed = {"not_sent": (0,), "maybe_executed": (0, 1), "answered": (1,)}
        exits = {"not_sent": (3,), "maybe_executed": (4,), "answered": (0,)}
        seen = dict.fromkeys(allowed, 0)
        for argument, plan, told in ended:
            executed = ran.get(hashlib.sha256(argument.encode()).hexdigest(), 0)
            seen[told["outcome"]] += 1
            self.assertIn(executed, allowed[told["outcome"]], (plan, told))
            self.assertIn(told["exit"], exits[told["outcome"]], (plan, told))
            if told["outcome"] == "answered":
                self.assertEqual(told["result"], argument)
        print(f"{'plain' if plain else 'TLS'}: {len(ended)} calls ended: {seen}")
        return seen

    def check_ends(self, plain: bool) -> None:
        """The call ends by itself: by a signal, or by its deadline, while the relay holds what comes after."""
        target = self.endpoint.plain if plain else self.endpoint.tls
        measure = Relay(target)
        self.call("measure".ljust(64), measure.address, plain)
        measure.thread.join()
        plans = [(direction, count, late)
                 for direction, most in zip(("up", "down"), measure.carried)
                 for count in range(0, most + 1, 5 if "CI" in os.environ else 23)
                 for late in (False, True)]

        def run(number: int) -> tuple[str, dict, dict]:
            direction, count, late = plans[number]
            argument = f"ends {plain} {plans[number]}".ljust(64)
            process: list[subprocess.Popen] = []
            begun = threading.Event()

            def end_call() -> None:
                begun.wait()
                if not late:
                    process[0].send_signal(signal.SIGTERM)
                process[0].wait(20)

            relay = Relay(target, **{direction: count}, piece=1 + number % 64, when=end_call)
            process.append(self.begin(argument, relay.address, plain, "0.3" if late else "20"))
            begun.set()
            out = process[0].communicate()[0]
            relay.thread.join()
            told = {**json.loads(out or "null"), "exit": process[0].returncode}
            return argument, {"plan": plans[number]}, told

        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            self.judge(plain, list(pool.map(run, range(len(plans)))))

    def test_plain_ends(self) -> None:
        self.check_ends(plain=True)

    def test_tls_ends(self) -> None:
        self.check_ends(plain=False)

    def test_plain(self) -> None:
        self.check(plain=True)

    def test_tls(self) -> None:
        self.check(plain=False)


if __name__ == "__main__":
    unittest.main()
