"""Due times: ISO 8601 durations, dates and cycles on wall or working time (到期时间)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bpmn import cron

_DURATION = re.compile(
    r"^(?P<sign>-)?P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)
_CYCLE = re.compile(r"^R(?P<times>\d*)/(?:(?P<start>[^P/][^/]*)/)?(?P<interval>P.+)$")
ENDLESS = -1
# A cycle may not repeat more often than this.
SHORTEST = timedelta(seconds=1)


class TimerError(ValueError):
    """The text is no duration, date or cycle."""


class Calendar(Protocol):
    """Working time (工作日历), given by the caller."""

    @property
    def zone(self) -> str:
        """Return the name of the time zone, as `Asia/Shanghai`."""

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Return the same wall time, so many working days later."""

    def add_working_time(self, start: datetime, duration: timedelta) -> datetime:
        """Return the instant at which so much working time has passed."""

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two instants."""


@dataclass(frozen=True, slots=True)
class Duration:
    """An ISO 8601 duration in its three parts that do not convert into one another."""

    months: int
    days: int
    time: timedelta


def parse_duration(text: str) -> Duration:
    """Return the duration of a text such as `PT2H`, `P3D` or `P1M`.

    Raises:
        TimerError: not an ISO 8601 duration, a negative one, or one beyond all calendars.
    """
    match = _DURATION.match(text)
    if match is None or text.endswith(("P", "T")) or match["sign"]:
        raise TimerError(text)
    part = {name: float(value or 0) for name, value in match.groupdict().items() if name != "sign"}
    try:
        return Duration(
            months=int(part["years"] * 12 + part["months"]),
            days=int(part["weeks"] * 7 + part["days"]),
            time=timedelta(hours=part["hours"], minutes=part["minutes"], seconds=part["seconds"]),
        )
    except OverflowError as error:
        raise TimerError(text) from error


def parse_cycle(text: str) -> tuple[int, str]:
    """Return repetitions (`ENDLESS` for `R/...`) and the interval of `R3/PT1H`.

    A start as in `R3/2026-05-11T08:00:00+08:00/PT1H` is for `Clock.first_repetition`. A cron
    expression, as `0 0 9 * * MON-FRI`, has no end and is its own interval.

    Raises:
        TimerError: neither of both, or a cycle that repeats too often to be kept up with.
    """
    if cron.is_cron(text):
        _cron(text)
        return ENDLESS, text
    match = _CYCLE.match(text)
    if match is None:
        raise TimerError(text)
    interval = parse_duration(match["interval"])
    if not (interval.months or interval.days or interval.time >= SHORTEST):
        raise TimerError(text)
    if match["start"]:
        parse_instant(match["start"])
    return (int(match["times"]) if match["times"] else ENDLESS), match["interval"]


def _cron(text: str) -> cron.Cron:
    try:
        return cron.parse(text)
    except ValueError as error:
        raise TimerError(text) from error


def parse_instant(text: str) -> datetime:
    """Return the instant of an ISO 8601 text; without offset it is UTC."""
    try:
        value = datetime.fromisoformat(text.partition("[")[0])
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise TimerError(text) from error


def to_text(instant: datetime) -> str:
    """Return the instant as records hold it, so that texts sort as instants do."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _add_months(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for day in range(start.day, start.day - 4, -1):
        try:
            return start.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
        except OverflowError:
            break
    raise TimerError(str(months))


@dataclass(frozen=True, slots=True)
class Clock:
    """What the engine is told of time.

    Attributes:
        now: the instant of the command.
        calendar: working time, for timers with `bihuan:clock="working"`.
        scale: factor on every duration, below 1 to play a life in seconds.
    """

    now: datetime
    calendar: Calendar | None = None
    scale: float = 1.0

    def after(self, start: datetime, text: str, clock: str = "wall") -> datetime:
        """Return the instant that lies a duration after `start`."""
        try:
            return self._after(start, parse_duration(text), clock)
        except OverflowError as error:
            raise TimerError(text) from error

    def _after(self, start: datetime, duration: Duration, clock: str) -> datetime:
        if clock == "working" and self.calendar is not None:
            due = start
            if duration.days:
                due = self.calendar.add_working_days(due, duration.days)
            if duration.time:
                due = self.calendar.add_working_time(due, duration.time)
        else:
            due = _add_months(start, duration.months) + timedelta(days=duration.days)
            due += duration.time
        return start + (due - start) * self.scale

    def share(self, start: datetime, due: datetime, part: float, clock: str = "wall") -> datetime:
        """Return when a part of the time between two instants has passed, by a clock."""
        if (calendar := self._working(clock)) is not None:
            lasts = calendar.working_time_between(start, due)
            return min(calendar.add_working_time(start, lasts * part), due)
        return start + (due - start) * part

    def resumed(self, due: datetime, paused_at: datetime, clock: str = "wall") -> datetime:
        """Return when what was due is due now that a pause ends."""
        if due <= paused_at:
            return due
        if (calendar := self._working(clock)) is not None:
            left = calendar.working_time_between(paused_at, due)
            return calendar.add_working_time(self.now, left)
        return self.now + (due - paused_at)

    def _working(self, clock: str) -> Calendar | None:
        """Return the calendar that instants lie on: a life played in seconds keeps none."""
        return self.calendar if clock == "working" and self.scale == 1 else None

    def first_repetition(self, cycle: str, clock: str = "wall") -> datetime:
        """Return when a cycle happens first: at its start, or one interval from now."""
        if cron.is_cron(cycle):
            return self._next_of_cron(self.now, cycle, clock)
        match = _CYCLE.match(cycle)
        if match is None:
            raise TimerError(cycle)
        if not match["start"]:
            return self.after(self.now, match["interval"], clock)
        start = parse_instant(match["start"])
        return start if start >= self.now else self.next_repetition(start, match["interval"], clock)

    def next_repetition(self, due: datetime, interval: str, clock: str) -> datetime:
        """Return the first repetition in the future.

        What an outage missed is not made up for, and does not count among the repetitions.
        """
        if cron.is_cron(interval):
            return self._next_of_cron(max(due, self.now), interval, clock)
        following = self.after(due, interval, clock)
        if following <= due:
            raise TimerError(interval)
        if clock == "wall" and not parse_duration(interval).months:
            # All intervals are of one length: those that were missed are passed over at once.
            length = following - due
            following += max(0, (self.now - due) // length) * length
        while following <= self.now:
            following = self.after(following, interval, clock)
        return following

    def _next_of_cron(self, since: datetime, text: str, clock: str) -> datetime:
        """Return when a cron expression comes next, by the clocks of the calendar's zone."""
        if clock != "wall":
            raise TimerError(text)
        zone = ZoneInfo(self.calendar.zone) if self.calendar is not None else UTC
        try:
            return _cron(text).after(since, zone)
        except (ValueError, OverflowError) as error:
            raise TimerError(text) from error
