"""What the library costs on a microcontroller: code, RAM, stack. Measured, and compared with a baseline.

    size.py [--write]     --write: takes what was measured as the new baseline, and writes the documents

Every unit is compiled with -Os for each core. A configuration is what the linker keeps of the library for some entry
points, the C library and BearSSL left out. The stack of an entry point is the deepest path of the call graph that the
compiler writes; calls through pointers are told apart by the table below. Fails when anything grew beyond the baseline.
The README's table has the numbers of the baseline: no commit is needed when something shrinks.

From the environment: B (build folder), BEARSSL_SRC (BearSSL's source tree, for its headers and the stack of its
SHA-256), JSMN (the folder of jsmn.h).
"""

from __future__ import annotations

import functools
import os
import pathlib
import re
import shutil
import subprocess
import sys

import documents

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("B", ROOT / "build")) / "size"
BEARSSL = pathlib.Path(os.environ["BEARSSL_SRC"])
JSMN = os.environ["JSMN"]

ARM, RISCV = "arm-none-eabi-", "riscv64-unknown-elf-"
CORES = {
    "Cortex-M0+": (ARM, ["-mcpu=cortex-m0plus", "-mthumb"]),
    "Cortex-M3": (ARM, ["-mcpu=cortex-m3", "-mthumb"]),
    "Cortex-M4": (ARM, ["-mcpu=cortex-m4", "-mthumb"]),
    "Cortex-M33": (ARM, ["-mcpu=cortex-m33", "-mthumb"]),
    "RV32IMAC": (RISCV, ["-march=rv32imac", "-mabi=ilp32", "--specs=picolibc.specs"]),
}

SIGN = ["tcx_signer_init", "tcx_request_build", "tcx_sign_tc3", "tcx_mps"]
CORE = [*SIGN, "tcx_call_begin", "tcx_call_step", "tcx_call_wants", "tcx_call_time_left", "tcx_call_cancel"]
CLIENT = [*CORE, "tcx_client_init", "tcx_client_credentials", "tcx_client_execute", "tcx_client_begin", "tcx_client_step",
          "tcx_client_wipe"]
TLS = ["tcx_tls_init"]
CONFIGURATIONS = {  # name: entry points, and those of a configuration whose size is taken off
    "sign only": (SIGN, []),
    "core": (CORE, []),
    "TLS glue": (["tcx_tls_init"], []),
    "+ chain validation": ([*TLS, "tcx_tls_chain_init"], TLS),
    "+ pinned key": ([*TLS, "tcx_tls_pin_init"], TLS),
    "+ session resumption": ([*TLS, "tcx_tls_session_init"], TLS),
    "+ HTTP proxy": ([*CORE, "tcx_proxy_init"], CORE),
    "+ GET": ([*CORE, "tcx_method_get"], CORE),
    "+ signature v1": ([*CORE, "tcx_sign_hmac_sha1"], CORE),
    "+ second service": ([*CORE, "tcx_vod"], CORE),
    "+ retry": ([*CORE, "tcx_retry_init"], CORE),
    "+ rate limit": ([*CORE, "tcx_rate_init"], CORE),
    "+ blocking helper": ([*CORE, "tcx_execute"], CORE),
    "+ client": (CLIENT, CORE),
    "+ report of a client": ([*CLIENT, "tcx_client_report"], CLIENT),
    "+ API error classes": ([*CORE, "tcx_api_classify"], CORE),
    "+ advice on API codes": ([*CORE, "tcx_api_advice"], CORE),
    "+ names of statuses": ([*CORE, "tcx_status_name"], CORE),
    "+ texts of statuses": ([*CORE, "tcx_status_text"], CORE),
}
STRUCTURES = ["tcx_signer", "tcx_call", "tcx_source", "tcx_connection", "tcx_rate", "tcx_tls", "tcx_tls_chain",
              "tcx_tls_pin", "tcx_tls_session", "tcx_proxy", "tcx_client", "tcx_client_chain", "tcx_client_pin"]
