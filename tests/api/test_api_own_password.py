"""One's own password."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.lockout import FROM_ONE_ADDRESS
from tests.api.browser import browser, log_in
from tests.api.door import PASSWORD, Door

pytestmark = pytest.mark.integration
NEW = "a better password"


async def change(client: httpx.AsyncClient, current: str = PASSWORD, new: str = NEW) -> Any:
    given = {"current": current, "password": new}
    answer = await client.put("/api/me/password", json=given)
    return answer.status_code if answer.status_code == 204 else answer.json()["code"]


async def log_in_with(door: Door, password: str) -> int:
    given = {"username": "spec", "password": password}
    return (await door.client.post("/api/login", json=given)).status_code


async def test_a_new_password_counts_at_once_and_ends_the_other_sessions(door: Door) -> None:
    other = await door.headers("spec")
    async with browser(door) as client:
        await log_in(client, "spec")

        assert await change(client) == 204

        assert (await client.get("/api/me")).status_code == 200
        assert (await door.client.get("/api/me", headers=other)).status_code == 401
        assert await log_in_with(door, PASSWORD) == 401
        assert await log_in_with(door, NEW) == 200
    with Session(door.engine) as session:
        rows = session.execute(text("SELECT * FROM access_record")).all()
    assert "password_changed" in str(rows)
    assert NEW not in str(rows)


async def test_an_open_session_is_no_place_to_guess_passwords(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")
        for _ in range(FROM_ONE_ADDRESS):
            assert await change(client, "wrong") == "password_wrong"

        assert await change(client) == "login_locked"
        assert (await client.get("/api/me")).status_code == 200


async def test_a_short_password_is_none(door: Door) -> None:
    async with browser(door) as client:
        await log_in(client, "spec")

        assert await change(client, new="short") == "fields_invalid"
        # As little as what anybody would try first, or one's own name.
        assert await change(client, new="password2026") == "fields_invalid"
        assert await change(client, new="spec-spec-1234") == "fields_invalid"
        assert await change(client, new="quite another one") == 204
