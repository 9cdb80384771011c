"""`bihuan audit compare` and `bihuan replay` on real servers: equal lives, and a changed record."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from temporalio.client import Client
from temporalio.worker import Worker

from activities.advance import Advance
from activities.contracts import WORKFLOW, Start
from activities.perform import Perform
from audit import code_replay
from bpmn.commands import CompleteUserTask
from models.database import engine
from models.process_instance import workflow_id
from stack import commands
from tests.changed_workflow import OtherOrder
from tests.conftest import Database
from tests.drawings import chain, user
from tests.integration.test_instances_on_temporal import far_keys
from tests.wired_instances import World
from workflows import messages
from workflows.codec import connect
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = pytest.mark.integration
QUEUE = "compare-command"
BODY = (
    '<bpmn:startEvent id="start" />'
    + user("a")
    + user("b")
    + '<bpmn:endEvent id="end" />'
    + chain("start", "a", "b", "end")
)


@pytest.fixture
async def temporal(
    database: Database, temporal_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """The service as its settings name it, a worker included."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "service.key").write_bytes(b"k" * 32)
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path))
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database.app_url)
    monkeypatch.setenv("BIHUAN_TEMPORAL_ADDRESS", temporal_server)
    client = await connect(temporal_server, "bihuan", secrets / "service.key")
    far_keys(database.owner_url)
    house = World.on(database.app_url).house
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            client,
            task_queue=QUEUE,
            workflows=[ProcessWorkflow],
            activities=[Advance(house, {}).advance, Perform(house, {}).perform],
            activity_executor=threads,
            workflow_runner=runner(),
        ):
            yield client
    house.engine.dispose()


async def begun(database: Database, client: Client) -> int:
    """An instance whose first task is done; return its key."""
    world = World.on(database.app_url)
    world.deploy(BODY)
    key, command = world.prepared()
    world.house.engine.dispose()
    name = workflow_id(key)
    await client.start_workflow(
        WORKFLOW,
        Start(key, command.to_json()),
        id=name,
        task_queue=QUEUE,
        execution_timeout=timedelta(minutes=5),
    )
    while not (tasks := (await messages.state(client, name))["user_tasks"]):
        await asyncio.sleep(0.05)
    done = CompleteUserTask(id="a", actor="li", key=tasks[0]["key"])
    await messages.send(client, name, done)
    return key


async def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """What a command answered; it runs an event loop of its own."""
    code = await asyncio.to_thread(commands.run, words)
    return code, capsys.readouterr().out


async def test_lives_are_equal_and_a_changed_record_is_named(
    database: Database, temporal: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    key = await begun(database, temporal)

    equal = await said(capsys, "audit", "compare", "--all", "--redecide")
    change(database, key)
    changed = await said(capsys, "audit", "compare", str(key))

    assert equal == (0, "equal=1 different=0 gone=0 decided_otherwise=0\n")
    assert changed[0] == 2
    assert f"{key} record 2: record.element" in changed[1]
    assert "different=1" in changed[1]


def change(database: Database, key: int) -> None:
    """Change a record as only the owner of the database can."""
    owner = engine(database.owner_url, pool_size=1)
    with Session(owner) as session, session.begin():
        statement = "UPDATE audit_record SET element = 'x' WHERE instance_key = :key AND number = 2"
        session.execute(text(statement), {"key": key})
    owner.dispose()


async def test_every_history_of_the_server_is_replayed_and_another_code_is_caught(
    database: Database,
    temporal: Client,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = await begun(database, temporal)
    # The server is that of other tests too, whose histories are closed with other keys.
    monkeypatch.setattr("activities.contracts.WORKFLOW", f"Process' AND TaskQueue = '{QUEUE}")
    await listed(temporal, key)

    whole = await said(capsys, "replay", "--all")
    monkeypatch.setattr(code_replay, "ProcessWorkflow", OtherOrder)
    broken = await said(capsys, "replay", "--sample", "1")

    assert (whole[0], whole[1].split()[1]) == (0, "unreplayable=0")
    assert broken[0] == 2
    assert "NondeterminismError" in broken[1]
    assert "feedback-" in broken[1]
    assert key


async def listed(client: Client, key: int) -> None:
    """Wait until the server lists an instance, which it does some time after its start."""
    asked = f"WorkflowId = '{workflow_id(key)}'"
    async with asyncio.timeout(120):
        while not (await client.count_workflows(asked)).count:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("words", [("audit", "compare"), ("audit", "compare", "1", "--all")])
async def test_a_command_that_names_nothing_or_both_is_refused(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.run(words) == 1
    assert "--all" in capsys.readouterr().err
