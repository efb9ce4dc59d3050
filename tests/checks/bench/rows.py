"""The rows: what is measured, what it is compared with, and its target.

Each function measures one row and yields its lines. With `quick`, it yields only counts, and no peers.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import re
import shlex
import statistics
from collections.abc import Callable, Iterator

import measure
import peers
from measure import BENCH, BUILD, COMMAND, Share, in_turn, instructions, instructions_each, launch, run

PAIRS = 30
BUNDLE = pathlib.Path("/etc/ssl/certs/ca-certificates.crt")
KIB, MIB = 1024, 1024 * 1024
ARGUMENT_MAX = 10 * MIB - KIB  # with the rest of the body below the service's 10 MiB
TEXTS = {"plain": "", "json": ", JSON in it", "chinese": ", Chinese in it"}  # what an argument or a Result has


@dataclasses.dataclass
class Line:
    """One figure and what it is held against."""

    row: int
    what: str
    unit: str
    ours: float
    floor: float | None = None  # the least that it can be, measured in the same run
    peers: dict[str, float] = dataclasses.field(default_factory=dict)
    reach: str = ""
    met: bool | None = None  # None with a reach: not decided, because the spread crosses it
    counted: bool = False  # compared with the baseline
    note: str = ""

    share: Share | None = None  # ours over the floor, in pairs: the medians' ratio is then not said

    @property
    def key(self) -> str:
        return f"{self.row}: {self.what}, {self.unit}"


def number(value: float | None) -> str:
    """For people: three digits that count."""
    if value is None:
        return ""
    if 0.9 < value < 1:
        return f"{value:.4f}"
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.2f} M"
    if abs(value) >= 1000 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.3g}"


@dataclasses.dataclass
class Stand:
    """What the rows stand on."""

    nginx: peers.Nginx
    folder: pathlib.Path
    node_modules: str
    quick: bool

    def __post_init__(self) -> None:
        self.request = self.folder / "request"
        self.request.write_bytes(run([COMMAND, "--dry-run", "mps", "ExampleFunc", "XXX"]).encode())
        self.bundles = {}
        for kind, chain in self.nginx.chains.items():
            self.bundles[kind] = self.folder / f"{kind}-bundle.pem"
            self.bundles[kind].write_text(BUNDLE.read_text() + chain.root.read_text())

    def port(self, kind: str) -> int:
        return getattr(self.nginx, kind)

    def root(self, kind: str) -> pathlib.Path:
        return self.nginx.chains[kind].root

    def tcexec(self, kind: str, roots: pathlib.Path, argument: str = "XXX", port: int = 0,
               *options: object) -> list[object]:
        return [COMMAND, "--connect", f"127.0.0.1:{port or self.port(kind)}", "--ca", roots, *options,
                "mps", "ExampleFunc", argument]

    def curl(self, kind: str, roots: pathlib.Path, port: int = 0) -> list[object]:
        """The same request, as the command itself says it for curl."""
        words = shlex.split(run([COMMAND, "--curl", *self.tcexec(kind, roots, "XXX", port)[1:]]))
        return [*words, "--silent", "--show-error"]

    def bare(self, kind: str, n: int = 1, port: int = 0, *experiment: str) -> list[object]:
        return [BENCH / "bare", port or self.port(kind), self.root(kind), self.request, n, *experiment]

    def node(self, what: str, *numbers: object) -> list[object]:
        return ["node", pathlib.Path(__file__).with_name("node_sdk.mjs"), what, *numbers]

    def node_environment(self, kind: str) -> dict[str, str]:
        return {"TCEXEC_NODE_MODULES": self.node_modules, "NODE_EXTRA_CA_CERTS": str(self.root(kind))}


# ---- signing ---------------------------------------------------------------------------------------------------------


def signing(stand: Stand, row: int, what: str, mode: str, most: float, most_json: float) -> Iterator[Line]:
    """`most`: the reach for plain text, as a multiple of the floor. `most_json`: for JSON, in instructions."""
    for text, words in TEXTS.items():
        blocks = int(run([BENCH / "sign", mode, 1, text]).split()[1])
        ours = instructions_each(lambda n, text=text: [BENCH / "sign", mode, n, text], 200)
        floor = instructions_each(lambda n, blocks=blocks: [BENCH / "sign", "floor", n, blocks], 200)
        reach, met = {"plain": (f"≤ {most:.2f} × floor", ours <= most * floor),
                      "json": (f"≤ {most_json:,.0f}", ours <= most_json)}.get(text, ("", None))
        yield Line(row, what + words, "instructions", ours, floor, aws("sign") if text == "plain" and not stand.quick
                   else {}, reach, met, counted=True, note=f"floor: {blocks} SHA-256 compressions")
    if stand.quick:
        return

    blocks = run([BENCH / "sign", mode, 1]).split()[1]

    def nanoseconds(of: str, *which: object) -> Callable[[], float]:
        return lambda: float(run([BENCH / "sign", of, 5000, *which]).split()[0])

    times = in_turn({"ours": nanoseconds(mode), "floor": nanoseconds("floor", blocks)}, PAIRS)
    node = {}
    if mode == "cached":
        node["Node SDK"] = float(run(stand.node("sign", 20000), **stand.node_environment("rsa")))
    share = Share.of(times["ours"], times["floor"])
    yield Line(row, what, "ns", statistics.median(times["ours"]), statistics.median(times["floor"]), node,
               f"≤ {most:.2f} × floor", share.within(most), note=f"{share} × floor", share=share)
    if mode == "cached":
        times = in_turn({"ours": nanoseconds("cached-openssl"), "floor": nanoseconds("floor-openssl", blocks)}, PAIRS)
        share = Share.of(times["ours"], times["floor"])
        yield Line(row, what + ", OpenSSL's SHA-256 plugged in", "ns", statistics.median(times["ours"]),
                   statistics.median(times["floor"]), note=f"{share} × floor", share=share)


def row1(stand: Stand) -> Iterator[Line]:
    yield from signing(stand, 1, "one signature, body of 200 bytes, the day's key cached", "cached", 1.40, 69_959)


def row2(stand: Stand) -> Iterator[Line]:
    yield from signing(stand, 2, "the first signature of a day", "first", 1.27, 127_576)


# ---- one call as a whole process -------------------------------------------------------------------------------------


def one_call(kind: str, roots: pathlib.Path) -> str:
    return f"one call, {kind.upper()} chain, " + ("the system's whole bundle" if "bundle" in roots.name else "one root")


def whole_process(stand: Stand, row: int, kind: str, roots: pathlib.Path, most: float,
                  rivals: list[str]) -> Iterator[Line]:
    """`most`: the reach in time, as a part of curl's. `rivals`: beside curl."""
    what = one_call(kind, roots)
    programs = {"tcexec": stand.tcexec(kind, roots), "curl": stand.curl(kind, roots)}
    extra: dict[str, dict[str, str]] = {}
    if "bare" in rivals:
        programs["bare"] = stand.bare(kind)
    if "Node SDK" in rivals:
        programs["Node SDK"] = stand.node("call", stand.port(kind), 1)
        extra["Node SDK"] = stand.node_environment(kind)
    costs = in_turn({name: (lambda name=name: launch(programs[name], **extra.get(name, {}))) for name in programs},
                    PAIRS)
    for unit, of in (("ms", lambda cost: cost.wall), ("ms of CPU", lambda cost: cost.cpu)):
        values = {name: list(map(of, list_of)) for name, list_of in costs.items()}
        medians = {name: statistics.median(list_of) for name, list_of in values.items()}
        ours, bare = medians.pop("tcexec"), medians.pop("bare", None)
        share = Share.of(values["tcexec"], values["curl"])
        yield Line(row, what, unit, ours, bare, medians, f"≤ {most:g} × curl", share.within(most),
                   note=f"{share} × curl")
    memory = {name: statistics.median(cost.memory for cost in list_of) for name, list_of in costs.items()}
    ours, bare = memory.pop("tcexec"), memory.pop("bare", None)
    yield Line(5, f"peak memory, {what}", "KiB", ours, bare, memory, "≤ 0.2 × curl", ours <= 0.2 * memory["curl"],
               kind == "rsa", f"{ours / memory['curl']:.2f} × curl")


