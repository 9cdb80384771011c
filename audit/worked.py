"""Working time between two instants, worked out by the database for millions of rows (工作时长).

For every local day the calendar's frames are a row: so much was worked before the day, and its
frames as seconds of the epoch. What was worked until an instant is then a sum, and what was worked
between two instants a difference; it is what `WorkingCalendar.working_time_between` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import date

    from models.working_calendar import WorkingCalendar


@dataclass(frozen=True)
class WorkedDays:
    """The days of a calendar as a table that a query can join.

    Attributes:
        values: the parameters that `table` needs.
        frames: how many frames a day has at most.
    """

    values: dict[str, Any]
    frames: int

    @property
    def table(self) -> str:
        """Return a common table expression `working`, a row for each local day."""
        names = [f"{end}{n}" for n in range(self.frames) for end in ("b", "e")]
        given = ", ".join(f"CAST(:w_{name} AS float8[])" for name in ("before", *names))
        columns = ", ".join(("day", "before", *names))
        return (
            "working AS MATERIALIZED (SELECT * FROM"  # noqa: S608 - our names
            f" unnest(CAST(:w_day AS date[]), {given}) AS w({columns}))"
        )

    def join(self, start: str, end: str) -> str:
        """Return joins of `working` as `ws` and `we`, for rows that lasted any time at all."""
        return "".join(
            f" LEFT JOIN working {name} ON {name}.day = (({at}) AT TIME ZONE :w_zone)::date"
            f" AND {end} > {start}"
            for name, at in (("ws", start), ("we", end))
        )

    def seconds(self, start: str, end: str) -> str:
        """Return the seconds worked between two instants, beside `join`; null without an end."""
        worked = f"{self._until('we', end)} - {self._until('ws', start)}"
        return f"CASE WHEN {end} > {start} THEN {worked} WHEN {end} IS NOT NULL THEN 0 END"

    def _until(self, name: str, at: str) -> str:
        moment = f"CAST(extract(epoch FROM {at}) AS float8)"
        parts = (
            f" + greatest(0, least({moment}, {name}.e{n}) - {name}.b{n})"
            for n in range(self.frames)
        )
        return f"({name}.before{''.join(parts)})"


def days(calendar: WorkingCalendar, first: datetime, last: datetime) -> WorkedDays:
    """Return the days of a calendar from the one of `first` to the one of `last`."""
    zone = ZoneInfo(calendar.zone)
    begin, end = first.astimezone(zone).date(), last.astimezone(zone).date()
    wanted = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    spans = [_spans(calendar, zone, day) for day in wanted]
    most = max(1, *map(len, spans)) if spans else 1
    # A day with fewer frames has empty ones, in which nothing is ever worked.
    padded = [[*own, *[(0.0, 0.0)] * (most - len(own))] for own in spans]
    values: dict[str, Any] = {"w_zone": calendar.zone, "w_day": wanted, "w_before": []}
    before = 0.0
    for own in spans:
        values["w_before"].append(before)
        before += sum(b - a for a, b in own)
    for n in range(most):
        values[f"w_b{n}"] = [own[n][0] for own in padded]
        values[f"w_e{n}"] = [own[n][1] for own in padded]
    return WorkedDays(values, most)


def _spans(calendar: WorkingCalendar, zone: ZoneInfo, day: date) -> list[tuple[float, float]]:
    def moment(wall: time) -> float:
        return datetime.combine(day, wall, zone).timestamp()

    return [(moment(begin), moment(end)) for begin, end in calendar.frames_on(day)]
