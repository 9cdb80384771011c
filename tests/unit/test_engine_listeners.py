"""Execution and task listeners in the engine alone."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.commands import (
    AssignUserTask,
    CompleteUserTask,
    FailJob,
    Rejection,
    ResolveIncident,
    UpdateUserTask,
)
from bpmn.records import Kind
from tests.drawings import Life, chain, drawing, flow, service, user

START = '<bpmn:startEvent id="start" />'


def execution(*events: str) -> str:
    inner = "".join(
        f'<zeebe:executionListener eventType="{event}" type="on_{event}" />' for event in events
    )
    return f"<zeebe:executionListeners>{inner}</zeebe:executionListeners>"


def on_task(*events: str) -> str:
    inner = "".join(
        f'<zeebe:taskListener eventType="{event}" type="on_{event}" />' for event in events
    )
    return f"<zeebe:taskListeners>{inner}</zeebe:taskListeners>"


def life_of(middle: str, **variables: Any) -> Life:
    body = START + middle + user("after") + chain("start", "a", "after")
    return Life(drawing(body), variables).start()


def do_next(life: Life, job_type: str, **variables: Any) -> None:
    job = next(iter(life.state.jobs.values()))
    assert job.type == job_type
    life.job(job.element, **variables)


def test_an_element_waits_for_its_start_listeners_one_after_another() -> None:
    life = life_of(user("a", execution("start", "start")))
    assert not life.state.user_tasks

    do_next(life, "on_start", hint=1)
    assert not life.state.user_tasks
    do_next(life, "on_start")

    assert len(life.state.user_tasks) == 1
    host = next(e for e in life.state.elements.values() if e.element == "a")
    assert host.variables == {"hint": 1}


def test_the_next_element_waits_for_the_end_listeners() -> None:
    life = life_of(user("a", execution("end")))
    life.task("a", found=1)
    assert life.waiting() == ["a"]
    assert not life.state.user_tasks

    do_next(life, "on_end", more=2)

    assert life.waiting() == ["after"]
    assert next(life.state.children(0)).variables == {"found": 1, "more": 2}


def test_conditions_behind_an_end_listener_see_what_it_brought() -> None:
    body = (
        START
        + service("a", execution("end"))
        + user("b")
        + user("c")
        + chain("start", "a")
        + flow("a", "b", "way = 1")
        + flow("a", "c", "way = 2")
    )
    life = Life(drawing(body)).start()
    life.job("a")

    do_next(life, "on_end", way=2)

    assert life.waiting() == ["c"]


def test_conditions_see_the_output_mappings_of_their_activity() -> None:
    mapping = '<zeebe:ioMapping><zeebe:output source="=n + 1" target="way" /></zeebe:ioMapping>'
    body = (
        START
        + service("a", mapping)
        + user("b")
        + user("c")
        + chain("start", "a")
        + flow("a", "b", "way = 1")
        + flow("a", "c", "way = 2")
    )
    life = Life(drawing(body)).start()

    life.job("a", n=1)

    assert life.waiting() == ["c"]


def test_a_listener_that_fails_stands_at_an_incident_and_is_done_again() -> None:
    life = life_of(user("a", execution("start")))
    key = next(iter(life.state.jobs))
    life.do(FailJob(id="f", key=key, code="broken"))
    assert [i.code for i in life.state.incidents.values()] == ["job_no_retries"]

    life.do(ResolveIncident(id="r", key=next(iter(life.state.incidents))))
    do_next(life, "on_start")

    assert len(life.state.user_tasks) == 1


def test_a_listener_whose_type_cannot_be_worked_out_is_tried_again() -> None:
    broken = execution("start").replace('type="on_start"', 'type="=kind"')
    life = life_of(user("a", broken))
    assert [i.code for i in life.state.incidents.values()] == ["job_type_missing"]

    root = next(life.state.children(0))
    assert "kind" not in root.variables
    incident = next(iter(life.state.incidents))
    life.do(ResolveIncident(id="r", key=incident))

    assert [i.code for i in life.state.incidents.values()] == ["job_type_missing"]
    assert not life.state.user_tasks


def test_a_task_is_made_after_its_creating_listeners() -> None:
    life = life_of(user("a", on_task("creating")))
    assert not life.state.user_tasks

    do_next(life, "on_creating")

    assert len(life.state.user_tasks) == 1


def test_a_completion_waits_for_its_listeners_and_nothing_else_is_done_meanwhile() -> None:
    life = life_of(user("a", on_task("completing")))
    key = life.task_key("a")

    life.task("a", answer=1)
    assert life.state.user_tasks[key].held is not None
    with pytest.raises(Rejection, match="user_task_busy"):
        life.do(CompleteUserTask(id="again", actor="wang", key=key))
    do_next(life, "on_completing")

    assert life.waiting() == ["after"]
    done = next(r for r in life.records if r.kind is Kind.USER_TASK_COMPLETED)
    assert done.data["by"] == "li"
    assert done.data["variables"] == {"answer": 1}


def test_a_listener_may_deny_a_completion() -> None:
    life = life_of(user("a", on_task("completing")))
    life.task("a")
    job = next(iter(life.state.jobs))

    life.throw(job, "too_short")

    assert life.waiting() == ["a"]
    assert [r.data["code"] for r in life.records if r.kind is Kind.USER_TASK_DENIED] == [
        "too_short"
    ]
    life.task("a")
    do_next(life, "on_completing")
    assert life.waiting() == ["after"]


def test_assigning_and_updating_wait_for_their_listeners() -> None:
    life = life_of(user("a", on_task("assigning", "updating")))
    key = life.task_key("a")

    life.do(AssignUserTask(id="1", actor="lead", key=key, assignee="li"))
    assert life.state.user_tasks[key].assignee is None
    do_next(life, "on_assigning")
    assert life.state.user_tasks[key].assignee == "li"
    life.do(UpdateUserTask(id="2", actor="lead", key=key, changes={"priority": 9}))
    do_next(life, "on_updating")

    updated = next(r for r in life.records if r.kind is Kind.USER_TASK_UPDATED)
    assert updated.data == {"changes": {"priority": 9}, "by": "lead"}
    assert life.state.user_tasks[key].held is None


def test_ending_an_element_ends_the_jobs_of_its_listeners() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="fork" />'
        + user("a", execution("start"))
        + user("b")
        + '<bpmn:endEvent id="stop"><bpmn:terminateEventDefinition /></bpmn:endEvent>'
        + chain("start", "fork", "a")
        + chain("fork", "b", "stop")
    )
    life = Life(drawing(body)).start()

    life.task("b")

    assert life.state.phase == "completed"
    assert not life.state.jobs
