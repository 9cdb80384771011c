"""The audit log of a task: who did what, as its records say."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.door import Door

pytestmark = pytest.mark.integration
DONE = {"plan": "更换电源，2小时内完成", "reply": "已更换电源。"}


@pytest.fixture
async def key(door: Door) -> str:
    """A task that was claimed, given back, changed, given to somebody and completed."""
    number = await door.receive()
    await door.complete(number, "tech")
    found = str((await door.task(number))["userTaskKey"])
    path = f"/v2/user-tasks/{found}"
    for answer in (
        await door.call("tech", "DELETE", f"{path}/assignee"),
        await door.post("tech_two", f"{path}/assignment", {"assignee": "tech_two"}),
        await door.call("lead", "PATCH", path, {"changeset": {"priority": 80}}),
        await door.post("tech_head", f"{path}/assignment", {"assignee": "tech"}),
        await door.post("tech", f"{path}/completion", {"variables": DONE}),
    ):
        assert answer.status_code == 204, answer.text
    return found


async def log(door: Door, key: str, asked: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await door.post("tech", f"/v2/user-tasks/{key}/audit-logs/search", asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def test_the_log_tells_in_order_who_did_what(door: Door, key: str) -> None:
    found = await log(door, key, {})

    told = [(one["operationType"], one["actorId"]) for one in found]
    assert told[0][0] == "CREATE"
    assert told[-5:] == [
        ("UNASSIGN", "tech"),
        ("ASSIGN", "tech_two"),
        ("UPDATE", "lead"),
        ("ASSIGN", "tech_head"),
        ("COMPLETE", "tech"),
    ]
    assert found[-2]["details"] == {"assignee": "tech", "before": "tech_two"}
    assert found[-3]["details"] == {"changes": {"priority": 80}}
    assert {one["userTaskKey"] for one in found} == {key}


async def test_the_log_holds_nothing_that_was_filled_in(door: Door, key: str) -> None:
    answer = await door.post("tech", f"/v2/user-tasks/{key}/audit-logs/search", {})

    assert "variables" not in answer.text
    assert "$ref" not in answer.text


async def test_the_log_is_searched_as_camunda_does(door: Door, key: str) -> None:
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"operationType": "UNASSIGN"}, ["UNASSIGN"]),
        ({"operationType": {"$in": ["UPDATE", "COMPLETE"]}}, ["UPDATE", "COMPLETE"]),
        ({"actorId": {"$like": "tech_h*"}}, ["ASSIGN"]),
        ({"actorId": "lead", "actorType": "USER", "result": "SUCCESS"}, ["UPDATE"]),
        ({"result": "FAIL"}, []),
        ({"timestamp": {"$lt": "2020-01-01T00:00:00Z"}}, []),
    ]

    for asked, expected in cases:
        found = await log(door, key, {"filter": asked})
        assert [one["operationType"] for one in found] == expected, asked
    newest = {"sort": [{"field": "timestamp", "order": "DESC"}], "page": {"limit": 1}}
    assert [one["operationType"] for one in await log(door, key, newest)] == ["COMPLETE"]


async def test_the_log_is_for_those_who_see_the_task(door: Door, key: str) -> None:
    answer = await door.post("log", f"/v2/user-tasks/{key}/audit-logs/search", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "task_not_yours")
