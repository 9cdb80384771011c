"""Departments and who heads them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models import absence, deputy
from models.deputy import Deputy
from models.person import Person

HEAD = "head"


class Department(SQLModel, table=True):
    """A department (部门)."""

    __tablename__ = "department"

    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    # No foreign key: person refers to department, and the two are created in one go.
    head: str | None = None
    demo: bool = False
    revision: int = 1


def every(session: Session) -> Sequence[Department]:
    """Return all departments by code."""
    return session.scalars(select(Department).order_by(col(Department.code))).all()


def find(session: Session, code: str, *, lock: bool = False) -> Department | None:
    """Return a department by its code."""
    return session.get(Department, code, with_for_update=lock)


def head_of(session: Session, code: str) -> str | None:
    """Return the username of the head of a department."""
    own = select(col(Department.head)).where(col(Department.code) == code)
    return session.scalar(own)


def heads(session: Session, code: str) -> list[str]:
    """Return the active people of a department who have the role of a head."""
    own = select(col(Person.username)).where(
        col(Person.department) == code,
        col(Person.roles).bool_op("@>")([HEAD]),
        col(Person.active),
    )
    return list(session.scalars(own.order_by(col(Person.username))))


def acting_heads(session: Session, code: str, at: datetime) -> list[str]:
    """Return who decides for a department at this instant (当前负责人).

    These are the heads who are there, then the deputies who are declared acting. While no head is
    there, every deputy who is there acts. If nobody is there at all, the heads are asked all the
    same: a decision is never owed by no one.
    """
    own = heads(session, code)
    deputies = _standing_by(session, code)
    away = absence.absent(session, [*own, *deputies], at)
    present = [name for name in own if name not in away]
    acting = [
        name
        for name, one in deputies.items()
        if name not in away and (not present or one.is_declared(at))
    ]
    return list(dict.fromkeys([*present, *acting])) or own


def headed_by(session: Session, person: Person, at: datetime) -> list[str]:
    """Return the departments that a person heads at this instant, as head or as acting deputy."""
    own = [person.department] if HEAD in person.roles else []
    acting = [
        one.department
        for one in deputy.of_person(session, person.username)
        if one.is_declared(at) or person.username in acting_heads(session, one.department, at)
    ]
    return list(dict.fromkeys([*own, *acting]))


def headed(session: Session, people: Sequence[Person], at: datetime) -> dict[str, list[str]]:
    """Return what each of many people heads at this instant, as `headed_by`."""
    found = {
        one.username: [one.department] if one.active and HEAD in one.roles else [] for one in people
    }
    for code in session.scalars(select(col(Deputy.department)).distinct()):
        for name in acting_heads(session, code, at):
            if name in found and code not in found[name]:
                found[name].append(code)
    return found


def drop_posts(session: Session, someone: Person) -> None:
    """Take from a person the posts that they cannot hold any more: elsewhere, or without the role.

    Nobody heads, or acts for, a department that they are not in.
    """
    elsewhere = col(Deputy.department) != someone.department
    session.execute(delete(Deputy).where(col(Deputy.username) == someone.username, elsewhere))
    mine = update(Department).where(col(Department.head) == someone.username)
    if HEAD in someone.roles:
        mine = mine.where(col(Department.code) != someone.department)
    session.execute(mine.values(head=None, revision=col(Department.revision) + 1))


def _standing_by(session: Session, code: str) -> dict[str, Deputy]:
    own = (
        select(Deputy)
        .join(Person, col(Person.username) == col(Deputy.username))
        .where(col(Deputy.department) == code, col(Person.active))
    )
    found = session.scalars(own.order_by(col(Deputy.username)))
    return {one.username: one for one in found}
