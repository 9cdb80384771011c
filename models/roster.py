"""The duty roster: who has which shift on which day."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.shift import Shift

_ONE = timedelta(days=1)


class Duty(SQLModel, table=True):
    """Somebody has a shift on a day (值班)."""

    __tablename__ = "duty"

    shift: str = Field(primary_key=True, foreign_key="shift.code")
    day: date = Field(primary_key=True, index=True)
    username: str = Field(primary_key=True, foreign_key="person.username", index=True)


def on_shift(session: Session, usernames: Iterable[str], at: datetime) -> set[str]:
    """Return who of these people is on duty at this instant, as the roster says.

    Absences are not looked at, and people whom no roster names are on duty never.
    """
    # A zone is at most a day away from ours, and a shift may have begun the day before.
    days = [at.date() + offset * _ONE for offset in (-2, -1, 0, 1)]
    own = (
        select(Duty, Shift)
        .join(Shift, col(Shift.code) == col(Duty.shift))
        .where(col(Duty.username).in_(list(usernames)), col(Duty.day).in_(days))
    )
    return {duty.username for duty, shift in session.execute(own) if shift.covers(duty.day, at)}


def between(
    session: Session,
    first: date,
    last: date,
    *,
    shift: str | None = None,
    usernames: Iterable[str] | None = None,
) -> Sequence[Duty]:
    """Return the duties of these days, by day and shift."""
    found = select(Duty).where(col(Duty.day).between(first, last))
    if shift is not None:
        found = found.where(col(Duty.shift) == shift)
    if usernames is not None:
        found = found.where(col(Duty.username).in_(list(usernames)))
    ordered = found.order_by(col(Duty.day), col(Duty.shift), col(Duty.username))
    return session.scalars(ordered).all()


def put(session: Session, duties: Iterable[Duty]) -> int:
    """Add duties; return how many are new."""
    rows = [one.model_dump() for one in duties]
    if not rows:
        return 0
    added = insert(Duty).values(rows).on_conflict_do_nothing().returning(col(Duty.username))
    return len(session.execute(added).all())


def clear(session: Session, shift: str, first: date, last: date) -> None:
    """Take everybody off a shift on these days."""
    own = delete(Duty).where(col(Duty.shift) == shift)
    session.execute(own.where(col(Duty.day).between(first, last)))


def take_off(session: Session, username: str, first: date) -> None:
    """Take somebody off the roster from a day on."""
    own = delete(Duty).where(col(Duty.username) == username)
    session.execute(own.where(col(Duty.day) >= first))
