"""The duty roster: who has which shift on which day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.shift import Shift

_ONE = timedelta(days=1)
_NEAREST_LAST = ("off", "soon", "now")


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
    names = col(Duty.username).in_(list(usernames))
    return {duty.username for duty in _now(session, at, names)}


def duties(
    session: Session, usernames: Iterable[str], at: datetime, soon: timedelta
) -> dict[str, str]:
    """Return who of these people is on duty: `now`, `soon` within a time, or `off`.

    Whom no roster names about this day is not in the answer.
    """
    names = col(Duty.username).in_(list(usernames))
    about = session.execute(_about(at, names))
    found = [(duty.username, _state(shift, duty.day, at, soon)) for duty, shift in about]
    # Of several duties the nearest counts.
    return dict(sorted(found, key=lambda one: _NEAREST_LAST.index(one[1])))


def now(session: Session, at: datetime) -> list[Duty]:
    """Return the duties that are on at this instant, by shift."""
    return list(_now(session, at))


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


def assign(session: Session, shift: str, day: date, usernames: Iterable[str]) -> tuple[int, int]:
    """Make these the people on a shift of a day; return how many were put on and taken off."""
    names = set(usernames)
    own = (col(Duty.shift) == shift, col(Duty.day) == day)
    gone = delete(Duty).where(*own, col(Duty.username).not_in(names))
    removed = len(session.execute(gone.returning(col(Duty.username))).all())
    rows = [{"shift": shift, "day": day, "username": name} for name in sorted(names)]
    if not rows:
        return 0, removed
    fresh = insert(Duty).values(rows).on_conflict_do_nothing().returning(col(Duty.username))
    return len(session.execute(fresh).all()), removed


def take_off(session: Session, username: str, first: date) -> None:
    """Take somebody off the roster from a day on."""
    own = delete(Duty).where(col(Duty.username) == username)
    session.execute(own.where(col(Duty.day) >= first))


def _now(session: Session, at: datetime, *more: ColumnElement[bool]) -> Iterator[Duty]:
    found = session.execute(_about(at, *more))
    return (duty for duty, shift in found if shift.covers(duty.day, at))


def _about(at: datetime, *more: ColumnElement[bool]) -> Select[tuple[Duty, Shift]]:
    # A zone is at most a day away from ours, and a shift may have begun the day before.
    days = [at.date() + offset * _ONE for offset in (-2, -1, 0, 1)]
    return (
        select(Duty, Shift)
        .join(Shift, col(Shift.code) == col(Duty.shift))
        .where(col(Duty.day).in_(days), *more)
        .order_by(col(Duty.shift), col(Duty.username))
    )


def _state(shift: Shift, day: date, at: datetime, soon: timedelta) -> str:
    if shift.covers(day, at):
        return "now"
    return "soon" if any(at < begin <= at + soon for begin, _ in shift.spans(day)) else "off"
