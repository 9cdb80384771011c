"""Tasks sent back to what was done before, and taken back before anybody went on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.door import Door
from tests.api.office import (
    REASON,
    claimed,
    clear_text,
    code,
    done,
    kept,
    office,
    open_of,
    open_tasks,
    recorded,
    shown,
    told,
    verb,
)
from tests.api.test_api_smooth_life import survey_path

pytestmark = pytest.mark.integration
TAKEN = "take-back"
PROCESSED = {"plan": "更换电源，2小时内完成", "reply": "已更换电源。"}


async def places(door: Door, key: str, username: str = "lead") -> list[dict[str, Any]]:
    answer = await door.get(username, f"/v2/user-tasks/{key}/send-back-targets")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_a_task_is_sent_back_to_an_element_that_was_done(door: Door) -> None:
    instance = await office(door)
    await done(door, await claimed(door, instance, "draft"))
    key = await claimed(door, instance, "review", "tech_two")

    assert [one["elementId"] for one in await places(door, key, "tech_two")] == ["draft"]
    back = {"elementId": "draft", "reason": REASON}
    answer = await verb(door, "tech_two", key, "send-back", back)

    assert answer.status_code == 200, answer.text
    assert answer.json() == {"elementId": "draft", "status": None, "staysDone": []}
    assert [one["elementId"] for one in await open_tasks(door, instance)] == ["draft"]
    assert (await shown(door, key))["state"] == "CANCELED"
    [modified] = recorded(door, instance, "INSTANCE_MODIFIED")
    assert (modified["by"], modified["activate"]) == ("tech_two", ["draft"])
    assert kept(door, modified["reason"]["text"]) == REASON
    assert "13812345678" not in clear_text(door, instance)


async def test_only_what_was_done_is_a_target_and_only_whose_task_it_is_sends_back(
    door: Door,
) -> None:
    instance = await office(door)
    await done(door, await claimed(door, instance, "draft"))
    key = await claimed(door, instance, "review", "tech_two")

    later = await verb(door, "tech_two", key, "send-back", {"elementId": "send", "reason": REASON})
    assert code(later) == (409, "send_back_target_unknown")
    back = {"elementId": "draft", "reason": REASON}
    assert code(await verb(door, "tech", key, "send-back", back)) == (403, "task_not_yours")
    assert code(await verb(door, "log", key, "send-back", back)) == (403, "task_not_yours")
    assert code(await verb(door, "audit", key, "send-back", back)) == (403, "forbidden")


async def test_sending_back_twice_with_one_key_is_done_once(door: Door) -> None:
    instance = await office(door)
    await done(door, await claimed(door, instance, "draft"))
    key = await claimed(door, instance, "review", "tech_two")
    back = {"elementId": "draft", "reason": REASON}

    first = await verb(door, "tech_two", key, "send-back", back, Idempotency_Key="one")
    again = await verb(door, "tech_two", key, "send-back", back, Idempotency_Key="one")
    another = await verb(door, "tech_two", key, "send-back", back)

    assert first.json() == again.json()
    assert len(recorded(door, instance, "INSTANCE_MODIFIED")) == 1
    assert code(another) == (409, "user_task_not_active")


async def test_an_item_sent_back_to_its_acceptance_waits_for_it_again(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    task = await door.task(number)

    offered = {one["elementId"]: one for one in await places(door, task["userTaskKey"])}
    assert offered["accept"]["status"] == "pending"
    back = {"elementId": "accept", "reason": REASON}
    answer = await verb(door, "tech", task["userTaskKey"], "send-back", back)

    assert answer.json()["status"] == "pending", answer.text
    again = await door.task(number)
    assert (again["elementId"], again["assignee"]) == ("accept", "tech")
    passed = (await door.get("spec", f"/api/feedback/{number}")).json()["states_passed"]
    assert [one["status"] for one in passed] == ["pending", "processing", "pending"]
    await door.complete(number, "tech")
    assert (await door.task(number))["elementId"] == "process"


async def test_a_reply_that_was_sent_stays_sent_and_the_answer_says_so(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    await door.complete(number, "tech", **PROCESSED)
    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    door.clock.at += timedelta(hours=24)
    door.instances.ring(int(item["process_instance_key"]))
    answered = await door.client.post(survey_path(door), json={"score": "dissatisfied"})
    assert answered.status_code == 200, answered.text
    task = await door.task(number)
    assert task["elementId"] == "second_followup"

    offered = {one["elementId"]: one for one in await places(door, task["userTaskKey"])}
    assert offered["process"]["staysDone"] == ["reply", "send_survey"]
    back = {"elementId": "process", "reason": REASON}
    answer = await verb(door, "lead", task["userTaskKey"], "send-back", back)

    assert answer.json()["status"] == "processing", answer.text
    assert answer.json()["staysDone"] == ["reply", "send_survey"]
    assert (await door.task(number))["elementId"] == "process"


async def test_what_was_completed_is_taken_back_while_nobody_has_touched_what_follows(
    door: Door,
) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    await done(door, key)
    follows = (await open_of(door, instance, "review"))["userTaskKey"]

    answer = await verb(door, "tech", key, TAKEN, {"reason": REASON})

    assert answer.status_code == 200, answer.text
    assert (await open_of(door, instance, "draft"))["assignee"] == "tech"
    assert (await shown(door, follows))["state"] == "CANCELED"
    assert len(await open_tasks(door, instance)) == 1
    [modified] = recorded(door, instance, "INSTANCE_MODIFIED")
    assert kept(door, modified["reason"]["text"]) == REASON
    await done(door, (await open_of(door, instance, "draft"))["userTaskKey"])
    await open_of(door, instance, "review")


async def test_nothing_is_taken_back_once_somebody_has_acted_and_never_by_others(
    door: Door,
) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    assert code(await verb(door, "tech", key, TAKEN)) == (409, "take_back_too_late")
    await done(door, key)

    assert code(await verb(door, "tech_two", key, TAKEN)) == (403, "task_not_yours")
    await claimed(door, instance, "review", "tech_two")
    late = await verb(door, "tech", key, TAKEN)

    assert code(late) == (409, "take_back_too_late")
    assert late.json()["reason"] == "task_touched"


async def test_taking_back_twice_with_one_key_is_done_once(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    await done(door, key)

    first = await verb(door, "tech", key, TAKEN, {}, Idempotency_Key="one")
    again = await verb(door, "tech", key, TAKEN, {}, Idempotency_Key="one")

    assert first.json() == again.json()
    assert len(recorded(door, instance, "INSTANCE_MODIFIED")) == 1


async def test_a_step_of_the_house_is_not_taken_back(door: Door) -> None:
    number = await door.receive()
    key = await door.complete(number, "tech")

    late = await verb(door, "tech", key, TAKEN)

    assert code(late) == (409, "take_back_too_late")
    assert late.json()["reason"] == "work_done"


async def test_people_are_told_that_a_task_came_back(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    task = await door.task(number)

    back = {"elementId": "accept", "reason": REASON}
    await verb(door, "lead", task["userTaskKey"], "send-back", back)

    codes = await told(door, "tech")
    assert {"user_task_sent_back", "user_task_withdrawn"} <= set(codes)
