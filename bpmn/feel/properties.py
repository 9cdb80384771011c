"""The members of dates, times, durations and ranges, as in `date.year` (属性)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from bpmn.feel.durations import (
    DAY,
    HOUR,
    MINUTE,
    NANOS,
    DaysTimeDuration,
    YearsMonthsDuration,
)
from bpmn.feel.moments import Date, DateTime, Time
from bpmn.feel.ranges import Range

_Reader = Callable[[Any], Any]


def _offset(value: Time | DateTime) -> DaysTimeDuration | None:
    return None if value.offset is None else DaysTimeDuration(value.offset * NANOS)


def _zone_name(zone: int | str | None) -> str | None:
    return zone if isinstance(zone, str) else None


def _part(value: DaysTimeDuration, unit: int, whole: int | None) -> Decimal:
    count = abs(value.nanos) // (unit * NANOS)
    count = count if whole is None else count % whole
    return Decimal(-count if value.nanos < 0 else count)


def _signed(value: YearsMonthsDuration, *, years: bool) -> Decimal:
    whole, rest = divmod(abs(value.months), 12)
    count = whole if years else rest
    return Decimal(-count if value.months < 0 else count)


def _of_part(read: _Reader, part: str) -> _Reader:
    return lambda moment: read(getattr(moment, part))


_DATE: dict[str, _Reader] = {
    "year": lambda date: Decimal(date.year),
    "month": lambda date: Decimal(date.month),
    "day": lambda date: Decimal(date.day),
    "weekday": lambda date: Decimal(date.weekday),
}
_TIME: dict[str, _Reader] = {
    "hour": lambda time: Decimal(time.hour),
    "minute": lambda time: Decimal(time.minute),
    "second": lambda time: Decimal(time.second),
    "time offset": _offset,
    "timezone": lambda time: _zone_name(time.zone),
}
_MIDNIGHT: dict[str, _Reader] = {
    "hour": lambda _: Decimal(0),
    "minute": lambda _: Decimal(0),
    "second": lambda _: Decimal(0),
    "time offset": lambda _: DaysTimeDuration(0),
}
_DATE_TIME: dict[str, _Reader] = {
    **{name: _of_part(read, "date") for name, read in _DATE.items()},
    **{name: _of_part(read, "time") for name, read in _TIME.items()},
    "time offset": _offset,
}
_DAYS_TIME: dict[str, _Reader] = {
    "days": lambda length: _part(length, DAY, None),
    "hours": lambda length: _part(length, HOUR, 24),
    "minutes": lambda length: _part(length, MINUTE, 60),
    "seconds": lambda length: _part(length, 1, 60),
}
_YEARS_MONTHS: dict[str, _Reader] = {
    "years": lambda length: _signed(length, years=True),
    "months": lambda length: _signed(length, years=False),
}
_RANGE: dict[str, _Reader] = {
    "start": lambda span: span.start,
    "end": lambda span: span.end,
    "start included": lambda span: span.start_included,
    "end included": lambda span: span.end_included,
}
PROPERTIES: dict[tuple[type, str], _Reader] = {
    (owner, name): reader
    for owner, readers in (
        (Date, _MIDNIGHT | _DATE),
        (Time, _TIME),
        (DateTime, _DATE_TIME),
        (DaysTimeDuration, _DAYS_TIME),
        (YearsMonthsDuration, _YEARS_MONTHS),
        (Range, _RANGE),
    )
    for name, reader in readers.items()
}
"""How to read each member, by the class of the value and the member's name."""
