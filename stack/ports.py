"""Ports of this machine that nobody uses (端口)."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from stack.errors import StackError

HOST = "127.0.0.1"
# All below 32768, where the kernel takes ports for outgoing connections: while a server restarts,
# such a connection could take its port, even one that tries to reach the server itself.
FIRST = {
    "api": 8080,
    "postgres": 15432,
    "temporal": 17233,
    "temporal_ui": 18233,
    "prefect": 14200,
}
LAST = 32767


class NoPortError(StackError):
    """No port is free, or one that was asked for is in use."""


class Ports:
    """The ports of one stack, kept for its lifetime and remembered for the next start (端口表).

    A port counts as taken from the moment it is chosen, before its server listens: each holds a
    socket in the kernel's abstract name space, which ends with this process.
    """

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}

    def choose(self, name: str, remembered: int | None = None) -> int:
        """Take the remembered port if it is free, otherwise the first free one."""
        first: int = FIRST.get(name, 20000)
        candidates: list[int] = [remembered] if remembered else []
        for port in chain(candidates, range(first, LAST + 1)):
            if self.hold(port):
                return port
        raise NoPortError(name)

    def hold(self, port: int) -> bool:
        """Take this port; False if somebody else has it."""
        mark = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            mark.bind(f"\0bihuan-port-{port}")
        except OSError:
            mark.close()
            return False
        if not is_free(port):
            mark.close()
            return False
        self._held[port] = mark
        return True

    def choose_all(self, names: Mapping[str, int], note: Path) -> dict[str, int]:
        """Choose a port for every name and write them down for the next start.

        Args:
            names: name to fixed port, 0 where any port will do.
            note: file that remembers the choice.
        """
        before: dict[str, int] = json.loads(note.read_text()) if note.exists() else {}
        chosen = {}
        for name, fixed in names.items():
            if fixed and not self.hold(fixed):
                raise NoPortError(f"port {fixed} for {name} is in use")
            chosen[name] = fixed or self.choose(name, before.get(name))
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(before | chosen, indent=2))
        return chosen

    def close(self) -> None:
        """Give all ports back."""
        for mark in self._held.values():
            mark.close()
        self._held.clear()


def is_free(port: int) -> bool:
    """Say whether a server could listen on this port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(first: int = 20000) -> int:
    """Return a port that is free and that no stack has taken, without keeping it."""
    ports = Ports()
    try:
        return next(port for port in range(first, LAST + 1) if ports.hold(port))
    except StopIteration:
        raise NoPortError(str(first)) from None
    finally:
        ports.close()
