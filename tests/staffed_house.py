"""A house with people, one drawing and instances that run at once; only Temporal is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.deploy import Deployer, deploy
from activities.handover import HandoverDispatcher
from activities.house import House
from bpmn.commands import Command, CreateInstance
from bpmn.deployment import load
from models import audit_record, notice, process_definition, process_instance
from models.absence import Absence
from models.person import Person
from models.user_task import UserTask
from tests.api.door import Clock, Instances
from tests.drawings import chain, user, xml
from tests.houses import quiet_house
from workflows.messages import outcome

BEGIN, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'
PEOPLE = (
    ("ann", "technical", ["engineer"]),
    ("bob", "technical", ["engineer"]),
    ("cyd", "technical", ["engineer"]),
    ("tom", "technical", ["head"]),
    ("dan", "service", ["duty_manager"]),
    ("eve", "service", ["duty_manager"]),
)


def one_task(assignment: str) -> str:
    """A drawing of one user task with an assignment definition."""
    task = user("work", f"<zeebe:assignmentDefinition {assignment} />")
    return BEGIN + task + END + chain("start", "work", "end")


@dataclass
class StaffedHouse:
    """People, instances, and the dispatcher that hands tasks over."""

    house: House
    clock: Clock = field(default_factory=Clock)
    sent: list[Command] = field(default_factory=list)

    @classmethod
    def on(cls, database_url: str) -> StaffedHouse:
        """Open a house on a database and let people in."""
        made = cls(quiet_house(database_url))
        with made.session() as session, session.begin():
            session.add_all(new_person(*one) for one in PEOPLE)
        return made

    def __post_init__(self) -> None:
        self.instances = Instances(self.house.engine, self.house, self.clock)
        self.dispatcher = self.another_dispatcher()

    def another_dispatcher(self) -> HandoverDispatcher:
        """A dispatcher as a further worker has one."""

        async def send(workflow_id: str, command: Command) -> str:
            self.sent.append(command)
            return await outcome(self.instances.send(workflow_id, command))

        return HandoverDispatcher(self.house.engine, send, self.clock.now)

    def session(self) -> Session:
        """A session that keeps what it has loaded."""
        return Session(self.house.engine, expire_on_commit=False)

    def draw(self, body: str) -> None:
        """Deploy the newest version of the process."""
        files = {"p.bpmn": xml(body)}
        with self.session() as session, session.begin():
            deploy(session, files, load("", files), Deployer("owner", self.clock.now()))

    def begin(self, **variables: Any) -> int:
        """Run a new instance to its first wait; return its key."""
        with self.session() as session, session.begin():
            found = process_definition.latest(session, "p")
            assert found is not None
            command = CreateInstance(
                id="start", definition=found.digest, process="p", variables=variables
            )
            key = process_instance.next_key(session)
        self.instances.advance(key, command)
        return key

    def task(self, instance_key: int) -> UserTask:
        """The one task of an instance."""
        with self.session() as session:
            own = select(UserTask).where(col(UserTask.instance_key) == instance_key)
            return session.scalars(own).one()

    def records(self, instance_key: int, kind: str) -> list[dict[str, Any]]:
        """The data of the records of a kind."""
        with self.session() as session:
            return [
                r["data"] for r in audit_record.read(session, instance_key) if r["kind"] == kind
            ]

    def told(self, username: str) -> list[str]:
        """The codes of somebody's notices, sorted."""
        with self.session() as session:
            return sorted(one.code for one in notice.inbox(session, username))

    def away(
        self,
        username: str,
        delegate: str | None = None,
        *,
        begins: timedelta = timedelta(),
        lasts: timedelta = timedelta(days=5),
    ) -> Absence:
        """Let somebody be away, from now unless it begins later."""
        now = self.clock.now()
        found = Absence(
            id=uuid4(),
            username=username,
            starts_at=now + begins,
            ends_at=now + begins + lasts,
            delegate=delegate,
            created_by=username,
            created_at=now,
        )
        with self.session() as session, session.begin():
            session.add(found)
        return found

    async def settle(self) -> None:
        """Hand over until nothing is left to do."""
        while await self.dispatcher.once():
            pass


def new_person(username: str, department: str, roles: list[str]) -> Person:
    """Somebody who works here."""
    return Person(
        username=username,
        display_name=username,
        staff_number=f"N-{username}",
        department=department,
        roles=roles,
        password_hash="-",
    )


def moment(text: str) -> datetime:
    """An instant as people in Shanghai write it."""
    return datetime.fromisoformat(f"{text}+08:00")