def row3(stand: Stand) -> Iterator[Line]:
    for kind in ("rsa", "ecdsa"):
        what = one_call(kind, stand.root(kind))
        ours, bare = instructions(stand.tcexec(kind, stand.root(kind))), instructions(stand.bare(kind))
        rivals = {} if stand.quick else {"curl": instructions(stand.curl(kind, stand.root(kind)))}
        yield Line(3, what, "instructions", ours, bare, rivals, "≤ 1.1 × floor", ours <= 1.1 * bare, counted=True,
                   note="floor: BearSSL alone, the request ready in a file")
        if not stand.quick:
            yield Line(3, f"bare BearSSL, {kind.upper()} chain, X25519 last, as BearSSL writes it", "instructions",
                       instructions(stand.bare(kind, 1, 0, "x25519-last")), bare, note="floor: X25519 first")
            yield from whole_process(stand, 3, kind, stand.root(kind), 0.5, ["bare", "Node SDK"])


def row4(stand: Stand) -> Iterator[Line]:
    for kind in ("rsa", "ecdsa"):
        roots = stand.bundles[kind]
        what = one_call(kind, roots)
        ours = instructions(stand.tcexec(kind, roots))
        alone = instructions(stand.tcexec(kind, stand.root(kind)))
        rivals = {} if stand.quick else {"curl": instructions(stand.curl(kind, roots))}
        yield Line(4, what, "instructions", ours, alone, rivals, counted=True,
                   note=f"floor: with one root; {roots.read_text().count('-----BEGIN CERT')} certificates")
        if not stand.quick:
            yield from whole_process(stand, 4, kind, roots, 0.2, [])


