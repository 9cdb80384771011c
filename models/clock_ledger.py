"""Where the time of a clock went: worked, paused, off hours; together they are the wall time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Literal

from models.working_calendar import WorkingCalendar

State = Literal["worked", "paused", "off"]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Interval:
    """A stretch of one kind of time (区间)."""

    start: datetime
    end: datetime
    state: State

    @property
    def length(self) -> timedelta:
        """Return how long it is."""
        return self.end - self.start


@dataclass(frozen=True)
class Ledger:
    """The intervals of a clock (计时台账): without gap, without overlap, from start to end."""

    intervals: tuple[Interval, ...]

    def total(self, state: State) -> timedelta:
        """Return how much time was spent in a state."""
        lengths = (one.length for one in self.intervals if one.state == state)
        return sum(lengths, timedelta(0))


def ledger(
    start: datetime,
    end: datetime,
    pauses: Iterable[tuple[datetime, datetime | None]],
    calendar: WorkingCalendar | None,
) -> Ledger:
    """Return where the time between two moments went.

    Args:
        start: when the clock began.
        end: until when to count.
        pauses: from when to when the clock stood; an end of None is open. A pause is paused
            through and through, also at night.
        calendar: of a clock on working time; a clock on wall time has no off hours.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    paused = _within(((a, b or end) for a, b in pauses), start, end)
    worked = [(start, end)] if calendar is None else list(calendar.working_spans(start, end))
    edges = sorted({start, end, *(edge for span in (*paused, *worked) for edge in span)})
    return Ledger(tuple(_merged(_states(edges, paused, worked))) if start < end else ())


def _within(pauses: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    clipped = ((max(a.astimezone(UTC), start), min(b.astimezone(UTC), end)) for a, b in pauses)
    return [span for span in clipped if span[0] < span[1]]


def _states(edges: list[datetime], paused: list[Span], worked: list[Span]) -> Iterator[Interval]:
    for begin, until in pairwise(edges):
        state: State = "off"
        if _covers(paused, begin, until):
            state = "paused"
        elif _covers(worked, begin, until):
            state = "worked"
        yield Interval(begin, until, state)


def _covers(spans: list[Span], begin: datetime, until: datetime) -> bool:
    return any(a <= begin and until <= b for a, b in spans)


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    held: Interval | None = None
    for one in intervals:
        if held is not None and held.state == one.state:
            held = Interval(held.start, one.end, one.state)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held
