"""Whose the bytes of a firmware image are: its flash and its RAM, by primitive, unit, board, buffer and stack.

    parts.py FOLDER IMAGE.elf …     prints sums, and draws the pictures into the folder

Link-time optimisation puts functions of many files into one object, and one function into another. The debug
information still names the source file of each instruction, even of an inlined one. An instruction of a header counts
for the file that includes the header. A constant counts for the file that defines it. The debug information does not
name strings, padding and tables that the compiler makes: they have no owner. Every byte counts once, so the parts add up
to the image. A file that is in no group is an error.
"""

from __future__ import annotations

import bisect
import pathlib
import re
import subprocess
import sys

import documents
import picture

TOOLS = "arm-none-eabi-"
GLUE, REST = "TLS glue", {"flash": "no owner: strings, padding", "ram": "padding"}
FLASH = {  # family: group: the source files of its code and constants
    "BearSSL": {
        "TLS handshake": r"src/ssl/ssl_(hs_)?client",
        "TLS engine": r"src/ssl/ssl_engine",
        "X.509": r"src/x509/",
        "X25519": r"src/ec/ec_c25519",
        "P-256, ECDSA": r"src/ec/",
        "RSA, big integers": r"src/(rsa|int)/",
        "SHA-256": r"src/hash/(sha2|multihash)",
        "HMAC, PRF, random bits": r"src/(mac|rand)/|src/ssl/prf",
        "ChaCha20-Poly1305": r"src/symcipher/(chacha20|poly1305)|src/ssl/ssl_rec_chapol",
        "AES-GCM": r"src/symcipher/aes|src/hash/ghash|src/ssl/ssl_rec_gcm",
        "constant-time helpers, byte order": r"src/codec/|src/inner\.h",
    },
    "tcexec": {
        "request and signature": r"src/tcx_(build|calendar|check|encode|hmac|host|message|percent|request|service|sign|"
                                 r"source|stack|tc3|text|utf8|v1)\.",
        "HTTP and JSON, with jsmn": r"src/tcx_(http|json|response)\.|jsmn\.h",
        "call": r"src/tcx_(call|clock|connection|execute|rate|retry)\.",
        "client and its report": r"src/tcx_(client\w*|code)\.",
        GLUE: r"src/tcx_(tls\w*|x509)\.",
    },
    "firmware": {"board, program, roots": r"port/firmware/"},
}
STATES = {"br_ssl_client_context": "state of TLS", "br_x509_minimal_context": "state of X.509"}
HOLDS = {"chain": [*STATES], "pin": ["br_ssl_client_context"]}  # a variable of the glue: what of BearSSL is in it
NOTHING = "$^"
RAM = {  # family: group: its variables
    "buffers": {"record buffer": r"^image_.*:records$", "answer": r":answer$"},
    "BearSSL": {name: NOTHING for name in STATES.values()},
    "tcexec": {GLUE: r"^image_.*:(chain|pin)$", "client and call": r":client$"},
    "firmware": {"board, program": r"^(firmware|uart|board)\.c:"},
}


def tool(name: str, *arguments: object, stdin: str = "") -> str:
    return subprocess.run([TOOLS + name, *map(str, arguments)], input=stdin, check=True, stdout=subprocess.PIPE,
                          text=True).stdout


def owner(groups: dict[str, dict[str, str]], what: str) -> tuple[str, str]:
    """The family and the group of a source file, or of a variable."""
    for family, names in groups.items():
        for name, pattern in names.items():
            if re.search(pattern, what):
                return family, name
    sys.exit(f"parts.py: {what} belongs to no group")


class Parts:
    """Bytes by family and group."""

    def __init__(self, memory: str, groups: dict[str, dict[str, str]]):
        self.memory, self.groups = memory, groups
        self.bytes = {family: dict.fromkeys(names, 0) for family, names in groups.items()}

    def add(self, what: str, size: int) -> None:
        family, name = owner(self.groups, what)
        self.bytes[family][name] += size

    def end(self, size: int) -> dict[str, dict[str, int]]:
        """With what is left of `size` bytes."""
        rest = size - picture.total(self.bytes)
        assert 0 <= rest < size / 20, f"{rest} of {size} bytes of {self.memory} are in no part"
        return {**self.bytes, "in no part": {REST[self.memory]: rest}}


