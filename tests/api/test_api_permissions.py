"""Every route with no login, a wrong token, a narrow token, a foreign page, and every role."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.orm import Session

from api.app import create_app
from api.permissions import PERMISSIONS, PUBLIC, roles
from api.relation import Relation
from models import access_token
from models.access_token import Issue
from models.person import ROLES
from tests.api.browser import browser, log_in
from tests.api.door import Door
from tests.api.route_walk import Door as Way
from tests.api.route_walk import doors

WAYS = doors(create_app())
STAFF = [way for way in WAYS if not way.is_public]
# Asking these does what they say to whoever asks.
ENDS_THE_LOGIN = {("POST", "/api/logout")}


def test_every_route_has_a_rule_or_a_reason_to_be_public() -> None:
    without_rule = {(way.method, way.template) for way in WAYS if not way.actions}

    assert without_rule == set(PUBLIC)
    assert all(reason for reason in PUBLIC.values())


def test_every_action_of_the_table_guards_a_route() -> None:
    assert {action for way in STAFF for action in way.actions} == set(PERMISSIONS)


def test_every_role_of_the_table_exists_and_every_action_has_one() -> None:
    for action in PERMISSIONS:
        assert set() != roles(action) <= set(ROLES), action


@pytest.mark.integration
async def test_without_a_login_every_route_of_staff_is_closed(door: Door) -> None:
    for way in STAFF:
        answer = await door.client.request(way.method, way.path, json={})

        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing"), way
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.integration
async def test_with_a_wrong_token_every_route_of_staff_is_closed(door: Door) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for way in STAFF:
        answer = await door.client.request(way.method, way.path, json={}, headers=wrong)

        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), way


@pytest.mark.integration
async def test_no_route_takes_a_token_of_too_small_a_scope(door: Door) -> None:
    for way in STAFF:
        answer = await narrow(door, way)

        assert (answer.status_code, answer.json()["code"]) == (403, "scope_insufficient"), way


@pytest.mark.integration
async def test_no_route_changes_anything_for_a_page_of_another_site(door: Door) -> None:
    all_roles(door)
    async with browser(door) as client:
        await log_in(client, "spec")
        del client.headers["X-CSRF-Token"]
        for way in STAFF:
            if way.method == "GET":
                continue
            answer = await client.request(way.method, way.path, json={})

            assert (answer.status_code, answer.json()["code"]) == (403, "csrf_token_invalid"), way


@pytest.mark.integration
async def test_a_role_may_do_what_the_table_says_and_nothing_else(door: Door) -> None:
    # One database for all roles: what is asked for does not exist.
    rows = []
    for way in STAFF:
        outcomes = {}
        for role in ROLES:
            if (way.method, way.template) in ENDS_THE_LOGIN:
                door.tokens.pop(f"the_{role}", None)
            answer = await door.call(f"the_{role}", way.method, way.path, {})
            if (way.method, way.template) in ENDS_THE_LOGIN:
                door.tokens.pop(f"the_{role}", None)
            refused = answer.status_code == 403 and answer.json()["code"] == "forbidden"
            assert answer.status_code < 500, (role, way, answer.text)
            outcomes[role] = not refused
        expected = {role: all(role in roles(one) for one in way.actions) for role in ROLES}
        assert outcomes == expected, way
        rows.append((way, [role for role in ROLES if outcomes[role]]))
    show(rows)


@pytest.mark.integration
async def test_somebody_who_left_is_nobody_at_once(door: Door) -> None:
    headers = await door.headers("spec")
    with door.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET active = false WHERE username = 'spec'")

    answer = await door.client.get("/api/me", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def all_roles(door: Door) -> None:
    with door.engine.begin() as connection:
        changed = "UPDATE person SET roles = %s WHERE username = 'spec'"
        connection.exec_driver_sql(changed, (list(ROLES),))


async def narrow(door: Door, way: Way) -> httpx.Response:
    """Ask as somebody of every role, with a token for something else."""
    all_roles(door)
    scope = "feedback.read" if not way.takes("feedback.read") else "session"
    wanted = Issue(timedelta(hours=1), "api", name="narrow", scope=(scope,))
    with Session(door.engine) as session, session.begin():
        token, _ = access_token.issue_as(session, "spec", wanted, door.clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    return await door.client.request(way.method, way.path, json={}, headers=headers)


def mark(way: Way, role: str) -> str:
    return "x" if all(role in roles(one, Relation.ANY) for one in way.actions) else "r"


def show(rows: Iterable[tuple[Way, list[str]]]) -> None:
    """Print the matrix of routes and roles; pytest shows it with -s or -rP."""
    short = {role: f"{number:2d}" for number, role in enumerate(ROLES, 1)}
    lines = [f"{number} {role}" for role, number in short.items()]
    lines += [
        "no without a login; x whatever the item; r by relation to the item",
        f"{'':44}no {' '.join(short.values())}  action",
    ]
    lines += [f"{m:6} {t:37} x  {'public: ' + why}" for (m, t), why in PUBLIC.items()]
    for way, allowed in rows:
        marks = " ".join(f" {mark(way, role) if role in allowed else '.'}" for role in ROLES)
        lines.append(f"{way.method:6} {way.template:37} . {marks}  {' '.join(way.actions)}")
    sys.stdout.write("\n".join(["", *lines, ""]))
