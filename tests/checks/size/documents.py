"""The measured numbers in the documents: every one comes from baseline.json, and stands between two marks.

`size.py --write`, `run.py --write` and `instructions.py --write` measure, and take what they measured into
baseline.json by record(), which writes all the documents. Run by itself, this writes them and measures nothing.
tests/docs/test_numbers.py checks that they say what the data says.
"""

from __future__ import annotations

import json
import pathlib
import re

import picture

ROOT = pathlib.Path(__file__).resolve().parents[3]
BASELINE = pathlib.Path(__file__).with_name("baseline.json")

REFERENCE = "Cortex-M3"
SHOWN = (REFERENCE, "RV32IMAC")  # in a column of the README: the other cores are like the reference
RAM = ("tcx_signer", "tcx_call", "tcx_tls", "tcx_tls_chain", "tcx_tls_pin", "tcx_tls_session", "tcx_proxy", "tcx_client",
       "tcx_client_chain", "tcx_client_pin")
STACK = ("tcx_request_build", "tcx_call_begin", "tcx_call_step")
CALLS = {"full": "chain of P-256 keys", "x25519": "the same, X25519 first", "rsa": "chain of RSA keys, X25519", "pin": "pinned P-256 key",
         "resumed": "session of `full` resumed, signing key kept"}
CLOCK = 64_000_000  # of a common part


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown: words on the left, numbers on the right."""
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" if line[0] != "---" else "|" + "|".join(line) + "|" for line in lines)


def cost(data: dict) -> str:
    pin, rsa, full = ((f"{data['images'][name]['flash']:,}", f"{data['images'][name]['ram']:,}") for name in ("pin", "rsa", "full"))
    return (f"A complete firmware with TLS on a {REFERENCE}: {pin[0]} bytes of flash and {pin[1]} bytes of RAM with a pinned key,"
            f" {rsa[0]} and {rsa[1]} with chains of RSA keys, {full[0]} and {full[1]} with all chains. Buffers and stack are included.")


def sizes(data: dict, cores: tuple[str, ...] = SHOWN) -> str:
    code, ram, stack = data["code"], data["ram"], data["stack"]
    rows = [[name, *(f"{code[core][name]:,}" for core in cores)] for name in code[REFERENCE]]
    rows += [[f"RAM: `{name}`", *(f"{ram[core][name]:,}" for core in cores)] for name in RAM]
    rows += [[f"stack: `{entry}`, and with BearSSL's SHA-256", *("{:,}, {:,}".format(*stack[core][entry]) for core in cores)]
             for entry in STACK]
    return table(["bytes, gcc -Os", *cores], rows)


def cores(data: dict) -> str:
    """How far the cores that have no column are from the one that stands for them."""
    others = [core for core in data["code"] if core not in SHOWN]
    core = {name: sizes["core"] / data["code"][REFERENCE]["core"] - 1 for name, sizes in data["code"].items()}
    furthest = max(others, key=lambda name: abs(core[name]))
    return (f"{', '.join(others[:-1])} and {others[-1]} differ little from the {REFERENCE}: their core by at most"
            f" {abs(core[furthest]):.1%} ({furthest}). `make size` prints their columns.")


def memory(data: dict) -> str:
    ram = data["ram"][REFERENCE]
    small, large = ram["tcx_client_pin"] + ram["TCX_TLS_BUFFER_MIN"], ram["tcx_client_chain"] + ram["TCX_TLS_BUFFER_SAFE"]
    return table(["what", f"bytes on a {REFERENCE}"], [
        ["`tcx_client`", f"{ram['tcx_client']:,}"],
        ["TLS and trust: `tcx_client_chain`, or `tcx_client_pin`", f"{ram['tcx_client_chain']:,}, or {ram['tcx_client_pin']:,}"],
        ["record buffer: `TCX_TLS_BUFFER_MIN`", f"{ram['TCX_TLS_BUFFER_MIN']:,}"],
        ["record buffer: `TCX_TLS_BUFFER_SAFE`", f"{ram['TCX_TLS_BUFFER_SAFE']:,}"],
        ["record buffer: `TCX_TLS_BUFFER_DUPLEX`", f"{ram['TCX_TLS_BUFFER_DUPLEX']:,}"],
        ["all of these, with a pin and the smallest buffer", f"{ram['tcx_client'] + small:,}"],
        ["all of these, with a chain and the safe buffer", f"{ram['tcx_client'] + large:,}"],
    ])


def images(data: dict) -> str:
    return table(["image", "flash, bytes", "RAM, bytes"],
                 [[f"`{image}`", f"{size['flash']:,}", f"{size['ram']:,}"] for image, size in data["images"].items()])


def share(count: dict) -> float:
    """tcexec's instructions in those of tcexec and BearSSL."""
    return count["tcexec"] / (count["tcexec"] + count["BearSSL"])