def row5(stand: Stand) -> Iterator[Line]:
    """Peak memory: measured with rows 3 and 4; alone only when nothing else is."""
    if stand.quick:
        for roots in (stand.root("rsa"), stand.bundles["rsa"]):
            memory = statistics.median(launch(stand.tcexec("rsa", roots)).memory for _ in range(5))
            yield Line(5, f"peak memory, {one_call('rsa', roots)}", "KiB", memory, counted=True)


# ---- a kept connection -----------------------------------------------------------------------------------------------


def row6(stand: Stand) -> Iterator[Line]:
    port, root = stand.port("rsa"), stand.root("rsa")
    what = "a call over a kept connection"

    def ours(n: int, to: int = port) -> list[object]:
        return [BENCH / "kept", to, root, n]

    def libcurl(n: int, to: int = port) -> list[object]:
        return [BENCH / "kept_curl", to, root, n, stand.request]

    def calls(command_of: Callable[[int], list[object]]) -> float:
        def through_relay(n: int) -> int:
            relay = peers.Relay(port, delay=0.002)
            count = measure.system_calls(command_of(n, relay.port))
            relay.flights()
            return count

        return (through_relay(60) - through_relay(30)) / 30

    body = stand.request.read_bytes().partition(b"\r\n\r\n")[2]
    blocks, made = int(run([BENCH / "sign", "cached", 1, "plain", len(body)]).split()[1]), int(run([*ours(3), "count"]))
    hashing = instructions_each(lambda n: [BENCH / "sign", "floor", n, blocks], 200)
    floor = instructions_each(lambda n: stand.bare("rsa", n), 100) + hashing
    count = instructions_each(ours, 100)
    rivals = {} if stand.quick else {"libcurl": instructions_each(libcurl, 100)}
    yield Line(6, what, "instructions", count, floor, rivals, "≤ 62,000", count <= 62_000, counted=True,
               note=f"floor: the request ready in a file, over br_sslio, and the signature's {blocks} SHA-256 "
                    f"compressions; the call makes {made}; libcurl signs nothing")
    count = calls(ours)
    rivals = {} if stand.quick else {"libcurl": calls(libcurl)}
    yield Line(6, what, "system calls", count, 2, rivals, "≤ 4", count <= 4, counted=True,
               note="floor: a write and a read; the others ask for a close before, and for an early answer after")
    if stand.quick:
        return
    times = in_turn({"tcexec": lambda: float(run(ours(1000))), "libcurl": lambda: float(run(libcurl(1000)))}, PAIRS)
    medians = {name: statistics.median(values) / 1000 for name, values in times.items()}
    medians["Node SDK"] = float(run(stand.node("call", port, 2000), **stand.node_environment("rsa"))) / 1000
    share = Share.of(times["tcexec"], times["libcurl"])
    yield Line(6, what, "µs of CPU", medians.pop("tcexec"), None, medians, "≤ 0.5 × libcurl", share.within(0.5),
               note=f"{share} × libcurl")


