"""Record further histories that CI replays: `python -m tests.record_histories NAME...`.

It only adds: a history that is there stays as it is for ever, since a change that cannot replay it
breaks running instances. Such a change goes behind `workflow.patched`.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.contracts import WORKFLOW, PerformRequest, PerformResult, Start
from bpmn.commands import (
    CancelInstance,
    CompleteUserTask,
    CreateInstance,
    PublishMessage,
)
from bpmn.model import Definition
from stack.binaries import program
from tests.drawings import INSTANCE, chain, drawing, service, timer, user
from tests.ledger import Ledger
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

FOLDER = Path(__file__).parent / "workflow" / "histories"
# What each was when it was recorded.
DIGESTS = FOLDER / "SHA256SUMS"
# A run of the one that continues as new.
_SHORT = 30
BEGIN = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
ANSWERED = '<bpmn:message id="m1" name="answered" />'

Handle = WorkflowHandle[Any, Any]
Play = Callable[[WorkflowEnvironment, Handle], Awaitable[None]]


async def _task(client: Client, handle: Handle, element: str) -> None:
    while True:
        state = await messages.state(client, handle.id)
        keys = [task["key"] for task in state["user_tasks"] if task["element"] == element]
        if keys:
            command = CompleteUserTask(id=f"complete:{element}", actor="li", key=keys[0])
            return await messages.send(client, handle.id, command)
        await asyncio.sleep(0.05)


async def _tasks(environment: WorkflowEnvironment, handle: Handle) -> None:
    await _task(environment.client, handle, "a")
    await _task(environment.client, handle, "b")


async def _escalated(environment: WorkflowEnvironment, handle: Handle) -> None:
    while not (await messages.state(environment.client, handle.id))["timers"]:
        await asyncio.sleep(0.05)
    await environment.sleep(timedelta(hours=3))
    await _task(environment.client, handle, "a")


async def _answered(environment: WorkflowEnvironment, handle: Handle) -> None:
    while not (await messages.state(environment.client, handle.id))["subscriptions"]:
        await asyncio.sleep(0.05)
    message = PublishMessage(id="m", name="answered", variables={"score": 5})
    await messages.send(environment.client, handle.id, message)


async def _incident(environment: WorkflowEnvironment, handle: Handle) -> None:
    await _task(environment.client, handle, "mend")
    while not (await messages.state(environment.client, handle.id))["incidents"]:
        await asyncio.sleep(0.05)
    await messages.send(environment.client, handle.id, CancelInstance(id="c", actor="admin"))


async def _canceled(environment: WorkflowEnvironment, handle: Handle) -> None:
    while not (await messages.state(environment.client, handle.id))["user_tasks"]:
        await asyncio.sleep(0.05)
    await handle.cancel()


async def _again_and_again(environment: WorkflowEnvironment, handle: Handle) -> None:
    while not (await messages.state(environment.client, handle.id))["subscriptions"]:
        await asyncio.sleep(0.05)
    for number in range(9):
        message = PublishMessage(id=f"m{number}", name="answered", variables={"n": number})
        await messages.send(environment.client, handle.id, message)
    await messages.send(environment.client, handle.id, CancelInstance(id="c"))


def drawings_by_name() -> dict[str, tuple[Definition, Play]]:
    """The drawings, and what people do in each."""
    late = (
        '<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">'
        f"{timer('PT2H')}</bpmn:boundaryEvent>"
    )
    catch = (
        '<bpmn:intermediateCatchEvent id="m">'
        '<bpmn:messageEventDefinition messageRef="m1" /></bpmn:intermediateCatchEvent>'
    )
    refused = (
        '<bpmn:boundaryEvent id="refused" attachedToRef="refuse">'
        '<bpmn:errorEventDefinition errorRef="e1" /></bpmn:boundaryEvent>'
    )
    return {
        "refused_then_broken_then_canceled": (
            drawing(
                BEGIN
                + service("refuse")
                + refused
                + user("mend")
                + service("break")
                + END
                + chain("start", "refuse", "end")
                + chain("refused", "mend", "break", "end"),
                outside='<bpmn:error id="e1" errorCode="vague" />',
            ),
            _incident,
        ),
        "canceled_from_outside": (drawing(BEGIN + user("a") + chain("start", "a")), _canceled),
        "continued_as_new": (
            drawing(BEGIN + catch + chain("start", "m", "m"), outside=ANSWERED),
            _again_and_again,
        ),
        "two_tasks": (
            drawing(BEGIN + user("a") + user("b") + END + chain("start", "a", "b", "end")),
            _tasks,
        ),
        "escalated_and_a_step_outside": (
            drawing(
                BEGIN
                + user("a")
                + late
                + service("tell")
                + END
                + chain("start", "a", "end")
                + chain("late", "tell", "end")
            ),
            _escalated,
        ),
        "message_answered": (
            drawing(BEGIN + catch + END + chain("start", "m", "end"), outside=ANSWERED),
            _answered,
        ),
    }


async def main(names: Sequence[str]) -> None:
    """Play drawings by name and write their histories.

    Raises:
        FileExistsError: one of them was recorded before.
    """
    if there := [name for name in names if (FOLDER / f"{name}.json").exists()]:
        raise FileExistsError(", ".join(there))
    drawings = drawings_by_name()
    for name in names:
        definition, play = drawings[name]
        async with await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=program("temporal-test-server")
        ) as environment:
            history = await _record(environment, name, definition, play)
            # Which process on which machine recorded it is nobody's business.
            history = re.sub(r'"identity": "[^"]*"', '"identity": "recorder"', history)
            history = re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', history)
            _write(f"{name}.json", history + "\n")


def _write(name: str, history: str) -> None:
    digest = hashlib.sha256(history.encode()).hexdigest()
    with (FOLDER / name).open("x") as file:
        file.write(history)
    with DIGESTS.open("a") as file:
        file.write(f"{digest}  {name}\n")


async def _record(
    environment: WorkflowEnvironment, name: str, definition: Definition, play: Play
) -> str:
    ledger = Ledger(definition)
    ledger.step = step
    command = CreateInstance(id="start", definition="digest", process="p")
    async with Worker(
        environment.client,
        task_queue=name,
        workflows=[ProcessWorkflow],
        activities=[ledger.advance, ledger.perform],
        workflow_runner=runner(),
    ):
        handle = await environment.client.start_workflow(
            WORKFLOW,
            Start(INSTANCE, command.to_json(), history_budget=_SHORT),
            id=name,
            task_queue=name,
        )
        await play(environment, handle)
        await handle.result()
        return (await handle.fetch_history()).to_json()


def step(request: PerformRequest) -> PerformResult:
    """Do what the name of a job says."""
    if request.job_type == "refuse":
        return PerformResult(error="vague")
    if request.job_type == "break":
        raise ValueError
    return PerformResult({"told": True})


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
