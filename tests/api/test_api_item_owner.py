"""The item belongs to whoever has the task that answers for it."""

from __future__ import annotations

import pytest

from tests.api.door import Door
from tests.api.office import REASON, verb
from tests.api.test_api_task_holders import processing

pytestmark = pytest.mark.integration


async def owner(door: Door, number: str) -> str | None:
    answer = await door.get("lead", f"/api/feedback/{number}")
    found: str | None = answer.json()["assignee"]
    return found


async def unassign(door: Door, key: str) -> None:
    answer = await door.call("tech", "DELETE", f"/v2/user-tasks/{key}/assignee")
    assert answer.status_code == 204, answer.text


async def test_who_claims_a_task_that_was_given_back_owns_the_item(door: Door) -> None:
    number, key = await processing(door)

    await unassign(door, key)
    assert await owner(door, number) == "tech"
    await verb(door, "tech_two", key, "assignment", {"assignee": "tech_two"})

    assert await owner(door, number) == "tech_two"


async def test_a_reassigned_task_takes_the_item_along_and_a_delegated_one_does_not(
    door: Door,
) -> None:
    number, key = await processing(door)
    to = {"assignee": "tech_two", "reason": REASON}

    await verb(door, "tech", key, "delegation", to)
    assert await owner(door, number) == "tech"
    await verb(door, "tech_two", key, "return", {})
    assert await owner(door, number) == "tech"
    await verb(door, "tech", key, "reassignment", to)

    assert await owner(door, number) == "tech_two"


async def test_a_signer_does_not_own_the_item(door: Door) -> None:
    number, key = await processing(door)
    asked = {"assignee": "log", "position": "parallel", "reason": REASON}

    assert (await verb(door, "tech", key, "signers", asked)).status_code == 204

    assert await owner(door, number) == "tech"


async def test_who_completes_a_task_that_nobody_had_claimed_owns_the_item(door: Door) -> None:
    number, key = await processing(door)
    await unassign(door, key)
    filled = {"plan": "更换电源，2小时内完成", "reply": "已更换电源。"}

    done = await verb(door, "tech_two", key, "completion", {"variables": filled})

    assert done.status_code == 204, done.text
    assert await owner(door, number) == "tech_two"


async def test_a_task_that_does_not_answer_for_the_item_leaves_its_owner(door: Door) -> None:
    number = await door.receive()
    before = await owner(door, number)
    accept = str((await door.task(number))["userTaskKey"])

    await verb(door, "tech_two", accept, "assignment", {"assignee": "tech_two"})

    assert await owner(door, number) == before
