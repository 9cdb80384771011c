"""Versions of the working calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.working_calendar import Frame, WorkingCalendar


class CalendarVersion(SQLModel, table=True):
    """One import of a working calendar (工作日历版本); never changed afterwards.

    Attributes:
        department: whose calendar it is, None for the house's.
    """

    __tablename__ = "working_calendar"

    version: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    note: str = ""
    imported_at: datetime = Field(sa_type=Timestamp)
    frames: dict[str, Any] = Field(sa_type=JSONB)
    zone: str
    department: str | None = None
    imported_by: str = ""


class CalendarDay(SQLModel, table=True):
    """A day that differs from its weekday (节假日, 调休)."""

    __tablename__ = "calendar_day"

    version: int = Field(primary_key=True, foreign_key="working_calendar.version")
    day: date = Field(primary_key=True)
    working: bool
    name: str = ""


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('working_calendar', 0))")


@dataclass(frozen=True)
class ListedDay:
    """A holiday or make-up day with its name (节假日)."""

    working: bool
    name: str


def store(
    session: Session,
    version: int,
    *,
    zone: str,
    frames: Mapping[str, list[list[str]]],
    days: Mapping[date, ListedDay],
    note: str,
    imported_at: datetime,
    department: str | None = None,
    imported_by: str = "",
) -> None:
    """Store a new version; `frames` as `{"mon": [["09:00", "12:00"], ["13:00", "18:00"]]}`.

    Raises:
        CalendarError: the frames make no calendar.
    """
    WorkingCalendar(version, zone, _frames(frames), {})
    head = {"version": version, "zone": zone, "frames": dict(frames), "note": note}
    origin = {"imported_at": imported_at, "imported_by": imported_by, "department": department}
    session.execute(insert(CalendarVersion).values(**head, **origin))
    rows = [
        {"version": version, "day": day, "working": listed.working, "name": listed.name}
        for day, listed in sorted(days.items())
    ]
    if rows:
        session.execute(insert(CalendarDay), rows)


def load(session: Session, version: int) -> WorkingCalendar:
    """Return a version of the calendar; it never changes, so callers may keep it.

    Raises:
        LookupError: there is no such version.
    """
    head = session.get(CalendarVersion, version)
    if head is None:
        raise LookupError(f"there is no calendar version {version}")
    own = col(CalendarDay.version) == version
    listed = select(col(CalendarDay.day), col(CalendarDay.working)).where(own)
    days = {row.day: row.working for row in session.execute(listed.order_by("day"))}
    return WorkingCalendar(version, head.zone, _frames(head.frames), days)


def latest(session: Session) -> int | None:
    """Return the newest version of the house, None before the first import."""
    return newest(session, None)


def current(session: Session, department: str | None) -> int | None:
    """Return the newest version that a department counts with: its own, or else the house's."""
    own = newest(session, department) if department else None
    return own or latest(session)


def every(session: Session) -> Sequence[CalendarVersion]:
    """Return all versions, newest first."""
    return session.scalars(
        select(CalendarVersion).order_by(col(CalendarVersion.version).desc())
    ).all()


def departments(session: Session) -> frozenset[str]:
    """Return the departments that have a calendar of their own."""
    own = col(CalendarVersion.department)
    return frozenset(session.scalars(select(own).where(own.is_not(None)).distinct()))


def find(session: Session, version: int) -> CalendarVersion | None:
    """Return the head of a version."""
    return session.get(CalendarVersion, version)


def days_of(session: Session, version: int) -> dict[date, ListedDay]:
    """Return the listed days of a version, in order."""
    own = select(CalendarDay).where(col(CalendarDay.version) == version)
    rows = session.scalars(own.order_by(col(CalendarDay.day)))
    return {row.day: ListedDay(row.working, row.name) for row in rows}


def next_version(session: Session) -> int:
    """Return the number of the next version; one import at a time until the transaction ends."""
    session.execute(_LOCK)
    return (session.scalar(select(func.max(col(CalendarVersion.version)))) or 0) + 1


def newest(session: Session, department: str | None) -> int | None:
    """Return the newest version of exactly this department, or of the house."""
    own = col(CalendarVersion.department).is_not_distinct_from(department)
    return session.scalar(select(func.max(col(CalendarVersion.version))).where(own))


def _frames(frames: Mapping[str, list[list[str]]]) -> dict[str, tuple[Frame, ...]]:
    return {
        day: tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in pairs)
        for day, pairs in frames.items()
    }
