"""API tokens: for programs, each for what it is for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.permissions import IN_PERSON, PERMISSIONS, covers
from models.person import ROLES
from tests.api.door import Door

pytestmark = pytest.mark.integration


async def make(door: Door, username: str, *scope: str, **more: Any) -> httpx.Response:
    asked = {"name": "dashboard", "scope": list(scope), **more}
    return await door.post(username, "/api/tokens", asked)


async def bearer(door: Door, username: str, *scope: str, **more: Any) -> dict[str, str]:
    answer = await make(door, username, *scope, **more)
    assert answer.status_code == 201, answer.text
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_the_text_of_a_token_is_shown_once_and_stored_nowhere(door: Door) -> None:
    made = (await make(door, "spec", "feedback.read")).json()

    listed = await door.get("spec", "/api/tokens")

    assert made["token"] not in listed.text
    [item] = listed.json()["items"]
    assert (item["id"], item["name"], item["scope"]) == (
        made["id"],
        "dashboard",
        ["feedback.read"],
    )
    with Session(door.engine) as session:
        for table in ("access_token", "access_record"):
            rows = session.execute(text(f"SELECT * FROM {table}")).all()  # noqa: S608 (ours)
            assert made["token"] not in str(rows)


async def test_a_token_does_what_it_is_for_and_nothing_else(door: Door) -> None:
    await door.receive()
    token = await bearer(door, "spec", "feedback.read")

    allowed = await door.client.get("/api/feedback", headers=token)
    refused = await door.client.post("/v2/user-tasks/search", json={}, headers=token)

    assert allowed.status_code == 200
    assert code_of(refused) == (403, "scope_insufficient")
    assert refused.json()["action"] == "user_task.read"


async def test_the_first_word_of_an_action_covers_all_that_begin_with_it(door: Door) -> None:
    token = await bearer(door, "lead", "user_task")

    answer = await door.client.post("/v2/user-tasks/search", json={}, headers=token)

    assert answer.status_code == 200
    assert covers(frozenset({"user_task"}), "user_task.work")
    assert not covers(frozenset({"user"}), "user_task.work")


async def test_a_token_never_does_more_than_its_person(door: Door) -> None:
    token = await bearer(door, "owner", "definition", "deployment.create")

    with door.engine.begin() as connection:
        changed = "UPDATE person SET roles = '{specialist}' WHERE username = 'owner'"
        connection.exec_driver_sql(changed)
    answer = await door.client.get("/api/definition-drafts", headers=token)

    assert code_of(answer) == (403, "forbidden")


@pytest.mark.parametrize("action", sorted(IN_PERSON))
async def test_no_token_makes_tokens_or_people_or_ends_logins(door: Door, action: str) -> None:
    refused = await make(door, "admin", action)
    assert code_of(refused) == (422, "scope_unknown")
    assert action not in refused.json()["actions"]

    # Even one that was written into the table by hand.
    token = await bearer(door, "admin", "incident")
    with door.engine.begin() as connection:
        changed = "UPDATE access_token SET scope = ARRAY[%s, 'token'] WHERE kind = 'api'"
        connection.exec_driver_sql(changed, (action,))
    for method, path in (
        ("POST", "/api/tokens"),
        ("GET", "/api/sessions"),
        ("DELETE", "/api/people/spec/logins"),
        ("PUT", "/api/people/spec/password"),
    ):
        asked = {"name": "x", "scope": ["incident"]}
        answer = await door.client.request(method, path, json=asked, headers=token)
        assert code_of(answer) == (403, "scope_insufficient"), path


async def test_a_token_is_for_something_that_its_person_may_do(door: Door) -> None:
    for scope in ("everything", "*", "", "deployment.create", "feedback.rea"):
        answer = await make(door, "spec", "feedback.read", scope)

        assert answer.status_code == 422, scope
    told = (await door.get("spec", "/api/tokens")).json()["actions"]
    assert "feedback.read" in told
    assert "deployment.create" not in told
    assert set(told) <= set(PERMISSIONS) - IN_PERSON
    assert told == sorted(told)


async def test_a_token_ends_with_its_days(door: Door) -> None:
    token = await bearer(door, "spec", "session", expires_in_days=30)

    door.clock.at += timedelta(days=29, hours=23)
    assert (await door.client.get("/api/me", headers=token)).status_code == 200
    door.clock.at += timedelta(hours=1)
    assert code_of(await door.client.get("/api/me", headers=token)) == (401, "token_invalid")


async def test_no_token_lives_longer_than_the_settings_allow(door: Door) -> None:
    answer = await make(door, "spec", "session", expires_in_days=366)

    assert code_of(answer) == (422, "token_lifetime_too_long")
    assert answer.json()["days"] == 365


async def test_a_token_that_was_revoked_is_worth_nothing(door: Door) -> None:
    made = (await make(door, "spec", "session")).json()
    token = {"Authorization": f"Bearer {made['token']}"}
    path = f"/api/tokens/{made['id']}"

    assert code_of(await door.call("tech", "DELETE", path)) == (404, "api_token_not_found")
    assert (await door.client.get("/api/me", headers=token)).status_code == 200
    assert (await door.call("spec", "DELETE", path)).status_code == 204

    assert (await door.client.get("/api/me", headers=token)).status_code == 401
    assert code_of(await door.call("spec", "DELETE", path)) == (404, "api_token_not_found")
    assert (await door.get("spec", "/api/tokens")).json()["items"] == []


async def test_a_token_outlives_the_sessions_that_its_person_ends(door: Door) -> None:
    token = await bearer(door, "spec", "session")

    await door.call("spec", "DELETE", "/api/sessions")

    assert (await door.client.get("/api/me", headers=token)).status_code == 200


async def test_when_a_token_was_last_used_is_known_to_the_minute(door: Door) -> None:
    token = await bearer(door, "spec", "session")
    made = (await door.get("spec", "/api/tokens")).json()["items"][0]["last_used_at"]

    door.clock.at += timedelta(hours=2)
    await door.client.get("/api/me", headers=token)

    used = (await door.get("spec", "/api/tokens")).json()["items"][0]["last_used_at"]
    assert made.startswith("2026-09-21T02:00")
    assert used.startswith("2026-09-21T04:00")


async def test_nobody_hoards_tokens(door: Door) -> None:
    for _ in range(50):
        assert (await make(door, "spec", "session")).status_code == 201

    assert code_of(await make(door, "spec", "session")) == (409, "tokens_too_many")


async def test_making_and_revoking_is_recorded_without_the_name_that_somebody_chose(
    door: Door,
) -> None:
    made = (await make(door, "spec", "session", name="for Mr Zhang")).json()
    await door.call("spec", "DELETE", f"/api/tokens/{made['id']}")

    asked = "SELECT actor, action, subject, data FROM access_record WHERE action LIKE 'token%'"
    with Session(door.engine) as session:
        rows = session.execute(text(f"{asked} ORDER BY id")).all()
    assert [(row.actor, row.action, row.subject) for row in rows] == [
        ("spec", "token_created", "spec"),
        ("spec", "token_revoked", "spec"),
    ]
    assert rows[0].data == {"login": made["id"], "scope": ["session"], "days": 90}
    assert "Zhang" not in str(rows)


async def test_whoever_has_every_role_may_delegate_every_action_but_those_in_person(
    door: Door,
) -> None:
    with door.engine.begin() as connection:
        changed = "UPDATE person SET roles = %s WHERE username = 'spec'"
        connection.exec_driver_sql(changed, (list(ROLES),))

    told = (await door.get("spec", "/api/tokens")).json()["actions"]

    assert set(told) == set(PERMISSIONS) - IN_PERSON