# ---- the wire --------------------------------------------------------------------------------------------------------


def flights_of(stand: Stand, command_of: Callable[[int], list[object]], **extra: str) -> list[peers.Flight]:
    relay = peers.Relay(stand.port("rsa"))
    run(command_of(relay.port), **extra)
    return relay.flights()


def told(flights: list[peers.Flight]) -> tuple[int, int, int]:
    """Round trips of TLS and HTTP, bytes out, bytes in. What the client says last, closing, is no round trip."""
    trips = sum(flight.sender == "server" for flight in flights)
    return (trips, *(sum(flight.size for flight in flights if flight.sender == side) for side in ("client", "server")))


def row7(stand: Stand) -> Iterator[Line]:
    root, session = stand.root("rsa"), stand.folder / "session"
    session.unlink(missing_ok=True)

    def ours(port: int) -> list[object]:
        return stand.tcexec("rsa", root, "XXX", port, "--session-file", session)

    def kept(port: int, n: int) -> list[object]:
        return [BENCH / "kept", port, root, n]

    request = len(stand.request.read_bytes())
    yield Line(7, "the HTTP request for a body of 50 bytes", "bytes", request, reach="≤ 600", met=request <= 600,
               counted=True)
    cold, resumed = flights_of(stand, ours), flights_of(stand, ours)
    once, twice = (flights_of(stand, lambda port: kept(port, n)) for n in (2, 3))
    data = [[size for kind, size in flight.records if kind == 23] for flight in twice if flight.sender == "client"]
    sent = [sizes for sizes in data if sizes]
    yield Line(7, "TLS records that carry the request", "records", max(map(len, sent)), 1, reach="1, in one packet",
               met=all(len(sizes) == 1 and sizes[0] <= 1460 - 40 for sizes in sent), counted=True,
               note=f"{sent[-1][0]} bytes with TLS")
    rivals: dict[str, list[peers.Flight]] = {}
    if not stand.quick:
        rivals["curl"] = flights_of(stand, lambda port: stand.curl("rsa", root, port))
        rivals["Node SDK"] = flights_of(stand, lambda port: stand.node("call", port, 1),
                                        **stand.node_environment("rsa"))
    for name, flights, floor in (("cold", cold, 3), ("resumed", resumed, 2)):
        trips, out, back = told(flights)
        theirs = {rival: told(found) for rival, found in rivals.items()} if name == "cold" else {}
        reach = "one less than cold" if name == "resumed" else ""
        yield Line(7, f"{name}: after TCP's", "round trips", trips, floor, {}, reach,
                   trips == told(cold)[0] - 1 if reach else None, counted=True, note="floor: TLS 1.2's")
        for way, size, at in (("sent", out, 1), ("received", back, 2)):
            yield Line(7, f"{name}: {way}", "bytes", size, peers={rival: said[at] for rival, said in theirs.items()},
                       counted=True)
    more = [b - a for a, b in zip(told(once), told(twice))]
    yield Line(7, "kept", "round trips", more[0], 1, counted=True)
    yield Line(7, "kept: sent", "bytes", more[1], counted=True)
    yield Line(7, "kept: received", "bytes", more[2], counted=True)


# ---- reading an answer -----------------------------------------------------------------------------------------------


READ_MOST = {"plain": 1.6, "json": 3.0}  # times jsmn alone, from 4 KiB on: below that, the head costs more
TOKENS = 4096
HOSTILE = {"arrays": "empty arrays", "nested": "arrays in arrays", "members": "members of one name",
           "near": "members named almost like ours"}


