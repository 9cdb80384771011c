"""Connections to the database, and what becomes of them at the end."""

from __future__ import annotations

import gc

import pytest
from sqlalchemy import text

from models import database as connections
from tests.conftest import Database

pytestmark = pytest.mark.integration


def test_what_is_given_back_after_the_end_is_closed(database: Database) -> None:
    engine = connections.engine(database.app_url)
    with engine.connect() as late:
        late.execute(text("SELECT 1"))
        driver = late.connection.driver_connection
        engine.dispose()

    assert driver is not None
    assert driver.closed
    gc.collect()


def test_an_engine_that_is_used_again_keeps_its_connections(database: Database) -> None:
    engine = connections.engine(database.app_url)
    with engine.connect() as before:
        before.execute(text("SELECT 1"))
    engine.dispose()

    asked = text("SELECT pg_backend_pid()")
    with engine.connect() as first:
        pid = first.execute(asked).scalar()
    with engine.connect() as second:
        assert second.execute(asked).scalar() == pid
    engine.dispose()
