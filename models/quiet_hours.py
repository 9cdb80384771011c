"""Quiet hours of people: messages wait, clocks do not."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

ZONE = "Asia/Shanghai"


class QuietHours(SQLModel, table=True):
    """When a person is not to be disturbed (免打扰时段), as 21:30 to 07:00 of every day."""

    __tablename__ = "quiet_hours"

    username: str = Field(primary_key=True, foreign_key="person.username")
    starts: time
    ends: time
    zone: str = ZONE
    changed_at: datetime = Field(sa_type=Timestamp)


def put(
    session: Session, username: str, starts: time, ends: time, *, zone: str, at: datetime
) -> None:
    """Set the quiet hours of a person; the same start and end mean none."""
    found = session.get(QuietHours, username) or QuietHours(
        username=username, starts=starts, ends=ends, zone=zone, changed_at=at
    )
    found.starts, found.ends, found.zone, found.changed_at = starts, ends, zone, at
    session.add(found)


def find(session: Session, username: str) -> QuietHours | None:
    """Return the quiet hours that a person has set."""
    return session.get(QuietHours, username)


def until(quiet: QuietHours, at: datetime) -> datetime:
    """Return when a person may be disturbed next: `at` itself, or the end of the quiet hours."""
    local = at.astimezone(ZoneInfo(quiet.zone))
    over_night = quiet.starts > quiet.ends
    now = local.time()
    inside = (
        now >= quiet.starts or now < quiet.ends if over_night else quiet.starts <= now < quiet.ends
    )
    if not inside:
        return at
    day = local.date() + timedelta(days=1 if now >= quiet.ends else 0)
    return datetime.combine(day, quiet.ends, local.tzinfo).astimezone(UTC)


def earliest(session: Session, usernames: Iterable[str], at: datetime) -> datetime:
    """Return when the first of these people may be disturbed; at once if there is nobody."""
    names = list(usernames)
    own = select(QuietHours).where(col(QuietHours.username).in_(names))
    known = {one.username: one for one in session.scalars(own)} if names else {}
    return min((until(known[n], at) if n in known else at for n in names), default=at)
