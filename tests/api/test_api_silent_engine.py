"""An engine that does not answer: whoever asks learns it in time, and nothing is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from api.app import create_app
from bpmn.commands import Command
from tests.api.door import Door
from tests.api.office import claimed, code, office, open_of, verb

pytestmark = pytest.mark.integration
PATIENCE = 0.1
# What would be waited for if nobody ended it.
FOR_EVER = 3600


@pytest.fixture
async def silent(door: Door) -> AsyncIterator[Door]:
    """The same people and tasks behind an API whose engine takes commands and says nothing."""

    async def say_nothing(_workflow_id: str, _command: Command) -> None:
        await asyncio.sleep(FOR_EVER)

    means = replace(door.means, send=say_nothing, patience=PATIENCE)
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        yield replace(door, client=client, means=means)


@pytest.mark.parametrize("name", ["assignment", "completion"])
async def test_a_silent_engine_is_answered_for_in_time_and_the_key_works_afterwards(
    door: Door, silent: Door, name: str
) -> None:
    instance = await office(door)
    body: dict[str, Any] = {"assignee": "tech"} if name == "assignment" else {}
    key = str((await open_of(door, instance, "draft"))["userTaskKey"])
    if name == "completion":
        key = await claimed(door, instance, "draft")

    async with asyncio.timeout(150):
        busy = await verb(silent, "tech", key, name, body, Idempotency_Key="k")
    done = await verb(door, "tech", key, name, body, Idempotency_Key="k")
    again = await verb(door, "tech", key, name, body, Idempotency_Key="k")

    assert code(busy) == (503, "instance_busy")
    assert busy.headers["retry-after"] == "1"
    assert (done.status_code, again.status_code) == (204, 204)
    assert "idempotent-replayed" not in done.headers
    assert again.headers["idempotent-replayed"] == "true"