def instructions(data: dict) -> str:
    rows = []
    for image, count in data["instructions"].items():
        total = count["BearSSL"] + count["board"] + count["tcexec"]
        rows.append([f"`{image}`, {CALLS[image]}", f"{total / 1e6:.2f}", f"{count['BearSSL'] / 1e6:.2f}",
                     f"{count['board'] / 1e6:.2f}", f"{count['tcexec'] / 1e6:.3f}", f"{share(count):.2%}",
                     f"{count['signing'] / 1e6:.3f}"])
    return table(["call, millions of instructions", "in all", "BearSSL", "board", "tcexec", "tcexec's share", "signing"], rows)


def primitives(data: dict) -> str:
    """What BearSSL's instructions are for, the most expensive first."""
    found = data["primitives"]
    names = sorted(next(iter(found.values())), key=lambda name: -max(counts[name] for counts in found.values()))
    return table(["BearSSL, millions of instructions", *(f"`{image}`" for image in found)],
                 [[name, *(f"{counts[name] / 1e6:.2f}" for counts in found.values())] for name in names])


def steps(data: dict) -> str:
    """Of each call: the longest step and all, in instructions and in seconds."""
    rows = []
    for image, count in data["instructions"].items():
        whole = count["BearSSL"] + count["board"] + count["tcexec"]
        rows.append([f"`{image}`, {CALLS[image]}", *(f"{part / 1e6:.1f}" for part in (count["step"], whole)),
                     *(f"{part / CLOCK:.2f} s" for part in (count["step"], whole))])
    clock = f"at {CLOCK // 1_000_000} MHz"
    return table(["image", "longest step, millions of instructions", "whole call", f"longest step {clock}",
                  f"whole call {clock}"], rows)


PLACES = {
    "README.md": (cost, sizes, cores),
    "port/README.md": (steps, memory),
    "port/firmware/README.md": (images, instructions, primitives),
}
PICTURES = {
    "tests/checks/size/flash.svg": picture.flash,
    "tests/checks/size/ram.svg": picture.ram,
}


def marked(part) -> re.Pattern[str]:
    """What stands between the marks of one part: <!-- its name --> and <!-- end -->."""
    return re.compile(rf"(<!-- {part.__name__} -->\n).*?(<!-- end -->)", re.S)


def document(name: str, data: dict) -> str:
    """A document of PLACES as the data has it."""
    text = (ROOT / name).read_text()
    for part in PLACES[name]:
        text, count = marked(part).subn(lambda marks: f"{marks[1]}{part(data)}\n{marks[2]}", text)
        assert count == 1, f"{name}: {count} places marked {part.__name__}"
    return text


def prose(name: str) -> str:
    """A document of PLACES without what stands between marks."""
    text = (ROOT / name).read_text()
    for part in PLACES[name]:
        text = marked(part).sub("", text)
    return text


def load() -> dict:
    return json.loads(BASELINE.read_text())


def record(measured: dict) -> None:
    """Takes these parts of the baseline as the new ones, and writes the documents."""
    data = load() | measured
    BASELINE.write_text(json.dumps(data, indent=1) + "\n")
    for name in PLACES:
        (ROOT / name).write_text(document(name, data))
    for name, draw in PICTURES.items():
        (ROOT / name).write_text(draw(data))


if __name__ == "__main__":
    record({})
