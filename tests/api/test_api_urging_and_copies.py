"""Tasks urged, and items copied to people for information."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door
from tests.api.office import REASON, claimed, code, office, told, verb

pytestmark = pytest.mark.integration
COPIES = "copies"


async def test_a_task_is_urged_once_in_half_an_hour_and_it_is_recorded(door: Door) -> None:
    number = await door.receive()
    key = (await door.task(number))["userTaskKey"]

    first = await verb(door, "spec", key, "urging")
    again = await verb(door, "spec", key, "urging")
    by_another = await verb(door, "lead", key, "urging")
    door.clock.at += timedelta(minutes=31)
    later = await verb(door, "spec", key, "urging")

    assert first.json() == {"recipients": ["tech"]}, first.text
    assert code(again) == (429, "task_urged_already")
    assert 1700 < again.json()["retry_after_seconds"] <= 1800
    assert (by_another.status_code, later.status_code) == (200, 200)
    assert (await told(door, "tech")).count("user_task_urged") == 3
    with Session(door.engine) as session:
        urged = text(
            "SELECT actor FROM access_record WHERE action = 'urge_task' AND subject = :key"
        )
        assert list(session.scalars(urged, {"key": key})) == ["spec", "lead", "spec"]


async def test_whoever_may_claim_is_urged_where_nobody_has_the_task(door: Door) -> None:
    instance = await office(door)
    tasks = {"filter": {"processInstanceKey": instance}}
    [task] = (await door.post("lead", "/v2/user-tasks/search", tasks)).json()["items"]

    answer = await verb(door, "tech", task["userTaskKey"], "urging")

    assert answer.json() == {"recipients": ["tech_head", "tech_two"]}


async def test_one_does_not_urge_oneself_nor_what_one_does_not_see(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")

    assert code(await verb(door, "tech", key, "urging")) == (409, "task_urged_to_nobody")
    assert code(await verb(door, "log", key, "urging")) == (403, "task_not_yours")
    assert code(await verb(door, "audit", key, "urging")) == (403, "forbidden")


async def test_urging_twice_with_one_key_tells_once(door: Door) -> None:
    number = await door.receive()
    key = (await door.task(number))["userTaskKey"]

    first = await verb(door, "spec", key, "urging", Idempotency_Key="one")
    again = await verb(door, "spec", key, "urging", Idempotency_Key="one")

    assert first.json() == again.json()
    assert (await told(door, "tech")).count("user_task_urged") == 1


async def test_whom_an_item_is_copied_to_may_read_it_and_do_nothing_more(door: Door) -> None:
    number = await door.receive()
    key = (await door.task(number))["userTaskKey"]
    item = f"/api/feedback/{number}"
    assert code(await door.get("log", item)) == (403, "feedback_not_yours")

    asked = {"recipients": ["log", "owner"], "note": REASON}
    answer = await verb(door, "tech", key, COPIES, asked)
    again = await verb(door, "tech", key, COPIES, asked)

    assert answer.json() == {"recipients": ["log", "owner"]}, answer.text
    assert again.json() == {"recipients": []}
    for who in ("log", "owner"):
        assert (await door.get(who, item)).status_code == 200
        assert (await told(door, who)).count("feedback_copied") == 1
    listed = (await door.get("log", "/api/copies")).json()
    assert listed["total"] == 1
    [copy] = listed["items"]
    assert (copy["number"], copy["sender"]) == (number, "tech")
    assert copy["note"] == "李四 138****5678 更熟悉"
    assert (await door.get("tech_two", "/api/copies")).json()["items"] == []
    note = {"text": "已联系客户", "kind": "contacted"}
    assert (await door.post("log", f"{item}/progress", note)).status_code in {403, 422}
    assert (await door.get("lead", "/api/copies")).json()["total"] == 0


async def test_only_who_has_the_task_or_sees_the_item_copies_it_and_to_known_people(
    door: Door,
) -> None:
    number = await door.receive()
    key = (await door.task(number))["userTaskKey"]

    by_stranger = await verb(door, "log", key, COPIES, {"recipients": ["spec"]})
    to_nobody = await verb(door, "tech", key, COPIES, {"recipients": ["nobody"]})

    assert code(by_stranger) == (403, "task_not_yours")
    assert code(to_nobody) == (422, "people_unknown")


async def test_a_task_without_an_item_is_not_copied(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")

    answer = await verb(door, "tech", key, COPIES, {"recipients": ["spec"]})

    assert code(answer) == (409, "copy_needs_feedback")
