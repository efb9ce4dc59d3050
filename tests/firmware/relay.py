"""Connects its standard input and output, one TCP socket, to a port of the loopback, and passes on how each side ends.

    relay.py PORT

QEMU's user network runs it once for each connection of the guest. It ends with the connection.
"""

import os
import selectors
import socket
import struct
import sys


def break_off(link: socket.socket) -> None:
    """The end of the process, at the latest, becomes a reset."""
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def main(port: str) -> None:
    guest = socket.socket(fileno=0)
    try:
        server = socket.create_connection(("127.0.0.1", int(port)))
    except OSError:
        break_off(guest)
        return
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    other = {guest: server, server: guest}
    with selectors.DefaultSelector() as selector:
        for link in other:
            selector.register(link, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                link = key.fileobj
                try:
                    data = link.recv(65536)
                    if data:
                        other[link].sendall(data)
                    else:
                        selector.unregister(link)
                        other[link].shutdown(socket.SHUT_WR)
                except OSError:
                    break_off(other[link])
                    return


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    finally:
        os._exit(0)  # without a word on the standard error, which is the guest's connection too
