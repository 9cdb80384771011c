"""The door itself: `python -m api` as the stack starts it."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from api.app import open_means
from bpmn.commands import CancelInstance
from models import database as connections
from models import process_instance
from settings import PROJECT, Settings
from stack.ports import Ports
from tests.api.door import PASSWORD, PHONE, TELL, add_people
from workflows.messages import InstanceBusyError, InstanceGoneError

pytestmark = pytest.mark.integration
NOBODY = "127.0.0.1:9"


class DatabaseUrls(Protocol):
    """What the `database` fixture offers."""

    owner_url: str
    app_url: str


def environment(folder: Path, database: DatabaseUrls, temporal: str, port: int) -> dict[str, str]:
    """Return what the supervisor tells the door."""
    secrets = folder / "secrets"
    secrets.mkdir(exist_ok=True)
    for name in ("service", "epoch", "link"):
        (secrets / f"{name}.key").write_bytes(name[:1].encode() * 32)
    return {
        **os.environ,
        "BIHUAN_HOME": str(folder),
        "BIHUAN_SECRETS_DIR": str(secrets),
        "BIHUAN_DATABASE_URL": database.app_url,
        "BIHUAN_TEMPORAL_ADDRESS": temporal,
        "BIHUAN_API_PORT": str(port),
    }


@contextmanager
def served(told: dict[str, str], log: Path) -> Iterator[str]:
    """Run the door; give its address."""
    with log.open("wb") as written:
        running = subprocess.Popen(
            [sys.executable, "-m", "api"], cwd=PROJECT, env=told, stdout=written, stderr=written
        )
    try:
        yield f"http://127.0.0.1:{told['BIHUAN_API_PORT']}"
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(120) == 0


async def answering(client: httpx.AsyncClient) -> httpx.Response:
    for _ in range(1500):
        try:
            return await client.get("/api/health")
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
    raise TimeoutError


async def test_the_door_serves_and_its_log_keeps_quiet(
    folder: Path, database: DatabaseUrls, temporal_server: str, ports: Ports
) -> None:
    told = environment(folder, database, temporal_server, ports.choose("test"))
    log = folder / "api.log"
    token = "T0ken" * 15  # no token of ours, but as long as one

    with served(told, log) as address:
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            health = await answering(client)
            item = await client.post("/api/feedback", json=TELL)
            page = await client.get(f"/survey/{token}?number={PHONE}")
            described = (await client.get("/openapi.json")).json()

    assert health.json() == {"status": "ok", "database": True, "temporal": True}
    assert item.status_code == 201
    assert page.status_code == 404
    assert "/api/feedback" in described["paths"]
    written = log.read_text()
    assert "POST /api/feedback" in written
    assert token not in written
    assert PHONE not in written


async def test_without_temporal_items_are_received_all_the_same(
    folder: Path, database: DatabaseUrls, ports: Ports
) -> None:
    told = environment(folder, database, NOBODY, ports.choose("test"))

    with served(told, folder / "api.log") as address:
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            health = await answering(client)
            item = await client.post("/api/feedback", json=TELL)

    assert (health.status_code, health.json()["temporal"]) == (503, False)
    assert item.status_code == 201


async def test_a_command_for_an_instance_that_is_not_there_says_so(
    folder: Path, database: DatabaseUrls, temporal_server: str
) -> None:
    chosen = Settings(
        secrets_dir=folder / "secrets",
        database_url=database.app_url,
        temporal_address=temporal_server,
    )
    environment(folder, database, temporal_server, 0)
    there = await open_means(chosen)
    away = await open_means(chosen.model_copy(update={"temporal_address": NOBODY}))
    command = CancelInstance(id="c", reason="requested")

    with pytest.raises(InstanceGoneError):
        await there.send(process_instance.workflow_id(7 << 20), command)
    with pytest.raises(InstanceBusyError):
        await away.send(process_instance.workflow_id(7 << 20), command)
    assert await there.temporal_answers()
    assert not await away.temporal_answers()
    for means in (there, away):
        means.engine.dispose()


async def test_people_of_the_database_log_in(
    folder: Path, database: DatabaseUrls, ports: Ports
) -> None:
    engine = connections.engine(database.app_url)
    add_people(engine)
    engine.dispose()
    told = environment(folder, database, NOBODY, ports.choose("test"))
    log = folder / "api.log"

    with served(told, log) as address:
        async with httpx.AsyncClient(base_url=address, timeout=120) as client:
            await answering(client)
            given = {"username": "spec", "password": PASSWORD}
            answer = await client.post("/api/login", json=given)

    assert answer.status_code == 200
    assert PASSWORD not in log.read_text()
