"""The people of a service desk, and how its tasks are spread over them (服务台)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from models.person import Person, hash_password

if TYPE_CHECKING:
    from sqlalchemy import Engine

# What customers say, by the department that the keyword library and the table then find.
SAYINGS = {
    "technical": "机器无法开机，按电源键没有反应，怀疑电源模块故障。",
    "logistics": "物流太慢，快递一直没有送到，催了也没有发货。",
    "service": "请问发票怎么开，需要补开发票。",
    "operations": "客服态度很差，服务态度恶劣。",
    "quality": "产品质量有问题，杂质超标，质量太差。",
}
DEPARTMENTS = tuple(SAYINGS)
PASSWORD = "Desk-of-fifty-2026"  # noqa: S105 (of people who live as long as a run)
AGENTS, COLLEAGUES = 50, 150
# Leads see every task, whatever it costs.
_LEADS_EVERY = 10


@dataclass(frozen=True)
class Agent:
    """One person at work (坐席)."""

    username: str
    department: str
    role: str


def agents() -> list[Agent]:
    """Return those who act, in departments of equal size; every tenth leads."""
    return [_agent(number) for number in range(AGENTS)]


def usernames() -> dict[str, list[str]]:
    """Return everybody who has tasks, by department: those who act and those who do not."""
    found: dict[str, list[str]] = {department: [] for department in DEPARTMENTS}
    for one in agents():
        found[one.department].append(one.username)
    for number in range(COLLEAGUES):
        found[DEPARTMENTS[number % len(DEPARTMENTS)]].append(f"colleague{number:03d}")
    return found


def hire(engine: Engine) -> None:
    """Let the agents in, all with one password."""
    hashed = hash_password(PASSWORD)
    with Session(engine) as session, session.begin():
        session.add_all(_person(one, hashed) for one in agents())


def _agent(number: int) -> Agent:
    # By tens, so that each department has a lead and nine others.
    department = DEPARTMENTS[number // _LEADS_EVERY % len(DEPARTMENTS)]
    leads = number % _LEADS_EVERY == 0
    return Agent(f"agent{number:02d}", department, "team_lead" if leads else "engineer")


def _person(agent: Agent, hashed: str) -> Person:
    return Person(
        username=agent.username,
        display_name=agent.username,
        staff_number=f"D-{agent.username}",
        department=agent.department,
        roles=[agent.role],
        password_hash=hashed,
    )
