"""Verbs on a task that others change at the same moment (并发修改)."""

from __future__ import annotations

import asyncio

import pytest

from tests.api.door import Door
from tests.api.test_api_feedback import code

pytestmark = pytest.mark.integration


async def test_of_many_changes_to_one_version_at_once_one_is_made(door: Door) -> None:
    path = f"/v2/user-tasks/{(await door.task(await door.receive()))['userTaskKey']}"
    version = (await door.get("lead", path)).headers["ETag"]
    wanted = [61, 62, 63, 64]

    answers = await asyncio.gather(
        *(
            door.call("lead", "PATCH", path, {"changeset": {"priority": one}}, If_Match=version)
            for one in wanted
        )
    )

    made = [one for one, answer in zip(wanted, answers, strict=True) if answer.status_code == 204]
    refused = [code(one) for one in answers if one.status_code != 204]
    assert len(made) == 1
    assert refused == [(412, "revision_differs")] * 3
    assert (await door.get("lead", path)).json()["priority"] == made[0]


async def test_a_change_survives_that_something_else_moved_meanwhile(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    path = f"/v2/user-tasks/{(await door.task(number))['userTaskKey']}"
    version = (await door.get("lead", path)).headers["ETag"]
    entry = {"code": "customer_contacted", "note": "已联系"}

    change, progress = await asyncio.gather(
        door.call("lead", "PATCH", path, {"changeset": {"priority": 80}}, If_Match=version),
        door.post("tech", f"/api/feedback/{number}/progress", entry),
    )

    assert (change.status_code, progress.status_code // 100) == (204, 2)


async def test_who_no_longer_has_a_task_does_not_give_it_back_for_others(door: Door) -> None:
    path = f"/v2/user-tasks/{(await door.task(await door.receive()))['userTaskKey']}"
    holder = (await door.get("lead", path)).json()["assignee"]
    other = "tech_two" if holder == "tech" else "tech"
    given = {"assignee": other, "reason": "换人处理"}

    gives, _ = await asyncio.gather(
        door.post("lead", f"{path}/reassignment", given),
        door.call(holder, "DELETE", f"{path}/assignee"),
    )

    # Whichever came first, whoever was given it last has it.
    assert gives.status_code == 204, gives.text
    assert (await door.get("lead", path)).json()["assignee"] == other
