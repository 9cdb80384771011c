"""A worker killed between the commit and the end of its workflow task: the batch is adopted."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from temporalio.client import Client, WorkflowHandle

from activities.contracts import WORKFLOW, Start
from bpmn.apply import replay
from bpmn.commands import CompleteUserTask, CreateInstance
from models import audit_record, process_definition, process_instance
from models.database import engine
from settings import PROJECT
from tests.conftest import Database
from tests.drawings import chain, flow, service, user, xml
from tests.dying_worker import QUEUE
from workflows import messages

pytestmark = [pytest.mark.integration, pytest.mark.timeout(500)]

ITEMS = 12
DEATHS = 6
START = '<bpmn:startEvent id="start" />'


def drawing() -> bytes:
    """Each `roll` may take the longer way: three more steps before the same user task."""
    roll = '<zeebe:taskDefinition type="roll" />'
    extra = "".join(
        f'<bpmn:serviceTask id="more_{n}"><bpmn:extensionElements>{roll}'
        "</bpmn:extensionElements></bpmn:serviceTask>"
        for n in (1, 2, 3)
    )
    body = (
        START
        + service("roll")
        + '<bpmn:exclusiveGateway id="odd" default="odd_a" />'
        + extra
        + user("a")
        + user("b")
        + '<bpmn:endEvent id="end" />'
        + chain("start", "roll", "odd")
        + flow("odd", "more_1", "modulo(n, 2) = 1")
        + chain("more_1", "more_2", "more_3", "a")
        + flow("odd", "a")
        + chain("a", "b", "end")
    )
    return xml(body)


class _Workers:
    """Keeps one dying worker alive by starting the next."""

    def __init__(self, database: Database, address: str, deaths: Path) -> None:
        self._command = [sys.executable, "-m", "tests.dying_worker", database.app_url, address]
        self._command += [str(deaths), str(DEATHS)]
        self._deaths = deaths
        self._process: subprocess.Popen[bytes] | None = None

    async def run(self) -> None:
        while True:
            self.revive()
            await asyncio.sleep(0.05)

    def revive(self) -> None:
        ended = self._process.poll() if self._process else -signal.SIGKILL
        assert ended in {None, -signal.SIGKILL}, "the worker failed instead of being killed"
        if ended is not None:
            self._process = subprocess.Popen(self._command, cwd=PROJECT)

    def deaths(self) -> int:
        return len(list(self._deaths.iterdir()))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


async def test_every_instance_adopts_what_was_committed_though_the_steps_answer_differently(
    database: Database, temporal_server: str, tmp_path: Path
) -> None:
    rows = engine(database.app_url)
    digest, keys = deploy(rows)
    client = await Client.connect(temporal_server, namespace="bihuan")
    workers = _Workers(database, temporal_server, tmp_path)
    alive = asyncio.create_task(workers.run())
    try:
        handles = [await begin(client, key, digest) for key in keys]
        pairs = zip(handles, keys, strict=True)
        async with asyncio.TaskGroup() as walks:
            for handle, key in pairs:
                walks.create_task(walk(client, rows, handle, key))
        assert not alive.done(), alive.exception()

        for handle, key in zip(handles, keys, strict=True):
            with Session(rows) as session:
                records = audit_record.read(session, key)
            assert replay(key, records).to_json() == await messages.state(client, handle.id)
            done = [r["element"] for r in records if r["kind"] == "USER_TASK_COMPLETED"]
            assert done == ["a", "b"]
        assert workers.deaths() == DEATHS
    finally:
        alive.cancel()
        workers.stop()
        rows.dispose()


def deploy(rows: Engine) -> tuple[str, list[int]]:
    with Session(rows) as session, session.begin():
        stored = process_definition.store(
            session,
            {"p.bpmn": drawing()},
            process_id="p",
            calendar_version=1,
            deployed_at=datetime.now(UTC),
            deployed_by="test",
        )
        return stored.digest, [process_instance.next_key(session) for _ in range(ITEMS)]


async def begin(client: Client, key: int, digest: str) -> WorkflowHandle[Any, Any]:
    command = CreateInstance(id="start", definition=digest, process="p")
    return await client.start_workflow(
        WORKFLOW,
        Start(key, command.to_json()),
        # Other tests have instances with the same keys on this server.
        id=f"{QUEUE}-{key}",
        task_queue=QUEUE,
        task_timeout=timedelta(seconds=2),
    )


async def walk(client: Client, rows: Engine, handle: WorkflowHandle[Any, Any], key: int) -> None:
    """Complete both user tasks, repeating a command whose answer was lost."""
    async with asyncio.timeout(400):
        for element in ("a", "b"):
            task = await open_task(rows, key, element)
            command = CompleteUserTask(id=f"complete:{task}", actor="li", key=task)
            while True:
                try:
                    await messages.send(client, handle.id, command)
                except messages.InstanceBusyError:
                    continue
                except messages.InstanceGoneError:
                    pass
                break
        await handle.result()


async def open_task(rows: Engine, key: int, element: str) -> int:
    while True:
        with Session(rows) as session:
            records = await asyncio.to_thread(audit_record.read, session, key)
        for record in records:
            if record["kind"] == "USER_TASK_CREATED" and record["element"] == element:
                return int(record["key"])
        await asyncio.sleep(0.2)
