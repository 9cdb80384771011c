"""Teams: people who work together, within a department or across."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col


class Team(SQLModel, table=True):
    """A team (小组); its candidate group is `team.<code>`."""

    __tablename__ = "team"

    code: str = Field(primary_key=True)
    name_zh: str
    name_en: str
    department: str | None = Field(default=None, foreign_key="department.code")
    active: bool = True
    demo: bool = False
    revision: int = 1


class TeamMember(SQLModel, table=True):
    """Somebody is in a team (小组成员)."""

    __tablename__ = "team_member"

    team: str = Field(primary_key=True, foreign_key="team.code")
    username: str = Field(primary_key=True, foreign_key="person.username", index=True)


def every(session: Session) -> Sequence[Team]:
    """Return all teams by code."""
    return session.scalars(select(Team).order_by(col(Team.code))).all()


def find(session: Session, code: str, *, lock: bool = False) -> Team | None:
    """Return a team by its code."""
    return session.get(Team, code, with_for_update=lock)


def members(session: Session, codes: Iterable[str]) -> dict[str, list[str]]:
    """Return who is in these teams."""
    found: dict[str, list[str]] = {code: [] for code in codes}
    own = select(TeamMember).where(col(TeamMember.team).in_(list(found)))
    for one in session.scalars(own.order_by(col(TeamMember.username))):
        found[one.team].append(one.username)
    return found


def of_people(session: Session, usernames: Iterable[str]) -> dict[str, list[str]]:
    """Return the active teams that people are in; without any the list is empty."""
    found: dict[str, list[str]] = {name: [] for name in usernames}
    own = (
        select(TeamMember)
        .join(Team, col(Team.code) == col(TeamMember.team))
        .where(col(TeamMember.username).in_(list(found)), col(Team.active))
    )
    for one in session.scalars(own.order_by(col(TeamMember.team))):
        found[one.username].append(one.team)
    return found


def replace_members(session: Session, code: str, usernames: Iterable[str]) -> None:
    """Make these the members of a team, and nobody else."""
    session.execute(delete(TeamMember).where(col(TeamMember.team) == code))
    rows = [{"team": code, "username": name} for name in dict.fromkeys(usernames)]
    if rows:
        session.execute(insert(TeamMember).values(rows))


def leave_all(session: Session, username: str) -> None:
    """Take a person out of every team."""
    session.execute(delete(TeamMember).where(col(TeamMember.username) == username))