def row8(stand: Stand) -> Iterator[Line]:
    def reading(how: str, size: int, text: str, n: int) -> float:
        return instructions_each(lambda n: [BENCH / "read", how, size, n, text], n)

    for size, name, n in ((200, "200 B", 200), (4 * KIB, "4 KiB", 50), (64 * KIB, "64 KiB", 5), (MIB, "1 MiB", 1)):
        for text, words in TEXTS.items():
            body = int(run([BENCH / "read", "memcpy", size, 0, text]).split()[1])
            ours, jsmn = (reading(how, size, text, n) / body for how in ("tcexec", "jsmn"))
            rivals = {"memcpy": reading("memcpy", size, text, n) / body} if text == "plain" else {}
            if size == 4 * KIB and not stand.quick:
                rivals |= {who: count / body for who, count in aws_read(size, text).items()}
            most = READ_MOST.get(text) if size >= 4 * KIB else None
            yield Line(8, f"reading an answer with a Result of {name}{words}", "instructions/byte", ours, jsmn, rivals,
                       f"≤ {most} × jsmn alone" if most else "", ours <= most * jsmn if most else None, counted=True,
                       note="floor: jsmn alone, which checks little")
    head = int(run([BENCH / "read", "head", 4 * KIB, 0]).split()[0])
    count = reading("head", 4 * KIB, "plain", 200)
    yield Line(8, f"reading the head of an answer, {head} bytes", "instructions", count, None,
               {} if stand.quick else aws("head", answer_of(4 * KIB, "plain")), "≤ 6,000", count <= 6_000, counted=True)
    for text, words in HOSTILE.items():
        count = reading("tcexec", TOKENS, text, 1)
        yield Line(8, f"reading {TOKENS:,} JSON values of a hostile server, {words}", "instructions", count,
                   reach="≤ 4 M", met=count <= 4e6, counted=True)


# ---- AWS's libraries for firmware ------------------------------------------------------------------------------------


def aws_lacks() -> str:
    """Why they are left out. Empty: they are there."""
    return os.environ.get("TCEXEC_AWS_LACKS", "AWS_SDK is not set")


def aws(what: str, *words: object) -> dict[str, float]:
    if aws_lacks():
        return {}
    name = {"sign": "SigV4, without a cached key", "head": "coreHTTP", "read1": "coreHTTP + coreJSON, one search",
            "read3": "the same, three searches"}[what]
    return {name: instructions_each(lambda n: [BENCH / "aws", what, n, *words], 20)}


def answer_of(size: int, text: str) -> pathlib.Path:
    """The answer that row 8 reads, in a file."""
    path = BENCH / "answer"
    path.write_bytes(run([BENCH / "read", "answer", size, 1, text]).encode())
    return path


def aws_read(size: int, text: str) -> dict[str, float]:
    path = answer_of(size, text)
    return aws("read1", path) | aws("read3", path)


# ---- growth ----------------------------------------------------------------------------------------------------------


def longer_argument() -> Iterator[Line]:
    """Signed and written into a buffer, without TLS."""

    def more(mode: str, text: str, of: Callable[[list[object]], float]) -> float:
        low, high = ([BENCH / "sign", mode, 1, text, size] for size in (64 * KIB, 128 * KIB))
        return of(high) - of(low)

    def said(at: int) -> Callable[[list[object]], float]:
        return lambda command: int(run(command).split()[at])

    def signed(command: list[object]) -> float:
        return instructions_each(lambda n: [*command[:2], n, *command[3:]], 1)

    for text, words in TEXTS.items():
        count = more("cached", text, signed)
        each, sent = count / more("cached", text, said(2)), count / (64 * KIB)
        yield Line(9, f"a longer FunctionArg{words}, from memory, signed and written", "instructions/byte", each,
                   reach="≤ 140" if text == "json" else "", met=each <= 140 if text == "json" else None, counted=True,
                   note=f"{sent:.0f} for each byte of the body")
    times = more("source", "plain", said(1)) / (64 * KIB / 64)
    yield Line(9, "a longer FunctionArg, from a source", "compressions/block", times, 2, reach="≤ 2", met=times <= 2,
               counted=True, note="floor: hashed to be signed, and hashed again while sent")


