"""Cron expressions as Zeebe takes them in timer cycles: six fields, from seconds to weekdays."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
_WEEKDAYS = "SUN MON TUE WED THU FRI SAT"
_PART = re.compile(r"(?P<first>\*|\?|[A-Z0-9]+)(?:-(?P<last>[A-Z0-9]+))?(?:/(?P<step>\d+))?")
_NTH = re.compile(r"(?P<day>[A-Z0-9]+?)(?:#(?P<nth>[1-5])|(?P<last>L))")
# Sunday may be written as 7.
_BOUNDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_FIELDS = len(_BOUNDS)
_DAY, _MONTH, _WEEKDAY = 3, 4, 5
_NAMES = {
    _MONTH: {name: number for number, name in enumerate(_MONTHS.split(), 1)},
    _WEEKDAY: {name: number for number, name in enumerate(_WEEKDAYS.split())},
}
_LAST = -1
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
# The 29th of February may be eight years away, and on a given weekday forty.
_LONGEST = 366 * 41


class CronError(ValueError):
    """The text is no cron expression, or one that never comes."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression read: what each field allows.

    Attributes:
        hours, minutes, seconds: in order.
        days: of the month; -1 is the last.
        weekdays: 0 is Sunday, each with which of the month it is: 0 any, -1 the last.
    """

    hours: tuple[int, ...]
    minutes: tuple[int, ...]
    seconds: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[tuple[int, int]]

    def after(self, instant: datetime, zone: tzinfo) -> datetime:
        """Return the first time after an instant, by the clocks of a zone.

        Raises:
            CronError: it never comes, as the 30th of February.
        """
        local = instant.astimezone(zone)
        # An hour earlier, since clocks may have been set back.
        earliest = local.hour - 1
        day = local.date()
        for _ in range(_LONGEST):
            for hour, minute, second in self._times(earliest) if self._holds(day) else ():
                # A time that clocks leave out in spring comes when they have been set.
                told = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
                if (found := told.astimezone(UTC)) > instant:
                    return found
            day, earliest = day + timedelta(days=1), 0
        raise CronError

    def _times(self, earliest: int) -> Iterator[tuple[int, int, int]]:
        hours = [hour for hour in self.hours if hour >= earliest]
        return product(hours, self.minutes, self.seconds)

    def _holds(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        last = monthrange(day.year, day.month)[1]
        if day.day not in self.days and not (day.day == last and _LAST in self.days):
            return False
        weekday = day.isoweekday() % 7
        nth = (day.day - 1) // 7 + 1
        final = day.day + 7 > last
        ways = {(weekday, 0), (weekday, nth)} | ({(weekday, _LAST)} if final else set())
        return bool(ways & self.weekdays)


def is_cron(text: str) -> bool:
    """Tell whether a cycle is written as cron rather than by ISO 8601."""
    return text.startswith("@") or len(text.split()) == _FIELDS


@lru_cache(maxsize=256)
def parse(text: str) -> Cron:
    """Return a cron expression: seconds, minutes, hours, days, months, weekdays, or `@daily`.

    Day and weekday must both hold. `W`, the nearest weekday, is not supported.

    Raises:
        CronError: it cannot be read.
    """
    fields = _MACROS.get(text.lower(), text).upper().split()
    if len(fields) != _FIELDS:
        raise CronError(text)
    values = [sorted(set(_values(field, place))) for place, field in enumerate(fields[:_WEEKDAY])]
    seconds, minutes, hours, days, months = values
    if days[0] > max(_DAYS[month - 1] for month in months):
        raise CronError(text)
    weekdays = [one for part in fields[_WEEKDAY].split(",") for one in _weekdays(part)]
    times = (tuple(hours), tuple(minutes), tuple(seconds))
    return Cron(*times, frozenset(days), frozenset(months), frozenset(weekdays))


def _weekdays(part: str) -> list[tuple[int, int]]:
    if found := _NTH.fullmatch(part):
        day = _number(found["day"], _WEEKDAY) % 7
        return [(day, int(found["nth"]) if found["nth"] else _LAST)]
    return [(day % 7, 0) for day in _values(part, _WEEKDAY)]


def _values(field: str, place: int) -> list[int]:
    return [value for part in field.split(",") for value in _part(part, place)]


def _part(part: str, place: int) -> list[int]:
    if part == "L" and place == _DAY:
        return [_LAST]
    found = _PART.fullmatch(part)
    if found is None or (found["first"] == "?" and place not in {_DAY, _WEEKDAY}):
        raise CronError(part)
    low, high = _BOUNDS[place]
    if found["first"] in {"*", "?"}:
        if found["last"]:
            raise CronError(part)
    else:
        low = _number(found["first"], place)
        high = _number(found["last"], place) if found["last"] else high if found["step"] else low
    step = int(found["step"] or 1)
    if step < 1 or high < low:
        raise CronError(part)
    return list(range(low, high + 1, step))


def _number(text: str, place: int) -> int:
    names = _NAMES.get(place, {})
    if text not in names and not text.isdecimal():
        raise CronError(text)
    number = names[text] if text in names else int(text)
    low, high = _BOUNDS[place]
    if not low <= number <= high:
        raise CronError(text)
    return number
