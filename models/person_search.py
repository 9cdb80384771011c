"""Lists of people."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.person import Person
from models.skill import PersonSkill
from models.team import TeamMember


@dataclass(frozen=True)
class PersonFilter:
    """What the people of a list have in common; None means any.

    Attributes:
        text: a part of the username or of the name.
        staff_number: a part of the staff number, where the reader may see these.
        after: the username that the list goes on behind.
    """

    text: str | None = None
    staff_number: str | None = None
    department: str | None = None
    role: str | None = None
    team: str | None = None
    skill: str | None = None
    active: bool | None = True
    after: str | None = None


def search(
    session: Session, wanted: PersonFilter, *, limit: int = 100
) -> tuple[Sequence[Person], int]:
    """Return people by username, and how many there are in all."""
    chosen = _chosen(wanted)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    if wanted.after is not None:
        chosen = chosen.where(col(Person.username) > wanted.after)
    found = session.scalars(chosen.order_by(col(Person.username)).limit(limit)).all()
    return found, total


def _chosen(wanted: PersonFilter) -> Select[tuple[Person]]:
    found = select(Person)
    if wanted.text is not None:
        named = col(Person.display_name).icontains(wanted.text, autoescape=True)
        found = found.where(
            or_(named, col(Person.username).icontains(wanted.text, autoescape=True))
        )
    if wanted.staff_number is not None:
        found = found.where(
            col(Person.staff_number).icontains(wanted.staff_number, autoescape=True)
        )
    if wanted.department is not None:
        found = found.where(col(Person.department) == wanted.department)
    if wanted.active is not None:
        found = found.where(col(Person.active) == wanted.active)
    return _of_groups(found, wanted)


def _of_groups(found: Select[tuple[Person]], wanted: PersonFilter) -> Select[tuple[Person]]:
    if wanted.role is not None:
        found = found.where(col(Person.roles).bool_op("@>")([wanted.role]))
    if wanted.team is not None:
        member = col(TeamMember.username) == col(Person.username)
        found = found.where(exists().where(member, col(TeamMember.team) == wanted.team))
    if wanted.skill is not None:
        skilled = col(PersonSkill.username) == col(Person.username)
        found = found.where(exists().where(skilled, col(PersonSkill.skill) == wanted.skill))
    return found
