"""Shifts: the times of day that a duty lasts."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# By weekday, each from and to as `HH:MM`; a frame that ends before it begins ends the next day.
Frames = Mapping[str, Sequence[Sequence[str]]]


class Shift(SQLModel, table=True):
    """A shift (班次): frames by weekday, of a department or a team, from a day to another.

    Attributes:
        frames: such as `{"mon": [["08:00", "12:00"], ["22:00", "06:00"]]}`.
        zone: whose wall clock the frames are read from.
        valid_until: the last day, None: until further notice.
    """

    __tablename__ = "shift"

    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    department: str | None = Field(default=None, foreign_key="department.code")
    team: str | None = Field(default=None, foreign_key="team.code")
    zone: str = "Asia/Shanghai"
    frames: dict[str, list[list[str]]] = Field(sa_type=JSONB)
    valid_from: date
    valid_until: date | None = None
    demo: bool = False
    revision: int = 1

    def is_valid(self, day: date) -> bool:
        """Say whether there is such a shift on this day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def covers(self, day: date, at: datetime) -> bool:
        """Say whether the shift of this day is on at this instant."""
        return any(begin <= at < end for begin, end in self.spans(day))

    def spans(self, day: date) -> list[tuple[datetime, datetime]]:
        """Return from when to when the shift of a day lasts."""
        frames = self.frames.get(WEEKDAYS[day.weekday()], ()) if self.is_valid(day) else ()
        return [_span(day, frame, _zone(self.zone)) for frame in frames]


def every(session: Session) -> Sequence[Shift]:
    """Return all shifts by code."""
    return session.scalars(select(Shift).order_by(col(Shift.code))).all()


def find(session: Session, code: str, *, lock: bool = False) -> Shift | None:
    """Return a shift by its code."""
    return session.get(Shift, code, with_for_update=lock)


def _span(day: date, frame: Sequence[str], zone: ZoneInfo) -> tuple[datetime, datetime]:
    begin, end = (time.fromisoformat(text) for text in frame)
    last = day + timedelta(days=1) if end <= begin else day
    return datetime.combine(day, begin, zone), datetime.combine(last, end, zone)


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
