"""Counts the instructions of one call on a Cortex-M3, by owner, and those of the longest step.

    instructions.py FOLDER [--write]     the images, built without link-time optimisation so that every function has its
                                         name. --write: takes the counts into tests/checks/size/baseline.json, and
                                         writes the documents

QEMU reports each block of code that it executes, under -icount. Two runs differ by a few percent, because their keys
differ and the peer answers at other times. The count of signing is always the same. An instruction belongs to tcexec if
it is in a function of src/, to BearSSL's primitives if it is in a function of BearSSL, and otherwise to the board: the
port, memcpy and similar functions, the compiler's library, and waiting. The count of a call's first part, up to the
first use of the transport, is that of checking, hashing and signing. A step lasts from the entry of tcx_call_step()
until tcx_execute() continues. Everything that runs in a step counts, whoever owns it.

The image `resumed` is `full` with a TLS session: its second call is counted, which resumes the session of the first one.
That call has no public-key work, so tcexec's share of it is larger and has no limit.

Prints millions of instructions for each image, and last `instructions: N images, tcexec's share at most N.N %`. Fails
if the share of a call with a whole handshake is over 2 %.
"""

from __future__ import annotations

import bisect
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
from collections import Counter

FOLDER = pathlib.Path(sys.argv.pop(1))  # before run.py looks for a machine there
WRITES = "--write" in sys.argv and not sys.argv.remove("--write")

import run
import documents  # in a folder that run.py puts on the path
import parts
import stand

SHARE = 0.02


class Symbols:
    """Whose the code at an address is, and for what: the family and the group of the source file, as for sizes."""

    def __init__(self, image: pathlib.Path):
        listing = subprocess.run(["arm-none-eabi-nm", "-n", "-l", "--defined-only", str(image)], check=True,
                                 stdout=subprocess.PIPE, text=True).stdout
        found = re.findall(r"^([0-9a-f]+) [tTwW] (\S+)(?:\t(\S+))?", listing, re.M)
        self.addresses = [int(address, 16) & ~1 for address, _, _ in found]
        self.owners = [self.owner(name, where) for _, name, where in found]
        self.names = [name for _, name, _ in found]

    @staticmethod
    def owner(name: str, where: str) -> tuple[str, str]:
        """By the source file that the debug information names. The C library's and the compiler's are the board's."""
        if "src/" in where or "jsmn.h" in where or name.startswith("br_"):
            return parts.owner(parts.FLASH, where)
        return "firmware", ""

    def at(self, address: int) -> int:
        return bisect.bisect_right(self.addresses, address) - 1


def trace(image: pathlib.Path, address: str, calls: list[str]) -> tuple[Counter, int, int]:
    """Of the last call: instructions by owner, those from tcx_call_begin() to the first use of TLS, the longest step's."""
    symbols = Symbols(image)
    counts: Counter = Counter()
    begun = 0
    sizes: dict[str, int] = {}  # of the blocks, by where QEMU keeps them: two may begin at one address of the guest
    signing = signed = stepping = step = longest = 0
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "log"
        subprocess.run(["mkfifo", str(log)], check=True)
        command = [*run.MACHINE.qemu, "-kernel", str(image), "-display", "none", "-monitor", "none", "-icount", "shift=0",
                   "-semihosting-config", ",".join(["enable=on,target=native", *(f"arg={word}" for word in calls)]),
                   *["-serial", f"tcp:{address}"] * len(calls), "-d", "exec,nochain,in_asm", "-D", str(log)]
        machine = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        watchdog = threading.Timer(run.PATIENCE * 3, machine.kill)
        watchdog.start()
        block, listed = -1, 0
        with open(log) as lines:
            for line in lines:
                if line.startswith("Trace"):
                    host = line.split(maxsplit=3)[2]
                    if block >= 0:
                        sizes[host], block = listed, -1
                    at = int(line.split("/", 2)[1], 16)
                    symbol = symbols.at(at)
                    size = sizes[host]
                    name = symbols.names[symbol]
                    if name == "tcx_call_begin" and at == symbols.addresses[symbol]:
                        begun += 1
                        if begun > 1:
                            counts.clear()
                            signing = signed = longest = 0
                    counts[symbols.owners[symbol]] += size
                    if name == "tcx_call_step":
                        stepping = 1
                    elif name == "tcx_execute":
                        stepping = step = 0
                    if stepping:
                        step += size
                        longest = max(longest, step)
                    if name == "tcx_call_begin" and not signed:
                        signing = 1
                    elif name == "tls_open":
                        signing, signed = 0, signed or 1
                    if signing:
                        counts["signing", ""] += size
                elif line.startswith("IN:"):
                    block, listed = -1, 0
                elif line.startswith("0x"):
                    if listed == 0:
                        block = int(line[:10], 16)
                    listed += 1
        watchdog.cancel()
        if machine.wait(run.PATIENCE) != 0:
            raise SystemExit(f"{image}: the call failed")
    return counts, counts.pop(("signing", "")), longest


def main() -> int:
    counted, primitives = {}, {}
    for image in documents.CALLS:
        calls = ["mps", "mps"] if image == "resumed" else ["mps"]
        with stand.Endpoint(run.server_for(image)) as endpoint:
            counts, signing, longest = trace(FOLDER / f"{image}.elf", endpoint.tls, calls)
            resumed = endpoint.state()["tls"]["resumed"]
        if resumed != len(calls) - 1:
            raise SystemExit(f"{image}: {resumed} of {len(calls)} calls resumed a session")
        owners = {"BearSSL": 0, "board": 0, "tcexec": 0, "signing": signing, "step": longest}
        for (family, _), count in counts.items():
            owners["board" if family == "firmware" else family] += count
        counted[image] = {name: round(count, -3) for name, count in owners.items()}
        primitives[image] = {name: round(counts["BearSSL", name], -3) for name in parts.FLASH["BearSSL"]}
    data = {"instructions": counted, "primitives": primitives}
    print("\n\n".join(part(data) for part in (documents.instructions, documents.primitives, documents.steps)))
    worst = max(documents.share(counts) for image, counts in counted.items() if image != "resumed")
    if WRITES and worst <= SHARE:
        documents.record(data)
    print(f"instructions: {len(counted)} images, tcexec's share at most {worst:.1%}")
    return 1 if worst > SHARE else 0


if __name__ == "__main__":
    sys.exit(main())
