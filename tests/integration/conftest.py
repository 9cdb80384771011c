"""Engines and sessions on the database of one test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest
from prefect.settings import PREFECT_API_URL
from prefect.testing.utilities import prefect_test_harness
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from activities.house import House
from models import database as connections
from tests.houses import quiet_house
from tests.integration.feedback_item import hire


class DatabaseUrls(Protocol):
    """What the `database` fixture offers."""

    owner_url: str
    app_url: str


@pytest.fixture
def app_engine(database: DatabaseUrls) -> Iterator[Engine]:
    """Connections as the role of the application."""
    made = connections.engine(database.app_url)
    yield made
    made.dispose()


@pytest.fixture
def owner_engine(database: DatabaseUrls) -> Iterator[Engine]:
    """Connections as the owner."""
    made = connections.engine(database.owner_url, pool_size=2)
    yield made
    made.dispose()


@pytest.fixture
def session(app_engine: Engine) -> Iterator[Session]:
    """A session of the application; what is not committed is rolled back."""
    with Session(app_engine) as opened:
        yield opened


@pytest.fixture
def house(database: DatabaseUrls) -> Iterator[House]:
    """A house with people in it, without a way out; some tests have one of their own."""
    made = quiet_house(database.app_url)
    with Session(made.engine) as session, session.begin():
        hire(session)
    yield made
    made.engine.dispose()


@pytest.fixture
def database_address(database: DatabaseUrls) -> str:
    """The address of the application's role as psycopg itself takes it."""
    return database.app_url.replace("+psycopg", "", 1)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[str]:
    """The address of a real Prefect server with a database of its own."""
    with prefect_test_harness(server_startup_timeout=120):
        url = PREFECT_API_URL.value()
        assert url is not None
        yield url


@pytest.fixture
def settings_of_flows(database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of a process that runs flows."""
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database.app_url)
    monkeypatch.setenv("BIHUAN_NOTICE_URLS", "json://a.example.org json://b.example.org")
