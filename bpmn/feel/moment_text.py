"""Reading dates and times written by XML Schema's rules (日期时间文本)."""

import re

from bpmn.feel.civil import MONTHS_PER_YEAR, YEAR_LIMIT, month_length
from bpmn.feel.durations import HOUR, MINUTE, NANOS
from bpmn.feel.moments import Date, DateTime, Time
from bpmn.feel.zones import FARTHEST_OFFSET, named_zone

_DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)")
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+/-]+))?"
)


def make_date(year: int, month: int, day: int) -> Date | None:
    """A date, None when the calendar has no such day."""
    if abs(year) > YEAR_LIMIT or not 1 <= month <= MONTHS_PER_YEAR:
        return None
    return Date(year, month, day) if 1 <= day <= month_length(year, month) else None


def parse_date(text: str) -> Date | None:
    """Read `2024-05-01`; None when it is no date."""
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year = int(found[2])
    return make_date(-year if found[1] else year, int(found[3]), int(found[4]))


def parse_time(text: str) -> Time | None:
    """Read `10:30:00`, with `Z`, an offset or `@Zone`; None when it is no time."""
    found = _TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3])
    midnight = hour == 24 and not minute and not second and not int(found[4] or 0)  # noqa: PLR2004
    if midnight:
        hour = 0
    zone, known = _zone(found)
    if not known or not is_clock(hour, minute, second):
        return None
    fraction = int((found[4] or "")[:9].ljust(9, "0"))
    return Time((hour * HOUR + minute * MINUTE + second) * NANOS + fraction, zone)


def is_clock(hour: int, minute: int, second: int) -> bool:
    """Whether a clock can show this."""
    return 0 <= hour < 24 and 0 <= minute < MINUTE and 0 <= second < MINUTE  # noqa: PLR2004


def _zone(found: re.Match[str]) -> tuple[int | str | None, bool]:
    if found[5]:
        return 0, True
    if found[6]:
        offset = int(found[7]) * HOUR + int(found[8]) * MINUTE + int(found[9] or 0)
        known = offset <= FARTHEST_OFFSET and int(found[8]) < MINUTE
        return (-offset if found[6] == "-" else offset), known
    name = found[10]
    return name, name is None or named_zone(name) is not None


def parse_date_time(text: str) -> DateTime | None:
    """Read `2024-05-01T10:30:00+08:00`; None when it is no date and time."""
    day_text, mark, clock = text.partition("T")
    day = parse_date(day_text)
    time = parse_time(clock) if mark else None
    if day is None or time is None:
        return None
    if clock.startswith("24"):
        day = Date.at(day.days + 1)
    return DateTime(day, time)
