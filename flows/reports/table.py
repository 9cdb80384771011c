"""Tables of a report: cells that know what they are, so that every file shows the same numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import NamedTuple

from models.measures.measure import Unit

NOTHING = "—"


class Kind(StrEnum):
    """What a cell holds (单元格类型)."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    HOURS = "hours"


# Decimal places of the value as it is kept; a share of 0.987 is shown as 98.7 %.
_PLACES = {Kind.COUNT: Decimal(1), Kind.SHARE: Decimal("0.001"), Kind.HOURS: Decimal("0.1")}
_KINDS = {Unit.SHARE: Kind.SHARE, Unit.SECONDS: Kind.HOURS}
_HOUR = Decimal(3600)


class Cell(NamedTuple):
    """One value (单元格): a text, a rounded number, or nothing."""

    kind: Kind
    value: str | float | int | None

    @property
    def shown(self) -> str:
        """The text as a reader sees it."""
        if self.value is None:
            return NOTHING
        match self.kind:
            case Kind.SHARE:
                return f"{Decimal(str(self.value)) * 100:.1f}%"
            case Kind.HOURS:
                return f"{self.value:.1f}"
            case Kind.TEXT | Kind.COUNT:
                return str(self.value)


def text(value: str) -> Cell:
    """Return a cell with words."""
    return Cell(Kind.TEXT, value)


def count(value: Decimal | int) -> Cell:
    """Return a cell with a whole number."""
    return Cell(Kind.COUNT, int(value))


def number(unit: Unit, value: Decimal | None) -> Cell:
    """Return a cell with a figure; seconds become hours. Halves are rounded up, once for all."""
    kind = _KINDS.get(unit, Kind.COUNT)
    if value is None:
        return Cell(kind, None)
    exact = value / _HOUR if kind is Kind.HOURS else value
    rounded = exact.quantize(_PLACES[kind], ROUND_HALF_UP)
    return Cell(kind, int(rounded) if kind is Kind.COUNT else float(rounded))


def share(part: Decimal, whole: Decimal) -> Cell:
    """Return a cell with a part of a whole; nothing of nothing is nothing."""
    return number(Unit.SHARE, part / whole if whole else None)


@dataclass(frozen=True)
class Table:
    """One topic (报表): a name, headers, rows."""

    topic: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
