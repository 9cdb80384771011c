"""FEEL's two durations: days-time in nanoseconds and years-months in months (时长)."""

import re
from dataclasses import dataclass
from datetime import timedelta

NANOS = 1_000_000_000
MINUTE = 60
HOUR = 3_600
DAY = 86_400
_PYTHON_DAYS = 999_999_999

_DAYS_TIME = re.compile(
    r"(-)?P(?:(\d{1,18})D)?(T(?:(\d{1,18})H)?(?:(\d{1,18})M)?(?:(\d{1,18})(?:\.(\d*))?S)?)?"
)
_YEARS_MONTHS = re.compile(r"(-)?P(?:(\d{1,18})Y)?(?:(\d{1,18})M)?")


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """An exact length of time, counted in nanoseconds (日时长)."""

    nanos: int

    @classmethod
    def of(cls, value: timedelta) -> "DaysTimeDuration":
        """FEEL's duration for Python's."""
        return cls((value.days * DAY + value.seconds) * NANOS + value.microseconds * 1000)

    def timedelta(self) -> timedelta | None:
        """Python's duration, or None where it cannot carry this one exactly."""
        micros, rest = divmod(self.nanos, 1000)
        if rest or abs(self.nanos) // (DAY * NANOS) >= _PYTHON_DAYS:
            return None
        return timedelta(microseconds=micros)

    def iso(self) -> str:
        """The ISO 8601 text."""
        seconds, nanos = divmod(abs(self.nanos), NANOS)
        days, seconds = divmod(seconds, DAY)
        hours, seconds = divmod(seconds, HOUR)
        minutes, seconds = divmod(seconds, MINUTE)
        fraction = f".{nanos:09d}".rstrip("0") if nanos else ""
        clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
        clock += f"{seconds}{fraction}S" if seconds or nanos else ""
        text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
        return ("-" if self.nanos < 0 else "") + "P" + (text or "T0S")


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A length of calendar months (年月时长)."""

    months: int

    def iso(self) -> str:
        """The ISO 8601 text."""
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


def parse_duration(text: str) -> DaysTimeDuration | YearsMonthsDuration | None:
    """Read an ISO 8601 duration; None when it is not one of FEEL's two kinds."""
    found = _YEARS_MONTHS.fullmatch(text)
    if found and (found[2] or found[3]):
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonthsDuration(-months if found[1] else months)
    found = _DAYS_TIME.fullmatch(text)
    if not found or (not found[2] and not found[3]) or found[3] == "T":
        return None
    seconds = int(found[2] or 0) * DAY + int(found[4] or 0) * HOUR
    seconds += int(found[5] or 0) * MINUTE + int(found[6] or 0)
    nanos = seconds * NANOS + int((found[7] or "")[:9].ljust(9, "0"))
    return DaysTimeDuration(-nanos if found[1] else nanos)
