"""What a token for one thing does on the routes of audit, legal holds and erasures: that thing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from api.app import create_app
from api.permissions import IN_PERSON, PERMISSIONS, covers
from models import access_token
from models.access_token import Issue
from models.person import ROLES
from tests.api.door import Door
from tests.api.route_walk import Door as Way
from tests.api.route_walk import doors

pytestmark = pytest.mark.integration
FIRST = ("audit", "legal_hold", "erasure", "customer", "access_record")


def ways(app: FastAPI) -> list[Way]:
    """All routes that look into, hold or destroy what was recorded."""
    return [way for way in doors(app) if any(one.split(".")[0] in FIRST for one in way.actions)]


def token(door: Door, *scope: str) -> dict[str, str]:
    """A token of somebody who has every role."""
    with Session(door.engine) as session, session.begin():
        wanted = Issue(timedelta(hours=1), "api", name="narrow", scope=scope)
        text, _ = access_token.issue_as(session, "admin", wanted, door.means.now())
    return {"Authorization": f"Bearer {text}"}


async def test_a_token_gets_in_where_its_scope_says_and_nowhere_else(door: Door) -> None:
    with door.engine.begin() as connection:
        every = "UPDATE person SET roles = %s WHERE username = 'admin'"
        connection.exec_driver_sql(every, (list(ROLES),))
    found = ways(create_app(door.means))
    scopes = [one for one in PERMISSIONS if one.split(".")[0] in FIRST]
    assert len(found) > 20

    for scope in (*scopes, *FIRST, "feedback", "session"):
        head = token(door, scope)
        for way in (one for one in found if not one.takes(scope)):
            answer = await door.client.request(way.method, way.path, json={}, headers=head)

            told = answer.status_code, answer.json()["code"]
            assert told == (403, "scope_insufficient"), (scope, way)


async def test_nobody_is_erased_by_a_token_of_whatever_scope(door: Door) -> None:
    erasing = [way for way in ways(create_app(door.means)) if "customer.erase" in way.actions]
    assert erasing
    assert "customer.erase" in IN_PERSON
    assert not covers(frozenset({"customer", "customer.erase"}), "customer.erase")

    head = token(door, "customer", "customer.erase", "erasure", "legal_hold")
    for way in erasing:
        answer = await door.client.request(way.method, way.path, json={}, headers=head)
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_insufficient"), way
