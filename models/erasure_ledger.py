"""The ledger of erasures beside the keys, which restored systems apply before they open."""

import fcntl
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from models.erasure import Erasure

FILE = "erasures.ledger"


class LedgerError(Exception):
    """A line of the ledger cannot be read; says which."""


@dataclass(frozen=True)
class Entry:
    """One line (删除台账): who was erased, why and when; a random id, no name."""

    person_id: UUID
    ground: str
    request: str | None
    asked_by: str
    at: datetime

    def to_line(self) -> str:
        """Return the entry as it is written."""
        told = {
            "person": str(self.person_id),
            "ground": self.ground,
            "request": self.request,
            "asked_by": self.asked_by,
            "at": self.at.isoformat(),
        }
        return json.dumps(told, ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> "Entry":
        """Read one line."""
        told = json.loads(line)
        at = datetime.fromisoformat(told["at"])
        return cls(UUID(told["person"]), told["ground"], told.get("request"), told["asked_by"], at)

    @classmethod
    def of(cls, one: Erasure) -> "Entry":
        """Return the entry of an erasure."""
        return cls(one.person_id, one.ground, one.request, one.asked_by, one.begun_at)


def read(folder: Path) -> list[Entry]:
    """Return the ledger of a folder, empty without one.

    Raises:
        LedgerError: a line cannot be read; a last one that was cut short is none yet.
    """
    try:
        text = (folder / FILE).read_text("utf-8")
    except FileNotFoundError:
        return []
    *lines, cut = text.split("\n")
    del cut
    entries = []
    for number, line in enumerate(lines, 1):
        try:
            entries.append(Entry.from_line(line))
        except (ValueError, KeyError, TypeError):
            raise LedgerError(f"{FILE}: line {number}") from None
    return entries


def add(folder: Path, wanted: Iterable[Entry]) -> None:
    """Add entries that the ledger does not hold yet; they are on the disk when this ends."""
    descriptor = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        whole = file.read().rfind(b"\n") + 1
        # A line that was cut short by the end of its writer is written anew.
        file.truncate(whole)
        known = {one.person_id for one in read(folder)}
        file.seek(whole)
        for one in wanted:
            if one.person_id not in known:
                file.write(one.to_line().encode() + b"\n")
                known.add(one.person_id)
        file.flush()
        os.fsync(file.fileno())