class Debug:
    """What the debug information says of variables: `files` by address, and `sizes` by the name of a type."""

    def __init__(self, image: pathlib.Path):
        text = tool("readelf", "--debug-dump=info", image)
        units = re.findall(r"^ <0><([0-9a-f]+)>.*\(DW_TAG_compile_unit\)\n(?:    .*\n)*?.*DW_AT_name +:(?:.*: )?(.*)$",
                           text, re.M)
        starts = [int(start, 16) for start, _ in units]
        self.files: dict[int, str] = {}
        for own, body in re.findall(r"<([0-9a-f]+)>: .*\(DW_TAG_variable\)\n((?:    .*\n)*)", text):
            address = re.search(r"\(DW_OP_addr: ([0-9a-f]+)\)$", body, re.M)
            origin = re.search(r"DW_AT_(?:abstract_origin|specification) *: <0x([0-9a-f]+)>", body)
            if address:
                unit = bisect.bisect_right(starts, int(origin[1] if origin else own, 16)) - 1
                self.files[int(address[1], 16)] = units[unit][1].strip()
        sizes = dict(re.findall(r"<([0-9a-f]+)>: .*\(DW_TAG_structure_type\)\n(?:.*DW_AT_name .*\n)?"
                                r".*DW_AT_byte_size +: (\d+)$", text, re.M))
        types = re.findall(r"\(DW_TAG_typedef\)\n.*DW_AT_name .*: (\w+)\n(?:.*DW_AT_decl.*\n)*"
                           r".*DW_AT_type +: <0x([0-9a-f]+)>$", text, re.M)
        self.sizes = {name: int(sizes[at]) for name, at in types if at in sizes}


def code_files(image: pathlib.Path, addresses: list[int]) -> dict[int, str]:
    """The source file of each instruction: the first one that is not a header, from the innermost inlined function."""
    found: dict[int, str] = {}
    for block in tool("addr2line", "-a", "-i", "-e", image, stdin="\n".join(map(hex, addresses))).split("0x")[1:]:
        address, *places = block.split("\n")
        files = [place.rsplit(":", 1)[0] for place in places if place]
        found[int(address, 16)] = next((name for name in files if name.endswith((".c", "jsmn.h"))), files[0])
    return found


def measure(image: pathlib.Path) -> dict[str, picture.Parts]:
    """The parts of the flash and of the RAM, without the stack."""
    debug = Debug(image)
    listing = re.findall(r"^([0-9a-f]+) (?:([0-9a-f]+) )?\w (\S+)$", tool("nm", "-n", "-S", image), re.M)
    mark = {name: int(at, 16) for at, _, name in listing}
    flash, ram, code = Parts("flash", FLASH), Parts("ram", RAM), []
    for start, size, name in [(int(at, 16), int(size, 16), name.split(".")[0]) for at, size, name in listing if size]:
        if start >= mark["board_data_start"]:
            ram.add(f"{pathlib.Path(debug.files[start]).name}:{name}", size)
            for structure in HOLDS.get(name, []):
                ram.bytes["BearSSL"][STATES[structure]] += debug.sizes[structure]
                ram.bytes["tcexec"][GLUE] -= debug.sizes[structure]
        elif start in debug.files:
            flash.add(debug.files[start], size)
        else:
            code += range(start & ~1, (start & ~1) + size, 2)  # an odd address: Thumb
    for name in code_files(image, code).values():
        if name != "??":
            flash.add(name, 2)
    return {"flash": flash.end(mark["board_flash_end"] - mark["board_flash_start"]),
            "ram": ram.end(mark["board_bss_end"] - mark["board_data_start"])}


def main() -> int:
    folder, *images = map(pathlib.Path, sys.argv[1:])
    data = documents.load()
    data["parts"] = {image.stem: measure(image) for image in images}
    for name, draw in documents.PICTURES.items():
        (folder / pathlib.Path(name).name).write_text(draw(data))
    for image, parts in data["parts"].items():
        said = [f"{name} {sum(groups.values()):,}" for name, groups in parts["flash"].items()]
        print(f"{image}: {picture.total(parts['flash']):,} bytes of flash: {', '.join(said)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
