"""Drafts of forms: they outlive the page, belong to one person, and end with the task."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import literal_column, select, text
from sqlalchemy.orm import Session

from api.personal import person_of
from tests.api.door import Door

pytestmark = pytest.mark.integration


@pytest.fixture
async def task(door: Door) -> dict[str, Any]:
    """A task `process` that `tech` has."""
    number = await door.receive()
    await door.complete(number, "tech")
    return await door.task(number)


def path(task: dict[str, Any]) -> str:
    return f"/v2/user-tasks/{task['userTaskKey']}/draft"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def count(door: Door, table: str) -> int:
    with door.engine.connect() as connection:
        return len(connection.execute(select(literal_column("1")).select_from(text(table))).all())


async def test_a_draft_is_there_again_when_the_page_is_opened_again(
    door: Door, task: dict[str, Any]
) -> None:
    saved = await door.call("tech", "PUT", path(task), {"variables": {"plan": "换电源"}})
    read = await door.get("tech", path(task))

    assert saved.status_code == 204, saved.text
    assert read.json()["variables"] == {"plan": "换电源"}
    assert read.headers["etag"] == saved.headers["etag"]


async def test_a_draft_that_no_page_can_show_is_refused(door: Door, task: dict[str, Any]) -> None:
    raw = b'{"variables": {"odd": "\\ud800"}}'
    headers = await door.headers("tech") | {"Content-Type": "application/json"}

    answer = await door.client.put(path(task), content=raw, headers=headers)

    assert code(answer) == (400, "request_invalid")
    assert (await door.get("tech", path(task))).status_code == 204


async def test_nobody_else_sees_a_draft(door: Door, task: dict[str, Any]) -> None:
    await door.call("tech", "PUT", path(task), {"variables": {"plan": "换电源"}})

    for username in ("tech_two", "tech_head", "lead"):
        assert (await door.get(username, path(task))).status_code == 204
    assert code(await door.get("log", path(task))) == (403, "task_not_yours")


async def test_what_is_filled_in_lies_nowhere_in_plain(door: Door, task: dict[str, Any]) -> None:
    await door.call("tech", "PUT", path(task), {"variables": {"plan": "欧阳测试的电话"}})

    with door.engine.connect() as connection:
        rows = connection.execute(text("SELECT d::text FROM user_task_draft d")).scalars().all()
        stored = connection.execute(text("SELECT ciphertext FROM personal_value")).scalars().all()
    assert not any("欧阳" in row for row in rows)
    assert not any("欧阳测试的电话".encode() in bytes(one) for one in stored)


async def test_an_older_window_does_not_overwrite_a_newer_one(
    door: Door, task: dict[str, Any]
) -> None:
    first = await door.call("tech", "PUT", path(task), {"variables": {"plan": "一"}})
    known = first.headers["etag"]
    await door.call("tech", "PUT", path(task), {"variables": {"plan": "二"}}, If_Match=known)

    stale = await door.call("tech", "PUT", path(task), {"variables": {}}, If_Match=known)

    assert code(stale) == (412, "revision_differs")
    assert (await door.get("tech", path(task))).json()["variables"] == {"plan": "二"}


async def test_saving_again_and_throwing_away_leave_nothing_behind(
    door: Door, task: dict[str, Any]
) -> None:
    before = count(door, "personal_value")
    for number in range(3):
        await door.call("tech", "PUT", path(task), {"variables": {"plan": str(number)}})
    assert count(door, "personal_value") == before + 1

    thrown = await door.call("tech", "DELETE", path(task))
    again = await door.call("tech", "DELETE", path(task))

    assert thrown.status_code == 204
    assert code(again) == (404, "draft_not_found")
    assert count(door, "personal_value") == before
    assert count(door, "user_task_draft") == 0


async def test_drafts_end_with_the_task(door: Door, task: dict[str, Any]) -> None:
    for username in ("tech", "tech_two"):
        await door.call(username, "PUT", path(task), {"variables": {"plan": "换电源"}})

    done = {"variables": {"plan": "更换电源，2小时内完成", "reply": "已更换电源。"}}
    answer = await door.post("tech", path(task).replace("draft", "completion"), done)

    assert answer.status_code == 204, answer.text
    assert count(door, "user_task_draft") == 0
    late = await door.call("tech", "PUT", path(task), {"variables": {}})
    assert code(late) == (409, "user_task_not_active")


async def test_a_draft_about_somebody_erased_is_empty(door: Door, task: dict[str, Any]) -> None:
    await door.call("tech", "PUT", path(task), {"variables": {"plan": "换电源"}})
    with Session(door.engine) as session, session.begin():
        person: UUID = person_of(session, int(task["processInstanceKey"]))
        door.means.vault.erase(session, person)

    read = await door.get("tech", path(task))
    saved = await door.call("tech", "PUT", path(task), {"variables": {"plan": "又写"}})

    assert read.json()["variables"] == {}
    assert saved.status_code == 204
    assert (await door.get("tech", path(task))).json()["variables"] == {}
