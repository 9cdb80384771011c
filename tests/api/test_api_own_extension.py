"""The door keeps a head from deciding on the extension of their own item (回避)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.api.door import Door
from tests.api.test_api_feedback import code, in_processing

pytestmark = pytest.mark.integration


async def test_a_head_who_got_the_item_meanwhile_can_neither_decide_nor_give_the_decision_away(
    door: Door,
) -> None:
    number = await in_processing(door)
    wanted = (door.clock.at + timedelta(days=1, hours=6)).isoformat()
    asked = {"reason": "等待配件到货", "new_due_at": wanted}
    await door.post("tech", f"/api/feedback/{number}/extension", asked)
    shown = (await door.get("tech_head", f"/api/feedback/{number}")).json()
    [approval] = [t for t in shown["open_tasks"] if t["element_id"] == "approve_extension"]
    path = f"/v2/user-tasks/{approval['user_task_key']}"
    with door.engine.begin() as connection:
        connection.execute(text("UPDATE feedback SET assignee = 'tech_head'"))

    decided = await door.post(
        "tech_head", f"{path}/completion", {"variables": {"decision": "approved"}}
    )
    given = await door.post("tech_head", f"{path}/assignment", {"assignee": "tech_two"})
    in_their_place = await door.post(
        "lead", f"{path}/completion", {"variables": {"decision": "approved"}}
    )

    assert code(decided) == (403, "decision_on_own_request")
    assert code(given) == (403, "decision_on_own_request")
    assert code(in_their_place) == (403, "task_not_yours")


async def test_whoever_asked_does_not_approve_though_they_head_the_department(door: Door) -> None:
    number = await in_processing(door)
    wanted = (door.clock.at + timedelta(days=1, hours=6)).isoformat()
    asked = {"reason": "等待配件到货", "new_due_at": wanted}

    answer = await door.post("tech_head", f"/api/feedback/{number}/extension", asked)

    assert answer.status_code == 202, answer.text
    shown = (await door.get("tech_head", f"/api/feedback/{number}")).json()
    [approval] = [t for t in shown["open_tasks"] if t["element_id"] == "approve_extension"]
    assert approval["candidate_groups"] == ["role.duty_manager"]
    path = f"/v2/user-tasks/{approval['user_task_key']}/completion"
    refused = await door.post("tech_head", path, {"variables": {"decision": "approved"}})
    assert refused.status_code == 403


async def test_more_time_is_asked_for_once_until_it_is_decided(door: Door) -> None:
    number = await in_processing(door)
    wanted = (door.clock.at + timedelta(days=1, hours=6)).isoformat()
    asked = {"reason": "等待配件到货", "new_due_at": wanted}
    path = f"/api/feedback/{number}/extension"

    first = await door.post("tech", path, asked)
    second = await door.post("tech", path, asked)

    assert first.status_code == 202
    assert code(second) == (409, "extension_undecided")