BUFFERS = ["TCX_TLS_BUFFER_MIN", "TCX_TLS_BUFFER_SAFE", "TCX_TLS_BUFFER_DUPLEX"]
STACKS = ["tcx_signer_init", "tcx_request_build", "tcx_call_begin", "tcx_call_step", "tcx_response_read", "tls_open",
          "tls_send", "tls_recv", "proxy_open"]

# Where the library calls through a pointer, and what may stand behind it. A transport, a source and an observer are the
# user's and count nothing here; neither does BearSSL's engine, whose stack is painted and read in the firmware.
HASH = ["br_sha256_init", "br_sha224_update", "br_sha256_out"]  # both hashes are updated by one function
USER: list[str] = []
INDIRECT = {
    "tcx_message_init": ["tcx_tc3.c:tc3_prepare"],
    "tcx_message_sign": ["tcx_tc3.c:tc3_sign", "tcx_v1.c:v1_sign"],
    "tcx_message.c:message_refill": ["tcx_encode_json", "tcx_encode_percent", "tcx_message.c:message_encode_lower",
                                     "tcx_source.c:source_refill", *HASH],
    "tcx_message_absorb": HASH,
    "tcx_message_read": HASH,
    "tcx_retry.c:retry_again": ["tcx_retry_delay"],
    "tcx_tls.c:tls_start": ["tcx_tls_chain.c:chain_start", "tcx_tls_pin.c:pin_start", "tcx_tls_session.c:session_load"],
    "tcx_execute": USER,
    "tcx_connection.c:connection_check_idle": HASH,
    "tcx_connection.c:connection_hash_text": HASH,
    "tcx_connection_close": USER,
    "tcx_call_trace": USER,
}
INDIRECT_BY_FILE = {  # what was inlined into what differs by core
    "tcx_call": ["tcx_rate_wait", "tcx_connection.c:connection_check_idle", "tcx_retry.c:retry_again"],
    "tcx_client": USER,
    "tcx_tls": USER,
    "tcx_proxy.c:": USER,
    "tcx_x509.c:": USER,
    "tcx_hmac": HASH,
    "tcx_tc3.c:": HASH,
    "tcx_source.c:": HASH,
}


def run(*command: object) -> str:
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def compile_units(core: str) -> pathlib.Path:
    """All units, and BearSSL's SHA-256, as objects with their call graphs."""
    tools, flags = CORES[core]
    folder = BUILD / core
    shutil.rmtree(folder, ignore_errors=True)  # what a unit that is gone left there
    folder.mkdir(parents=True)
    sizes = folder / "sizes.c"
    sizes.write_text("#include <tcexec.h>\n#include <tcexec/client.h>\n" +
                     "".join(f"char size_of_{name}[sizeof({name})];\n" for name in STRUCTURES) +
                     "".join(f"char size_of_{name}[{name}];\n" for name in BUFFERS))
    sources = [sizes, *sorted((ROOT / "src").glob("*.c"))]
    primitives = [BEARSSL / "src" / name for name in ("hash/sha2small.c", "codec/enc32be.c", "codec/dec32be.c")]
    for source in [*sources, *primitives]:
        run(tools + "gcc", *flags, "-std=c99", "-Os", "-ffunction-sections", "-fdata-sections", "-fcallgraph-info=su",
            f"-I{ROOT}/include", f"-I{BEARSSL}/inc", f"-I{BEARSSL}/src", "-isystem", JSMN, "-c", source,
            "-o", folder / (source.stem + ".o"))
    return folder


def linked(core: str, folder: pathlib.Path, entries: list[str]) -> int:
    """Bytes of code and constants that the linker keeps for these entry points."""
    tools, flags = CORES[core]
    image = folder / "image.elf"
    flags = [flag for flag in flags if not flag.startswith("--specs")]  # whose linker script adds a stack
    subprocess.run([tools + "gcc", *flags, "-nostdlib", "-nostartfiles", "-Wl,--gc-sections", f"-Wl,-e,{entries[0]}",
                    "-Wl,--unresolved-symbols=ignore-all", *(f"-Wl,-u,{entry}" for entry in entries),
                    *map(str, sorted(folder.glob("tcx_*.o"))), "-o", str(image)], check=True, stderr=subprocess.DEVNULL)
    text, data, bss = map(int, run(tools + "size", image).splitlines()[1].split()[:3])
    assert data == 0 and bss < 4, f"{core}: {data} bytes of data, {bss} of bss"  # up to 3 align a section that is empty
    return text


