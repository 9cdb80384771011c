"""Offsets and named zones of FEEL times (时区)."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bpmn.feel.civil import civil_from_days, days_from_civil
from bpmn.feel.durations import HOUR, MINUTE, NANOS

FARTHEST_OFFSET = 14 * HOUR
_ERA = 400


@lru_cache(maxsize=512)
def named_zone(name: str) -> ZoneInfo | None:
    """The zone of that IANA name, None when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zone_text(zone: int | str | None) -> str:
    """The zone as it is written behind a time: nothing, `Z`, `+08:00` or `@Asia/Shanghai`."""
    if zone is None:
        return ""
    if isinstance(zone, str):
        return f"@{zone}"
    if zone == 0:
        return "Z"
    hours, rest = divmod(abs(zone), HOUR)
    minutes, seconds = divmod(rest, MINUTE)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{'-' if zone < 0 else '+'}{hours:02d}:{minutes:02d}{tail}"


def offset_at(zone: int | str | None, days: int, nanos: int) -> int | None:
    """Seconds east of UTC at a wall clock moment; None without a zone."""
    if not isinstance(zone, str):
        return zone
    return _zone_offset(zone, days, nanos // NANOS)


@lru_cache(maxsize=1024)
def _zone_offset(name: str, days: int, seconds: int) -> int | None:
    found = named_zone(name)
    if found is None:
        return None
    local = (_python_day(days) + timedelta(seconds=seconds)).replace(tzinfo=found)
    offset = local.utcoffset()
    return None if offset is None else int(offset.total_seconds())


def _python_day(days: int) -> datetime:
    # Outside the years Python knows, the calendar repeats every 400 years.
    year, month, day = civil_from_days(days)
    if not 1 < year < 9999:  # noqa: PLR2004 - Python's own first and last year
        year = 2000 + year % _ERA
    return datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(
        days=days_from_civil(year, month, day)
    )
