"""A feedback item on the real database: `advance` and `perform` called as the workflow does."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from activities.advance import Advance
from activities.contracts import AdvanceRequest, AdvanceResult, PerformRequest
from activities.house import House
from activities.perform import Perform
from activities.registry import HANDLERS
from bpmn.apply import apply
from bpmn.commands import (
    Command,
    CompleteJob,
    CompleteUserTask,
    CreateInstance,
    FireTimers,
    PublishMessage,
)
from bpmn.records import Record
from bpmn.state import Job, State
from bpmn.variables import visible
from models import feedback, process_definition, process_instance
from models.customer import Customer
from models.department import Department
from models.feedback import Feedback
from models.person import Person
from models.vault import reference
from tests.unit.feedback_life import MORNING, resources

NO_LOGIN = "-"
STAFF = (
    ("li.si", "李四", "technical", ("engineer",)),
    ("wang.wu", "王五", "technical", ("engineer",)),
    ("zhao.liu", "赵六", "technical", ("head",)),
    ("sun.qi", "孙七", "service", ("specialist",)),
    ("zhou.ba", "周八", "service", ("duty_manager",)),
)


def hire(session: Session) -> None:
    """Insert the people of the tests and make one of them head."""
    for number, (username, name, department, roles) in enumerate(STAFF, start=1):
        person = Person(
            username=username,
            display_name=name,
            staff_number=f"T{number:03d}",
            department=department,
            roles=list(roles),
            password_hash=NO_LOGIN,
        )
        session.add(person)
    session.get_one(Department, "technical").head = "zhao.liu"


class Item:
    """One item from intake on; `now` is what the engine is told."""

    def __init__(self, house: House, files: dict[str, bytes] | None = None) -> None:
        self.house = house
        self.now = MORNING
        self.files = files or resources()
        self._advance = Advance(house, HANDLERS)
        self._perform = Perform(house, HANDLERS)
        self._ids = count(1)
        self.state = State(0)
        self.number = ""

    def receive(self, description: str, *, contact: str = "13800005678", **changes: Any) -> Item:
        """Take in an item and start its process."""
        with Session(self.house.engine) as session, session.begin():
            key = process_instance.next_key(session)
            texts = {"contact": contact, "description": description}
            refs = {name: reference(key, "start", name) for name in texts}
            customer = uuid4()
            session.add(Customer(id=customer, created_at=self.now))
            session.flush()
            stored = {refs[name]: text for name, text in texts.items()}
            self.house.vault.store_all(session, customer, stored)
            row = self._row(key, customer, changes)
            feedback.create(session, row)
            definition = process_definition.store(
                session,
                self.files,
                process_id="feedback",
                calendar_version=1,
                deployed_at=self.now,
                deployed_by="tests",
            ).digest
        self.state, self.number = State(key, last_key=key), row.number
        known = ("number", "type", "urgency", "channel")
        variables = {
            "feedback": {n: getattr(row, n) for n in known} | {"customer_level": "standard"},
            "customer": {"id": str(customer)},
            **{name: {"$ref": str(ref)} for name, ref in refs.items()},
        }
        self.do(
            CreateInstance(
                id="start", definition=definition, process="feedback", variables=variables
            )
        )
        return self

    def _row(self, key: int, customer: UUID, changes: dict[str, Any]) -> Feedback:
        given = {"channel": "web", "number": f"202609-{key >> 20:03d}"} | changes
        return Feedback(
            id=key, submitted_at=self.now, received_at=self.now, customer_id=customer, **given
        )

    def do(self, command: Command) -> AdvanceResult:
        """Carry out a command, and then what the batch left to normal activities."""
        result = self.advance(command)
        assert result.rejection is None, result.rejection
        if (job := next(iter(self.state.jobs.values()), None)) is not None:
            self.do(self.perform(job))
        return result

    def advance(self, command: Command) -> AdvanceResult:
        """Carry out one command and apply its records."""
        request = AdvanceRequest(self.state.to_json(), command.to_json(), self.now.isoformat())
        result = self._advance.advance(request)
        for record in result.records:
            apply(self.state, Record.from_json(record))
        return result

    def perform(self, job: Job) -> CompleteJob:
        """Do a step as a normal activity and return the command that finishes it."""
        host = self.state.elements[job.host]
        request = PerformRequest(
            self.state.key,
            self.state.definition,
            self.state.calendar,
            job.key,
            job.type,
            host.process,
            job.element,
            visible(self.state, job.host),
        )
        done = self._perform.perform(request)
        return CompleteJob(
            id=f"job:{job.key}",
            key=job.key,
            variables=done.variables,
            task_changes=done.task_changes,
            timer_changes=done.timer_changes,
            calendar=done.calendar,
        )

    def complete(self, element: str, actor: str, /, **variables: Any) -> None:
        """Complete the open task of an element."""
        key = next(t.key for t in self.state.user_tasks.values() if t.element == element)
        self.do(CompleteUserTask(id=self._id(), actor=actor, key=key, variables=variables))

    def publish(self, name: str, **variables: Any) -> None:
        """Send a message to the item."""
        self.do(
            PublishMessage(
                id=self._id(), name=name, correlation_key=self.number, variables=variables
            )
        )

    def wait(self, **span: float) -> None:
        """Let time pass and ring the alarm whenever a timer is due."""
        until = self.now + timedelta(**span)
        while (due := self.state.next_due()) is not None and due <= until.isoformat(
            timespec="microseconds"
        ):
            self.now = datetime.fromisoformat(due).astimezone(UTC)
            self.do(FireTimers(id=self._id()))
        self.now = until

    def say(self, text: str) -> dict[str, str]:
        """Store a personal text as the API does and return what travels."""
        ref = uuid4()
        with Session(self.house.engine) as session, session.begin():
            row = feedback.find(session, self.state.key)
            assert row is not None
            assert row.customer_id is not None
            self.house.vault.store(session, row.customer_id, ref, text)
        return {"$ref": str(ref)}

    def row(self) -> Feedback:
        """Return the item as it is in the database now."""
        with Session(self.house.engine, expire_on_commit=False) as session:
            return session.get_one(Feedback, self.state.key)

    def _id(self) -> str:
        return f"c{next(self._ids)}"
