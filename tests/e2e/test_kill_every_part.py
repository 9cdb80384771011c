"""Worker, API, Temporal and PostgreSQL are killed in the middle of items: every item goes on."""

from __future__ import annotations

import asyncio
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from bpmn.apply import replay
from models import audit_record, process_instance
from models.feedback import by_number
from tests.e2e.running_stack import RunningStack
from tests.e2e.walker import post, walk
from workflows import messages

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1500)]

PARTS = "postgres temporal migrations worker api"
# 24 h are 6 s, seven days 42 s.
SCALE = str(6 / 86400)
ITEMS = 16
PLANTED = {
    "customer_name": "欧阳验证甲",
    "contact": "13987650042",
    "description": "这句话只在此处出现一次：蓝色水壶漏水三处",
}


@pytest.fixture(scope="module")
def stack() -> Iterator[RunningStack]:
    with tempfile.TemporaryDirectory(prefix="bihuan-e2e-", ignore_cleanup_errors=True) as made:
        Path(made).chmod(0o711)
        running = RunningStack(Path(made) / "home", PARTS, BIHUAN_TIME_SCALE=SCALE)
        running.up()
        yield running
        running.down()


@pytest.fixture
def rows(stack: RunningStack) -> Iterator[Engine]:
    made = stack.rows()
    yield made
    made.dispose()


async def test_200_items_from_50_clients_get_200_gapless_numbers_and_all_start(
    stack: RunningStack, rows: Engine
) -> None:
    gate = asyncio.Semaphore(50)
    async with stack.login("administrator") as client:

        async def one(n: int) -> str:
            async with gate:
                return await post(client, f"many-{n}")

        numbers = await asyncio.gather(*(one(n) for n in range(200)))

    serials = sorted(int(number.split("-")[1]) for number in numbers)
    assert serials == list(range(serials[0], serials[0] + 200))
    async with asyncio.timeout(600):
        while await asyncio.to_thread(started, rows) < 200:
            await asyncio.sleep(0.5)


def started(rows: Engine) -> int:
    with Session(rows) as session:
        statement = text("SELECT count(*) FROM user_task WHERE element_id = 'accept'")
        return int(session.execute(statement).scalar_one())


async def test_an_item_committed_before_the_crash_starts_after_it(
    stack: RunningStack, rows: Engine
) -> None:
    async with stack.login("administrator") as client:
        # A frozen worker dispatches nothing: the item is committed and owed.
        stack.signal("worker", signal.SIGSTOP)
        number = await post(client, "owed")
        assert not await asyncio.to_thread(acknowledged, rows, number)
        stack.kill("api")
        stack.kill("worker")

        async with asyncio.timeout(450):
            await walk(client, rows, stack.secret("link.key"), number)


def acknowledged(rows: Engine, number: str) -> bool:
    statement = text(
        "SELECT acknowledged_at IS NOT NULL FROM start_request"
        " JOIN feedback ON feedback.id = instance_key WHERE number = :number"
    )
    with Session(rows) as session:
        return bool(session.execute(statement, {"number": number}).scalar_one())


async def test_every_item_goes_on_though_every_part_is_killed_and_nothing_happens_twice(
    stack: RunningStack, rows: Engine
) -> None:
    async with stack.login("administrator") as client:
        numbers = [await post(client, f"killed-{n}", **PLANTED) for n in range(ITEMS)]
        key = stack.secret("link.key")
        walks = asyncio.gather(*(walk(client, rows, key, number) for number in numbers))
        for part in ("worker", "api", "temporal", "postgres"):
            await asyncio.sleep(3)
            stack.kill(part)
        async with asyncio.timeout(1200):
            await walks

    temporal = await stack.temporal()
    for number in numbers:
        instance, records = await asyncio.to_thread(history, rows, number)
        state = await messages.state(temporal, process_instance.workflow_id(instance))
        assert replay(instance, records).to_json() == state
        assert state["phase"] == "completed" or waits_for_later_words(state)
        assert_once(records)
    assert await asyncio.to_thread(doubled_messages, rows) == 0


def waits_for_later_words(state: dict[str, Any]) -> bool:
    """A closed item lives on for 30 days, in case the customer writes again."""
    return {e["element"] for e in state["elements"]} >= {"aftercare"}


def history(rows: Engine, number: str) -> tuple[int, list[dict[str, Any]]]:
    with Session(rows) as session:
        item = by_number(session, number)
        assert item is not None
        return item.id, audit_record.read(session, item.id)


def assert_once(records: list[dict[str, Any]]) -> None:
    """No task, job or timer ended twice, and each main step was done exactly once."""
    for kind in ("USER_TASK_COMPLETED", "JOB_COMPLETED", "ELEMENT_COMPLETED"):
        keys = [r["key"] for r in records if r["kind"] == kind]
        assert len(keys) == len(set(keys))
    completed = [r["element"] for r in records if r["kind"] == "ELEMENT_COMPLETED"]
    for element in ("receive", "accept", "process", "reply", "send_survey", "closed"):
        assert completed.count(element) == 1, element


def doubled_messages(rows: Engine) -> int:
    statement = text(
        "SELECT count(*) FROM (SELECT feedback_id, kind FROM outbound_message"
        " GROUP BY feedback_id, kind HAVING count(*) > 1) AS doubled"
    )
    with Session(rows) as session:
        return int(session.execute(statement).scalar_one())


async def test_no_file_of_temporal_no_log_and_no_table_file_holds_what_a_customer_wrote(
    stack: RunningStack, rows: Engine
) -> None:
    with Session(rows) as session:
        last = session.execute(text("SELECT max(number) FROM feedback")).scalar_one()
    stack.down()

    files = [path for path in stack.home.rglob("*") if path.is_file()]
    databases = [path for path in files if path.name.startswith("temporal.db")]

    assert databases
    assert holding(files, str(last)), "the search finds what is there"
    for planted in PLANTED.values():
        assert holding(files, planted) == []


def holding(files: list[Path], words: str) -> list[str]:
    return [path.name for path in files if words.encode() in path.read_bytes()]
