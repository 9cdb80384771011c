"""FEEL's moments as Python's own and the way to tell a Python zone (与 Python 时间互换)."""

import datetime as python
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.feel.durations import NANOS, DaysTimeDuration
from bpmn.feel.moments import Date, DateTime, Time
from bpmn.feel.zones import named_zone


def zone_of(value: python.datetime | python.time) -> int | str | None:
    """The FEEL zone of a Python moment: None, seconds of offset, or a name."""
    if isinstance(value.tzinfo, ZoneInfo) and value.tzinfo.key not in ("UTC", "Etc/UTC"):
        return value.tzinfo.key
    offset = value.utcoffset()
    return None if offset is None else int(offset.total_seconds())


def to_python_moment(value: Any) -> Any:
    """Python's datetime, date, time or timedelta where exact, otherwise the value itself."""
    exact: Any = None
    if isinstance(value, DaysTimeDuration):
        exact = value.timedelta()
    elif isinstance(value, Date):
        exact = _date(value)
    elif isinstance(value, Time):
        exact = _time(value)
    elif isinstance(value, DateTime):
        day, clock = _date(value.date), _time(value.time)
        exact = python.datetime.combine(day, clock) if day and clock is not None else None
    return value if exact is None else exact


def _date(value: Date) -> python.date | None:
    if not python.MINYEAR <= value.year <= python.MAXYEAR:
        return None
    return python.date(value.year, value.month, value.day)


def _time(value: Time) -> python.time | None:
    micros, rest = divmod(value.nanos % NANOS, 1000)
    if rest:
        return None
    return python.time(value.hour, value.minute, value.second, micros, _tzinfo(value.zone))


def _tzinfo(zone: int | str | None) -> python.tzinfo | None:
    if zone is None or isinstance(zone, str):
        return None if zone is None else named_zone(zone)
    return python.timezone(python.timedelta(seconds=zone)) if zone else python.UTC
