"""Logins that are locked after wrong passwords."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.lockout import FROM_ALL, FROM_ONE_ADDRESS, WINDOW
from tests.api.browser import browser
from tests.api.door import PASSWORD, Door

pytestmark = pytest.mark.integration


async def attempt(door: Door, username: str, password: str = PASSWORD) -> httpx.Response:
    given = {"username": username, "password": password}
    return await door.client.post("/api/login", json=given)


async def lock(door: Door, username: str) -> None:
    for _ in range(FROM_ONE_ADDRESS):
        assert (await attempt(door, username, "wrong")).status_code == 401
    assert (await attempt(door, username)).json()["code"] == "login_locked"


async def notices(door: Door, username: str) -> list[str]:
    answer = await door.get(username, "/api/notices")
    return [one["code"] for one in answer.json()["items"]]


async def test_an_administrator_lets_somebody_try_again(door: Door) -> None:
    await lock(door, "spec")

    answer = await door.call("admin", "DELETE", "/api/people/spec/lockout")

    assert answer.status_code == 204
    assert (await attempt(door, "spec")).status_code == 200
    # The count begins anew, and goes on counting.
    await lock(door, "spec")
    asked = "SELECT actor, subject FROM access_record WHERE action = 'login_unlocked'"
    with Session(door.engine) as session:
        assert list(session.execute(text(asked))) == [("admin", "spec")]


async def test_unlocking_one_name_unlocks_no_other(door: Door) -> None:
    await lock(door, "spec")
    await lock(door, "tech")

    await door.call("admin", "DELETE", "/api/people/spec/lockout")

    assert (await attempt(door, "tech")).json()["code"] == "login_locked"


async def test_the_cookie_is_behind_the_same_lock(door: Door) -> None:
    await lock(door, "spec")

    async with browser(door) as client:
        given = {"username": "spec", "password": PASSWORD}
        answer = await client.post("/api/session", json=given)

    assert answer.json()["code"] == "login_locked"
    assert "set-cookie" not in answer.headers


async def test_a_person_is_told_once_that_somebody_tried_their_name(door: Door) -> None:
    await lock(door, "spec")
    await attempt(door, "spec", "wrong")

    door.clock.at += WINDOW
    assert await notices(door, "spec") == ["login_locked"]
    assert await notices(door, "admin") == []


async def test_guesses_from_everywhere_are_told_to_administrators_too(door: Door) -> None:
    with door.engine.begin() as connection:
        added = (
            "INSERT INTO access_record (at, actor, action, subject, data) SELECT %s, 'spec',"
            " 'login_failed', 'spec', jsonb_build_object('client', n) FROM generate_series(1, %s) n"
        )
        connection.exec_driver_sql(added, (door.clock.at, FROM_ALL - 1))

    assert (await attempt(door, "spec", "wrong")).status_code == 401

    assert (await attempt(door, "spec")).json()["code"] == "login_locked"
    assert "login_locked" in await notices(door, "admin")


async def test_where_the_provider_alone_lets_people_in_passwords_do_not(door: Door) -> None:
    means = replace(door.means, logins=replace(door.means.logins, password=False))
    async with browser(door, means) as client:
        given = {"username": "spec", "password": PASSWORD}
        answers = [await client.post(path, json=given) for path in ("/api/login", "/api/session")]

    assert [(one.status_code, one.json()["code"]) for one in answers] == [
        (403, "password_login_off")
    ] * 2


async def test_the_lock_does_not_tell_which_names_there_are(door: Door) -> None:
    await lock(door, "spec")
    for _ in range(FROM_ONE_ADDRESS):
        assert (await attempt(door, "no.such.name", "wrong")).status_code == 401

    known, unknown = await attempt(door, "spec"), await attempt(door, "no.such.name")

    assert (known.status_code, known.json()) == (unknown.status_code, unknown.json())
    assert known.json()["code"] == "login_locked"
    with Session(door.engine) as session:
        kept = str(session.execute(text("SELECT * FROM access_record")).all())
    assert "no.such.name" not in kept


async def test_a_name_without_a_password_takes_as_long_as_one_with(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    with door.engine.begin() as connection:
        connection.execute(text("UPDATE person SET password_hash = '' WHERE username = 'tech'"))
        connection.execute(text("UPDATE person SET active = false WHERE username = 'log'"))
    checked: list[str] = []
    verify = PasswordHasher.verify

    def count(hasher: PasswordHasher, kept: str, given: str) -> bool:
        checked.append(kept.split("$")[1])
        return verify(hasher, kept, given)

    monkeypatch.setattr(PasswordHasher, "verify", count)

    said = [(await attempt(door, one, PASSWORD)).json() for one in ("tech", "log", "no.such")]

    assert said == [said[0]] * 3
    assert checked == ["argon2id"] * 3
