"""Days, weeks and months in Shanghai."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
DAY, WEEK, MONTH = "day", "week", "month"
KINDS = (DAY, WEEK, MONTH)


@dataclass(frozen=True, order=True)
class Period:
    """A day, a week from Monday, or a calendar month (周期).

    Attributes:
        kind: one of `KINDS`.
        start: its first day.
    """

    kind: str
    start: date

    @staticmethod
    def holding(kind: str, day: date) -> Period:
        """Return the period of a kind that a day lies in."""
        if kind == WEEK:
            return Period(kind, day - timedelta(days=day.weekday()))
        return Period(kind, day.replace(day=1) if kind == MONTH else day)

    @property
    def end(self) -> date:
        """The first day after it."""
        if self.kind == MONTH:
            # The 32nd day from the first of any month lies in the next one.
            return (self.start + timedelta(days=31)).replace(day=1)
        return self.start + timedelta(days=7 if self.kind == WEEK else 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return self.end - timedelta(days=1)

    @property
    def days(self) -> list[date]:
        """Its days, in order."""
        return days(self.start, self.last)

    @property
    def previous(self) -> Period:
        """The period before it."""
        return Period.holding(self.kind, self.start - timedelta(days=1))

    @property
    def name(self) -> str:
        """`2026-05-06`, `2026-W19` or `2026-05`."""
        if self.kind == WEEK:
            year, week, _ = self.start.isocalendar()
            return f"{year}-W{week:02}"
        return self.start.isoformat() if self.kind == DAY else self.start.strftime("%Y-%m")

    def bounds(self) -> tuple[datetime, datetime]:
        """Return its first moment and that of the period after it."""
        return bounds(self.start, self.last)


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the first moment of `first` in Shanghai and the end of `last`."""
    end = last + timedelta(days=1)
    return datetime.combine(first, time(), ZONE), datetime.combine(end, time(), ZONE)


def day_of(at: datetime) -> date:
    """Return the day of a moment in Shanghai."""
    return at.astimezone(ZONE).date()


def days(first: date, last: date) -> list[date]:
    """Return the days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def over(some: Sequence[date]) -> list[Period]:
    """Return the days and all weeks and months that they lie in, days first, each once."""
    return list(dict.fromkeys(Period.holding(kind, day) for kind in KINDS for day in sorted(some)))
