"""Working days and working hours."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# A limit in a drawing is counted day by day; ten years of days is beyond every honest one.
MAX_DAYS = 3660
Frame = tuple[time, time]


class CalendarError(ValueError):
    """The calendar cannot be used, or a limit lies beyond what it counts."""


@dataclass(frozen=True)
class WorkingCalendar:
    """When people work (工作日历): weekday frames, holidays and make-up days (调休).

    Attributes:
        version: the import that it came with; instances stay on theirs.
        zone: the time zone of the frames, as `Asia/Shanghai`.
        frames: working hours by weekday, in order and apart from each other.
        days: days that differ from their weekday, and whether they are worked.
    """

    version: int
    zone: str
    frames: Mapping[str, tuple[Frame, ...]]
    days: Mapping[date, bool]

    def __post_init__(self) -> None:
        if not any(self.frames.values()) or not set(self.frames) <= set(WEEKDAYS):
            raise CalendarError("a calendar has working hours on some weekday")
        for frames in self.frames.values():
            ends = [moment for frame in frames for moment in frame]
            if any(first >= second for first, second in pairwise(ends)):
                raise CalendarError("frames are in order and apart from each other")

    def is_working_day(self, day: date) -> bool:
        """Say whether people work on a day; without an entry the weekday decides."""
        listed = self.days.get(day)
        return bool(self._weekday_frames(day)) if listed is None else listed

    def frames_on(self, day: date) -> tuple[Frame, ...]:
        """Return the working hours of a day.

        A make-up day on a weekend has the hours of the first weekday that has any.
        """
        if not self.is_working_day(day):
            return ()
        return self._weekday_frames(day) or self._usual_frames

    def add_working_days(self, start: datetime, days: int) -> datetime:
        """Return the same wall time on the n-th working day after the day of `start`, in UTC.

        The day of `start` is not counted, whether it is worked or not: from a Friday evening as
        from the Saturday after it, one working day ends on Monday. With 0 days a moment on a day
        off moves to the next working day.

        Raises:
            CalendarError: `days` is negative or beyond `MAX_DAYS`.
        """
        if not 0 <= days <= MAX_DAYS:
            raise CalendarError(f"{days} working days")
        local = self._local(start)
        if days == 0 and self.is_working_day(local.date()):
            return start.astimezone(UTC)
        following = (day for day in _days_after(local.date()) if self.is_working_day(day))
        target = next(islice(following, max(days, 1) - 1, None))
        return self._instant(target, local.time())

    def add_working_time(self, start: datetime, span: timedelta) -> datetime:
        """Return when `span` of working hours has passed since `start`, in UTC.

        Raises:
            CalendarError: `span` is negative or reaches beyond `MAX_DAYS`.
        """
        if span < timedelta(0):
            raise CalendarError("negative working time")
        now, left = start.astimezone(UTC), span
        first = self._local(start).date()
        for day in (first, *_days_after(first)):
            for begin, end in self._spans(day):
                if end <= now:
                    continue
                now = max(now, begin)
                if left <= end - now:
                    return now + left
                left -= end - now
                now = end
        raise CalendarError("working time beyond the calendar")

    def subtract_working_days(self, end: datetime, days: int) -> datetime:
        """Return the same wall time on the n-th working day before the day of `end`, in UTC.

        The way back of `add_working_days` from every moment on a working day; with 0 days a moment
        on a day off moves to the working day before.

        Raises:
            CalendarError: `days` is negative or beyond `MAX_DAYS`.
        """
        if not 0 <= days <= MAX_DAYS:
            raise CalendarError(f"{days} working days")
        local = self._local(end)
        if days == 0 and self.is_working_day(local.date()):
            return end.astimezone(UTC)
        earlier = (day for day in _days_before(local.date()) if self.is_working_day(day))
        target = next(islice(earlier, max(days, 1) - 1, None))
        return self._instant(target, local.time())

    def subtract_working_time(self, end: datetime, span: timedelta) -> datetime:
        """Return since when `span` of working hours has passed until `end`, in UTC.

        The way back of `add_working_time` from every moment within working hours.

        Raises:
            CalendarError: `span` is negative or reaches beyond `MAX_DAYS`.
        """
        if span < timedelta(0):
            raise CalendarError("negative working time")
        now, left = end.astimezone(UTC), span
        last = self._local(end).date()
        for day in (last, *_days_before(last)):
            for begin, end_of_frame in reversed(self._spans(day)):
                if begin >= now:
                    continue
                now = min(now, end_of_frame)
                if left <= now - begin:
                    return now - left
                left -= now - begin
                now = begin
        raise CalendarError("working time beyond the calendar")

    def working_spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Yield the working hours between two moments, in order and in UTC.

        Raises:
            CalendarError: they are further apart than `MAX_DAYS`.
        """
        first, last = self._local(start).date(), self._local(end).date()
        if last - first > timedelta(days=MAX_DAYS):
            raise CalendarError("working time beyond the calendar")
        for n in range((last - first).days + 1):
            for begin, until in self._spans(first + timedelta(days=n)):
                if begin < end and start < until:
                    yield max(begin, start.astimezone(UTC)), min(until, end.astimezone(UTC))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much working time lies between two moments, negative if `end` is first."""
        if end < start:
            return -self.working_time_between(end, start)
        spans = self.working_spans(start, end)
        return sum((until - begin for begin, until in spans), timedelta(0))

    def years_without_data(self, first: date, last: date) -> tuple[int, ...]:
        """Return the years of a span that have no holidays listed; there weekdays decide."""
        return tuple(y for y in range(first.year, last.year + 1) if y not in self._listed_years)

    @cached_property
    def _listed_years(self) -> frozenset[int]:
        return frozenset(day.year for day in self.days)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def _usual_frames(self) -> tuple[Frame, ...]:
        return next(self.frames[day] for day in WEEKDAYS if self.frames.get(day))

    def _weekday_frames(self, day: date) -> tuple[Frame, ...]:
        return self.frames.get(WEEKDAYS[day.weekday()], ())

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        frames = self.frames_on(day)
        return [(self._instant(day, begin), self._instant(day, end)) for begin, end in frames]

    def _local(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise CalendarError("a moment needs a zone")
        return moment.astimezone(self._zone)

    def _instant(self, day: date, wall: time) -> datetime:
        return datetime.combine(day, wall, self._zone).astimezone(UTC)


def _days_after(day: date) -> Iterator[date]:
    return (day + timedelta(days=n) for n in range(1, 4 * MAX_DAYS))


def _days_before(day: date) -> Iterator[date]:
    return (day - timedelta(days=n) for n in range(1, 4 * MAX_DAYS))
