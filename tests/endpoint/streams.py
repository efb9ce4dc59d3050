"""Byte streams with exact endings: TCP, and TLS over memory buffers.

TLS runs over ``ssl.MemoryBIO``. So the server, not Python's library, decides which bytes are sent and how a connection
ends: with or without close_notify, by FIN or by RST, or in the middle of a handshake.
"""

from __future__ import annotations

import select
import socket
import ssl
import struct
import threading
import time
from typing import Optional

CHUNK = 256 * 1024
LINGER_SECONDS = 2.0

#: How a connection can end. ``orderly``: close_notify (TLS), then FIN. ``fin``: FIN without close_notify.
#: ``rst``: RST. ``late_rst``: the same, when what was sent has had time to be read.
#: ``close``: whatever the system makes of a plain close. ``stall``: not at all, until the client leaves.
#: ``hold``: the same, but not longer than HOLD_SECONDS.
ENDINGS = ("orderly", "fin", "rst", "late_rst", "close", "stall", "hold")
RST_DELAY_SECONDS = 0.5
HOLD_SECONDS = 30.0


class Gone(Exception):
    """The peer went away, or never spoke TLS."""


class Stream:
    """A plain TCP connection."""

    scheme = "http"

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self._sock = sock
        self._stopped = stopped
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def set_timeout(self, seconds: float) -> None:
        self._sock.settimeout(seconds)

    def recv(self, most: int) -> bytes:
        """Up to ``most`` bytes; empty at the end of the stream. Raises Gone on a reset, TimeoutError on silence."""
        try:
            return self._sock.recv(most)
        except (socket.timeout, TimeoutError):
            raise TimeoutError from None
        except OSError as error:
            raise Gone from error

    def send(self, data: bytes) -> None:
        self._send_raw(data)

    def close(self, how: str = "orderly") -> None:
        """Ends the connection in one of the ENDINGS ways."""
        if how in ("stall", "hold"):
            self._hold(HOLD_SECONDS if how == "hold" else None)
            how = "close"
        try:
            if how == "orderly":
                self._farewell()
            if how in ("orderly", "fin"):
                self._sock.shutdown(socket.SHUT_WR)
                self._drain()
            elif how in ("rst", "late_rst"):
                time.sleep(RST_DELAY_SECONDS if how == "late_rst" else 0)
                self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (OSError, Gone):
            pass
        self._sock.close()

    def _send_raw(self, data: bytes) -> None:
        try:
            self._sock.sendall(data)
        except OSError as error:
            raise Gone from error

    def _farewell(self) -> None:
        """What the protocol says before an orderly end; nothing for TCP."""

    def _drain(self) -> None:
        """Reads on until the peer has closed too: closing over unread bytes would send RST and lose the answer."""
        deadline = time.monotonic() + LINGER_SECONDS
        while time.monotonic() < deadline:
            self._sock.settimeout(max(0.01, deadline - time.monotonic()))
            if not self._sock.recv(CHUNK):
                return

    def _hold(self, seconds: Optional[float]) -> None:
        """Stays silent, reading nothing, until the peer leaves, the endpoint stops or the time is over."""
        deadline = time.monotonic() + seconds if seconds is not None else None
        poller = select.poll()
        poller.register(self._sock, getattr(select, "POLLRDHUP", 0))
        while not self._stopped.is_set() and not poller.poll(100):
            if deadline is not None and time.monotonic() >= deadline:
                return


class TlsStream(Stream):
    """The server's side of a TLS connection."""

    scheme = "https"

    def __init__(self, sock: socket.socket, stopped: threading.Event, context: ssl.SSLContext) -> None:
        super().__init__(sock, stopped)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)

    @property
    def resumed(self) -> bool:
        return bool(self._tls.session_reused)

    @property
    def version(self) -> str:
        return self._tls.version() or ""

    @property
    def cipher(self) -> str:
        return (self._tls.cipher() or ("", "", 0))[0]

    def handshake(self, at: Optional[int] = None) -> bool:
        """Shakes hands. With ``at``, stops for good once so many bytes were sent: then False."""
        sent = 0
        while True:
            try:
                self._tls.do_handshake()
                done = True
            except ssl.SSLWantReadError:
                done = False
            except ssl.SSLError as error:
                self._flush()
                raise Gone from error
            data = self._outgoing.read()
            if at is not None and sent + len(data) >= at:
                self._send_raw(data[: at - sent])
                return False
            self._send_raw(data)
            sent += len(data)
            if done:
                return True
            if not self._fill():
                raise Gone("the peer left within the handshake")

    def recv(self, most: int) -> bytes:
        while True:
            try:
                return self._tls.read(most)
            except ssl.SSLWantReadError:
                self._flush()
                if not self._fill():
                    # Not told to the library: it would no longer resume the session.
                    return b""
            except ssl.SSLZeroReturnError:
                return b""
            except ssl.SSLError as error:
                raise Gone from error

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK):
            try:
                self._tls.write(data[start : start + CHUNK])
            except ssl.SSLError as error:
                raise Gone from error
            self._flush()

    def close(self, how: str = "orderly") -> None:
        if how != "orderly":
            # Said to the library only: a session whose connection it thinks broken could not be resumed.
            self._shut_down()
        super().close(how)

    def _farewell(self) -> None:
        self._shut_down()
        self._flush()

    def _shut_down(self) -> None:
        try:
            self._tls.unwrap()
        except (ssl.SSLError, ValueError, OSError):
            pass

    def _fill(self) -> bool:
        data = super().recv(CHUNK)
        self._incoming.write(data)
        return bool(data)

    def _flush(self) -> None:
        if self._outgoing.pending:
            self._send_raw(self._outgoing.read())
