"""Runs programs for Windows under Wine, and compares what they sign with the vectors.

    windows.py SUITES       SUITES: the folder of the public test suites; without it, their cases are skipped

From the environment: B (build folder). $B/windows has the programs, $B/everywhere/sign is the host's.

Signs each vector of tests/vectors/sdk.txt, runs the programs of the contract suite that need no socket, and the cases
of the public test suites that need no file. The last line is `windows: N tests passed, N failed`.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests/suites")]
import run  # noqa: E402
from case import frame  # noqa: E402

PROGRAMS = run.BUILD / "windows"
PREFIX = run.BUILD / "wine"
SCHEMES = {"TC3": 1, "HmacSHA1": 2, "HmacSHA256": 3}  # the SDK's TC3 is sign.c's second scheme
TEXTS = ("FunctionName", "FunctionArg", "SessionContext", "SessionId", "ExtInfo", "region", "language", "host")
CONTRACT = ("test_contract_memory", "test_contract_proxy", "test_contract_wrong")
SUITES = ("hmac", "http", "strings")


def decoded(text: str) -> bytes:
    """The bytes of a field of a vector."""
    named = {"\\": b"\\", "r": b"\r", "n": b"\n"}
    parts = re.split(r"(\\x[0-9A-Fa-f]{2}|\\.)", text)
    return b"".join(part.encode() if i % 2 == 0 else named.get(part[1]) or bytes.fromhex(part[2:])
                    for i, part in enumerate(parts))


def vectors() -> list[dict[str, bytes]]:
    text = (ROOT / "tests/vectors/sdk.txt").read_text()
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [{key: decoded(value) for key, _, value in (line.partition(" ") for line in record.splitlines())}
            for record in lines.strip().split("\n\n")]


def option(value: bytes | None) -> list[int | bytes]:
    return [0] if value is None else [1, value]


def frame_of(vector: dict[str, bytes]) -> bytes:
    """What sign.c reads."""
    sub_app_id = vector.get("SubAppId")
    return frame(SCHEMES[vector["scheme"].decode()], int(vector["method"] == b"GET"), int(vector["service"] == b"vod"),
                 int(vector["timestamp"]), int(vector.get("nonce", 0)),
                 *([0] if sub_app_id is None else [1, int(sub_app_id)]), vector["secret_id"], vector["secret_key"],
                 *option(vector.get("token")), *(field for name in TEXTS for field in option(vector.get(name))))


def answer_of(vector: dict[str, bytes]) -> str:
    return f"{vector.get('status', b'TCX_OK').decode()} {vector.get('wire', b'').hex()}"


def signed(command: list[str], frames: bytes) -> list[str]:
    done = subprocess.run(command, input=frames, stdout=subprocess.PIPE, timeout=run.IDLE)
    if done.returncode != 0:
        sys.exit(f"{command[-1]}: exit status {done.returncode}")
    return done.stdout.decode().split("\n")[:-1]


def sign() -> run.Counts:
    """Each vector, on Windows and on the host."""
    rows = vectors()
    frames = b"".join(map(frame_of, rows))
    windows = signed(["wine", str(PROGRAMS / "sign.exe")], frames)
    host = signed([str(run.BUILD / "everywhere/sign")], frames)
    if not len(rows) == len(windows) == len(host):
        sys.exit(f"{len(rows)} vectors, {len(windows)} answers on Windows, {len(host)} on the host")
    wrong = [row["name"].decode() for row, *given in zip(rows, windows, host) if given != [answer_of(row)] * 2]
    print("".join(f"FAIL sign: {name}\n" for name in wrong), end="")
    print(f"sign: {len(rows)} vectors, {len(wrong)} differ from what they should be")
    return run.Counts(len(rows) - len(wrong), len(wrong))


def contract(name: str) -> run.Counts:
    counts, output = run.run(["wine", str(PROGRAMS / f"{name}.exe")])
    print(f"{name}: {counts.passed} passed, {counts.failed} failed{output if counts.failed else ''}")
    return counts


def suites(folder: str) -> run.Counts:
    """The cases of the public test suites, by their own runner."""
    if not pathlib.Path(folder).is_dir():
        print(f"suites: skipped: there is no {folder}")
        return run.Counts(0, 0)
    wine = "sh -c 'exec wine \"$0.exe\"'"  # suites.py names a program without .exe
    environment = dict(os.environ, B=str(PROGRAMS), EXEC=wine)
    done = [subprocess.run([sys.executable, str(ROOT / "tests/suites/suites.py"), folder, name], env=environment)
            for name in SUITES]
    failed = sum(each.returncode != 0 for each in done)
    return run.Counts(len(SUITES) - failed, failed)


def main(folder: str) -> int:
    os.environ |= {"WINEPREFIX": str(PREFIX), "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml="}
    os.environ.pop("DISPLAY", None)
    shutil.rmtree(PREFIX, ignore_errors=True)
    try:
        results = [sign(), *map(contract, CONTRACT), suites(folder)]
    finally:  # Wine's server would stay for some seconds
        subprocess.run(["wineserver", "-k"])
        subprocess.run(["wineserver", "-w"])
        shutil.rmtree(PREFIX, ignore_errors=True)  # its drive Z: is a link to /, which a search may follow
    passed, failed = (sum(count) for count in zip(*(result[:2] for result in results)))
    print(f"windows: {passed} tests passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
