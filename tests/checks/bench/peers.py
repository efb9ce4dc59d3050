"""What tcexec connects to while it is measured: nginx with certificate chains, and a relay that counts the bytes.

Everything is on the loopback interface, on free ports, in a folder of the build. nginx ends with its `with` block, and
in any case after `SECONDS`.
"""

from __future__ import annotations

import dataclasses
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import threading
import time

HOST = "mps.tencentcloudapi.com"
SECONDS = 1800
FILES = 16384  # descriptors that nginx would like: one for each call in flight, and some
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin") or "nginx"

REQUEST_ID = "12345678-1234-1234-1234-123456789012"
CONFIGURATION = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections {files}; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 16m;
    client_body_buffer_size 16k;
    keepalive_requests 10000000;
    client_header_timeout {seconds}s; # ten thousand handshakes take their time
    client_body_timeout {seconds}s;
    keepalive_timeout {seconds}s;
    default_type application/json;
    ssl_session_cache shared:sessions:1m;
    ssl_session_tickets off;
    ssl_prefer_server_ciphers off;
    map $request_body $argument {{ "~\\"FunctionArg\\":\\"(?<text>[^\\"]*)\\"" $text; }}
    {servers}
}}
"""
TLS = "ssl_certificate {chain}; ssl_certificate_key {key}; ssl_protocols TLSv1.2 TLSv1.3;"
FIXED = """location / {{ return 200 '{{"Response":{{"Result":"XXX","RequestId":"{request_id}"}}}}'; }}"""
# The body is read for the mirror. nginx then refuses to POST to a file, and the refusal's page is the answer. So a call
# takes one descriptor of nginx, while a proxy would take three.
ECHO = """
        root {folder}; index echo.json;
        ssi on; ssi_types application/json;
        location / {{ mirror /read; error_page 405 =200 /echo.json; }}
        location = /read {{ internal; return 204; }}"""
ECHOED = f"""{{"Response":{{"Result":"<!--# echo var="argument" encoding="none" -->","RequestId":"{REQUEST_ID}"}}}}"""


def openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@dataclasses.dataclass
class Chain:
    """A root, an intermediate and a server certificate, for a day, all with keys of one kind; PEM files."""

    root: pathlib.Path
    chain: pathlib.Path
    key: pathlib.Path

    @classmethod
    def make(cls, folder: pathlib.Path, name: str, key: list[str]) -> Chain:
        """`key`: what `openssl req` needs to make one."""
        root, middle, leaf = (folder / f"{name}-{part}.pem" for part in ("root", "middle", "leaf"))
        keys = [path.with_suffix(".key") for path in (root, middle, leaf)]
        common = ["req", "-x509", "-nodes", "-days", "1", *key]
        authority = ["-addext", "basicConstraints=critical,CA:TRUE"]
        openssl(*common, "-subj", f"/CN=Example {name} root", "-keyout", keys[0], "-out", root)
        openssl(*common, "-subj", f"/CN=Example {name} middle", "-CA", root, "-CAkey", keys[0], *authority,
                "-keyout", keys[1], "-out", middle)
        openssl(*common, "-subj", f"/CN={HOST}", "-CA", middle, "-CAkey", keys[1],
                "-addext", f"subjectAltName=DNS:{HOST}", "-addext", "basicConstraints=critical,CA:FALSE",
                "-keyout", keys[2], "-out", leaf)
        chain = folder / f"{name}-chain.pem"
        chain.write_text(leaf.read_text() + middle.read_text())
        return cls(root, chain, keys[2])


def files() -> int:
    """Descriptors that a process may have, and would like."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return FILES if most == resource.RLIM_INFINITY else min(FILES, most)


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Nginx:
    """Three servers that answer every call alike (`rsa`, `ecdsa`: TLS; `plain`), two that echo (`echo_tls`, `echo`)."""

    def __init__(self, folder: pathlib.Path):
        folder.mkdir(parents=True, exist_ok=True)
        kinds = {"rsa": ["-newkey", "rsa:2048"], "ecdsa": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]}
        self.chains = {kind: Chain.make(folder, kind, key) for kind, key in kinds.items()}
        self.rsa, self.ecdsa, self.plain, self.echo_tls, self.echo = ports = free_ports(5)
        fixed, echo = FIXED.format(request_id=REQUEST_ID), ECHO.format(folder=folder)
        (folder / "echo.json").write_text(ECHOED)
        tls = {name: TLS.format(chain=chain.chain, key=chain.key) for name, chain in self.chains.items()}
        listening = [(self.rsa, "ssl", tls["rsa"] + fixed), (self.ecdsa, "ssl", tls["ecdsa"] + fixed),
                     (self.plain, "", fixed), (self.echo_tls, "ssl", tls["ecdsa"] + echo), (self.echo, "", echo)]
        servers = "\n    ".join(f"server {{ listen 127.0.0.1:{port} {ssl} backlog=4096; {rest} }}"
                                for port, ssl, rest in listening)
        self.ports = ports
        self.configuration = folder / "nginx.conf"
        self.configuration.write_text(
            CONFIGURATION.format(folder=folder, servers=servers, files=files(), seconds=SECONDS))
        self.log = folder / "nginx.log"

    def __enter__(self) -> Nginx:
        command = ["timeout", str(SECONDS), NGINX, "-e", str(self.log), "-c", str(self.configuration)]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        for port in self.ports:
            self._await(port)
        return self

    def _await(self, port: int) -> None:
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError(f"nginx does not listen: {self.log.read_text()}")

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait()


@dataclasses.dataclass
class Flight:
    """What one side said before the other side spoke again."""

    sender: str  # "client" or "server"
    size: int  # bytes on the wire above TCP
    records: list[tuple[int, int]]  # of TLS: content type, bytes with the header


class Relay:
    """
    Passes one connection on to `port`, and notes its flights. `delay`: seconds that the server's bytes are held back,
    so that a client finds nothing when it asks at once, as over any network.
    """

    def __init__(self, port: int, delay: float = 0):
        self.target, self.delay = port, delay
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(30)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.passed: list[tuple[str, bytes]] = []
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        try:
            client, _ = self.listener.accept()
        except TimeoutError:
            return
        server = socket.create_connection(("127.0.0.1", self.target))
        for end in (client, server):
            end.settimeout(30)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        back = threading.Thread(target=self._pass, args=(server, client, "server"))
        back.start()
        self._pass(client, server, "client")
        back.join()
        client.close()
        server.close()

    def _pass(self, source: socket.socket, target: socket.socket, sender: str) -> None:
        try:
            while data := source.recv(65536):
                if sender == "server":
                    time.sleep(self.delay)
                with self.lock:
                    self.passed.append((sender, data))
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other side has closed

    def flights(self) -> list[Flight]:
        """After the connection has ended."""
        self.thread.join()
        self.listener.close()
        merged: list[tuple[str, bytes]] = []
        for sender, data in self.passed:
            if merged and merged[-1][0] == sender:
                merged[-1] = (sender, merged[-1][1] + data)
            else:
                merged.append((sender, data))
        return [Flight(sender, len(data), records(data)) for sender, data in merged]


def records(data: bytes) -> list[tuple[int, int]]:
    """The TLS records of a flight: each begins with its type, version and length (RFC 5246 section 6.2.1)."""
    found = []
    while len(data) >= 5:
        size = 5 + int.from_bytes(data[3:5], "big")
        found.append((data[0], size))
        data = data[size:]
    return found
