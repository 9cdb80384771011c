"""Hostile expressions on the real worker: their instances wait to be mended, the others go on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from activities.advance import Advance
from activities.contracts import WORKFLOW, Start
from activities.perform import Perform
from activities.registry import HANDLERS
from bpmn.commands import Command, CreateInstance, ResolveIncident, SetVariables
from bpmn.task_commands import CompleteUserTask
from models import database as connections
from models import process_definition, process_instance
from tests.conftest import Database
from tests.drawings import chain, user, xml
from tests.houses import quiet_house
from workflows import messages
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
QUEUE = "hostile"
HOSTILE = {
    "loop": "for i in 1..n return i",
    "recursion": "{f: function(i) if i = 0 then 0 else f(i - 1), r: f(n)}.r",
    "growth": "{f: function(i, l) if i = 0 then l else f(i - 1, append([l], l)), r: f(n, [1])}.r",
    "parentheses": "(" * 10_000 + "n" + ")" * 10_000,
    "harmless": "n",
}
MENDED = ("loop", "recursion", "growth")


def drawing(process: str, expression: str) -> bytes:
    script = (
        '<bpmn:scriptTask id="work"><bpmn:extensionElements>'
        f'<zeebe:script expression="={expression}" resultVariable="found" />'
        "</bpmn:extensionElements></bpmn:scriptTask>"
    )
    ends = '<bpmn:startEvent id="start" /><bpmn:endEvent id="end" />'
    return xml(
        ends + script + user("look") + chain("start", "work", "look", "end"), process=process
    )


@dataclass
class Instances:
    """Begins instances, asks them and waits for what they come to."""

    client: Client
    rows: Engine

    async def begin(self, name: str) -> WorkflowHandle[Any, Any]:
        with Session(self.rows) as session, session.begin():
            stored = process_definition.store(
                session,
                {"p.bpmn": drawing(name, HOSTILE[name])},
                process_id=name,
                calendar_version=1,
                deployed_at=datetime.now(UTC),
                deployed_by="test",
            )
            key, digest = process_instance.next_key(session), stored.digest
        command = CreateInstance(
            id="start", definition=digest, process=name, variables={"n": 10**9}
        )
        return await self.client.start_workflow(
            WORKFLOW,
            Start(key, command.to_json()),
            # Other tests have instances with the same keys on this server.
            id=f"{QUEUE}-{key}",
            task_queue=QUEUE,
            task_timeout=timedelta(seconds=5),
        )

    async def incidents(self, handle: WorkflowHandle[Any, Any]) -> list[dict[str, Any]]:
        async with asyncio.timeout(150):
            while True:
                state = await messages.state(self.client, handle.id)
                if state["incidents"]:
                    return list(state["incidents"])
                await asyncio.sleep(0.1)

    async def task(self, handle: WorkflowHandle[Any, Any]) -> int:
        async with asyncio.timeout(150):
            while True:
                state = await messages.state(self.client, handle.id)
                if state["user_tasks"]:
                    return int(state["user_tasks"][0]["key"])
                await asyncio.sleep(0.1)

    async def send(self, handle: WorkflowHandle[Any, Any], command: Command) -> None:
        await messages.send(self.client, handle.id, command)

    async def finish(self, handle: WorkflowHandle[Any, Any]) -> None:
        key = await self.task(handle)
        await self.send(handle, CompleteUserTask(id=f"done:{key}", actor="li", key=key))
        async with asyncio.timeout(150):
            await handle.result()


@pytest.fixture
async def instances(database: Database, temporal_server: str) -> AsyncIterator[Instances]:
    client = await Client.connect(temporal_server, namespace="bihuan")
    rows, house = connections.engine(database.app_url), quiet_house(database.app_url)
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client,
            task_queue=QUEUE,
            workflows=[ProcessWorkflow],
            activities=[Advance(house, HANDLERS).advance, Perform(house, HANDLERS).perform],
            activity_executor=threads,
            workflow_runner=runner(),
        ):
            yield Instances(client, rows)
    rows.dispose()
    house.engine.dispose()


async def test_a_hostile_instance_waits_for_mending_while_the_worker_serves_the_others(
    instances: Instances,
) -> None:
    handles = {name: await instances.begin(name) for name in HOSTILE}

    await instances.finish(handles.pop("harmless"))

    codes = {name: await instances.incidents(handle) for name, handle in handles.items()}
    assert {name: [one["code"] for one in found] for name, found in codes.items()} == {
        "loop": ["budget_exceeded"],
        "recursion": ["budget_exceeded"],
        "growth": ["budget_exceeded"],
        "parentheses": ["expression_invalid"],
    }
    for name in MENDED:
        incident = int(codes[name][0]["key"])
        await instances.send(handles[name], SetVariables(id="mend", variables={"n": 3}))
        await instances.send(handles[name], ResolveIncident(id="again", key=incident))
        await instances.finish(handles[name])
    await handles["parentheses"].terminate("it cannot be mended by a variable")
