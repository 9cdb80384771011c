"""Claiming, giving and completing user tasks."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models.form_definition import FormDefinition
from tests.api.door import Door

pytestmark = pytest.mark.integration
DONE = {"plan": "更换电源，2小时内完成", "reply": "已更换电源。"}


async def verb(
    door: Door, username: str, key: str, name: str, body: Any = None, **headers: str
) -> httpx.Response:
    return await door.post(username, f"/v2/user-tasks/{key}/{name}", body, **headers)


async def open_task(door: Door) -> dict[str, Any]:
    """Return an accept task that nobody has."""
    task = await door.task(await door.receive())
    if task["assignee"]:
        path = f"/v2/user-tasks/{task['userTaskKey']}/assignee"
        assert (await door.call("lead", "DELETE", path)).status_code == 204
    return task


async def process_task(door: Door) -> dict[str, Any]:
    """Return a task `process` that `tech` has."""
    number = await door.receive()
    await door.complete(number, "tech")
    return await door.task(number)


async def assignee(door: Door, key: str) -> str | None:
    answer = await door.get("lead", f"/v2/user-tasks/{key}")
    found: str | None = answer.json()["assignee"]
    return found


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_task_has_the_shape_of_camunda(door: Door) -> None:
    number = await door.receive()
    task = await door.task(number)

    assert task["elementId"] == "accept"
    assert task["state"] == "CREATED"
    assert task["processDefinitionId"] == "feedback"
    assert task["processDefinitionVersion"] == 1
    assert task["candidateGroups"] == ["technical"]
    assert task["feedbackNumber"] == number
    assert int(task["userTaskKey"]) >> 20 == int(task["processInstanceKey"]) >> 20


async def test_a_search_shows_what_one_may_do(door: Door) -> None:
    task = await open_task(door)
    asked = {"filter": {"state": "CREATED"}, "sort": [{"field": "dueDate", "order": "DESC"}]}

    async def seen(username: str) -> list[str]:
        answer = await door.post(username, "/v2/user-tasks/search", asked)
        return [one["userTaskKey"] for one in answer.json()["items"]]

    key = task["userTaskKey"]
    assert await seen("tech") == [key]
    assert await seen("tech_head") == [key]
    assert await seen("lead") == [key]
    assert await seen("log") == []


async def test_a_search_pages_with_a_cursor(door: Door) -> None:
    for _ in range(3):
        await door.receive()

    first = await door.post("lead", "/v2/user-tasks/search", {"page": {"limit": 2}})
    after = first.json()["page"]["endCursor"]
    second = await door.post("lead", "/v2/user-tasks/search", {"page": {"after": after}})

    assert first.json()["page"]["totalItems"] == 3
    assert len(first.json()["items"]) == 2
    assert len(second.json()["items"]) == 1
    assert second.json()["page"]["endCursor"] is None


async def test_a_search_that_cannot_be_answered_names_the_field(door: Door) -> None:
    cases = {
        "filter.colour": {"filter": {"colour": "red"}},
        "page.limit": {"page": {"limit": 100_000}},
        "page.after": {"page": {"after": "%%%"}},
        "sort.0.field": {"sort": [{"field": "assignee"}]},
        "filter.userTaskKey.value": {"filter": {"userTaskKey": "12x"}},
    }

    for field, asked in cases.items():
        answer = await door.post("lead", "/v2/user-tasks/search", asked)

        assert code(answer) == (400, "request_invalid")
        assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_a_candidate_claims_a_task_and_gives_it_back(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]

    claimed = await verb(door, "tech", key, "assignment", {"assignee": "tech"})
    assert claimed.status_code == 204
    assert await assignee(door, key) == "tech"

    given_back = await door.call("tech", "DELETE", f"/v2/user-tasks/{key}/assignee")
    assert given_back.status_code == 204
    assert await assignee(door, key) is None


async def test_a_candidate_cannot_take_a_task_from_a_colleague(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]
    await verb(door, "tech", key, "assignment", {"assignee": "tech"})

    taken = await verb(door, "tech_two", key, "assignment", {"assignee": "tech_two"})
    given = await verb(door, "tech_two", key, "assignment", {"assignee": "tech"})
    completed = await verb(door, "tech_two", key, "completion", {})

    assert code(taken) == (409, "user_task_already_assigned")
    assert code(given) == (403, "task_not_yours")
    assert code(completed) == (403, "task_not_yours")
    assert await assignee(door, key) == "tech"


async def test_the_head_gives_a_task_to_somebody_else(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]
    await verb(door, "tech", key, "assignment", {"assignee": "tech"})

    gentle = {"assignee": "tech_two", "allowOverride": False}
    refused = await verb(door, "tech_head", key, "assignment", gentle)
    given = await verb(door, "tech_head", key, "assignment", {"assignee": "tech_two"})

    assert code(refused) == (409, "user_task_already_assigned")
    assert given.status_code == 204
    assert await assignee(door, key) == "tech_two"


async def test_a_task_is_given_to_nobody_unknown(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]

    answer = await verb(door, "lead", key, "assignment", {"assignee": "ghost"})

    assert code(answer) == (400, "assignee_unknown")


async def test_another_department_neither_sees_nor_does_a_task(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]

    assert code(await door.get("log", f"/v2/user-tasks/{key}")) == (403, "task_not_yours")
    assert code(await verb(door, "log", key, "completion", {})) == (403, "task_not_yours")
    claim = await verb(door, "log", key, "assignment", {"assignee": "log"})
    assert code(claim) == (403, "task_not_yours")


async def test_a_task_completed_again_is_refused(door: Door) -> None:
    number = await door.receive()
    key = await door.complete(number, "tech")

    again = await verb(door, "tech", key, "completion", {})

    assert code(again) == (409, "user_task_not_active")
    assert len(door.instances.sent) == 1


async def test_a_completion_sent_twice_with_one_key_is_done_once(door: Door) -> None:
    task = await process_task(door)
    key = task["userTaskKey"]
    body = {"variables": DONE}

    first = await verb(door, "tech", key, "completion", body, Idempotency_Key="k")
    second = await verb(door, "tech", key, "completion", body, Idempotency_Key="k")
    other = await verb(door, "tech", key, "completion", {}, Idempotency_Key="k")

    assert first.status_code == second.status_code == 204
    assert second.headers["idempotent-replayed"] == "true"
    assert code(other) == (422, "idempotency_key_reused")


async def test_a_completion_whose_answer_was_lost_is_recognised(door: Door) -> None:
    task = await process_task(door)
    key, body = task["userTaskKey"], {"variables": DONE}
    await verb(door, "tech", key, "completion", body, Idempotency_Key="k")
    with Session(door.engine) as session, session.begin():
        session.execute(text("UPDATE idempotency_key SET status_code = NULL"))

    again = await verb(door, "tech", key, "completion", body, Idempotency_Key="k")

    assert again.status_code == 204


async def test_while_an_instance_is_busy_one_may_try_again_with_the_same_key(door: Door) -> None:
    task = await process_task(door)
    key, body = task["userTaskKey"], {"variables": DONE}
    door.instances.away = True

    busy = await verb(door, "tech", key, "completion", body, Idempotency_Key="k")
    door.instances.away = False
    other = {"variables": DONE | {"plan": "别的方案"}}
    changed = await verb(door, "tech", key, "completion", other, Idempotency_Key="k")
    done = await verb(door, "tech", key, "completion", body, Idempotency_Key="k")

    assert code(busy) == (503, "instance_busy")
    assert busy.headers["retry-after"] == "1"
    # The first attempt may still be carried out: the key stands for its body.
    assert code(changed) == (422, "idempotency_key_reused")
    assert done.status_code == 204


async def test_a_refused_completion_frees_its_key(door: Door) -> None:
    task = await process_task(door)
    key = task["userTaskKey"]

    refused = await verb(door, "tech", key, "completion", {}, Idempotency_Key="k")
    done = await verb(door, "tech", key, "completion", {"variables": DONE}, Idempotency_Key="k")

    assert code(refused) == (400, "variables_invalid")
    assert done.status_code == 204


async def test_every_wrong_variable_is_named_and_nothing_changes(door: Door) -> None:
    task = await process_task(door)
    key = task["userTaskKey"]
    wrong = {"plan": 7, "estimated_hours": "six", "colour": "red", "$ref": "x"}

    answer = await verb(door, "tech", key, "completion", {"variables": wrong})

    assert code(answer) == (400, "variables_invalid")
    assert {(one["field"], one["code"]) for one in answer.json()["errors"]} == {
        ("plan", "type_wrong"),
        ("estimated_hours", "type_wrong"),
        ("reply", "missing"),
        ("colour", "unknown"),
        ("$ref", "key_reserved"),
    }
    after = (await door.get("tech", f"/v2/user-tasks/{key}")).json()
    assert after == task


async def test_an_unknown_key_is_not_found(door: Door) -> None:
    for path in ("/v2/user-tasks/99", "/v2/user-tasks/99/form"):
        assert code(await door.get("tech", path)) == (404, "user_task_not_found")
    answer = await verb(door, "tech", "99", "completion", {})
    assert code(answer) == (404, "user_task_not_found")
    assert code(await door.get("tech", "/v2/user-tasks/9x")) == (400, "request_invalid")
    huge = await door.get("tech", f"/v2/user-tasks/{2**63}")
    assert code(huge) == (400, "request_invalid")


async def test_a_task_that_changed_meanwhile_is_not_completed(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]
    known = (await door.get("tech", f"/v2/user-tasks/{key}")).headers["etag"]
    await verb(door, "tech", key, "assignment", {"assignee": "tech"})

    stale = await verb(door, "tech", key, "completion", {}, If_Match=known)
    fresh = (await door.get("tech", f"/v2/user-tasks/{key}")).headers["etag"]
    done = await verb(door, "tech", key, "completion", {}, If_Match=fresh)

    assert code(stale) == (412, "revision_differs")
    assert done.status_code == 204


async def test_the_form_of_a_task_is_the_one_deployed_with_it(door: Door) -> None:
    task = await process_task(door)

    answer = await door.get("tech", f"/v2/user-tasks/{task['userTaskKey']}/form")

    form = answer.json()
    assert form["formId"] == task["formId"] == "process"
    # The key is that of the form's version, as in Camunda, and not the id.
    assert form["formKey"] == task["formKey"]
    with Session(door.engine) as session:
        held = session.scalars(
            select(FormDefinition).where(col(FormDefinition.form_id) == "process")
        )
        assert [(str(one.key), one.version) for one in held] == [(form["formKey"], form["version"])]
    assert "plan" in [one.get("key") for one in form["schema"]["components"]]


async def test_a_lead_changes_priority_and_due_date(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]
    change = {"changeset": {"priority": 80, "dueDate": "2026-10-01T10:00:00+08:00"}}

    changed = await door.call("lead", "PATCH", f"/v2/user-tasks/{key}", change)
    refused = await door.call("tech", "PATCH", f"/v2/user-tasks/{key}", change)

    assert changed.status_code == 204, changed.text
    after = (await door.get("lead", f"/v2/user-tasks/{key}")).json()
    assert (after["priority"], after["dueDate"]) == (80, "2026-10-01T02:00:00Z")
    assert after["candidateGroups"] == ["technical"]
    assert code(refused) == (403, "forbidden")


async def test_a_delegate_takes_over_the_task_of_somebody_away_and_nobody_else_does(
    door: Door,
) -> None:
    key = str((await process_task(door))["userTaskKey"])
    away = {
        "starts_at": "2026-09-21T00:00:00Z",
        "ends_at": "2026-09-25T00:00:00Z",
        "delegate": "log",
    }
    taking = {"assignee": "log", "allowOverride": True}
    assert code(await verb(door, "log", key, "assignment", taking)) == (403, "task_not_yours")
    assert (await door.post("tech", "/api/absences", away)).status_code == 201
    with Session(door.engine) as session, session.begin():
        # What the dispatcher of the worker offers.
        offer = "UPDATE user_task SET candidate_users = '{log}' WHERE key = :key"
        session.execute(text(offer), {"key": int(key)})

    mine = {"assignee": "tech_two", "allowOverride": True}
    refused = await verb(door, "tech_two", key, "assignment", mine)
    taken = await verb(door, "log", key, "assignment", taking)

    assert code(refused) == (409, "user_task_already_assigned")
    assert taken.status_code == 204, taken.text
    assert await assignee(door, key) == "log"


async def test_a_deputy_decides_for_a_head_who_is_away(door: Door) -> None:
    path = "/api/departments/technical"
    tag = (await door.get("tech_head", path)).headers["etag"]
    named = {"deputies": [{"username": "tech_two"}]}
    await door.call("tech_head", "PUT", f"{path}/deputies", named, If_Match=tag)
    away = {"starts_at": "2026-09-21T00:00:00Z", "ends_at": "2026-09-25T00:00:00Z"}
    key = str((await process_task(door))["userTaskKey"])
    giving = {"assignee": "tech_two", "allowOverride": True}
    assert code(await verb(door, "tech_two", key, "assignment", giving))[0] == 409

    assert (await door.post("tech_head", "/api/absences", away)).status_code == 201

    assert (await verb(door, "tech_two", key, "assignment", giving)).status_code == 204


async def test_a_busy_instance_is_asked_again_within_the_request(door: Door) -> None:
    task = await process_task(door)
    door.instances.busy_for = 2

    done = await verb(door, "tech", task["userTaskKey"], "completion", {"variables": DONE})

    assert done.status_code == 204
    assert door.instances.busy_for == 0


async def test_who_waits_for_a_busy_instance_learns_that_the_task_is_taken(door: Door) -> None:
    key = (await open_task(door))["userTaskKey"]
    door.instances.away = True
    claim = asyncio.create_task(verb(door, "tech_two", key, "assignment", {"assignee": "tech_two"}))
    await asyncio.sleep(0)
    with Session(door.engine) as session, session.begin():
        session.execute(text("UPDATE user_task SET assignee = 'tech'"))

    assert code(await claim) == (409, "user_task_already_assigned")


async def test_a_command_carried_out_though_nobody_answered_is_not_sent_again(door: Door) -> None:
    task = await process_task(door)
    door.instances.mute = True

    done = await verb(door, "tech", task["userTaskKey"], "completion", {"variables": DONE})

    assert done.status_code == 204
    assert len(door.instances.sent) == 2
