"""The API's door on the database of one test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Protocol

import httpx
import pytest

from api.app import create_app
from models import database as connections
from tests.api.door import Clock, Door, add_people, make_means
from tests.api.draft_house import Drafts


class DatabaseUrls(Protocol):
    """What the `database` fixture offers."""

    owner_url: str
    app_url: str


@pytest.fixture
async def door(database: DatabaseUrls) -> AsyncIterator[Door]:
    """The API with people, without a worker: commands are carried out at once."""
    engine = connections.engine(database.app_url)
    clock = Clock()
    means, instances = make_means(engine, clock)
    transport = httpx.ASGITransport(app=create_app(means))
    try:
        add_people(engine)
        async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
            yield Door(client, means, instances, clock, engine)
    finally:
        engine.dispose()


@pytest.fixture
async def drafts(door: Door) -> AsyncIterator[Drafts]:
    """The same door where two pairs of eyes are demanded, as the settings do by themselves."""
    means = replace(door.means, one_pair_of_eyes=False)
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        yield Drafts(replace(door, client=client, means=means))
