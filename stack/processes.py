"""Processes of this machine as the kernel shows them (进程)."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
# Set for every child, so that a later start knows which processes are left of this home.
MARK = "BIHUAN_STACK"


@dataclass(frozen=True)
class Process:
    """A process by its number and the moment it began, since numbers are given out again."""

    pid: int
    began: int

    @classmethod
    def find(cls, pid: int) -> Process | None:
        """Return the process that has this number now; None if there is none or it has ended."""
        try:
            # The command's name in parentheses may itself hold blanks and parentheses.
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            return None
        return None if fields[0] in "ZX" else cls(pid, int(fields[19]))

    @property
    def alive(self) -> bool:
        """Whether this very process still runs."""
        return Process.find(self.pid) == self

    @property
    def folder(self) -> Path | None:
        """Working directory, if this user may see it."""
        try:
            return (PROC / str(self.pid) / "cwd").readlink()
        except OSError:
            return None

    @property
    def mark(self) -> str | None:
        """The home that a supervisor started this process for."""
        try:
            lines = (PROC / str(self.pid) / "environ").read_bytes().split(b"\0")
        except OSError:
            return None
        start = f"{MARK}=".encode()
        marks = [line.removeprefix(start) for line in lines if line.startswith(start)]
        return os.fsdecode(marks[0]) if marks else None

    def send(self, number: signal.Signals) -> None:
        """Send a signal; a process that is gone is no error."""
        with contextlib.suppress(ProcessLookupError):
            if self.alive:
                os.kill(self.pid, number)

    def end(self, first: signal.Signals = signal.SIGTERM, *, seconds: float = 10.0) -> None:
        """Ask the process to end, wait, and kill it when it does not."""
        self.send(first)
        deadline = time.monotonic() + seconds
        while self.alive and time.monotonic() < deadline:
            time.sleep(0.05)
        self.send(signal.SIGKILL)
        while self.alive and time.monotonic() < deadline + seconds:
            time.sleep(0.02)


def running() -> Iterator[Process]:
    """Go through all processes that can be seen."""
    for entry in PROC.iterdir():
        if entry.name.isdigit() and (process := Process.find(int(entry.name))) is not None:
            yield process


def leftovers(home: Path) -> list[Process]:
    """Return the processes that a killed supervisor of this home left behind.

    Call it only while holding the home's lock: then every marked process is a leftover.
    """
    mark = str(home.resolve())
    return [process for process in running() if process.mark == mark]


def clear_leftovers(home: Path, say: Callable[[str], None]) -> None:
    """End what a killed supervisor of this home left behind, while holding the home's lock."""
    for process in leftovers(home):
        say(f"ending process {process.pid}, left behind by an earlier start")
        process.end(signal.SIGINT)
