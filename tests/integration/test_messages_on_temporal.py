"""Messages, signals and timers between real workflows, with dispatchers that are killed."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from typing_extensions import override

from activities.advance import Advance
from activities.dispatch import Dispatcher
from activities.event_dispatch import dispatch
from activities.perform import Perform
from activities.registry import HANDLERS
from bpmn.records import Kind
from models import audit_record, process_instance, start_request
from settings import PROJECT
from tests.api.door import Clock
from tests.conftest import Database
from tests.drawings import chain, timer
from tests.wired_instances import BY_MESSAGE, BY_SIGNAL, World, message, started_by
from workflows.messages import sender
from workflows.process import ProcessWorkflow

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]
BEGIN, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'
WAITS = BEGIN + message("wait") + END + chain("start", "wait", "end")
HOUR = timedelta(hours=1)
QUEUE = "messages"
KEYS, DEATHS = 8, 3


class _WallClock(Clock):
    """The clock on the wall: real dispatchers look at it."""

    @override
    def now(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
async def client(temporal_server: str) -> Client:
    return await Client.connect(temporal_server, namespace="bihuan")


@pytest.fixture
async def world(database: Database, client: Client) -> AsyncIterator[World]:
    """A house whose instances run on Temporal; nothing dispatches yet."""
    owner = create_engine(database.owner_url)
    with owner.begin() as connection:
        # Other tests have instances with small keys on this server.
        asked = text("SELECT setval('instance_seq', CAST(:at AS bigint))")
        connection.execute(asked, {"at": time.time_ns() // 1_000_000})
    owner.dispose()
    made = World.on(database.app_url)
    made.clock = _WallClock()
    with ThreadPoolExecutor(8) as threads:
        async with Worker(
            client,
            task_queue=QUEUE,
            workflows=[ProcessWorkflow],
            activities=[
                Advance(made.house, HANDLERS).advance,
                Perform(made.house, HANDLERS).perform,
            ],
            activity_executor=threads,
            # The sandbox would load the import hooks of the test run anew for each instance.
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            yield made
    made.close()


@pytest.fixture
async def dispatching(world: World, client: Client) -> AsyncIterator[None]:
    """The two dispatchers as the worker runs them."""
    stop = asyncio.Event()
    running = asyncio.create_task(dispatch(world.house, client, QUEUE, sender(client), stop=stop))
    yield
    stop.set()
    await running


async def ended(world: World, number: int, *, within: float = 150) -> list[int]:
    """Wait until so many instances have ended; return their keys."""
    asked = "SELECT key FROM process_instance WHERE state = 'COMPLETED' ORDER BY key"
    async with asyncio.timeout(within):
        while len(rows := await asyncio.to_thread(world.rows, asked)) < number:
            await asyncio.sleep(0.1)
    return [row.key for row in rows]


async def waiting(world: World, number: int) -> None:
    """Wait until there are so many subscriptions."""
    async with asyncio.timeout(150):
        while await asyncio.to_thread(world.count, "event_subscription") < number:
            await asyncio.sleep(0.1)


def owe(world: World, number: int, **variables: str) -> None:
    """Owe instances of the newest version of `p`."""
    for _ in range(number):
        key, command = world.prepared(**variables)
        with Session(world.house.engine) as session, session.begin():
            start_request.add(
                session,
                instance_key=key,
                workflow_id=process_instance.workflow_id(key),
                payload=command.to_json(),
                at=world.clock.now(),
            )


def correlated(world: World, key: int) -> int:
    with Session(world.house.engine) as session:
        records = audit_record.read(session, key)
    return [r["kind"] for r in records].count(Kind.MESSAGE_CORRELATED)


@pytest.mark.usefixtures("dispatching")
async def test_messages_start_instances_and_reach_them_though_they_come_before_they_wait(
    world: World,
) -> None:
    world.deploy(BY_MESSAGE + message("wait") + END + chain("start", "wait", "end"))

    for number in range(KEYS):
        world.publish("paid", f"A-{number}", lifetime=HOUR)
        order = {"order": f"A-{number}"}
        world.publish("ordered", f"A-{number}", lifetime=HOUR, variables=order)
    keys = await ended(world, KEYS)

    assert [correlated(world, key) for key in keys] == [1] * KEYS


@pytest.mark.usefixtures("dispatching")
async def test_a_timer_starts_a_process_that_throws_a_signal_which_starts_another(
    world: World,
) -> None:
    thrown = '<bpmn:signalEventDefinition signalRef="alarm" />'
    throws = f'<bpmn:endEvent id="end">{thrown}</bpmn:endEvent>'
    world.deploy(BY_SIGNAL + END + chain("start", "end"), "heard")

    world.deploy(started_by(timer("R1/PT1S", "timeCycle")) + throws + chain("start", "end"))
    keys = await ended(world, 2)

    assert sorted(keys) == sorted(world.of_process("p") + world.of_process("heard"))


async def test_killed_dispatchers_deliver_each_message_once(
    world: World, client: Client, database: Database, temporal_server: str, tmp_path: Path
) -> None:
    world.deploy(WAITS)
    for number in range(KEYS):
        # The second one of each key would get what is delivered twice.
        owe(world, 2, order=f"A-{number}")
    starts = Dispatcher(world.house.engine, client, QUEUE)
    while await starts.once():
        pass
    await waiting(world, 2 * KEYS)

    dispatchers = _Dispatchers(database, temporal_server, tmp_path)
    alive = asyncio.create_task(dispatchers.run())
    try:
        for number in range(KEYS):
            world.publish(key=f"A-{number}", lifetime=HOUR)
        keys = await ended(world, KEYS, within=200)
        async with asyncio.timeout(150):
            while world.rows("SELECT FROM delivery WHERE delivered_at IS NULL"):
                await asyncio.sleep(0.2)
        assert not alive.done(), alive.exception()
    finally:
        alive.cancel()
        dispatchers.stop()

    assert [correlated(world, key) for key in keys] == [1] * KEYS
    assert world.count("event_subscription") == KEYS
    assert dispatchers.deaths() == DEATHS


class _Dispatchers:
    """Keeps one dying dispatcher alive by starting the next."""

    def __init__(self, database: Database, address: str, deaths: Path) -> None:
        self._command = [sys.executable, "-m", "tests.dying_dispatcher", database.app_url, address]
        self._command += [str(deaths), str(DEATHS)]
        self._deaths = deaths
        self._process: subprocess.Popen[bytes] | None = None

    async def run(self) -> None:
        while True:
            self.revive()
            await asyncio.sleep(0.05)

    def revive(self) -> None:
        ended = self._process.poll() if self._process else -signal.SIGKILL
        assert ended in {None, -signal.SIGKILL}, "the dispatcher failed instead of being killed"
        if ended is not None:
            self._process = subprocess.Popen(self._command, cwd=PROJECT)

    def deaths(self) -> int:
        return len(list(self._deaths.iterdir()))

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
