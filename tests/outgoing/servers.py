"""Real servers on this machine for tests of what the portal asks of others: well-behaved ones and hostile ones."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

from portal.outgoing import Guard

# All of 127/8 is this machine; only this one address of it stands for the open internet in tests.
PUBLIC = "127.0.0.7"
HOST = "site.example"
Reply = tuple[int, dict[str, str]]


@dataclass
class Site:
    """A web server: what it was asked (method, path, host and agent), and a guard that lets it be asked."""

    port: int
    asked: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str = "/", host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    def guard(self, *, others: tuple[int, ...] = (), trust: ssl.SSLContext | None = None) -> Guard:
        ports = frozenset({80, 443, self.port, *others})
        return Guard(ports, lambda host, port: [PUBLIC], (ip_network(f"{PUBLIC}/32"),), trust)


@contextmanager
def web_server(answer: Callable[[str, str], Reply], *, address: str = PUBLIC) -> Iterator[Site]:
    """Serve what `answer` says of a method and a path."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append((self.command, self.path))
            site.headers.append(dict(self.headers))
            status, headers = answer(self.command, self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *parts: object) -> None:
            pass

    server = ThreadingHTTPServer((address, 0), Handler)
    site = Site(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def raw_server(serve: Callable[[socket.socket], None], *, address: str = PUBLIC) -> Iterator[Site]:
    """Hand every connection to `serve`, which may do with it what it likes."""
    listener = socket.create_server((address, 0))
    site = Site(listener.getsockname()[1])

    def work(connection: socket.socket) -> None:
        with connection:
            try:
                serve(connection)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            site.asked.append(("", ""))
            threading.Thread(target=work, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield site
    finally:
        listener.close()


def drip(connection: socket.socket) -> None:
    """Send one byte of a header at a time, for ever."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    while True:
        connection.sendall(b"a")
        time.sleep(0.02)


def pour(connection: socket.socket) -> None:
    """Answer well and then send a body without end."""
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        connection.sendall(b"a" * 65536)
