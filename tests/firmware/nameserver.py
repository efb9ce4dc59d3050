"""A name server, 10.0.2.3, as a separate machine next to the guest.

It receives Ethernet frames in UDP datagrams, as QEMU's `-netdev socket,udp=` sends them, and answers ARP and DNS."""

from __future__ import annotations

import ipaddress
import socket
import struct
import threading

MAC, ADDRESS = bytes.fromhex("525400000003"), ipaddress.ip_address("10.0.2.3").packed
ARP, IPV4, UDP, DNS = 0x0806, 0x0800, 17, 53


def checksum(header: bytes) -> int:
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    return ~(total % 0xFFFF) & 0xFFFF


def arp_reply(frame: bytes) -> bytes | None:
    operation, sender, target = struct.unpack_from(">H", frame, 20)[0], frame[22:32], frame[38:42]
    if operation != 1 or target != ADDRESS:
        return None
    return frame[14:20] + struct.pack(">H", 2) + MAC + ADDRESS + sender


def answer(query: bytes, address: str | None) -> bytes:
    """`query` answered with one A record or, without an address, with NXDOMAIN."""
    head = query[:2] + struct.pack(">5H", 0x8180 if address else 0x8183, 1, 1 if address else 0, 0, 0)
    if address is None:
        return head + query[12:]
    return head + query[12:] + struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + ipaddress.ip_address(address).packed


def name_in(query: bytes) -> str:
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    return ".".join(labels)


class NameServer:
    """Knows `names`: name → (address or None, seconds until the answer). Works in a `with` block, on a free `port`."""

    def __init__(self, names: dict[str, tuple[str | None, float]]):
        self.names = names
        self.queries: list[str] = []
        self.link = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.link.bind(("127.0.0.1", 0))
        self.port = self.link.getsockname()[1]

    def reply(self, frame: bytes, kind: int, payload: bytes, guest: tuple[str, int]) -> None:
        self.link.sendto(frame[6:12] + MAC + struct.pack(">H", kind) + payload, guest)

    def dns(self, frame: bytes, guest: tuple[str, int]) -> None:
        query = frame[42:42 + struct.unpack_from(">H", frame, 38)[0] - 8]
        self.queries.append(name_in(query))
        address, delay = self.names[self.queries[-1]]
        payload = answer(query, address)
        udp = struct.pack(">HHHH", DNS, struct.unpack_from(">H", frame, 34)[0], 8 + len(payload), 0) + payload
        head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, UDP, 0) + ADDRESS + frame[26:30]
        head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
        later = threading.Timer(delay, self.reply, (frame, IPV4, head + udp, guest))
        later.daemon = True
        later.start()

    def serve(self) -> None:
        while True:
            frame, guest = self.link.recvfrom(2048)
            kind = struct.unpack_from(">H", frame, 12)[0] if len(frame) >= 42 else None
            if kind == ARP and (reply := arp_reply(frame)):
                self.reply(frame, ARP, reply, guest)
            elif kind == IPV4 and frame[23] == UDP and frame[30:34] == ADDRESS and frame[36:38] == struct.pack(">H", DNS):
                self.dns(frame, guest)

    def __enter__(self) -> NameServer:
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Its socket stays until the program ends: answers may still be under way."""