def row9(stand: Stand) -> Iterator[Line]:
    def argument(size: int) -> str:
        path = stand.folder / f"argument-{size}"
        if not path.exists():
            path.write_bytes(b"0123456789abcdef" * (size // 16))
        return f"@{path}"

    # The echoing server: the others answer before they have read a long request, and nothing more is sent then.
    def call(size: int, port: int = 0) -> list[object]:
        return stand.tcexec("echo_tls", stand.root("ecdsa"), argument(size), port)

    def touched(size: int) -> int:
        relay = peers.Relay(stand.port("echo_tls"), delay=0.2)
        memory = measure.touched(call(size, relay.port))
        relay.flights()
        return memory

    small, large = touched(KIB), touched(ARGUMENT_MAX)
    yield Line(9, "memory touched, FunctionArg of 10 MiB beyond that of 1 KiB", "KiB", large - small, reach="≤ 64",
               met=large - small <= 64, note=f"{small} and {large} in all")
    each = (instructions(call(512 * KIB)) - instructions(call(256 * KIB))) / (256 * KIB)
    yield Line(9, "a longer FunctionArg", "instructions/byte", each, counted=True,
               note="hashed to be signed, hashed again while sent, encrypted")
    yield from longer_argument()
    if stand.quick:
        return
    sizes = [KIB, *(part * MIB for part in range(1, 10)), ARGUMENT_MAX]
    costs = in_turn({str(size): (lambda size=size: launch(call(size))) for size in sizes}, 11)
    times = [min(cost.cpu for cost in costs[str(size)]) for size in sizes]  # the least disturbed by others
    fit = measure.r_squared(sizes, times)
    yield Line(9, "CPU time over the size of FunctionArg, 1 KiB … 10 MiB", "R²", fit, 1, reach="> 0.99", met=fit > 0.99,
               note=f"{times[0]:.1f} ms … {times[-1]:.1f} ms")


# ---- many at once ----------------------------------------------------------------------------------------------------


FEW, LOTS = 101, 2001
IN_FLIGHT, ROUNDS = 10_000, 6


def row10(stand: Stand) -> Iterator[Line]:
    """Marginal costs, so that the start of the process is in none of them."""

    def many(n: int, tls: bool, rounds: int = 1) -> list[object]:
        port, roots = (stand.nginx.echo_tls, stand.root("ecdsa")) if tls else (stand.nginx.echo, "-")
        return [BUILD / "many", port, n, roots, rounds]

    first = instructions(many(1, False))
    few, lots = ((instructions(many(n, False)) - first) / (n - 1) for n in (FEW, LOTS))
    yield Line(10, f"a call of {LOTS:,} in flight, without TLS, one thread", "instructions", lots, few,
               reach="≤ 1.03 × floor", met=lots <= 1.03 * few, note=f"floor: the same with {FEW} in flight")
    said = run(many(1000, True))
    stated = int(re.search(r"(\d+) bytes for each call", said)[1])
    yield Line(10, "memory of a call in flight, with TLS, as structures", "bytes", stated, counted=True)
    if stand.quick:
        return
    memory = {n: min(launch(many(n, True)).memory for _ in range(3)) for n in (200, 1000)}
    found = (memory[1000] - memory[200]) * KIB / 800
    yield Line(10, "memory of a call in flight, with TLS, as the system sees it", "bytes", found, stated,
               reach="the stated sizes", met=found <= 1.05 * stated)
    costs = in_turn({str(n): (lambda n=n: launch(many(n, True))) for n in (1, 11, 500, 1000)}, 7)
    cpu = {int(n): [cost.cpu for cost in list_of] for n, list_of in costs.items()}
    few, lots = ([(b - a) / (high - low) for a, b in zip(cpu[low], cpu[high])] for low, high in ((1, 11), (500, 1000)))
    share = Share.of(lots, few)
    yield Line(10, "a call of 1,000 in flight, with TLS", "ms of CPU", statistics.median(lots), statistics.median(few),
               reach="as one of ten: ≤ 1.25 × floor", met=share.within(1.25),
               note=f"{share} × floor: the same with ten in flight", share=share)
    rate = statistics.median(1000 / (cost.wall / 1000) for cost in costs["1000"])
    yield Line(10, "1,000 calls in flight, with TLS, a handshake each, nginx on the same machine", "calls/s", rate)
    yield from kept_in_flight(many)


def kept_in_flight(many: Callable[[int, bool, int], list[object]]) -> Iterator[Line]:
    """As many calls in flight as the machine's limit of descriptors allows, over connections that are kept."""
    count = min(IN_FLIGHT, peers.files() - 64)
    said = run(many(count, True, ROUNDS)).splitlines()[1]  # what the program says of the rounds after the first
    rate, cpu = re.search(r"(\d+) calls/s, ([\d.]+) us of CPU", said).groups()
    what = f"{count:,} calls in flight over kept connections, with TLS, one thread"
    yield Line(10, f"one of {what}", "µs of CPU", float(cpu))
    yield Line(10, f"{what}, nginx on the same machine", "calls/s", float(rate))


ROWS = [row1, row2, row3, row4, row5, row6, row7, row8, row9, row10]
