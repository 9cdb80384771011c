"""One verb on many tasks: each has its own result, and a repetition does nothing twice."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.door import Door

pytestmark = pytest.mark.integration
DONE = {"plan": "更换电源，2小时内完成", "reply": "已更换电源。"}


async def free_tasks(door: Door, number: int) -> list[str]:
    """Return tasks that nobody has."""
    found = []
    for _ in range(number):
        task = await door.task(await door.receive())
        if task["assignee"]:
            path = f"/v2/user-tasks/{task['userTaskKey']}/assignee"
            assert (await door.call("lead", "DELETE", path)).status_code == 204
        found.append(str(task["userTaskKey"]))
    return found


async def bulk(
    door: Door, username: str, verb: str, keys: list[str], **more: Any
) -> httpx.Response:
    headers = more.pop("headers", {})
    asked = {"items": [{"userTaskKey": key} for key in keys], **more}
    return await door.post(username, f"/v2/user-tasks/bulk-{verb}", asked, **headers)


def results(answer: httpx.Response) -> list[tuple[int, str | None]]:
    assert answer.status_code == 200, answer.text
    return [(one["status"], one["code"]) for one in answer.json()["items"]]


async def test_a_bulk_claim_tells_for_each_task_what_became_of_it(door: Door) -> None:
    first, second, third = await free_tasks(door, 3)
    await door.post("tech_two", f"/v2/user-tasks/{second}/assignment", {"assignee": "tech_two"})

    answer = await bulk(door, "tech", "claim", [first, second, "99", third])

    assert results(answer) == [
        (204, None),
        (409, "user_task_already_assigned"),
        (404, "user_task_not_found"),
        (204, None),
    ]
    assert (answer.json()["done"], answer.json()["failed"]) == (2, 2)


async def test_a_bulk_repeated_with_its_key_does_only_what_is_left(door: Door) -> None:
    first, second = await free_tasks(door, 2)
    key = {"headers": {"Idempotency_Key": "k"}}
    await door.post("tech_two", f"/v2/user-tasks/{second}/assignment", {"assignee": "tech_two"})
    await bulk(door, "tech", "claim", [first, second], **key)
    sent = len(door.instances.sent)
    await door.call("tech_two", "DELETE", f"/v2/user-tasks/{second}/assignee")

    again = await bulk(door, "tech", "claim", [first, second], **key)

    assert results(again) == [(204, None), (204, None)]
    # One to give it back, and one to claim the second.
    assert len(door.instances.sent) == sent + 2


async def test_a_bulk_assignment_follows_the_rules_of_a_single_one(door: Door) -> None:
    keys = await free_tasks(door, 2)

    by_colleague = await bulk(door, "tech", "assignment", keys, assignee="tech_two")
    to_nobody = await bulk(door, "lead", "assignment", keys, assignee="ghost")
    by_lead = await bulk(door, "lead", "assignment", keys, assignee="tech_two")

    assert results(by_colleague) == [(403, "task_not_yours")] * 2
    assert results(to_nobody) == [(400, "assignee_unknown")] * 2
    assert results(by_lead) == [(204, None)] * 2


async def test_a_bulk_completion_takes_what_was_filled_in_for_each_task(door: Door) -> None:
    keys = await free_tasks(door, 2)
    await bulk(door, "tech", "claim", keys)
    assert results(await bulk(door, "tech", "completion", keys)) == [(204, None)] * 2
    asked = {"filter": {"elementId": "process", "state": "CREATED"}}
    found = (await door.post("tech", "/v2/user-tasks/search", asked)).json()["items"]
    [one, two] = [task["userTaskKey"] for task in found]
    items = [
        {"userTaskKey": one, "variables": DONE},
        {"userTaskKey": two, "variables": {"plan": 7}},
    ]

    answer = await door.post("tech", "/v2/user-tasks/bulk-completion", {"items": items})

    assert results(answer) == [(204, None), (400, "variables_invalid")]
    assert answer.json()["items"][1]["data"]["errors"]


async def test_a_task_that_changed_meanwhile_is_left_alone(door: Door) -> None:
    [key] = await free_tasks(door, 1)
    items = [{"userTaskKey": key, "etag": '"99"'}]

    answer = await door.post("tech", "/v2/user-tasks/bulk-claim", {"items": items})

    assert results(answer) == [(412, "revision_differs")]


async def test_a_bulk_has_one_to_a_hundred_different_tasks(door: Door) -> None:
    for keys in ([], ["5", "5"], [str(key) for key in range(1, 102)]):
        answer = await bulk(door, "tech", "claim", keys)

        assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
