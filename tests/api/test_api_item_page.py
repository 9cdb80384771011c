"""What the page of an item is made of: its course, its timeline, its plan, what one may do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.door import Door
from tests.api.office import code

pytestmark = pytest.mark.integration


async def seen(door: Door, username: str, path: str) -> dict[str, Any]:
    answer = await door.get(username, path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def accepted(door: Door) -> str:
    number = await door.receive()
    await door.complete(number, "tech")
    return number


async def test_the_course_shows_what_is_active_and_which_flows_were_taken(door: Door) -> None:
    number = await accepted(door)

    drawings = (await seen(door, "tech", f"/api/feedback/{number}/course"))["items"]

    own = drawings[0]
    active = [one["element_id"] for one in own["elements"] if one["active"]]
    assert own["process_id"] == "feedback"
    assert own["active"]
    assert own["xml"].lstrip().startswith("<?xml")
    assert "process" in active
    assert "accept" not in active
    assert own["flows"][0] == "received_to_receive"
    assert all(f'id="{flow}"' in own["xml"] for flow in own["flows"])


async def test_every_drawing_of_a_course_holds_its_own_elements_only(door: Door) -> None:
    number = await accepted(door)

    for drawing in (await seen(door, "tech", f"/api/feedback/{number}/course"))["items"]:
        names = [one["element_id"] for one in drawing["elements"]]
        assert names
        assert all(f'id="{name}"' in drawing["xml"] for name in names)


async def test_the_timeline_tells_who_gave_what_to_whom_newest_first(door: Door) -> None:
    number = await accepted(door)
    task = await door.task(number)
    handed = {"assignee": "tech_two", "reason": "电话 13812345678 的客户"}
    await door.post("lead", f"/v2/user-tasks/{task['userTaskKey']}/reassignment", handed)

    items = (await seen(door, "lead", f"/api/feedback/{number}/timeline"))["items"]

    assert [one["record"] for one in items] == sorted(
        (one["record"] for one in items), reverse=True
    )
    given = next(one for one in items if one["kind"] == "task_assigned")
    assert (given["by"], given["to"]) == ("lead", "tech_two")
    assert given["note"] == "电话 138****5678 的客户"
    assert "task_completed" in {one["kind"] for one in items}


async def test_a_long_timeline_is_read_page_by_page(door: Door) -> None:
    number = await accepted(door)
    path = f"/api/feedback/{number}/timeline"
    whole = (await seen(door, "lead", path))["items"]

    first = await seen(door, "lead", f"{path}?limit=1")
    rest = await seen(door, "lead", f"{path}?before={first['next']}")

    assert first["items"] + rest["items"] == whole
    assert len(whole) > 1


async def test_whoever_does_not_see_the_item_sees_neither_course_nor_timeline(door: Door) -> None:
    number = await door.receive()

    for part in ("course", "timeline", "extension"):
        answer = await door.get("log", f"/api/feedback/{number}/{part}")
        assert code(answer) == (403, "feedback_not_yours"), part


async def test_a_plan_is_checked_as_one_types_by_the_rules_of_its_completion(door: Door) -> None:
    told = {"type": "repair", "plan": "尽快处理", "reply": "已更换电源模块，测试正常。"}

    answer = await door.post("tech", "/api/plan-check", told)
    sound = await door.post(
        "tech", "/api/plan-check", told | {"plan": "明天18:00前更换电源模块", "estimated_hours": 2}
    )

    found = {(one["field"], one["code"], one["found"]) for one in answer.json()["items"]}
    assert ("plan", "phrase_vague", "尽快处理") in found
    assert ("estimated_hours", "estimate_missing", None) in found
    assert sound.json() == {"items": []}


async def test_an_auditor_checks_no_plans(door: Door) -> None:
    answer = await door.post("the_auditor", "/api/plan-check", {"plan": "尽快处理"})

    assert answer.status_code == 403


async def test_the_latest_new_date_is_the_one_that_a_request_is_held_against(door: Door) -> None:
    number = await accepted(door)
    limit = await seen(door, "tech", f"/api/feedback/{number}/extension")
    latest = datetime.fromisoformat(limit["latest"])
    asked = {"reason": "等待配件到货", "new_due_at": (latest + timedelta(minutes=1)).isoformat()}

    late = await door.post("tech", f"/api/feedback/{number}/extension", asked)
    within = await door.post(
        "tech", f"/api/feedback/{number}/extension", asked | {"new_due_at": limit["latest"]}
    )

    assert limit["working_days"] == 3
    assert code(late)[1] == "extension_too_long"
    assert within.status_code == 202, within.text


async def test_an_item_tells_what_one_may_do_with_it(door: Door) -> None:
    number = await accepted(door)
    path = f"/api/feedback/{number}"

    own = (await seen(door, "tech", path))["actions"]
    colleague = (await seen(door, "tech_two", path))["actions"]
    auditor = (await seen(door, "the_auditor", path))["actions"]

    assert {"feedback.extend", "feedback.pause", "feedback.reveal"} <= set(own)
    assert "feedback.progress" in colleague
    assert "feedback.extend" not in colleague
    assert auditor == ["feedback.read", "feedback.records"]
