"""What no table can hold is refused, and the instance goes on (无法保存的值)."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.commands import UpdateUserTask
from tests.api.door import TELL, Door
from tests.api.test_api_feedback import code
from workflows.messages import CommandRejectedError

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    "changeset",
    [
        {"dueDate": "0001-01-01T00:00:00+14:00"},
        {"followUpDate": "9999-12-31T23:59:59-14:00"},
        {"candidateGroups": ["tech\0nical"]},
        {"candidateUsers": ["li\nnmei"]},
    ],
)
async def test_a_change_that_cannot_be_kept_is_refused_at_the_door(
    door: Door, changeset: dict[str, Any]
) -> None:
    path = f"/v2/user-tasks/{(await door.task(await door.receive()))['userTaskKey']}"

    refused = await door.call("lead", "PATCH", path, {"changeset": changeset})

    assert code(refused) == (400, "request_invalid")
    following = await door.call("lead", "PATCH", path, {"changeset": {"priority": 70}})
    assert following.status_code == 204


@pytest.mark.parametrize(
    "changes",
    [{"due_date": "0001-01-01T00:00:00+14:00"}, {"candidate_groups": ["tech\0nical"]}],
)
async def test_the_engine_refuses_it_too_instead_of_trying_for_ever(
    door: Door, changes: dict[str, Any]
) -> None:
    task = await door.task(await door.receive())
    key, instance = int(task["userTaskKey"]), int(task["processInstanceKey"])
    command = UpdateUserTask(id="poison", actor="lead", key=key, changes=changes)

    with pytest.raises(CommandRejectedError) as refused:
        door.instances.advance(instance, command)

    assert refused.value.code == "engine_error"
    path = f"/v2/user-tasks/{key}"
    following = await door.call("lead", "PATCH", path, {"changeset": {"priority": 70}})
    assert following.status_code == 204


async def test_a_name_with_a_nul_and_half_a_character_are_bad_requests(door: Door) -> None:
    path = f"/v2/user-tasks/{(await door.task(await door.receive()))['userTaskKey']}"
    headers = await door.headers("tech") | {"Content-Type": "application/json"}

    named = await door.post("lead", f"{path}/assignment", {"assignee": "te\0ch"})
    half = await door.client.post(
        f"{path}/completion",
        content=b'{"variables": {"collaborators": ["\\ud800"]}}',
        headers=headers,
    )

    assert code(named) == (400, "request_invalid")
    assert (half.status_code, half.json()["code"]) == (400, "variables_invalid")


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
async def test_an_instant_at_the_ends_of_the_calendar_is_refused_and_lists_stay_readable(
    door: Door, edge: str
) -> None:
    deputy = {"username": "tech_two", "acting_from": "2026-09-01T00:00:00Z"}
    acting = {"deputies": [deputy | {"acting_until": edge}]}
    sent = [
        ("POST", "/api/absences", {"starts_at": edge, "ends_at": "2026-12-01T00:00:00Z"}),
        ("POST", "/api/absences", {"starts_at": "2026-12-01T00:00:00Z", "ends_at": edge}),
        ("PUT", "/api/departments/technical/deputies", acting),
        ("POST", "/api/feedback", TELL | {"submitted_at": edge}),
    ]

    for method, path, body in sent:
        answer = await door.call("admin", method, path, body)
        assert answer.status_code == 422, (path, answer.text)
        assert "value_unknown" in answer.text, path

    for path in ("/api/absences", "/api/departments", "/api/feedback"):
        assert (await door.get("admin", path)).status_code == 200, path


async def test_an_absence_is_not_drawn_out_beyond_what_one_may_enter(door: Door) -> None:
    asked = {"starts_at": "2026-10-01T00:00:00Z", "ends_at": "2026-10-02T00:00:00Z"}
    made = await door.post("tech", "/api/absences", asked)
    headers = await door.headers("tech") | {"If-Match": made.headers["ETag"]}

    path = f"/api/absences/{made.json()['id']}"
    longer = {"ends_at": "2090-01-01T00:00:00Z"}
    answer = await door.client.patch(path, json=longer, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "fields_invalid")
