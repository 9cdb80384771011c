"""Candidate groups of user tasks: who belongs to them, and who of these is there."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import absence, department, person, roster, team
from models.person import Person
from models.team import TeamMember

HEAD, TEAM, ROLE = ".head", "team.", "role."
DUTY_MANAGER = "role.duty_manager"


def of_person(session: Session, someone: Person, at: datetime) -> list[str]:
    """Return the candidate groups of a person at this instant (候选组).

    These are the department, `<department>.head` for each that they head or act for,
    `role.<role>` and `team.<code>`.
    """
    headed = [f"{code}{HEAD}" for code in department.headed_by(session, someone, at)]
    teams = team.of_people(session, [someone.username])[someone.username]
    return list(
        dict.fromkeys([*person.groups(someone), *headed, *(f"{TEAM}{code}" for code in teams)])
    )


def roles(session: Session, someone: Person, at: datetime) -> list[str]:
    """Return the roles of a person at this instant: a deputy who acts is a head."""
    acts = someone.department in department.headed_by(session, someone, at)
    return list(dict.fromkeys([*someone.roles, *([department.HEAD] if acts else [])]))


def members(session: Session, group: str, at: datetime) -> Sequence[Person]:
    """Return the active people of a group at this instant, the reverse of `of_person`."""
    if group.startswith(TEAM):
        return _of_team(session, group.removeprefix(TEAM))
    if group.endswith(HEAD) and not group.startswith(ROLE):
        code = group.removesuffix(HEAD)
        names = {*department.heads(session, code), *department.acting_heads(session, code, at)}
        return _people(session, names)
    return person.in_group(session, group)


def on_hand(session: Session, group: str, at: datetime) -> list[str]:
    """Return the usernames of those in a group who are there, to be told or asked (在岗成员).

    Of the duty managers only those on shift, if any is. Where all are away it is all of them:
    nothing is told to no one.
    """
    if group.endswith(HEAD) and not group.startswith(ROLE):
        return department.acting_heads(session, group.removesuffix(HEAD), at)
    names = [one.username for one in members(session, group, at)]
    away = absence.absent(session, names, at)
    present = [name for name in names if name not in away]
    if group == DUTY_MANAGER:
        on_shift = roster.on_shift(session, present, at)
        present = [name for name in present if name in on_shift] or present
    return present or names


def _of_team(session: Session, code: str) -> Sequence[Person]:
    own = (
        select(Person)
        .join(TeamMember, col(TeamMember.username) == col(Person.username))
        .join(team.Team, col(team.Team.code) == col(TeamMember.team))
        .where(col(TeamMember.team) == code, col(team.Team.active), col(Person.active))
    )
    return session.scalars(own.order_by(col(Person.username))).all()


def _people(session: Session, usernames: Iterable[str]) -> Sequence[Person]:
    own = select(Person).where(col(Person.username).in_(list(usernames)), col(Person.active))
    return session.scalars(own.order_by(col(Person.username))).all()
