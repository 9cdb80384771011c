"""Signers that are done without once the task itself is done, by the door."""

from __future__ import annotations

import httpx
import pytest

from bpmn.commands import UnassignUserTask
from models.process_instance import workflow_id
from tests.api.door import Door
from tests.api.office import (
    REASON,
    claimed,
    code,
    done,
    office,
    open_of,
    open_tasks,
    recorded,
    told,
    verb,
)

pytestmark = pytest.mark.integration
PROCESSED = {"plan": "更换电源，2小时内完成", "reply": "已更换电源。"}


async def signed(door: Door, **signers: str) -> tuple[str, str]:
    """A draft of `tech` that these people sign; return instance and task."""
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    for who, position in signers.items():
        asked = {"assignee": who, "position": position, "reason": REASON}
        assert (await verb(door, "tech", key, "signers", asked)).status_code == 204
    return instance, key


async def removed(
    door: Door, key: str, who: str, *, by: str = "tech", **headers: str
) -> httpx.Response:
    return await door.call(by, "DELETE", f"/v2/user-tasks/{key}/signers/{who}", **headers)


async def test_a_signer_is_removed_after_the_task_was_completed_and_the_process_goes_on(
    door: Door,
) -> None:
    instance, key = await signed(door, log="parallel", spec="after")
    await done(door, key)

    assert code(await removed(door, key, "log", by="tech_two")) == (403, "task_not_yours")
    assert code(await removed(door, key, "log", by="spec")) == (403, "task_not_yours")
    assert (await removed(door, key, "log")).status_code == 204
    assert code(await removed(door, key, "log")) == (404, "signer_not_found")
    assert [one["assignee"] for one in await open_tasks(door, instance)] == ["spec"]
    assert (await removed(door, key, "spec", by="lead")).status_code == 204

    await open_of(door, instance, "review")
    assert [one["by"] for one in recorded(door, instance, "USER_TASK_CANCELED")] == ["tech", "lead"]
    assert (await told(door, "log"))[0] == "signature_not_needed"
    assert code(await removed(door, key, "spec")) == (409, "user_task_not_active")


async def test_removing_a_signer_twice_with_one_key_is_done_once(door: Door) -> None:
    instance, key = await signed(door, log="after")
    await done(door, key)

    once = {"Idempotency-Key": "without-log"}
    first = await removed(door, key, "log", **once)
    again = await removed(door, key, "log", **once)

    assert (first.status_code, again.status_code) == (204, 204)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert len(recorded(door, instance, "USER_TASK_CANCELED")) == 1


async def test_what_is_signed_by_nobody_any_more_is_removed_by_the_key_of_its_task(
    door: Door,
) -> None:
    instance, key = await signed(door, log="parallel")
    [signature] = [one for one in await open_tasks(door, instance) if one["signs"] == key]
    # As where somebody leaves.
    left = UnassignUserTask(id="left", key=int(signature["userTaskKey"]))
    await door.instances.send(workflow_id(int(instance)), left)
    await done(door, key)

    assert code(await removed(door, key, "log")) == (404, "signer_not_found")
    assert (await removed(door, key, signature["userTaskKey"])).status_code == 204

    await open_of(door, instance, "review")


async def test_who_does_not_see_an_item_sees_it_while_asked_to_sign_and_not_before_or_after(
    door: Door,
) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    key = (await door.task(number))["userTaskKey"]
    item = f"/api/feedback/{number}"

    asked = {"assignee": "log", "position": "before", "reason": REASON}
    before = (await door.get("log", item)).status_code
    assert (await verb(door, "tech", key, "signers", asked)).status_code == 204
    mine = (await door.get("log", "/v2/user-tasks/me")).json()["items"]
    signature = next(one["userTaskKey"] for one in mine if one["userTaskKey"] != key)
    asked_to = (await door.get("log", item)).status_code
    main = (await door.get("log", f"/v2/user-tasks/{key}")).status_code
    await done(door, signature, "log", **PROCESSED)
    after = (await door.get("log", item)).status_code

    assert (before, asked_to, main, after) == (403, 200, 403, 403)
