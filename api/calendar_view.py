"""Working calendars as people see them (工作日历视图)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.orm import Session

from api.means import Means
from models import calendar_version
from models.calendar_version import CalendarVersion, ListedDay

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Frames = dict[Weekday, Annotated[list[tuple[time, time]], Field(max_length=12)]]


class CalendarDayView(BaseModel):
    """A holiday, or a make-up day that is worked (节假日, 调休)."""

    day: date
    working: bool
    name: str = ""


class CalendarHead(BaseModel):
    """A version of a calendar; `department` null is the house's, `current` the one that counts."""

    version: int
    department: str | None
    current: bool
    zone: str
    note: str
    imported_at: AwareDatetime
    imported_by: str
    days: int


class Calendars(BaseModel):
    """All versions, newest first."""

    items: list[CalendarHead]


class YearMissing(BaseModel):
    """A year without holidays: there weekdays count."""

    code: Literal["calendar_year_missing"] = "calendar_year_missing"
    year: int


class CalendarView(CalendarHead):
    """A version with its hours and days; `warnings` name years that nobody has imported."""

    frames: dict[str, list[list[str]]]
    listed: list[CalendarDayView]
    warnings: list[YearMissing]


class Heir(BaseModel):
    """A department that follows the house, with its new version (继承的部门)."""

    department: str
    version: int
    items_told: int


class Imported(CalendarView):
    """What an import made, and how many items under way are told of it.

    `departments` are those with a calendar of their own that took over the days of the house.
    """

    items_told: int
    departments: list[Heir]


HEAD_EXAMPLE: dict[str, Any] = {
    "version": 2,
    "department": None,
    "current": True,
    "zone": "Asia/Shanghai",
    "note": "国务院办公厅 2027 年放假安排",
    "imported_at": "2026-11-22T02:00:00Z",
    "imported_by": "process.owner",
    "days": 1,
}
EXAMPLE: dict[str, Any] = HEAD_EXAMPLE | {
    "frames": {"mon": [["09:00", "12:00"], ["13:00", "18:00"]]},
    "listed": [{"day": "2027-10-09", "working": True, "name": "国庆节"}],
    "warnings": [{"code": "calendar_year_missing", "year": 2028}],
}
IMPORTED_EXAMPLE: dict[str, Any] = EXAMPLE | {
    "items_told": 17,
    "departments": [{"department": "logistics", "version": 3, "items_told": 2}],
}


def head(session: Session, found: CalendarVersion) -> dict[str, Any]:
    """Return what is said of a version."""
    days = calendar_version.days_of(session, found.version)
    return _head(session, found, days)


def view(means: Means, session: Session, found: CalendarVersion) -> dict[str, Any]:
    """Return a version with all that it holds."""
    days = calendar_version.days_of(session, found.version)
    today = means.now().date()
    known = calendar_version.load(session, found.version)
    missing = known.years_without_data(today, today.replace(year=today.year + 1, day=1))
    listed = [CalendarDayView(day=d, working=o.working, name=o.name) for d, o in days.items()]
    return {
        **_head(session, found, days),
        "frames": found.frames,
        "listed": listed,
        "warnings": [YearMissing(year=year) for year in missing],
    }


def _head(
    session: Session, found: CalendarVersion, days: Mapping[date, ListedDay]
) -> dict[str, Any]:
    newest = calendar_version.newest(session, found.department)
    plain = ("version", "department", "zone", "note", "imported_at", "imported_by")
    return {
        **{name: getattr(found, name) for name in plain},
        "current": found.version == newest,
        "days": len(days),
    }
