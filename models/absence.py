"""When people are away, and who does their work meanwhile."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Index, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.person import Person


class Absence(SQLModel, table=True):
    """Somebody is away from an instant to another (缺勤); why is nobody's business here.

    Attributes:
        delegate: who does the work meanwhile (代办人), None: the department's queue does.
        canceled_at: since when it does not count any more.
        handled_at: when the tasks open at its beginning were offered to the delegate.
    """

    __tablename__ = "absence"
    __table_args__ = (Index("absence_username_idx", "username", "ends_at"),)

    id: UUID = Field(primary_key=True)
    username: str = Field(foreign_key="person.username")
    starts_at: datetime = Field(sa_type=Timestamp)
    ends_at: datetime = Field(sa_type=Timestamp, index=True)
    delegate: str | None = Field(default=None, foreign_key="person.username", index=True)
    created_by: str
    created_at: datetime = Field(sa_type=Timestamp)
    canceled_at: datetime | None = Field(default=None, sa_type=Timestamp)
    handled_at: datetime | None = Field(default=None, sa_type=Timestamp)
    revision: int = 1


def absent(session: Session, usernames: Iterable[str], at: datetime) -> dict[str, str | None]:
    """Return who of these people is away, each with the one who does their work.

    A delegate who is away hands on to their own delegate; None where that leads to nobody who is
    there. People who are not away are not in the answer.
    """
    wanted = list(dict.fromkeys(usernames))
    direct = _direct(session, wanted, at)
    delegates = {name: _last(name, direct) for name in wanted if name in direct}
    there = _active(session, {name for name in delegates.values() if name is not None})
    return {name: found if found in there else None for name, found in delegates.items()}


def find(session: Session, absence_id: UUID, *, lock: bool = False) -> Absence | None:
    """Return an absence by its id."""
    return session.get(Absence, absence_id, with_for_update=lock)


def beginning(session: Session, at: datetime) -> Absence | None:
    """Return the first absence that has begun and whose open tasks nobody has looked at."""
    fresh = select(Absence).where(is_on(at), col(Absence.handled_at).is_(None))
    first = fresh.order_by(col(Absence.starts_at)).limit(1)
    return session.scalars(first.with_for_update(skip_locked=True)).first()


def end_for(session: Session, username: str, at: datetime) -> None:
    """Cancel what is left of the absences of somebody who leaves."""
    own = update(Absence).where(
        col(Absence.username) == username,
        col(Absence.ends_at) > at,
        col(Absence.canceled_at).is_(None),
    )
    session.execute(own.values(canceled_at=at, revision=col(Absence.revision) + 1))


def stands_in(session: Session, username: str, someone: str, at: datetime) -> bool:
    """Say whether a person does the work of somebody who is away at this instant."""
    return absent(session, [someone], at).get(someone) == username


def _direct(session: Session, usernames: list[str], at: datetime) -> dict[str, str | None]:
    """Return the delegates of these people and of their delegates, of those who are away."""
    found: dict[str, str | None] = {}
    asked: set[str] = set()
    # Each name is asked for once, so this ends even where delegates stand in a circle.
    while ahead := [name for name in usernames if name not in asked]:
        asked.update(ahead)
        rows = select(col(Absence.username), col(Absence.delegate)).where(
            col(Absence.username).in_(ahead), is_on(at)
        )
        fresh = dict(session.execute(rows).tuples().all())
        found |= fresh
        usernames = [name for name in fresh.values() if name is not None]
    return found


def is_on(at: datetime) -> ColumnElement[bool]:
    """Return the condition that an absence lasts at this instant."""
    begun = (col(Absence.starts_at) <= at) & (col(Absence.ends_at) > at)
    return begun & col(Absence.canceled_at).is_(None)


def _last(name: str, direct: dict[str, str | None]) -> str | None:
    seen = {name}
    following = direct[name]
    while following in direct:
        if following in seen:
            return None
        seen.add(following)
        following = direct[following]
    return following


def _active(session: Session, usernames: set[str]) -> set[str]:
    if not usernames:
        return set()
    own = select(col(Person.username)).where(
        col(Person.username).in_(usernames), col(Person.active)
    )
    return set(session.scalars(own))
