"""Auditors and administrators read who logged in, looked and did what; that is recorded as well."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import access_record
from models.person import ROLES
from tests.api.door import NAME, PASSWORD, PHONE, Door

pytestmark = pytest.mark.integration
PATH = "/api/access-records/search"


async def found(door: Door, username: str = "audit", **asked: Any) -> dict[str, Any]:
    answer = await door.post(username, PATH, asked)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def acts(door: Door, **wanted: Any) -> list[tuple[str, str, str | None]]:
    shown = (await found(door, filter=wanted))["items"]
    return [(one["actor"], one["action"], one["subject"]) for one in shown]


async def revealed(door: Door, username: str = "spec") -> str:
    number = await door.receive()
    path = f"/api/feedback/{number}/reveal"
    answer = await door.post(username, path, {"field": "contact", "reason": f"回电 {PHONE}"})
    assert answer.status_code == 200, answer.text
    return number


async def test_a_look_is_found_by_who_what_to_what_and_when(door: Door) -> None:
    before = door.clock.now().isoformat()
    number = await revealed(door)
    after = door.clock.now().isoformat()
    look = [("spec", "reveal", number)]

    assert await acts(door, actor="spec", action=["reveal"]) == look
    assert await acts(door, action=["reveal", "export_definition"]) == look
    assert await acts(door, subject=number, **{"from": before, "to": after}) == look
    assert await acts(door, subject=number, **{"from": after}) == []
    assert await acts(door, subject=number, to=before) == []
    assert await acts(door, actor="tech", action=["reveal"]) == []


async def test_logins_are_found_with_those_that_failed(door: Door) -> None:
    wrong = {"username": "spec", "password": PASSWORD + "x"}
    await door.client.post("/api/login", json=wrong)
    await door.headers("spec")

    shown = await acts(door, subject="spec", action=["login", "login_failed"])

    assert shown == [("spec", "login", "spec"), ("spec", "login_failed", "spec")]


async def test_no_personal_data_is_shown(door: Door) -> None:
    await revealed(door)

    answer = await door.post("audit", PATH, {"page": {"limit": 500}})

    assert not [one for one in (PHONE, NAME, "回电") if one in answer.text]
    [look] = [one for one in answer.json()["items"] if one["action"] == "reveal"]
    assert set(look["data"]["reason"]) == {"$ref"}


async def test_each_search_is_one_record_and_not_in_its_own_answer(door: Door) -> None:
    await door.headers("admin")
    typed = {"actor": "spec", "subject": PHONE}

    first = await found(door, "admin", filter=typed)
    second = await found(door, "admin", filter={"action": ["search_access_records"]})

    assert first["items"] == []
    [row] = second["items"]
    assert (row["actor"], row["subject"]) == ("admin", "spec")
    assert row["data"] == {"by": ["actor", "subject"], "shown": 0}
    assert PHONE not in str(row)


async def test_pages_stay_in_place_while_records_are_added(door: Door) -> None:
    with Session(door.engine) as session, session.begin():
        for number in range(25):
            access_record.append(
                session, at=door.clock.at, actor="x", action="a", subject=str(number)
            )
    seen: list[str] = []
    page: dict[str, Any] = {"limit": 10}

    while True:
        shown = await found(door, filter={"actor": "x"}, page=page)
        seen += [one["subject"] for one in shown["items"]]
        with Session(door.engine) as session, session.begin():
            access_record.append(session, at=door.clock.now(), actor="x", action="a", subject="new")
        if shown["page"]["endCursor"] is None:
            break
        page = {"limit": 10, "after": shown["page"]["endCursor"]}

    assert seen == [str(number) for number in reversed(range(25))]


async def test_only_auditors_and_administrators_read_them(door: Door) -> None:
    statuses = {role: (await door.post(f"the_{role}", PATH, {})).status_code for role in ROLES}

    assert {role for role, status in statuses.items() if status == 200} == {
        "auditor",
        "administrator",
    }
    assert set(statuses.values()) == {200, 403}


@pytest.mark.parametrize(
    "asked",
    [
        {"filter": {"from": "2026-01-01T00:00:00"}},
        {"filter": {"colour": "red"}},
        {"page": {"after": "x"}},
        {"page": {"limit": 0}},
        {"filter": {"action": ["a"] * 21}},
        {"filter": {"actor": "a\u0000b"}},
    ],
)
async def test_a_search_that_makes_no_sense_is_refused(door: Door, asked: dict[str, Any]) -> None:
    answer = await door.post("audit", PATH, asked)

    assert answer.status_code in {400, 422}, answer.text
    assert answer.json()["code"] in {"fields_invalid", "request_invalid"}
