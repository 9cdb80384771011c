"""Who decides about the staff of a department: its head, who stands in, and nobody next door."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from tests.api.door import Door

pytestmark = pytest.mark.integration
AWAY = {"starts_at": "2026-09-21T00:00:00Z", "ends_at": "2026-09-25T00:00:00Z"}
SHIFT = {
    "code": "early",
    "name_zh": "早班",
    "name_en": "Early",
    "department": "technical",
    "frames": {"mon": [["08:00", "12:00"]]},
    "valid_from": "2026-09-01",
}
TEAM = {"code": "senior", "name_zh": "资深组", "name_en": "Senior", "department": "technical"}
SKILL = {"code": "welding", "name_zh": "焊接", "name_en": "Welding"}
# Each asks for something about the department `technical` or its engineer `tech`.
ASKED: dict[str, tuple[str, str, Any]] = {
    "deputise": ("PUT", "/api/departments/technical/deputies", {"deputies": []}),
    "plan": ("PUT", "/api/roster/early/2026-09-21", {"usernames": ["tech"]}),
    "shift": ("PATCH", "/api/shifts/early", {"valid_until": "2026-12-31"}),
    "absence": ("POST", "/api/absences", AWAY | {"username": "tech"}),
    "team": ("POST", "/api/teams", TEAM),
    "skill": ("POST", "/api/skills", SKILL),
    "grant": ("PATCH", "/api/people/tech", {"skills": []}),
}
LEADS = {"plan", "shift", "absence", "details"}
ALL = {*ASKED, "details"}
NONE: set[str] = set()


async def may(door: Door, who: str) -> set[str]:
    """Ask for everything; return what was not forbidden, and whether the details were shown."""
    found = NONE.copy()
    for name, (method, path, body) in ASKED.items():
        answer = await door.call(who, method, path, body)
        assert answer.status_code < 500, answer.text
        if answer.status_code != 403:
            found.add(name)
    shown = (await door.get(who, "/api/people/tech")).json()
    return found | ({"details"} if shown["staff_number"] else NONE)


async def shift(door: Door) -> None:
    assert (await door.post("admin", "/api/shifts", SHIFT)).status_code == 201


async def name_deputy(door: Door, **acting: str) -> None:
    path = "/api/departments/technical"
    tag = (await door.get("admin", path)).headers["etag"]
    body = {"deputies": [{"username": "tech_two", **acting}]}
    answer = await door.call("admin", "PUT", f"{path}/deputies", body, If_Match=tag)
    assert answer.status_code == 200, answer.text


async def head_is_away(door: Door) -> httpx.Response:
    answer = await door.post("tech_head", "/api/absences", AWAY)
    assert answer.status_code == 201, answer.text
    return answer


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("tech_head", LEADS | {"deputise"}),
        ("the_head", NONE),
        ("tech_two", NONE),
        ("lead", {"details"}),
        ("the_duty_manager", {"details"}),
        ("the_auditor", NONE),
        ("owner", NONE),
        ("admin", ALL),
    ],
)
async def test_a_head_decides_for_their_department_and_an_administrator_for_all(
    door: Door, who: str, expected: set[str]
) -> None:
    await shift(door)

    assert await may(door, who) == expected


async def test_a_deputy_has_what_the_head_has_only_while_the_head_is_away(door: Door) -> None:
    await shift(door)
    await name_deputy(door)
    before = await may(door, "tech_two")

    absence = (await head_is_away(door)).json()
    meanwhile = await may(door, "tech_two")
    elsewhere = await door.post("tech_two", "/api/absences", AWAY | {"username": "log"})
    door.clock.at += timedelta(hours=1)
    back = {"ends_at": door.clock.at.isoformat()}
    tag = (await door.get("tech_head", f"/api/absences/{absence['id']}")).headers["etag"]
    returned = await door.call(
        "tech_head", "PATCH", f"/api/absences/{absence['id']}", back, If_Match=tag
    )
    after = await may(door, "tech_two")

    assert returned.status_code == 200, returned.text
    assert (before, meanwhile, after) == (NONE, LEADS, NONE)
    assert elsewhere.json()["code"] == "absence_not_yours"


async def test_a_deputy_who_is_away_as_well_stands_in_for_nobody(door: Door) -> None:
    await shift(door)
    await name_deputy(door)
    await head_is_away(door)

    assert (await door.post("tech_two", "/api/absences", AWAY)).status_code == 201

    assert await may(door, "tech_two") == NONE
    # Nobody is there, so the head is asked all the same.
    told = (await door.get("spec", "/api/departments/technical")).json()
    assert told["acting_heads"] == ["tech_head"]


async def test_who_is_declared_acting_leads_beside_the_head_for_that_time(door: Door) -> None:
    await shift(door)
    until = (door.clock.at + timedelta(hours=1)).isoformat()
    await name_deputy(door, acting_from="2026-09-01T00:00:00Z", acting_until=until)

    meanwhile = await may(door, "tech_two")
    door.clock.at += timedelta(hours=1)
    after = await may(door, "tech_two")

    assert (meanwhile, after) == (LEADS, NONE)


Change = Callable[[Door], Awaitable[httpx.Response]]


async def leaves(door: Door) -> httpx.Response:
    tag = (await door.get("admin", "/api/people/tech_head")).headers["etag"]
    return await door.post("admin", "/api/people/tech_head/leave", If_Match=tag)


async def is_no_head_any_more(door: Door) -> httpx.Response:
    tag = (await door.get("admin", "/api/people/tech_head")).headers["etag"]
    body = {"roles": ["engineer"]}
    return await door.call("admin", "PATCH", "/api/people/tech_head", body, If_Match=tag)


@pytest.mark.parametrize("change", [leaves, is_no_head_any_more])
async def test_a_deputy_acts_once_there_is_no_head(door: Door, change: Change) -> None:
    await shift(door)
    await name_deputy(door)

    assert (await change(door)).status_code == 200

    assert await may(door, "tech_two") == LEADS


async def test_a_head_who_left_and_returned_leads_nobody(door: Door) -> None:
    await leaves(door)
    tag = (await door.get("admin", "/api/people/tech_head")).headers["etag"]

    answer = await door.post("admin", "/api/people/tech_head/return", If_Match=tag)

    assert answer.status_code == 200
    with door.engine.connect() as connection:
        asked = text("SELECT roles FROM person WHERE username = 'tech_head'")
        assert connection.execute(asked).scalar_one() == []
