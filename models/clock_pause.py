"""Pauses of service clocks: why, from when to when, and by whom."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import TextArray, Timestamp

REASONS = ("waiting_for_customer", "waiting_for_parts", "waiting_for_third_party")


class ClockPause(SQLModel, table=True):
    """A pause (暂停计时) of the clocks `kinds`; an item has one at a time."""

    __tablename__ = "clock_pause"
    __table_args__ = (
        Index("clock_pause_instance_idx", "instance_key", "paused_at"),
        Index(
            "clock_pause_open_idx",
            "instance_key",
            unique=True,
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    instance_key: int = Field(sa_type=BigInteger)
    reason: str
    kinds: list[str] = Field(sa_type=TextArray)
    paused_at: datetime = Field(sa_type=Timestamp)
    paused_by: str
    note_ref: UUID | None = None
    resumed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    resumed_by: str | None = None


def of_instance(session: Session, instance_key: int) -> Sequence[ClockPause]:
    """Return the pauses of an instance, oldest first."""
    own = select(ClockPause).where(col(ClockPause.instance_key) == instance_key)
    return session.scalars(own.order_by(col(ClockPause.paused_at))).all()


def find_open(session: Session, instance_key: int) -> ClockPause | None:
    """Return the pause that an instance is in."""
    own = select(ClockPause).where(
        col(ClockPause.instance_key) == instance_key, col(ClockPause.resumed_at).is_(None)
    )
    return session.scalars(own).first()


def close(session: Session, instance_key: int, at: datetime) -> None:
    """End the pause of an instance, whose clocks have ended."""
    own = col(ClockPause.instance_key) == instance_key, col(ClockPause.resumed_at).is_(None)
    session.execute(update(ClockPause).where(*own).values(resumed_at=at))


def spans(pauses: Sequence[ClockPause], kind: str) -> list[tuple[datetime, datetime | None]]:
    """Return from when to when a kind of clock stood; an end of None is open."""
    return [(one.paused_at, one.resumed_at) for one in pauses if kind in one.kinds]
