"""The log: one prefixed stream on the terminal, one file a part (日志)."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from asyncio import StreamReader, StreamReaderProtocol, get_running_loop
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

FILE_BYTES = 5_000_000
FILES_KEPT = 3
CHUNK = 65_536
WIDTH = 10
OWN = "bihuan"


class LogFile:
    """A file that is put aside when it has grown, `name.log.1` being the newest of the old."""

    def __init__(self, path: Path, *, limit: int = FILE_BYTES, kept: int = FILES_KEPT) -> None:
        self.path = path
        self.limit = limit
        self.kept = kept
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = path.open("ab", buffering=0)

    def write(self, line: bytes) -> None:
        """Append a line."""
        if self._file.tell() + len(line) > self.limit:
            self._rotate()
        self._file.write(line + b"\n")

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _rotate(self) -> None:
        self._file.close()
        names = [self.path, *(self._aside(n) for n in range(1, self.kept + 1))]
        for older, newer in zip(reversed(names), reversed(names[:-1]), strict=False):
            if newer.exists():
                newer.replace(older)
        self._file = self.path.open("ab", buffering=0)

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


class Log:
    """Where the lines of all parts go.

    Args:
        folder: where the files of the parts lie.
        terminal: gets every line with the part's name before it; with `quiet` only our own.
    """

    def __init__(self, folder: Path, terminal: TextIO | None, *, quiet: bool = False) -> None:
        self.folder = folder
        self.quiet = quiet
        self._terminal = terminal
        self._files: dict[str, LogFile] = {}
        self._last: dict[str, deque[str]] = {}

    def say(self, text: str) -> None:
        """Log a line of the supervisor itself."""
        for line in text.splitlines():
            self.write(OWN, line.encode())

    def show(self, text: str) -> None:
        """Show a text on the terminal only, without the prefix."""
        self._print(f"{text}\n")

    def write(self, name: str, line: bytes) -> None:
        """Log a line of a part."""
        if name not in self._files:
            self._files[name] = LogFile(self.folder / f"{name}.log")
            self._last[name] = deque(maxlen=20)
        text = line.decode("utf-8", errors="replace").rstrip()
        # The parts date their own lines.
        date = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} " if name == OWN else ""
        self._files[name].write(f"{date}{text}".encode())
        self._last[name].append(text)
        if name == OWN or not self.quiet:
            self._print(prefixed(name, text))

    def last(self, name: str) -> list[str]:
        """Return the last lines of a part."""
        return list(self._last.get(name, ()))

    async def follow(self, name: str, descriptor: int) -> None:
        """Log what comes out of a pipe until its last writer closes it, then close it too."""
        stream = StreamReader()
        transport, _ = await get_running_loop().connect_read_pipe(
            lambda: StreamReaderProtocol(stream), os.fdopen(descriptor, "rb", buffering=0)
        )
        rest = b""
        try:
            while chunk := await stream.read(CHUNK):
                rest = self._write_lines(name, rest + chunk)
        finally:
            transport.close()
        if rest:
            self.write(name, rest)

    def _write_lines(self, name: str, text: bytes) -> bytes:
        """Log the whole lines of a text and return the rest."""
        *lines, rest = text.split(b"\n")
        for line in lines:
            self.write(name, line)
        if len(rest) <= CHUNK:
            return rest
        # A "line" without end must not fill the memory.
        self.write(name, rest)
        return b""

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            file.close()

    def _print(self, text: str) -> None:
        if self._terminal is None:
            return
        try:
            self._terminal.write(text)
            self._terminal.flush()
        except (OSError, ValueError):
            # The terminal is gone: the service goes on, the files have it all.
            self._terminal = None


def prefixed(name: str, text: str) -> str:
    """Return a line for the terminal."""
    return f"{name:<{WIDTH}} | {text}\n"


def show_log(path: Path, *, follow: bool, lines: int = 200, pause: float = 0.3) -> None:
    """Print the end of a log, and with `follow` what comes, also after the file was put aside."""
    with path.open("rb") as file:
        for line in deque(file, maxlen=lines):
            sys.stdout.write(line.decode("utf-8", errors="replace"))
        sys.stdout.flush()
        position = file.tell()
    with contextlib.suppress(KeyboardInterrupt):
        for text in _growth(path, position, pause) if follow else ():
            sys.stdout.write(text)
            sys.stdout.flush()


def _growth(path: Path, position: int, pause: float) -> Iterator[str]:
    file = path.open("rb")
    file.seek(position)
    while True:
        if text := file.read():
            yield text.decode("utf-8", errors="replace")
            continue
        time.sleep(pause)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                file.close()
                file = path.open("rb")
