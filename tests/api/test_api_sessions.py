"""Logging in and out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.lockout import FROM_ONE_ADDRESS, WINDOW
from tests.api.door import PASSWORD, Door

pytestmark = pytest.mark.integration


async def login(door: Door, username: str, password: str) -> httpx.Response:
    given = {"username": username, "password": password}
    return await door.client.post("/api/login", json=given)


def recorded(door: Door) -> list[Any]:
    asked = "SELECT actor, action, subject, data::text AS data FROM access_record ORDER BY id"
    with Session(door.engine) as session:
        return list(session.execute(text(asked)))


async def test_a_login_tells_who_one_is(door: Door) -> None:
    answer = await login(door, "tech_head", PASSWORD)

    assert answer.status_code == 200
    told = answer.json()
    assert told["roles"] == ["head"]
    assert told["groups"] == ["technical", "technical.head", "role.head"]
    assert told["expires_at"].startswith("2026-09-21T14:00")


async def test_a_token_is_stored_hashed_and_ends_with_the_logout(door: Door) -> None:
    headers = await door.headers("spec")
    token = headers["Authorization"].removeprefix("Bearer ")
    with Session(door.engine) as session:
        assert token not in str(session.execute(text("SELECT * FROM access_token")).all())

    assert (await door.client.get("/api/me", headers=headers)).status_code == 200
    assert (await door.client.post("/api/logout", headers=headers)).status_code == 204

    assert (await door.client.get("/api/me", headers=headers)).status_code == 401


async def test_a_token_ends_after_twelve_hours(door: Door) -> None:
    headers = await door.headers("spec")

    door.clock.at += timedelta(hours=12)

    assert (await door.client.get("/api/me", headers=headers)).status_code == 401


async def test_good_and_bad_logins_are_recorded_without_the_password(door: Door) -> None:
    await login(door, "spec", PASSWORD)
    await login(door, "spec", "wrong-secret")
    await login(door, "my-password-by-mistake", "wrong-secret")

    rows = recorded(door)
    assert [(row.action, row.subject) for row in rows[:2]] == [
        ("login", "spec"),
        ("login_failed", "spec"),
    ]
    assert rows[2].action == "login_failed"
    assert rows[2].subject.startswith("unknown:")
    for secret in (PASSWORD, "wrong-secret", "my-password-by-mistake", "127.0.0.1"):
        assert secret not in str(rows)


async def test_a_wrong_name_and_a_wrong_password_are_told_alike(door: Door) -> None:
    wrong_password = await login(door, "spec", "wrong")
    wrong_name = await login(door, "nobody", "wrong")

    assert wrong_password.status_code == wrong_name.status_code == 401
    assert wrong_password.json() == wrong_name.json()


async def test_too_many_wrong_passwords_close_the_door_for_a_while(door: Door) -> None:
    for _ in range(FROM_ONE_ADDRESS):
        assert (await login(door, "spec", "wrong")).status_code == 401

    locked = await login(door, "spec", PASSWORD)

    assert (locked.status_code, locked.json()["code"]) == (429, "login_locked")
    assert locked.headers["retry-after"] == str(int(WINDOW.total_seconds()))
    assert (await login(door, "tech", PASSWORD)).status_code == 200
    door.clock.at += WINDOW
    assert (await login(door, "spec", PASSWORD)).status_code == 200


async def test_guesses_at_once_are_counted_one_by_one(door: Door) -> None:
    answers = await asyncio.gather(*(login(door, "spec", f"wrong{n}") for n in range(12)))

    statuses = [answer.status_code for answer in answers]
    assert statuses.count(401) == FROM_ONE_ADDRESS
    assert statuses.count(429) == 12 - FROM_ONE_ADDRESS
