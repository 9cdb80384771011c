"""The API's own process, told to stop while people look on: it ends, and they are told."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.orm import Session

import models.tables  # noqa: F401 (a person refers to a department)
from models import access_token
from models.access_token import Issue
from models.database import engine
from settings import PROJECT
from stack.keys import make_keys
from stack.ports import Ports
from tests.conftest import Database
from tests.staffed_house import new_person

pytestmark = [pytest.mark.integration, pytest.mark.timeout(400)]
PATIENCE = 100
# What the server says when it has waited for requests that do not end, and cuts them off.
CUT_OFF = "graceful shutdown exceeded"
LOOKERS = 5


@dataclass
class Serving:
    """The process, what it says, where it answers, and somebody's token."""

    process: subprocess.Popen[bytes]
    log: Path
    address: str
    headers: dict[str, str]

    @asynccontextmanager
    async def stream(self) -> AsyncIterator[AsyncIterator[str]]:
        """Look on until it ends; what comes is read line by line."""
        async with (
            httpx.AsyncClient(base_url=self.address, headers=self.headers, timeout=60) as client,
            client.stream("GET", "/api/events") as answer,
        ):
            assert answer.status_code == 200
            lines = answer.aiter_lines()
            assert (await anext(lines)).startswith("retry")
            yield lines

    async def ends(self) -> int:
        """Return the exit code; fail if the process had to cut anybody off."""
        code = await asyncio.to_thread(self.process.wait, PATIENCE)
        assert CUT_OFF not in self.log.read_text()
        return code


@pytest.fixture
def serving(database: Database, folder: Path, ports: Ports) -> Iterator[Serving]:
    """`python -m api` on the test's database; there is no Temporal."""
    make_keys(folder / "secrets", data_exists=False)
    port = ports.choose("test")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")},
        "BIHUAN_HOME": str(folder),
        "BIHUAN_DATABASE_URL": database.app_url,
        "BIHUAN_TEMPORAL_ADDRESS": f"127.0.0.1:{ports.choose('test')}",
        "BIHUAN_API_PORT": str(port),
        "BIHUAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    log = folder / "api.log"
    command = [sys.executable, "-m", "api"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=said, stderr=said)
    address = f"http://127.0.0.1:{port}"
    headers = {"Authorization": f"Bearer {token(database)}", "Accept": "text/event-stream"}
    try:
        until_it_answers(process, address)
        yield Serving(process, log, address, headers)
    finally:
        process.kill()
        process.wait()


def token(database: Database) -> str:
    rows = engine(database.app_url, pool_size=1)
    with Session(rows) as session, session.begin():
        session.add(new_person("ann", "technical", ["engineer"]))
        session.flush()
        issue = Issue(timedelta(hours=1), "bearer")
        made, _ = access_token.issue_as(session, "ann", issue, datetime.now(UTC))
    rows.dispose()
    return made


def until_it_answers(process: subprocess.Popen[bytes], address: str) -> None:
    while process.poll() is None:
        try:
            httpx.get(f"{address}/api/health", timeout=PATIENCE)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the API did not start")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_who_looks_on_is_told_to_look_elsewhere_and_the_process_ends(
    serving: Serving, number: signal.Signals
) -> None:
    async def look_on(begun: asyncio.Semaphore) -> list[str]:
        async with serving.stream() as lines:
            begun.release()
            return [line async for line in lines if line]

    begun = asyncio.Semaphore(0)
    looking = [asyncio.create_task(look_on(begun)) for _ in range(LOOKERS)]
    for _ in looking:
        await begun.acquire()

    serving.process.send_signal(number)

    assert await serving.ends() == 0
    # Not `closed`, which would say that the login has ended: it has not.
    for heard in await asyncio.gather(*looking):
        assert heard == ["event: refetch", "data: {}"]
    async with httpx.AsyncClient() as late:
        with pytest.raises(httpx.ConnectError):
            await late.get(serving.address)


async def test_a_reader_that_never_reads_does_not_hold_the_process(serving: Serving) -> None:
    host, port = serving.address.removeprefix("http://").split(":")
    asked = "".join(f"{name}: {value}\r\n" for name, value in serving.headers.items())
    with socket.create_connection((host, int(port))) as deaf:
        deaf.sendall(f"GET /api/events HTTP/1.1\r\nHost: x\r\n{asked}\r\n".encode())
        async with serving.stream():
            serving.process.terminate()

            assert await serving.ends() == 0
