"""The service itself under a benchmark: its worker and its API, as processes (被测服务)."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
from sqlalchemy import text

from bench.office import DEPARTMENTS, SAYINGS
from stack import prefect, temporal
from stack.temporal import NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from sqlalchemy import Engine

    from bench.servers import Servers

_QUEUE = "bihuan"
_AT_ONCE = 24
_PATIENCE = 240.0
_PAUSE = 0.2
_EVER = datetime.fromtimestamp(0, UTC)
_STARTED = text(
    "SELECT t.key, t.feedback_number, t.candidate_groups[1] AS department FROM user_task t"
    " JOIN feedback f ON f.id = t.instance_key"
    " WHERE f.number = ANY(:numbers) AND t.state = 'CREATED' ORDER BY t.key"
)


class NotReadyError(Exception):
    """A part of the service does not come up, or does not do its work in time."""


@contextmanager
def service(running: Servers) -> Iterator[str]:
    """Start the worker and the API; yield the API's address, which does not answer at once."""
    port = running.ports.choose("api")
    address = f"http://127.0.0.1:{port}"
    # Items come from one address here; the limit of logins stays as it is.
    more = {"BIHUAN_API_PORT": str(port), "BIHUAN_INTAKE_RATE_PER_MINUTE": "100000"}
    quiet = {"BIHUAN_LOG_LEVEL": "warning"}
    with (
        running.door("service worker", ["worker.py"], **quiet),
        running.door("api", ["-m", "api"], **more, **quiet),
    ):
        yield address


async def both_answer(temporal_address: str, api: str) -> None:
    """Wait until the worker asks for work and the API answers.

    Raises:
        NotReadyError: one of them does not in time.
    """
    await _until(lambda: temporal.has_poller(temporal_address, NAMESPACE, _QUEUE, _EVER))
    await _until(lambda: prefect.answers(f"{api}/api/health"))


async def receive(api: str, count: int) -> list[str]:
    """Post so many items of all departments in turn; return their numbers."""
    gate = asyncio.Semaphore(_AT_ONCE)
    limits = httpx.Limits(max_connections=_AT_ONCE)
    async with httpx.AsyncClient(base_url=api, timeout=60, limits=limits) as client:

        async def post(number: int) -> str:
            async with gate:
                answer = await client.post("/api/feedback", json=_told(number))
                answer.raise_for_status()
                return str(answer.json()["number"])

        return await asyncio.gather(*(post(number) for number in range(count)))


def tasks_of(engine: Engine, numbers: Sequence[str]) -> list[Any]:
    """Wait until every item has its task; return key, number and department of each.

    Raises:
        NotReadyError: some have none in time.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        with engine.connect() as connection:
            found = connection.execute(_STARTED, {"numbers": list(numbers)}).all()
        if len(found) == len(numbers):
            return list(found)
        if time.monotonic() > until:
            raise NotReadyError(f"{len(found)} of {len(numbers)} items have their task")
        time.sleep(_PAUSE)


def _told(number: int) -> dict[str, str]:
    department = DEPARTMENTS[number % len(DEPARTMENTS)]
    return {"contact": f"139{number:08d}", "description": SAYINGS[department]}


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    until = time.monotonic() + _PATIENCE
    while not await holds():
        if time.monotonic() > until:
            raise NotReadyError("a part of the service does not answer")
        await asyncio.sleep(_PAUSE)
