"""Departments asked to help while an item is processed (增加协同部门)."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from tests.api.door import Door
from tests.api.test_api_feedback import code, in_processing

pytestmark = pytest.mark.integration


def asked(number: str) -> str:
    return f"/api/feedback/{number}/collaborators"


async def open_tasks(door: Door, number: str) -> list[str]:
    shown = (await door.get("tech", f"/api/feedback/{number}")).json()
    return sorted(task["element_id"] for task in shown["open_tasks"])


async def test_a_department_is_asked_to_help_and_the_record_says_by_whom(door: Door) -> None:
    number = await in_processing(door)

    answer = await door.post("tech", asked(number), {"department": "service"})

    assert answer.status_code == 202, answer.text
    shown = (await door.get("tech", f"/api/feedback/{number}")).json()
    assert shown["collaborators"] == ["service"]
    assert await open_tasks(door, number) == ["collaborate", "process"]
    with door.engine.connect() as connection:
        found = connection.execute(
            text("SELECT data FROM audit_record WHERE element = 'collaborator_added'")
        )
        assert any("'asked_by': 'tech'" in str(row.data) for row in found)


async def test_two_who_ask_at_once_ask_a_department_once(door: Door) -> None:
    number = await in_processing(door)
    body = {"department": "service"}

    answers = await asyncio.gather(
        *(door.post(name, asked(number), body) for name in ("tech", "tech_head", "lead"))
    )

    assert {one.status_code for one in answers} <= {202, 409}
    assert 202 in {one.status_code for one in answers}
    assert (await open_tasks(door, number)).count("collaborate") == 1


async def test_asking_again_with_the_same_key_gives_the_same_answer(door: Door) -> None:
    number = await in_processing(door)
    body = {"department": "service"}

    first = await door.post("tech", asked(number), body, Idempotency_Key="k")
    again = await door.post("tech", asked(number), body, Idempotency_Key="k")

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert code(await door.post("tech", asked(number), body)) == (409, "department_takes_part")


async def test_who_takes_part_already_and_who_does_not_exist_is_refused(door: Door) -> None:
    number = await in_processing(door)

    own = await door.post("tech", asked(number), {"department": "technical"})
    unknown = await door.post("tech", asked(number), {"department": "mars"})
    others = await door.post("tech_two", asked(number), {"department": "service"})

    assert code(own) == (409, "department_takes_part")
    assert code(unknown) == (404, "department_not_found")
    assert code(others) == (403, "feedback_not_yours")
    assert await open_tasks(door, number) == ["process"]


async def test_nobody_is_asked_before_the_item_is_accepted(door: Door) -> None:
    number = await door.receive()

    answer = await door.post("lead", asked(number), {"department": "service"})

    assert code(answer) == (409, "feedback_not_processed")


async def test_a_department_is_asked_again_once_the_item_was_sent_back_and_accepted_anew(
    door: Door,
) -> None:
    number = await in_processing(door)
    body = {"department": "service"}
    await door.post("tech", asked(number), body, Idempotency_Key="first")
    shown = (await door.get("tech", f"/api/feedback/{number}")).json()
    [key] = [t["user_task_key"] for t in shown["open_tasks"] if t["element_id"] == "process"]
    back = {"elementId": "accept", "reason": "派错了部门"}
    sent = await door.post("lead", f"/v2/user-tasks/{key}/send-back", back)
    assert sent.status_code == 200, sent.text
    await door.complete(number, "tech", collaborators=[])

    answer = await door.post("tech", asked(number), body, Idempotency_Key="second")

    assert answer.status_code == 202, answer.text
    assert await open_tasks(door, number) == ["collaborate", "process"]
