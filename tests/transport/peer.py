"""The test peer of the transport contract suite, over TCP on loopback: see tcx_contract.h for its commands.

Prints one line, `peer PORT refusing PORT unanswering PORT`, and ends when its standard input ends. For a device,
`peer.py ADDRESS [PORT]` listens at that address.
"""

import argparse
import socket
import struct
import sys
import threading
import time
import zlib

PATTERN = bytes(((i + 1) * 2654435761 & 0xFFFFFFFF) >> 24 for i in range(1 << 20))


def pattern(start: int, end: int) -> bytes:
    if end <= len(PATTERN):
        return PATTERN[start:end]
    return bytes(((i + 1) * 2654435761 & 0xFFFFFFFF) >> 24 for i in range(start, end))


class Peer:
    """One connection."""

    def __init__(self, link: socket.socket):
        self.link = link

    def line(self) -> list[str]:
        text = b""
        while not text.endswith(b"\n"):
            byte = self.link.recv(1)
            if not byte or len(text) > 40:
                raise ConnectionError
            text += byte
        return text.decode("ascii", "replace").split()

    def take(self, count: int) -> bytes:
        taken = self.link.recv(min(count, 65536))
        if not taken:
            raise ConnectionError
        return taken

    def echo(self, count: int) -> None:
        while count:
            taken = self.take(count)
            self.link.sendall(taken)
            count -= len(taken)

    def sink(self, ms: int, count: int) -> None:
        time.sleep(ms / 1000)
        checksum = 1
        while count:
            taken = self.take(count)
            checksum = zlib.adler32(taken, checksum)
            count -= len(taken)
        self.link.sendall(struct.pack(">I", checksum))

    def source(self, ms: int, count: int) -> None:
        time.sleep(ms / 1000)
        for start in range(0, count, 65536):
            self.link.sendall(pattern(start, min(start + 65536, count)))

    def silent(self) -> None:
        while True:
            self.take(65536)

    def close(self, count: int) -> None:
        self.source(0, count)
        raise ConnectionError

    def reset(self, count: int) -> None:
        self.source(0, count)
        self.link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise ConnectionError

    def serve(self) -> None:
        commands = {"echo": self.echo, "sink": self.sink, "source": self.source, "silent": self.silent,
                    "close": self.close, "reset": self.reset}
        try:
            while True:
                word, *numbers = self.line()
                commands.get(word, self.silent)(*map(int, numbers))
        except (OSError, ValueError, TypeError):
            pass  # it has left, or was told to, or does not make sense
        finally:
            self.link.close()


def listener(address: str, port: int = 0, backlog: int = 16) -> socket.socket:
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)  # so that a peer that takes nothing is soon felt
    server.bind((address, port))
    server.listen(backlog)
    return server


def serve(server: socket.socket) -> None:
    while True:
        link = server.accept()[0]
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        threading.Thread(target=Peer(link).serve, daemon=True).start()


def full(server: socket.socket) -> list[socket.socket]:
    """Connections that fill the queue of a listener who accepts nobody: Linux drops what comes then."""
    links = []
    for _ in range(8):
        link = socket.socket()
        link.setblocking(False)
        link.connect_ex(server.getsockname())
        links.append(link)
    time.sleep(0.05)
    return links


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address", nargs="?", default="127.0.0.1", help="of this machine; default: %(default)s")
    parser.add_argument("port", nargs="?", type=int, default=0, help="default: any that is free")
    given = parser.parse_args()
    address, port = given.address, given.port
    try:
        server = listener(address, port)
    except (OSError, OverflowError) as error:
        parser.error(f"cannot listen at {address} port {port}: {error}")
    threading.Thread(target=serve, args=(server,), daemon=True).start()
    refusing = socket.socket()
    refusing.bind((address, 0))  # and never listens
    hole = listener(address, backlog=0)
    kept = full(hole)
    ports = [a_socket.getsockname()[1] for a_socket in (server, refusing, hole)]
    print("peer {} refusing {} unanswering {}".format(*ports), flush=True)
    sys.stdin.read()
    for link in kept:
        link.close()


if __name__ == "__main__":
    main()
