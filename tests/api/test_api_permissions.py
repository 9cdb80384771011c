"""Every route with no token, a wrong token, and every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.permissions import PERMISSIONS, PUBLIC, Allowed, roles
from models.person import ROLES
from tests.api.door import Door


@dataclass(frozen=True)
class Route:
    method: str
    template: str
    action: str | None

    @property
    def path(self) -> str:
        parts = {"{key}": "1048577", "{number}": "202609-001", "{token}": "x", "{kind}": "orders"}
        parts |= {"{measure}": "volume", "{name}": "feedback.bpmn"}
        path = self.template
        for identity in ("{notice_id}", "{customer_id}", "{report_id}", "{draft_id}"):
            path = path.replace(identity, "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90")
        for name, value in parts.items():
            path = path.replace(name, value)
        return path


def actions(dependant: Dependant) -> Iterator[str]:
    for inner in dependant.dependencies:
        if isinstance(inner.call, Allowed):
            yield inner.call.action
        yield from actions(inner)


def routes() -> list[Route]:
    return [
        Route(method, route.path, next(actions(route.dependant), None))
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in sorted(route.methods or ())
    ]


STAFF = [route for route in routes() if (route.method, route.template) not in PUBLIC]


def test_only_what_is_meant_to_be_public_asks_for_no_permission() -> None:
    assert {(r.method, r.template) for r in routes() if r.action is None} <= set(PUBLIC)


def test_every_action_of_the_table_guards_a_route() -> None:
    assert {route.action for route in STAFF} == set(PERMISSIONS)


@pytest.mark.integration
async def test_without_a_token_every_route_of_staff_is_closed(door: Door) -> None:
    for route in STAFF:
        answer = await door.client.request(route.method, route.path, json={})

        assert (answer.status_code, answer.json()["code"]) == (401, "token_missing"), route
        assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.integration
async def test_with_a_wrong_token_every_route_of_staff_is_closed(door: Door) -> None:
    wrong = {"Authorization": "Bearer wrong"}
    for route in STAFF:
        answer = await door.client.request(route.method, route.path, json={}, headers=wrong)

        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), route


@pytest.mark.integration
async def test_a_role_may_do_what_the_table_says_and_nothing_else(door: Door) -> None:
    # One database for all roles: nothing here changes it.
    for role, route in product(ROLES, STAFF):
        if route.template == "/api/logout":
            continue
        answer = await door.call(f"the_{role}", route.method, route.path, {})

        assert route.action is not None
        allowed = role in roles(route.action)
        refused = answer.status_code == 403 and answer.json()["code"] == "forbidden"
        assert refused is not allowed, (role, route, answer.status_code, answer.text)
        assert answer.status_code < 500, (role, route, answer.text)


@pytest.mark.integration
async def test_somebody_who_left_is_nobody_at_once(door: Door) -> None:
    headers = await door.headers("spec")
    with door.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET active = false WHERE username = 'spec'")

    answer = await door.client.get("/api/me", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
