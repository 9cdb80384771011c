"""FEEL's date, time and date and time, with nanoseconds, wide years and zones (日期与时间)."""

from dataclasses import dataclass

from bpmn.feel.civil import civil_from_days, days_from_civil
from bpmn.feel.durations import DAY, HOUR, MINUTE, NANOS
from bpmn.feel.zones import offset_at, zone_text

DAY_NANOS = DAY * NANOS


@dataclass(frozen=True, slots=True, order=True)
class Date:
    """A day of the Gregorian calendar (日期)."""

    year: int
    month: int
    day: int

    @classmethod
    def at(cls, days: int) -> "Date":
        """The day so many days after 1970-01-01."""
        return cls(*civil_from_days(days))

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return days_from_civil(self.year, self.month, self.day)

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 Sunday."""
        return (self.days + 3) % 7 + 1

    def iso(self) -> str:
        """The ISO 8601 text, a named zone behind `@`."""
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day, with an offset in seconds, a named zone or neither (时间)."""

    nanos: int
    zone: int | str | None = None

    @property
    def hour(self) -> int:
        """0 to 23."""
        return self.nanos // NANOS // HOUR

    @property
    def minute(self) -> int:
        """0 to 59."""
        return self.nanos // NANOS % HOUR // MINUTE

    @property
    def second(self) -> int:
        """0 to 59, without the fraction."""
        return self.nanos // NANOS % MINUTE

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC; for a named zone its offset of the first day of 1970."""
        return offset_at(self.zone, 0, self.nanos)

    @property
    def instant(self) -> int:
        """Nanoseconds since midnight UTC (since local midnight without a zone)."""
        return self.nanos - (self.offset or 0) * NANOS

    def iso(self) -> str:
        """The ISO 8601 text, a named zone behind `@`."""
        fraction = f".{self.nanos % NANOS:09d}".rstrip("0") if self.nanos % NANOS else ""
        clock = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        return clock + fraction + zone_text(self.zone)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and a time of day (日期时间)."""

    date: Date
    time: Time

    @classmethod
    def at(cls, nanos: int, zone: int | str | None) -> "DateTime":
        """The local moment so many nanoseconds after 1970-01-01T00:00:00 on the wall clock."""
        days, rest = divmod(nanos, DAY_NANOS)
        return cls(Date.at(days), Time(rest, zone))

    @property
    def wall(self) -> int:
        """Nanoseconds since 1970 as the wall clock counts them."""
        return self.date.days * DAY_NANOS + self.time.nanos

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC, None without a zone."""
        return offset_at(self.time.zone, self.date.days, self.time.nanos)

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970 in UTC (on the wall clock without a zone)."""
        return self.wall - (self.offset or 0) * NANOS

    def iso(self) -> str:
        """The ISO 8601 text, a named zone behind `@`."""
        return f"{self.date.iso()}T{self.time.iso()}"
