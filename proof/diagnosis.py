"""What was done to a record that does not fit its chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from proof.chain import Row
from proof.links import Links

CHANGED = "changed"
DELETED = "deleted"
INSERTED = "inserted"
SWAPPED = "swapped"


class Diagnosis(NamedTuple):
    """What was done and to which number; `other` is the one that a record was swapped with."""

    kind: str
    number: int
    other: int = 0


@dataclass(frozen=True)
class Place:
    """A place in a chain where a record does not fit (断点).

    Attributes:
        links: how the chain is made.
        rows: the whole chain as it was found.
        at: the index of the row.
        number: the number that should be there.
        before: the hash before it.
    """

    links: Links
    rows: Sequence[Row]
    at: int
    number: int
    before: bytes

    def diagnose(self) -> Diagnosis:
        """Tell what explains the misfit; each explanation is tried on the hashes themselves."""
        found = self.rows[self.at]["number"]
        if found < self.number or (found == self.number and self._is_doubled()):
            return Diagnosis(INSERTED, found)
        if found > self.number:
            later = any(row["number"] == self.number for row in self.rows[self.at :])
            return Diagnosis(SWAPPED if later else DELETED, self.number, found if later else 0)
        if (other := self._swapped_with()) is not None:
            return Diagnosis(SWAPPED, self.number, other)
        if self._fits(self.at + 1, self.number, self.before):
            return Diagnosis(INSERTED, self.number)
        if self._has_lost_its_forerunner():
            return Diagnosis(DELETED, self.number)
        return Diagnosis(CHANGED, self.number)

    def _is_doubled(self) -> bool:
        """Tell whether the true record of this number follows."""
        following = self.at + 1
        doubled = following < len(self.rows) and self.rows[following]["number"] == self.number
        return doubled and self._fits(following, self.number, self.before)

    def _swapped_with(self) -> int | None:
        """Return the number whose content changed places with this one's.

        The hashes may have gone along with the contents, or stayed where they were.
        """
        here = self.rows[self.at]
        for index in range(self.at + 1, len(self.rows)):
            there = self.rows[index]
            sealed = (_hash(here), _hash(there))
            first = self._made(there, self.number, self.before)
            if first not in sealed:
                continue
            before = first if index == self.at + 1 else _hash(self.rows[index - 1])
            if self._made(here, there["number"], before) in sealed:
                return int(there["number"])
        return None

    def _has_lost_its_forerunner(self) -> bool:
        """Tell whether those after a missing record were given lower numbers.

        What came before this row is gone with the missing one, so the next row has to tell.
        """
        if self.at + 1 >= len(self.rows):
            return False
        before = _hash(self.rows[self.at])
        lost = range(1, len(self.rows) + 1)
        return any(self._fits(self.at + 1, self.number + 1 + more, before) for more in lost)

    def _fits(self, index: int, number: int, before: bytes) -> bool:
        if index >= len(self.rows):
            return False
        row = self.rows[index]
        return self._made(row, number, before) == _hash(row)

    def _made(self, row: Row, number: int, before: bytes) -> bytes:
        return self.links.hash(before, row, number)


def _hash(row: Row) -> bytes:
    return bytes.fromhex(row["hash"])
