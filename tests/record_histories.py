"""Record the histories that CI replays: `python -m tests.record_histories`.

Run it only in a commit that says why a new recording is needed: a change that cannot replay the old
ones breaks running instances.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.contracts import WORKFLOW, PerformResult, Start
from bpmn.commands import CompleteUserTask, CreateInstance, PublishMessage
from bpmn.model import Definition
from stack.binaries import program
from tests.drawings import INSTANCE, chain, drawing, service, timer, user
from tests.ledger import Ledger
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

FOLDER = Path(__file__).parent / "workflow" / "histories"
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


def _drawings() -> dict[str, tuple[Definition, Play]]:
    late = (
        '<bpmn:boundaryEvent id="late" attachedToRef="a" cancelActivity="false">'
        f"{timer('PT2H')}</bpmn:boundaryEvent>"
    )
    catch = (
        '<bpmn:intermediateCatchEvent id="m">'
        '<bpmn:messageEventDefinition messageRef="m1" /></bpmn:intermediateCatchEvent>'
    )
    return {
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


async def main() -> None:
    """Play each drawing once and write its history."""
    FOLDER.mkdir(exist_ok=True)
    for name, (definition, play) in _drawings().items():
        async with await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=program("temporal-test-server")
        ) as environment:
            history = await _record(environment, name, definition, play)
            # Which process on which machine recorded it is nobody's business.
            history = re.sub(r'"identity": "[^"]*"', '"identity": "recorder"', history)
            (FOLDER / f"{name}.json").write_text(history + "\n")


async def _record(
    environment: WorkflowEnvironment, name: str, definition: Definition, play: Play
) -> str:
    ledger = Ledger(definition)
    ledger.step = lambda _: PerformResult({"told": True})
    command = CreateInstance(id="start", definition="digest", process="p")
    async with Worker(
        environment.client,
        task_queue=name,
        workflows=[ProcessWorkflow],
        activities=[ledger.advance, ledger.perform],
        workflow_runner=runner(),
    ):
        handle = await environment.client.start_workflow(
            WORKFLOW, Start(INSTANCE, command.to_json()), id=name, task_queue=name
        )
        await play(environment, handle)
        await handle.result()
        return (await handle.fetch_history()).to_json()


if __name__ == "__main__":
    asyncio.run(main())
