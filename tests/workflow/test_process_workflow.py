"""The workflow: mailbox, alarm, steps outside, adoption, continue-as-new; time is skipped."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from activities.contracts import WORKFLOW, AdvanceRequest, PerformRequest, PerformResult, Start
from bpmn.apply import replay
from bpmn.commands import (
    CancelInstance,
    CompleteUserTask,
    CreateInstance,
    PublishMessage,
    ResolveIncident,
)
from bpmn.model import Definition
from tests.drawings import INSTANCE, chain, drawing, service, timer, user
from tests.ledger import Ledger
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

STRICT = os.environ.get("BIHUAN_SANDBOX") == "strict"
BEGIN = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
WITHIN = timedelta(seconds=120)

Handle = WorkflowHandle[Any, Any]
Begin = Callable[..., AbstractAsyncContextManager[tuple[Ledger, Handle, Client]]]


@pytest.fixture
def begin(time_skipping: WorkflowEnvironment) -> Begin:
    """Start an instance of a drawing on a worker with an `advance` in memory."""

    @asynccontextmanager
    async def started(
        definition: Definition, *, budget: int = 4000, **variables: Any
    ) -> AsyncIterator[tuple[Ledger, Handle, Client]]:
        ledger = Ledger(definition)
        client = time_skipping.client
        queue = str(uuid4())
        command = CreateInstance(id="start", definition="digest", process="p", variables=variables)
        async with Worker(
            client,
            task_queue=queue,
            workflows=[ProcessWorkflow],
            activities=[ledger.advance, ledger.perform],
            workflow_runner=runner(strict=STRICT),
            workflow_failure_exception_types=[Exception],
        ):
            handle = await client.start_workflow(
                WORKFLOW,
                Start(INSTANCE, command.to_json(), history_budget=budget),
                id=queue,
                task_queue=queue,
                execution_timeout=timedelta(days=30),
            )
            yield ledger, handle, client

    return started


async def current(client: Client, handle: Handle) -> dict[str, Any]:
    return await messages.state(client, handle.id)


async def waiting(client: Client, handle: Handle, element: str) -> int:
    """Return the key of a user task as soon as it is there."""
    async with asyncio.timeout(WITHIN.total_seconds()):
        while True:
            state = await current(client, handle)
            for task in state["user_tasks"]:
                if task["element"] == element:
                    return int(task["key"])
            await asyncio.sleep(0.02)


async def complete(client: Client, handle: Handle, element: str, **variables: Any) -> None:
    key = await waiting(client, handle, element)
    command = CompleteUserTask(id=f"task:{key}", actor="li", key=key, variables=variables)
    await messages.send(client, handle.id, command)


def two_tasks() -> Definition:
    return drawing(BEGIN + user("a") + user("b") + END + chain("start", "a", "b", "end"))


async def test_an_instance_lives_from_its_start_to_its_end_and_replays(begin: Begin) -> None:
    async with begin(two_tasks()) as (ledger, handle, client):
        await complete(client, handle, "a", answer=1)
        state = await current(client, handle)
        assert state == ledger.replayed(INSTANCE)
        await complete(client, handle, "b")

        assert await handle.result() == "completed"
        history = await handle.fetch_history()

    await Replayer(workflows=[ProcessWorkflow], workflow_runner=runner()).replay_workflow(history)


async def test_a_task_completed_by_two_at_once_is_done_once_and_refused_once(
    begin: Begin,
) -> None:
    async with begin(two_tasks()) as (ledger, handle, client):
        key = await waiting(client, handle, "a")
        both = [
            CompleteUserTask(id=f"by-{who}", actor=who, key=key, variables={"by": who})
            for who in ("li", "wang")
        ]

        outcomes = await asyncio.gather(
            *(messages.send(client, handle.id, command) for command in both),
            return_exceptions=True,
        )

        [refused] = [o for o in outcomes if o is not None]
        assert isinstance(refused, messages.CommandRejectedError)
        assert refused.code == "user_task_not_active"
        done = [r for r in ledger.records(INSTANCE) if r["kind"] == "USER_TASK_COMPLETED"]
        assert len(done) == 1


async def test_the_same_command_sent_twice_answers_twice_and_happens_once(begin: Begin) -> None:
    async with begin(two_tasks()) as (ledger, handle, client):
        key = await waiting(client, handle, "a")
        command = CompleteUserTask(id="once", key=key)

        await messages.send(client, handle.id, command)
        await messages.send(client, handle.id, command)

        done = [r for r in ledger.records(INSTANCE) if r["kind"] == "USER_TASK_COMPLETED"]
        assert len(done) == 1


async def test_the_alarm_rings_at_the_due_time_of_the_record_and_not_a_second_before(
    begin: Begin,
) -> None:
    late = (
        '<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">'
        f"{timer('PT2H')}</bpmn:boundaryEvent>"
    )
    body = BEGIN + user("a") + late + service("tell") + chain("start", "a") + chain("late", "tell")
    async with begin(drawing(body)) as (ledger, handle, client):
        await waiting(client, handle, "a")
        [created] = [r for r in ledger.records(INSTANCE) if r["kind"] == "TIMER_CREATED"]
        due = datetime.fromisoformat(created["data"]["due"])
        assert due - datetime.fromisoformat(created["at"]) == timedelta(hours=2)

        await skip_to(client, handle, due - timedelta(seconds=1))
        early = [r for r in ledger.records(INSTANCE) if r["kind"] == "TIMER_FIRED"]
        # The clock of the test server goes on by itself: what has fired by now must be due by now.
        assert not early or await _environment.get_current_time() >= due
        await skip_to(client, handle, due + timedelta(seconds=2))

        [fired] = [r for r in ledger.records(INSTANCE) if r["kind"] == "TIMER_FIRED"]
        assert timedelta(0) <= datetime.fromisoformat(fired["at"]) - due < timedelta(seconds=30)
        assert [r.element for r in ledger.performed] == ["tell"]


_environment: WorkflowEnvironment


@pytest.fixture(autouse=True)
def _remember(time_skipping: WorkflowEnvironment) -> None:
    global _environment  # noqa: PLW0603 (so that `skip` reads like a sentence)
    _environment = time_skipping


async def skip(client: Client, handle: Handle, duration: timedelta) -> None:
    """Let time pass, then ask the workflow something so that it has caught up."""
    await _environment.sleep(duration)
    await current(client, handle)


async def skip_to(client: Client, handle: Handle, instant: datetime) -> None:
    await skip(client, handle, instant - await _environment.get_current_time())


async def test_a_step_outside_that_breaks_becomes_an_incident_that_can_be_mended(
    begin: Begin,
) -> None:
    body = BEGIN + service("s") + user("b") + chain("start", "s", "b")
    async with begin(drawing(body)) as (ledger, handle, client):
        ledger.step = broken
        incident = await first_incident(client, handle)
        assert len(ledger.performed) == 3

        ledger.step = lambda _: PerformResult({"sent": True})
        await messages.send(client, handle.id, ResolveIncident(id="r", key=incident))

        await waiting(client, handle, "b")
        assert await current(client, handle) == ledger.replayed(INSTANCE)


async def test_an_interrupted_step_outside_is_no_longer_awaited(begin: Begin) -> None:
    body = BEGIN + service("s") + user("b") + chain("start", "s")
    body += (
        '<bpmn:boundaryEvent id="stop" attachedToRef="s">'
        '<bpmn:messageEventDefinition messageRef="m1" /></bpmn:boundaryEvent>'
    ) + chain("stop", "b")
    definition = drawing(body, outside='<bpmn:message id="m1" name="stop" />')
    async with begin(definition) as (ledger, handle, client):
        ledger.step = broken
        await awaiting(client, handle)

        await messages.send(client, handle.id, PublishMessage(id="m", name="stop"))
        await complete(client, handle, "b")

        assert await handle.result() == "completed"
        assert not kinds(ledger, "INCIDENT_CREATED")


async def test_a_step_outside_may_change_the_open_tasks_of_its_instance(begin: Begin) -> None:
    body = BEGIN + '<bpmn:parallelGateway id="f" />' + user("a") + service("s")
    body += chain("start", "f", "a") + chain("f", "s")
    change = {"element": "a", "changes": {"priority": 75}}
    async with begin(drawing(body)) as (ledger, handle, client):
        ledger.step = lambda _: PerformResult(task_changes=[change])
        await waiting(client, handle, "a")

        async with asyncio.timeout(WITHIN.total_seconds()):
            while not (found := kinds(ledger, "USER_TASK_UPDATED")):
                await asyncio.sleep(0.02)

        assert found[0]["data"]["changes"] == {"priority": 75}


def kinds(ledger: Ledger, kind: str) -> list[dict[str, Any]]:
    return [r for r in ledger.records(INSTANCE) if r["kind"] == kind]


def broken(_: PerformRequest) -> PerformResult:
    raise ValueError("a customer's words")


async def first_incident(client: Client, handle: Handle) -> int:
    async with asyncio.timeout(WITHIN.total_seconds()):
        while True:
            if found := (await current(client, handle))["incidents"]:
                return int(found[0]["key"])
            await asyncio.sleep(0.05)


async def test_a_bpmn_error_of_a_step_goes_the_way_that_is_drawn(begin: Begin) -> None:
    caught = (
        '<bpmn:boundaryEvent id="caught" attachedToRef="s">'
        '<bpmn:errorEventDefinition errorRef="e1" /></bpmn:boundaryEvent>'
    )
    body = BEGIN + service("s") + caught + user("mend") + chain("start", "s")
    body += chain("caught", "mend")
    definition = drawing(body, outside='<bpmn:error id="e1" errorCode="vague" />')
    async with begin(definition) as (ledger, handle, client):
        ledger.step = lambda _: PerformResult(error="vague")

        await waiting(client, handle, "mend")


async def test_an_answer_lost_after_the_commit_is_adopted_with_its_command(begin: Begin) -> None:
    """The batch of `by-li` is committed and its answer lost; the next try brings another one."""
    async with begin(two_tasks()) as (ledger, handle, client):
        key = await waiting(client, handle, "a")
        lost = CompleteUserTask(id="by-li", actor="li", key=key, variables={"by": "li"})
        state = await current(client, handle)
        request = AdvanceRequest(state, lost.to_json(), "2026-05-11T01:00:00+00:00")
        await ledger.advance(request)

        other = CompleteUserTask(id="by-wang", actor="wang", key=key, variables={"by": "wang"})
        with pytest.raises(messages.CommandRejectedError):
            await messages.send(client, handle.id, other)
        await messages.send(client, handle.id, lost)

        state = await current(client, handle)
        assert state == ledger.replayed(INSTANCE)
        assert state["elements"][0]["variables"] == {"by": "li"}


async def test_a_task_whose_batch_is_not_adopted_yet_can_be_completed_all_the_same(
    begin: Begin,
) -> None:
    """Its row can be read already, since the worker died between the commit and its answer."""
    async with begin(two_tasks()) as (ledger, handle, client):
        key = await waiting(client, handle, "a")
        lost = CompleteUserTask(id="lost", actor="li", key=key)
        request = AdvanceRequest(
            await current(client, handle), lost.to_json(), "2026-05-11T01:00:00+00:00"
        )
        batch = await ledger.advance(request)
        [created] = [r["key"] for r in batch.records if r["kind"] == "USER_TASK_CREATED"]

        await messages.send(client, handle.id, CompleteUserTask(id="next", key=created))

        assert await handle.result() == "completed"
        assert replay(INSTANCE, ledger.records(INSTANCE)).phase == "completed"


async def test_a_long_history_continues_as_new_and_forgets_nothing(begin: Begin) -> None:
    repeat = (
        '<bpmn:eventBasedGateway id="g" />'
        '<bpmn:intermediateCatchEvent id="m">'
        '<bpmn:messageEventDefinition messageRef="m1" /></bpmn:intermediateCatchEvent>'
        f'<bpmn:intermediateCatchEvent id="t">{timer("P1D")}</bpmn:intermediateCatchEvent>'
    )
    body = BEGIN + repeat + END + chain("start", "g", "m", "g") + chain("g", "t", "end")
    definition = drawing(body, outside='<bpmn:message id="m1" name="more" />')
    async with begin(definition, budget=40) as (ledger, handle, client):
        await awaiting(client, handle)
        for n in range(12):
            message = PublishMessage(id=f"m{n}", name="more", variables={"n": n})
            await messages.send(client, handle.id, message)
        again = client.get_workflow_handle(handle.id)
        described = await again.describe()
        assert described.run_id != handle.first_execution_run_id

        await skip(client, again, timedelta(days=1, seconds=1))
        async with asyncio.timeout(WITHIN.total_seconds()):
            while (await again.describe()).status is WorkflowExecutionStatus.RUNNING:
                await asyncio.sleep(0.05)
        assert (await again.describe()).status is WorkflowExecutionStatus.COMPLETED
        assert replay(INSTANCE, ledger.records(INSTANCE)).phase == "completed"


async def awaiting(client: Client, handle: Handle) -> None:
    """Wait until the instance waits for a message."""
    async with asyncio.timeout(WITHIN.total_seconds()):
        while not (await current(client, handle))["subscriptions"]:
            await asyncio.sleep(0.02)


async def test_canceling_the_workflow_cancels_the_instance(begin: Begin) -> None:
    async with begin(two_tasks()) as (ledger, handle, client):
        await waiting(client, handle, "a")

        await handle.cancel()

        assert await handle.result() == "canceled"
        assert ledger.records(INSTANCE)[-1]["kind"] == "INSTANCE_CANCELED"


async def test_an_ended_instance_refuses_with_a_clear_answer(begin: Begin) -> None:
    async with begin(two_tasks()) as (_, handle, client):
        await waiting(client, handle, "a")
        await messages.send(client, handle.id, CancelInstance(id="c"))
        await handle.result()

        with pytest.raises(messages.InstanceGoneError):
            await messages.send(client, handle.id, CancelInstance(id="d"))


async def test_an_instance_outlives_a_batch_that_fails_again_and_again(begin: Begin) -> None:
    failures = iter(range(9))

    def fails(request: AdvanceRequest) -> None:
        if request.command["kind"] == "complete_user_task" and next(failures, None) is not None:
            raise OSError

    async with begin(two_tasks()) as (ledger, handle, client):
        ledger.before_answer = fails
        await complete(client, handle, "a")
        await complete(client, handle, "b")

        assert await handle.result() == "completed"
        history = await handle.fetch_history()

    # The batch went on as an activity that the server tries again, and the workflow with it.
    assert any(e.activity_task_scheduled_event_attributes.activity_id for e in history.events)
    await Replayer(workflows=[ProcessWorkflow], workflow_runner=runner()).replay_workflow(history)
