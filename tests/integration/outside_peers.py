"""Peers outside the house, as real servers: a mail server and a webhook that behave as told."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from typing_extensions import override


class Peer:
    """A server on this machine (外部对端): what came, how long it thinks, whether it refuses."""

    def __init__(self) -> None:
        self.came: list[bytes] = []
        self.thinks = 0.0
        self.refuses = False

    def take(self, content: bytes) -> bool:
        """Keep what came; say whether it is accepted."""
        time.sleep(self.thinks)
        self.came.append(content)
        return not self.refuses


class _Mail(socketserver.StreamRequestHandler):
    peer: Peer

    @override
    def handle(self) -> None:
        self._say(b"220 peer")
        while line := self.rfile.readline():
            match line[:4].upper().strip():
                case b"QUIT":
                    return self._say(b"221 bye")
                case b"DATA":
                    self._say(b"354 go on")
                    accepted = self.peer.take(self._content())
                    self._say(b"250 kept" if accepted else b"550 refused")
                case _:
                    self._say(b"250 peer")
        return None

    def _content(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, line: bytes) -> None:
        self.wfile.write(line + b"\r\n")


class _Hook(BaseHTTPRequestHandler):
    peer: Peer

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200 if self.peer.take(content) else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def mail_server() -> Iterator[tuple[Peer, str]]:
    """Yield a mail server and the address of a mailbox on it."""
    peer = Peer()
    handler = type("Mail", (_Mail,), {"peer": peer})
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler)
    with _serving(server) as port:
        who = "from=bihuan@example.org&to=notary@example.org"
        yield peer, f"mailto://127.0.0.1:{port}/?{who}&mode=insecure&smtp=127.0.0.1"


@contextmanager
def webhook() -> Iterator[tuple[Peer, str]]:
    """Yield a server of webhooks and its address."""
    peer = Peer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Hook", (_Hook,), {"peer": peer}))
    with _serving(server) as port:
        yield peer, f"json://127.0.0.1:{port}/manifests"


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    running = threading.Thread(target=server.serve_forever, args=(0.05,))
    running.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        running.join()
