"""One command, one transaction: what advance commits, adopts, refuses and leaves alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.advance import Advance
from activities.contracts import AdvanceRequest, AdvanceResult
from activities.house import House
from activities.registry import HANDLERS
from activities.step import Handler, Step
from bpmn.apply import replay
from bpmn.commands import (
    AssignUserTask,
    Command,
    CompleteUserTask,
    FireTimers,
    ResolveIncident,
    SetVariables,
)
from bpmn.state import State
from models import audit_record, feedback, incident
from models.audit_record import AuditRecord
from models.user_task import UserTask
from tests.conftest import Database
from tests.feedback_items import CONTACT, DESCRIPTION, NAME, Item, stored
from tests.houses import quiet_house

pytestmark = pytest.mark.integration
NOW = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
def house(database: Database) -> Iterator[House]:
    made = quiet_house(database.app_url)
    yield made
    made.engine.dispose()


class Workflow:
    """Does what the workflow does: hands over commands, applies what comes back."""

    def __init__(self, house: House, item: Item, **handlers: Handler) -> None:
        self.house = house
        self.item = item
        own = {name.replace("_", "."): handler for name, handler in handlers.items()}
        self.door = Advance(house, {**HANDLERS, **own})
        self.state = State(item.key, last_key=item.key)
        self.now = NOW

    def ask(self, command: Command, state: State | None = None) -> AdvanceResult:
        asked = (state or self.state).to_json()
        return self.door.advance(AdvanceRequest(asked, command.to_json(), self.now.isoformat()))

    def do(self, command: Command) -> AdvanceResult:
        result = self.ask(command)
        self.state = replay(self.item.key, self.records())
        return result

    def start(self) -> Workflow:
        self.do(self.item.command)
        return self

    def records(self) -> list[dict[str, Any]]:
        with Session(self.house.engine) as session:
            return audit_record.read(session, self.item.key)

    def task(self, element: str) -> int:
        return next(t.key for t in self.state.user_tasks.values() if t.element == element)


def test_the_first_command_runs_to_the_first_wait_and_all_its_rows_are_there(house: House) -> None:
    item = stored(house, at=NOW)

    workflow = Workflow(house, item).start()

    with Session(house.engine) as session:
        task = session.get(UserTask, workflow.task("accept"))
        found = feedback.find(session, item.key)
    assert task is not None
    assert found is not None
    assert (task.state, task.feedback_number, task.element_id) == ("CREATED", item.number, "accept")
    assert (found.status, found.department) == ("pending", "technical")
    assert task.due_date == NOW + timedelta(hours=2)
    assert [r["number"] for r in workflow.records()] == list(range(1, workflow.state.number + 1))


def test_no_record_holds_what_a_customer_wrote(house: House) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()

    text = str(workflow.records())

    assert not [secret for secret in (NAME, CONTACT, DESCRIPTION) if secret in text]


def test_a_second_try_adopts_the_committed_batch_and_its_command(house: House) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()
    before = workflow.state
    key = workflow.task("accept")
    won = workflow.ask(AssignUserTask(id="first", key=key, assignee="li"))

    adopted = workflow.ask(CompleteUserTask(id="second", key=key), state=before)

    assert adopted == won
    assert adopted.command_id == "first"


def test_batches_of_a_worker_that_died_are_adopted_one_by_one_each_with_its_own_command(
    house: House,
) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()
    key = workflow.task("accept")
    before, created = workflow.state, workflow.records()
    to_li, to_wang = (
        AssignUserTask(id="first", key=key, assignee="li"),
        AssignUserTask(id="second", key=key, assignee="wang"),
    )
    won = [workflow.do(to_li), workflow.do(to_wang)]

    one = workflow.ask(to_wang, state=before)
    known = replay(workflow.item.key, [*created, *one.records])
    other = workflow.ask(to_wang, state=known)

    assert [one, other] == won
    assert [one.command_id, other.command_id] == ["first", "second"]


def test_a_command_that_was_committed_long_ago_does_nothing_when_repeated(house: House) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()
    key = workflow.task("accept")
    first = AssignUserTask(id="first", key=key, assignee="li")
    workflow.do(first)
    workflow.do(AssignUserTask(id="second", key=key, assignee="wang"))

    again = workflow.do(first)

    assert again == AdvanceResult("first")
    assert workflow.state.user_tasks[key].assignee == "wang"


def test_a_refused_command_writes_nothing_at_all(house: House) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()
    number = workflow.state.number

    refused = workflow.do(CompleteUserTask(id="x", key=1))

    assert refused.rejection == {"code": "user_task_not_active", "key": "1"}
    assert workflow.state.number == number
    workflow.do(AssignUserTask(id="x", key=workflow.task("accept"), assignee="li"))
    assert workflow.state.number == number + 1


def test_an_alarm_with_nothing_due_writes_nothing(house: House) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()

    assert workflow.do(FireTimers(id="t")) == AdvanceResult("t")


def test_a_step_that_breaks_leaves_the_steps_before_it_whole_and_its_job_open(
    house: House,
) -> None:
    def breaks(_: Step) -> dict[str, Any]:
        raise ValueError("a customer's words")

    workflow = Workflow(house, stored(house, at=NOW), feedback_assign=breaks).start()

    [job] = workflow.state.jobs.values()
    assert job.type == "feedback.assign"
    with Session(house.engine) as session:
        found = feedback.find(session, workflow.item.key)
        assert found is not None
        assert found.department is None
        assert found.category is not None
        assert session.scalar(select(func.count()).select_from(UserTask)) == 0


def test_a_job_that_runs_outside_is_not_done_again_by_the_next_command(house: House) -> None:
    calls = []

    def breaks_once(step: Step) -> dict[str, Any]:
        calls.append(step.job_key)
        if len(calls) == 1:
            raise ValueError
        return {}

    workflow = Workflow(house, stored(house, at=NOW), feedback_assign=breaks_once).start()
    [job] = workflow.state.jobs.values()

    workflow.do(SetVariables(id="s", variables={"n": 1}))

    assert calls == [job.key]
    assert list(workflow.state.jobs) == [job.key]


def test_an_illegal_status_is_an_incident_and_the_item_keeps_its_status(house: House) -> None:
    def withdrawn(step: Step) -> dict[str, Any]:
        found = feedback.find(step.session, step.instance_key)
        assert found is not None
        feedback.advance_status(found, "withdrawn", step.now)
        return dict(HANDLERS["feedback.assign"](step))

    workflow = Workflow(house, stored(house, at=NOW), feedback_assign=withdrawn).start()
    workflow.do(CompleteUserTask(id="c", actor="li", key=workflow.task("accept")))

    with Session(house.engine) as session:
        [found] = incident.active(session, workflow.item.key)
        item = feedback.find(session, workflow.item.key)
    assert (found.code, found.element_id) == ("status_illegal", "processing")
    assert item is not None
    assert item.status == "withdrawn"

    # It only tells: resolving it must not complete the task that it was found at.
    workflow.do(ResolveIncident(id="r", key=found.key))
    assert workflow.task("process")
    assert not workflow.state.incidents


def test_an_incident_that_only_tells_can_be_resolved_after_its_element_has_gone(
    house: House,
) -> None:
    def withdrawn(step: Step) -> dict[str, Any]:
        found = feedback.find(step.session, step.instance_key)
        assert found is not None
        feedback.advance_status(found, "withdrawn", step.now)
        return dict(HANDLERS["feedback.assign"](step))

    workflow = Workflow(house, stored(house, at=NOW), feedback_assign=withdrawn).start()
    workflow.do(CompleteUserTask(id="c", actor="li", key=workflow.task("accept")))
    workflow.do(CompleteUserTask(id="d", actor="li", key=workflow.task("process")))
    first = min(workflow.state.incidents)

    resolved = workflow.do(ResolveIncident(id="r", key=first))

    assert [record["kind"] for record in resolved.records] == ["INCIDENT_RESOLVED"]


def test_the_number_of_rows_equals_the_number_of_the_last_record(house: House) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()

    with Session(house.engine) as session:
        own = col(AuditRecord.instance_key) == workflow.item.key
        count = session.scalar(select(func.count()).select_from(AuditRecord).where(own))

    assert count == workflow.state.number
    assert dataclasses.asdict(workflow.state)["number"] == count


def test_where_the_engine_fails_people_are_refused_and_nothing_has_changed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    workflow = Workflow(house, stored(house, at=NOW)).start()
    asked = CompleteUserTask(id="c", actor="li", key=workflow.task("accept"))

    def breaks(*_: object) -> None:
        raise IndexError

    with monkeypatch.context() as patched:
        patched.setattr("activities.advance.handle", breaks)
        refused = workflow.ask(asked)
        # What nobody asked for is tried again until the engine is mended.
        with pytest.raises(IndexError):
            workflow.ask(FireTimers(id="alarm"))

    assert refused.rejection == {"code": "engine_error", "error": "IndexError"}
    assert workflow.ask(asked).records
