"""Sessions across a change of the table that keeps them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from alembic import command
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from migrations.upgrade import configuration
from models import access_token
from models.access_token import Issue
from models.person import Person

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
HOURS = timedelta(hours=8)


def test_who_is_logged_in_stays_so_and_a_narrow_token_never_becomes_a_wide_one(
    owner_engine: Engine,
) -> None:
    with Session(owner_engine) as session, session.begin():
        session.add(
            Person(
                username="linmei",
                display_name="林梅",
                staff_number="S1",
                department="service",
                password_hash="",
            )
        )
        session.flush()
        bearer = access_token.issue(session, "linmei", now=NOW, lifetime=HOURS)
        narrow = Issue(HOURS, "api", name="dashboard", scope=("figures.read",))
        api, _ = access_token.issue_as(session, "linmei", narrow, NOW)

    with owner_engine.begin() as connection:
        command.downgrade(configuration(connection), "0011")
        scopes = list(connection.scalars(text("SELECT scope FROM access_token")))
        command.upgrade(configuration(connection), "head")

    assert scopes == ["session"]
    with Session(owner_engine) as session:
        held = access_token.holder(session, bearer, NOW)
        assert held is not None
        assert (held[1].kind, held[1].scope) == ("bearer", None)
        assert access_token.holder(session, api, NOW) is None
