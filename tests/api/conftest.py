"""The API's door on the database of one test."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from api.app import create_app
from api.attachment_rules import AttachmentRules
from api.scanner import Scanner
from models import database as connections
from models.attachment_folder import AttachmentFolder
from stack.ports import Ports
from tests.api.door import Clock, Door, add_people, make_means
from tests.api.draft_house import Drafts
from tests.api.filing import LIMIT, Filing, opened
from tests.api.provider_house import House
from tests.api.provider_house import opened as opened_to
from tests.api.provider_process import ProviderProcess


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


@pytest.fixture
async def filing(door: Door, tmp_path: Path) -> AsyncIterator[Filing]:
    """A folder without a scanner."""
    rules = AttachmentRules(AttachmentFolder(tmp_path / "attachments"), LIMIT, 2 * LIMIT)
    async for one in opened(door, rules):
        yield one


@pytest.fixture
async def scanned(door: Door, tmp_path: Path) -> AsyncIterator[Filing]:
    """A folder with a scanner that is away until its switch is there, and dislikes EICAR."""
    switch = tmp_path / "scanner-runs"
    code = (
        "import sys, os; b = sys.stdin.buffer.read();"
        f"sys.exit(2 if not os.path.exists({str(switch)!r}) else int(b'EICAR' in b))"
    )
    scanner = Scanner((sys.executable, "-c", code), 20)
    folder = AttachmentFolder(tmp_path / "attachments")
    async for one in opened(door, AttachmentRules(folder, LIMIT, 2 * LIMIT, scanner)):
        yield one


@pytest.fixture(scope="module")
def provider(ports: Ports, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProviderProcess]:
    """A real OpenID Connect provider, a process of its own."""
    with ProviderProcess(ports.choose("provider"), tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture
async def house(door: Door, provider: ProviderProcess) -> AsyncIterator[House]:
    """The service where that provider is the way in."""
    async with opened_to(door, provider.rules) as one:
        yield one
