"""The figures that a report is made of, read once."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from models.measures import figure
from models.measures.catalogue import MEASURES
from models.measures.figure import TOTAL
from models.measures.period import DAY, Period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from models.measures.figure import Figure

TREND = 6


@dataclass(frozen=True)
class Source:
    """Figures of a period, of those before it and of its days (数据源), for one department or all.

    Attributes:
        by: figures by measure and dimension, then by period and key.
    """

    period: Period
    department: str
    by: Mapping[tuple[str, str], Mapping[tuple[Period, str], Figure]]

    def value(
        self, measure: str, dimension: str = TOTAL, key: str = "", period: Period | None = None
    ) -> Decimal | None:
        """Return a figure; a sum that has no row for a key is 0 wherever it was counted at all."""
        found = self.figure(measure, dimension, key, period)
        if found is not None:
            return found.value
        counted = self.figure("volume", period=period) is not None
        return None if MEASURES[measure].is_mean or not counted else Decimal(0)

    def figure(
        self, measure: str, dimension: str = TOTAL, key: str = "", period: Period | None = None
    ) -> Figure | None:
        """Return a figure with the number of rows behind it, None if there is none."""
        return self.by.get((measure, dimension), {}).get((period or self.period, key))

    def keys(self, measure: str, dimension: str) -> list[str]:
        """Return the keys of a dimension in the period, those with the most first."""
        rows = self.by.get((measure, dimension), {})
        own = {key: row.value for (period, key), row in rows.items() if period == self.period}
        return sorted(own, key=lambda key: (-own[key], key))

    @property
    def trend(self) -> list[Period]:
        """The period and those before it that were counted, in order."""
        wanted = [self.period]
        while len(wanted) < TREND:
            wanted.append(wanted[-1].previous)
        return [one for one in reversed(wanted) if self.figure("volume", period=one) is not None]


def read(session: Session, period: Period, department: str) -> Source:
    """Read what a report needs."""
    first = period
    for _ in range(TREND - 1):
        first = first.previous
    windows = ((period.kind, first.start, period.start), (DAY, period.start, period.last))
    by: dict[tuple[str, str], dict[tuple[Period, str], Figure]] = {}
    for measure in MEASURES.values():
        for dimension in (TOTAL, "department", *measure.dimensions):
            rows = by.setdefault((measure.name, dimension), {})
            for kind, since, until in windows:
                found = figure.read(
                    session,
                    measure.name,
                    kind,
                    since,
                    until,
                    dimension=dimension,
                    department=department,
                )
                rows.update({(Period(row.period, row.start), row.key): row for row in found})
    return Source(period, department, by)
