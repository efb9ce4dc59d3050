"""Tests that memory does not grow with the argument: a file of 10 MiB needs as much as one of 1 KiB."""

import re
import subprocess
import unittest
from pathlib import Path

from harness import COMMAND, Case, at, endpoint, environment, folder, stand_up, wait_until

SLACK = 64  # KiB: a short argument leaves parts of the file's cache (32) and of the record buffer (16) untouched

setUpModule = stand_up


def peak(size: int) -> int:
    """
    The memory, in KiB, of a call over TLS that has sent an argument of so many bytes from a file: all that it has ever
    touched, because it gives nothing back. It is asked while the endpoint holds back the answer, page by page: a
    parent would learn its own size at the fork, and the kernel's running totals are off by up to 256 KiB.
    """
    (folder / "argument").write_bytes(b"0123456789abcdef" * (size // 16))
    endpoint.reset()
    endpoint.fault("stall", at=0)
    call = subprocess.Popen([COMMAND, at(endpoint.tls_port), "--ca=root.pem", "mps", "ExampleFunc", "@argument"],
                            cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: endpoint.executed() == 1)
        return int(re.search(r"Anonymous:\s+(\d+) kB", Path(f"/proc/{call.pid}/smaps_rollup").read_text())[1])
    finally:
        call.terminate()
        call.wait()


@unittest.skipUnless(Path("/proc/self/smaps_rollup").exists(), "the system does not tell a process's pages")
class Memory(Case):
    def test_argument(self) -> None:
        small, large = peak(1024), peak(10 * 1024 * 1024 - 1024)
        print(f"peak memory: {small} KiB with 1 KiB, {large} KiB with 10 MiB")
        self.assertLessEqual(large, small + SLACK)


if __name__ == "__main__":
    unittest.main()