def structures(core: str, folder: pathlib.Path) -> dict[str, int]:
    listing = run(CORES[core][0] + "nm", "-S", folder / "sizes.o")
    return {name: int(re.search(rf"\S+ (\S+) \S size_of_{name}$", listing, re.M)[1], 16)
            for name in [*STRUCTURES, *BUFFERS]}


class Stacks:
    """The call graph of an architecture: what an entry point needs, with or without BearSSL's frames."""

    def __init__(self, folder: pathlib.Path):
        self.frames: dict[str, int] = {}
        self.calls: dict[str, set[str]] = {}
        for graph in folder.glob("*.ci"):
            text = graph.read_text()
            for title, size, kind in re.findall(r'node: { title: "([^"]+)" label: "[^"]*\\n(\d+) bytes \(([^)]+)\)', text):
                assert kind == "static", f"{title}: the stack is {kind}"
                self.frames[self.name(title)] = int(size)
            for source, target in re.findall(r'edge: { sourcename: "([^"]+)" targetname: "([^"]+)"', text):
                self.calls.setdefault(self.name(source), set()).update(
                    self.behind(self.name(source)) if target == "__indirect_call" else {self.name(target)})
        named = {name for names in (*INDIRECT.values(), *INDIRECT_BY_FILE.values()) for name in names}
        if gone := sorted(named - set(self.frames)):
            sys.exit(f"size.py: INDIRECT names functions that are not there: {', '.join(gone)}")

    @staticmethod
    def name(title: str) -> str:
        """`file.c:function` of a static function, `function` of another."""
        return title.rsplit("/", 1)[-1]

    @staticmethod
    def behind(caller: str) -> list[str]:
        plain = re.sub(r"\.(constprop|isra|part)\.\d+", "", caller)
        if plain in INDIRECT:
            return INDIRECT[plain]
        for start, behind in INDIRECT_BY_FILE.items():
            if plain.startswith(start):
                return behind
        sys.exit(f"size.py does not know what {plain} calls through a pointer")

    def depth(self, entry: str, with_bearssl: bool) -> int:
        @functools.cache
        def deepest(function: str) -> int:
            if function.startswith(("br_", "tcx_stack_wipe")) and not with_bearssl:  # which goes where BearSSL has been
                return 0
            below = max((deepest(callee) for callee in self.calls.get(function, ())), default=0)
            return self.frames.get(function, 0) + below

        matches = [name for name in self.frames if name == entry or name.endswith(":" + entry)]
        assert len(matches) == 1, f"{entry}: {matches}"
        return deepest(matches[0])


def measure() -> dict:
    found: dict = {"code": {}, "ram": {}, "stack": {}}
    for core in CORES:
        folder = compile_units(core)
        sizes = {name: linked(core, folder, entries) - (linked(core, folder, less) if less else 0)
                 for name, (entries, less) in CONFIGURATIONS.items()}
        found["code"][core] = sizes
        found["ram"][core] = structures(core, folder)
        stacks = Stacks(folder)
        found["stack"][core] = {entry: [stacks.depth(entry, False), stacks.depth(entry, True)] for entry in STACKS}
    return found


def flatten(tree: dict | list | int, path: str = "") -> dict[str, int]:
    if isinstance(tree, int):
        return {path: tree}
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return {name: number for key, value in items for name, number in flatten(value, f"{path} / {key}".lstrip(" /")).items()}


def main() -> int:
    found = measure()
    print(documents.sizes(found, tuple(CORES)))
    if "--write" in sys.argv[1:]:
        documents.record(found)
        return 0
    before = flatten(documents.load())
    changed = {name: (before.get(name, -1), size) for name, size in flatten(found).items() if size != before.get(name)}
    grown = {name for name, (old, new) in changed.items() if new > old}
    for name, (old, new) in changed.items():
        print(f"{'grown' if name in grown else 'smaller'}: {name}: {old} -> {new}")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
