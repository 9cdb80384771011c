"""Progress entries, customers' later messages, and plans that are refused with reasons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.api.door import PHONE, Door
from tests.api.test_api_surveys import asked

pytestmark = pytest.mark.integration
SOUND = {"plan": "检查后更换电源，2小时内完成", "reply": "已更换电源。"}


async def in_processing(door: Door) -> str:
    number = await door.receive()
    await door.complete(number, "tech")
    return number


async def closed(door: Door) -> str:
    path = await asked(door)
    assert (await door.client.post(path, json={"score": "satisfied"})).status_code == 200
    return "202609-001"


async def detail(door: Door, number: str) -> dict[str, Any]:
    found: dict[str, Any] = (await door.get("spec", f"/api/feedback/{number}")).json()
    return found


async def fill_in(door: Door, number: str, **variables: Any) -> httpx.Response:
    key = (await door.task(number))["userTaskKey"]
    path = f"/v2/user-tasks/{key}/completion"
    return await door.post("tech", path, {"variables": variables})


async def test_a_vague_plan_is_refused_with_field_phrase_and_advice(door: Door) -> None:
    number = await in_processing(door)

    answer = await fill_in(door, number, **SOUND | {"plan": "检查后尽快处理"}, estimated_hours=2)

    assert answer.status_code == 400
    assert answer.json()["errors"] == [
        {
            "field": "plan",
            "code": "phrase_vague",
            "found": "尽快处理",
            "advice": "name_step_and_time",
        }
    ]


async def test_a_promise_in_a_reply_is_refused_and_the_mended_reply_passes(door: Door) -> None:
    number = await in_processing(door)

    refused = await fill_in(door, number, **SOUND | {"reply": "我们保证不再出现。"})
    mended = await fill_in(door, number, **SOUND)

    assert [one["code"] for one in refused.json()["errors"]] == ["promise_absolute"]
    assert mended.status_code == 204


async def test_a_technical_plan_without_its_parts_names_what_is_missing(door: Door) -> None:
    number = await in_processing(door)

    answer = await fill_in(door, number, **SOUND | {"plan": "已知悉"})

    missing = {(one["field"], one["code"]) for one in answer.json()["errors"]}
    assert missing == {
        ("measures", "troubleshooting_missing"),
        ("estimated_hours", "estimate_missing"),
    }


async def test_a_progress_entry_is_kept_masked_and_reaches_the_process(door: Door) -> None:
    number = await in_processing(door)
    path = f"/api/feedback/{number}/progress"
    entry = {"code": "customer_contacted", "note": f"已致电 {PHONE}"}

    first = await door.post("tech", path, entry, Idempotency_Key="k")
    await door.post("tech", path, entry, Idempotency_Key="k")

    assert first.status_code == 202, first.text
    assert door.instances.sent[-1].to_json()["name"] == "progress_recorded"
    [kept] = (await door.get("spec", path)).json()["items"]
    assert (kept["code"], kept["author"]) == ("customer_contacted", "tech")
    assert kept["note"] == "已致电 138****5678"


async def test_progress_is_noted_while_an_item_is_processed_and_not_before(door: Door) -> None:
    number = await door.receive()

    answer = await door.post("spec", f"/api/feedback/{number}/progress", {"note": "已联系"})

    assert (answer.status_code, answer.json()["code"]) == (409, "progress_not_awaited")


async def test_a_message_to_an_open_item_is_noted_and_its_owner_told(door: Door) -> None:
    number = await in_processing(door)

    answer = await door.post("spec", f"/api/feedback/{number}/message", {"text": "请改约周三"})

    assert answer.json() == {"number": number, "outcome": "noted", "new_number": None}
    inbox = (await door.get("tech", "/api/notices")).json()["items"]
    assert "customer_message" in [one["code"] for one in inbox]


async def test_a_message_within_thirty_days_reopens_a_closed_item(door: Door) -> None:
    number = await closed(door)
    door.clock.at += timedelta(days=29)

    answer = await door.post("spec", f"/api/feedback/{number}/message", {"text": "又坏了"})

    assert answer.json()["outcome"] == "reopened", answer.text
    found = await detail(door, number)
    assert (found["status"], found["reopened"], found["closed_at"]) == ("processing", 1, None)
    assert "process" in [task["element_id"] for task in found["open_tasks"]]


async def test_a_message_after_thirty_days_is_a_new_item_that_follows_the_old_one(
    door: Door,
) -> None:
    number = await closed(door)
    door.clock.at += timedelta(days=31)
    door.instances.ring(int((await detail(door, number))["process_instance_key"]))
    path, told = f"/api/feedback/{number}/message", {"text": "又坏了"}

    answer = await door.post("spec", path, told, Idempotency_Key="k")
    again = await door.post("spec", path, told, Idempotency_Key="k")

    assert (await detail(door, number))["status"] == "archived"
    assert answer.json()["outcome"] == "new_item", answer.text
    assert again.json() == answer.json()
    new = await detail(door, answer.json()["new_number"])
    assert new["status"] == "pending"
    assert new["customer"]["contact"] == "138****5678"


async def test_a_closed_item_cannot_be_withdrawn(door: Door) -> None:
    number = await closed(door)

    answer = await door.post("spec", f"/api/feedback/{number}/withdrawal", {"reason": "不用了"})

    assert (answer.status_code, answer.json()["code"]) == (409, "feedback_closed")


async def test_a_dissatisfied_answer_after_closing_opens_the_second_followup(door: Door) -> None:
    path = await asked(door)
    key = int((await detail(door, "202609-001"))["process_instance_key"])
    door.clock.at += timedelta(days=8)
    door.instances.ring(key)
    assert (await detail(door, "202609-001"))["status"] == "closed"

    answer = await door.client.post(path, json={"score": "dissatisfied"})

    assert answer.status_code == 200
    found = await detail(door, "202609-001")
    assert (found["status"], found["satisfaction"]) == ("second_followup", "dissatisfied")
