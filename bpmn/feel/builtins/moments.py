"""Functions that make and read dates, times and durations (日期时间函数)."""

from decimal import Decimal
from typing import Any

from bpmn.feel.arithmetic import midnight
from bpmn.feel.builtins.registry import FunctionError, builtin, required
from bpmn.feel.civil import MONTHS_PER_YEAR
from bpmn.feel.decimals import is_integral
from bpmn.feel.durations import (
    HOUR,
    MINUTE,
    NANOS,
    DaysTimeDuration,
    YearsMonthsDuration,
    parse_duration,
)
from bpmn.feel.frame import Frame
from bpmn.feel.moment_text import is_clock, make_date, parse_date, parse_date_time, parse_time
from bpmn.feel.moments import Date, DateTime, Time
from bpmn.feel.values import from_json
from bpmn.feel.zones import FARTHEST_OFFSET


@builtin("date(from: string)")
def date_from_text(text: str) -> Date:
    """The date a text stands for."""
    return required(parse_date(text), "no_date")


@builtin("date(from: date)", "date(from: date and time)")
def date_of(value: Date | DateTime) -> Date:
    """The date of a moment."""
    return value.date if isinstance(value, DateTime) else value


@builtin("date(year: number, month: number, day: number)")
def date_from_parts(year: Decimal, month: Decimal, day: Decimal) -> Date | None:
    """The date of a year, month and day."""
    if not all(map(is_integral, (year, month, day))):
        return None
    return make_date(int(year), int(month), int(day))


@builtin("time(from: string)")
def time_from_text(text: str) -> Time:
    """The time of day a text stands for."""
    return required(parse_time(text.removeprefix("T")), "no_time")


@builtin("time(from: time)", "time(from: date and time)")
def time_of(value: Time | DateTime) -> Time:
    """The time of day of a moment."""
    return value.time if isinstance(value, DateTime) else value


@builtin("time(from: date)")
def time_of_date(value: Date) -> Time:
    """A date begins at midnight UTC."""
    return midnight(value).time


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration)")
def time_from_parts(
    hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None
) -> Time | None:
    """The time of an hour, minute and second, with the offset from UTC."""
    zone = None if offset is None else int(offset.nanos / NANOS)
    if not is_clock(int(hour), int(minute), int(second)) or abs(zone or 0) > FARTHEST_OFFSET:
        return None
    whole = int(hour) * HOUR + int(minute) * MINUTE
    return Time(whole * NANOS + int(second * NANOS), zone)


@builtin("date and time(from: string)")
def date_time_from_text(text: str) -> DateTime:
    """The moment a text stands for; a date alone is its midnight."""
    day = parse_date(text)
    moment = parse_date_time(text) if day is None else DateTime(day, Time(0))
    return required(moment, "no_date_and_time")


@builtin("date and time(from: date and time)")
def same_date_time(value: DateTime) -> DateTime:
    """A moment is itself."""
    return value


@builtin("date and time(date: date, time: time)", "date and time(date: date and time, time: time)")
def date_time_from_parts(day: Date | DateTime, clock: Time) -> DateTime:
    """A date with a time of day."""
    return DateTime(day.date if isinstance(day, DateTime) else day, clock)


@builtin("date and time(date: date and time, timezone: string)")
def date_time_in_zone(moment: DateTime, zone: str) -> DateTime | None:
    """The same instant on the clocks of a named zone."""
    local = parse_time(f"00:00:00@{zone}")
    if local is None or moment.offset is None:
        return None
    utc = DateTime.at(moment.instant, zone)
    return DateTime.at(moment.instant + (utc.offset or 0) * NANOS, zone)


@builtin("duration(from: string)")
def duration_from_text(text: str) -> DaysTimeDuration | YearsMonthsDuration:
    """The duration a text stands for."""
    found = parse_duration(text)
    if found is None:
        raise FunctionError("no_duration")
    return found


@builtin("duration(from: days and time duration)", "duration(from: years and months duration)")
def same_duration(value: Any) -> Any:
    """A duration is itself."""
    return value


@builtin(
    "years and months duration(from: date, to: date)",
    "years and months duration(from: date and time, to: date and time)",
    "years and months duration(from: date and time, to: date)",
    "years and months duration(from: date, to: date and time)",
)
def years_and_months(start: Date | DateTime, end: Date | DateTime) -> YearsMonthsDuration:
    """The whole months from one date to another."""
    first, last = date_of(start), date_of(end)
    months = (last.year - first.year) * MONTHS_PER_YEAR + last.month - first.month
    if months > 0 and last.day < first.day:
        months -= 1
    elif months < 0 and last.day > first.day:
        months += 1
    return YearsMonthsDuration(months)


@builtin("now()", framed=True)
def now(frame: Frame) -> Any:
    """The time the evaluation was told."""
    return from_json(frame.run.now)


@builtin("today()", framed=True)
def today(frame: Frame) -> Any:
    """The date the evaluation was told."""
    return from_json(frame.run.now.date())
