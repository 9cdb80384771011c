"""People as others see them: what work needs, and no more (人员视图)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.means import Means
from api.permissions import may
from api.problem import Problem
from api.relation import Relation
from models import absence, department, roster, skill, team
from models.person import Person


class PersonView(BaseModel):
    """Somebody who works here (人员).

    `staff_number`, `skills` and `left_at` are null for those whom they do not concern. `delegate`
    does the work while `absent`; why somebody is away is kept nowhere.
    """

    username: str
    display_name: str
    department: str
    roles: list[str]
    teams: list[str]
    heads: list[str]
    active: bool
    absent: bool
    delegate: str | None
    on_shift: bool
    skills: list[str] | None
    staff_number: str | None
    left_at: AwareDatetime | None


EXAMPLE = {
    "username": "linmei",
    "display_name": "林梅",
    "department": "service",
    "roles": ["specialist"],
    "teams": ["service_day"],
    "heads": [],
    "active": True,
    "absent": False,
    "delegate": None,
    "on_shift": True,
    "skills": ["refunds"],
    "staff_number": "S0002",
    "left_at": None,
}


def existing(session: Session, username: str, *, lock: bool = False) -> Person:
    """Return a person.

    Raises:
        Problem: `person_not_found`.
    """
    found = session.get(Person, username, with_for_update=lock)
    if found is None:
        raise Problem("person_not_found", username=username)
    return found


def sees_details(caller: Caller, someone: Person) -> bool:
    """Say whether skills and staff number concern a person: one's own, one's staff's, all."""
    if caller.username == someone.username or may(caller, "person.details", Relation.ANY):
        return True
    return someone.department in caller.leads and may(caller, "person.details", Relation.HEAD)


def views(
    session: Session, means: Means, caller: Caller, people: Sequence[Person]
) -> list[PersonView]:
    """Return people as the caller sees them."""
    at = means.now()
    names = [one.username for one in people]
    away = absence.absent(session, names, at)
    on_shift = roster.on_shift(session, names, at)
    teams = team.of_people(session, names)
    skills = skill.of_people(session, names)
    heads = department.headed(session, people, at)
    return [
        PersonView(
            username=one.username,
            display_name=one.display_name,
            department=one.department,
            roles=one.roles,
            teams=teams[one.username],
            heads=heads[one.username],
            active=one.active,
            absent=one.username in away,
            delegate=away.get(one.username),
            on_shift=one.username in on_shift,
            **_details(one, skills, shown=sees_details(caller, one)),
        )
        for one in people
    ]


def view(session: Session, means: Means, caller: Caller, someone: Person) -> PersonView:
    """Return one person as the caller sees them."""
    return views(session, means, caller, [someone])[0]


def _details(someone: Person, skills: dict[str, set[str]], *, shown: bool) -> dict[str, Any]:
    if not shown:
        return {"skills": None, "staff_number": None, "left_at": None}
    return {
        "skills": sorted(skills[someone.username]),
        "staff_number": someone.staff_number,
        "left_at": someone.left_at,
    }
