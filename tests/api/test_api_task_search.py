"""Searching user tasks as Camunda 8 does, one's own queues, and pages that stay in place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.user_task import UserTask
from tests.api.door import Door

pytestmark = pytest.mark.integration
SEARCH = "/v2/user-tasks/search"


def add(door: Door, number: int, **changes: Any) -> UserTask:
    """Insert a task of no instance, for reading."""
    at = door.clock.at + timedelta(minutes=number)
    values: dict[str, Any] = {
        "key": (1 << 40) + number,
        "instance_key": 1 << 40,
        "process_id": "p",
        "definition_digest": "0" * 64,
        "element_id": "work",
        "element_instance_key": (1 << 40) + 5000 + number,
        "name": f"work {number}",
        "created_at": at,
        "candidate_groups": ["technical"],
    }
    task = UserTask(**(values | changes))
    with Session(door.engine, expire_on_commit=False) as session, session.begin():
        session.add(task)
    return task


@pytest.fixture
def tasks(door: Door) -> Door:
    """Six tasks: some of `tech`, some free, one done, one of another department."""
    now = door.clock.at
    add(door, 1, assignee="tech", due_date=now - timedelta(hours=1), priority=90)
    add(door, 2, due_date=now + timedelta(hours=1), priority=10)
    add(door, 3, due_date=now + timedelta(days=2), candidate_users=["spec"])
    add(door, 4, assignee="tech_two", follow_up_date=now)
    add(door, 5, state="COMPLETED", assignee="tech", completed_at=now)
    add(door, 6, candidate_groups=["logistics", "team.night"], name="pack_it")
    return door


async def found(door: Door, asked: dict[str, Any], username: str = "lead") -> list[int]:
    answer = await door.post(username, SEARCH, {"filter": asked})
    assert answer.status_code == 200, answer.text
    return [int(one["userTaskKey"]) - (1 << 40) for one in answer.json()["items"]]


async def test_every_condition_of_camunda_finds_what_it_says(tasks: Door) -> None:
    now = tasks.clock.at.isoformat()
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"state": "CREATED"}, [1, 2, 3, 4, 6]),
        ({"state": {"$eq": "CREATED"}}, [1, 2, 3, 4, 6]),
        ({"state": {"$neq": "CREATED"}}, [5]),
        ({"state": {"$in": ["COMPLETED", "CANCELED"]}}, [5]),
        ({"assignee": "tech"}, [1, 5]),
        ({"assignee": {"$exists": False}}, [2, 3, 6]),
        ({"assignee": {"$neq": "tech"}}, [2, 3, 4, 6]),
        ({"assignee": {"$like": "tech*"}}, [1, 4, 5]),
        ({"priority": {"$gt": 50}}, [1]),
        ({"priority": {"$lte": 50, "$neq": 10}}, [3, 4, 5, 6]),
        ({"name": {"$like": "pack_?t"}}, [6]),
        ({"candidateGroup": "technical"}, [1, 2, 3, 4, 5]),
        ({"candidateGroup": {"$in": ["logistics", "x"]}}, [6]),
        ({"candidateGroup": {"$notIn": ["technical"]}}, [6]),
        ({"candidateGroup": {"$like": "team.*"}}, [6]),
        ({"candidateUser": {"$exists": True}}, [3]),
        ({"dueDate": {"$lt": now}}, [1]),
        ({"dueDate": {"$gte": now}}, [2, 3]),
        ({"dueDate": {"$exists": False}}, [4, 5, 6]),
        ({"followUpDate": {"$exists": True}}, [4]),
        ({"userTaskKey": {"$in": [str((1 << 40) + 2), str((1 << 40) + 4)]}}, [2, 4]),
        ({"elementId": "work", "tenantId": "<default>", "state": "COMPLETED"}, [5]),
        ({"tenantId": "other"}, []),
        ({"processDefinitionKey": "1"}, []),
        ({"localVariables": [{"name": "x", "value": "1"}]}, []),
    ]

    for asked, expected in cases:
        assert await found(tasks, asked) == expected, asked


async def test_a_search_leaves_out_what_one_may_not_see(tasks: Door) -> None:
    assert await found(tasks, {}, "tech") == [1, 2, 3, 4, 5]
    assert await found(tasks, {}, "spec") == [3]
    assert await found(tasks, {}, "log") == [6]


async def test_me_is_what_i_have_and_what_i_may_claim_by_due_date(tasks: Door) -> None:
    async def keys(username: str, queue: str = "all") -> list[int]:
        answer = await tasks.get(username, f"/v2/user-tasks/me?queue={queue}")
        return [int(one["userTaskKey"]) - (1 << 40) for one in answer.json()["items"]]

    assert await keys("tech") == [1, 2, 3]
    assert await keys("tech", "mine") == [1]
    assert await keys("tech", "claimable") == [2, 3]
    # A lead sees all tasks, but these are not theirs.
    assert await keys("lead") == []


async def test_counters_tell_how_much_waits_in_each_queue(tasks: Door) -> None:
    with tasks.engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO team (code, name_zh, name_en, active, demo) VALUES"
                " ('night', '夜班', 'Night', true, false)"
            )
        )
        connection.execute(
            text("INSERT INTO team_member (team, username) VALUES ('night', 'tech')")
        )

    counted = (await tasks.get("tech", "/v2/user-tasks/me/counters")).json()

    del counted["countedAt"]
    assert counted == {
        "mine": 1,
        "claimable": 3,
        "department": 4,
        "teams": {"team.night": 1},
        "overdue": 1,
        "dueToday": 1,
    }


@pytest.mark.parametrize("field", ["creationDate", "dueDate", "priority", "name", "followUpDate"])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
async def test_pages_follow_one_another_forwards_and_backwards(
    tasks: Door, field: str, order: str
) -> None:
    async def page(**where: Any) -> dict[str, Any]:
        asked = {"sort": [{"field": field, "order": order}], "page": {"limit": 2, **where}}
        answer = await tasks.post("lead", SEARCH, asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    whole = await page(limit=50)
    first = await page()
    second = await page(after=first["page"]["endCursor"])
    third = await page(after=second["page"]["endCursor"])
    back = await page(before=third["page"]["startCursor"])

    assert [*first["items"], *second["items"], *third["items"]] == whole["items"]
    assert third["page"]["endCursor"] is None
    assert back["items"] == second["items"]


async def test_a_page_neither_repeats_nor_skips_what_others_add_meanwhile(tasks: Door) -> None:
    asked: dict[str, Any] = {"sort": [{"field": "creationDate", "order": "DESC"}]}
    first = (await tasks.post("lead", SEARCH, asked | {"page": {"limit": 3}})).json()
    add(tasks, 9)

    after = {"limit": 3, "after": first["page"]["endCursor"]}
    second = (await tasks.post("lead", SEARCH, asked | {"page": after})).json()

    keys = [int(one["userTaskKey"]) - (1 << 40) for one in first["items"] + second["items"]]
    assert keys == [6, 5, 4, 3, 2, 1]


async def test_a_cursor_of_another_order_is_refused(tasks: Door) -> None:
    first = (await tasks.post("lead", SEARCH, {"page": {"limit": 1}})).json()
    after = first["page"]["endCursor"]
    sorted_otherwise = {"sort": [{"field": "name"}], "page": {"after": after}}

    for asked in (sorted_otherwise, {"page": {"after": "MA"}}, {"page": {"before": "%%"}}):
        answer = await tasks.post("lead", SEARCH, asked)

        assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
