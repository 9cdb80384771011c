"""Whoever looks for harmful files: any command that reads one from its input (病毒扫描)."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterable, Sequence
from threading import Timer

from models.attachment import Scan

# As clamdscan and others end.
_OUTCOMES: dict[int, Scan] = {0: "clean", 1: "infected"}


class Scanner:
    """A command that gets a file at its input and ends with 0 for clean, 1 for infected.

    Whatever else happens is a failure: it is missing, ends otherwise, hangs, or did not read all.
    """

    def __init__(self, command: Sequence[str], seconds: float) -> None:
        self._command = list(command)
        self._seconds = seconds

    def scan(self, plain: Iterable[bytes]) -> Scan:
        """Show a file to the command and return what it found."""
        quiet = subprocess.DEVNULL
        try:
            process = subprocess.Popen(  # noqa: S603 (the operator's command, no shell)
                self._command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet
            )
        except OSError:
            return "failed"
        timer = Timer(self._seconds, process.kill)
        timer.start()
        try:
            read_all = _show(process, plain)
            outcome = _OUTCOMES.get(process.wait(), "failed")
        finally:
            timer.cancel()
            process.kill()
            process.wait()
        return "failed" if outcome == "clean" and not read_all else outcome


def _show(process: subprocess.Popen[bytes], plain: Iterable[bytes]) -> bool:
    """Write a file to the command; say whether it read all."""
    assert process.stdin is not None  # noqa: S101 (opened as a pipe)
    try:
        for piece in plain:
            process.stdin.write(piece)
        process.stdin.close()
    except BrokenPipeError:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
        return False
    return True
