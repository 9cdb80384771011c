"""One round of one variant: its worker started, warmed, driven and measured (轮次)."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import psycopg
from temporalio.client import Client

from bench.driver import Driver, Stage
from bench.history import typical
from bench.intake import Intake
from bench.processor_time import spent
from models.database import engine
from models.key_source import FileKeySource
from stack.temporal import NAMESPACE, has_poller
from workflows.codec import data_converter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bench.driver import Drive
    from bench.history import HistorySize
    from bench.servers import Servers
    from bench.variants import Variant

_RUNNING = "ExecutionStatus = 'Running'"
# A second an item would be a disaster, and no answer at all a mistake: do not wait for ever.
_PATIENCE = 120.0
_WARM = 20
_PAUSE = 0.1


@dataclass(frozen=True)
class Round:
    """What was measured; `cpu` is milliseconds an item by process."""

    drive: Drive
    cpu: dict[str, float]
    history: HistorySize

    @property
    def items_per_second(self) -> float:
        """How many items were closed a second."""
        return len(self.drive.keys) / self.drive.seconds

    @property
    def total(self) -> float:
        """Milliseconds of processor time an item, all processes."""
        return sum(self.cpu.values())


@asynccontextmanager
async def stage(servers: Servers) -> AsyncIterator[Stage]:
    """Connect a driver to the servers."""
    secrets = servers.home / "secrets"
    client = await Client.connect(
        servers.temporal_address,
        namespace=NAMESPACE,
        data_converter=data_converter((secrets / "service.key").read_bytes()),
    )
    rows = engine(servers.database_url, application_name="bihuan bench")
    intake = Intake(rows, FileKeySource.read(secrets / "epoch.key"))
    address = servers.database_url.replace("+psycopg", "", 1)
    try:
        async with await psycopg.AsyncConnection.connect(address, autocommit=True) as polling:
            yield Stage(client, rows, polling, intake)
    finally:
        rows.dispose()


async def play(
    servers: Servers, stage: Stage, variant: Variant, *, items: int, in_flight: int
) -> Round:
    """Play one round; the worker is alone, and warm before it counts."""
    since = datetime.now(UTC)
    with servers.worker(variant.name) as worker:
        async with asyncio.timeout(_PATIENCE + items):
            await _until(
                lambda: has_poller(servers.temporal_address, NAMESPACE, variant.task_queue, since)
            )
            await _drive(stage, variant, min(items, _WARM), in_flight)
            pids = servers.pids | {"worker": worker}
            before = {name: spent(pid) for name, pid in pids.items()}
            drive = await _drive(stage, variant, items, in_flight)
            cpu = {name: (spent(pid) - before[name]) * 1000 / items for name, pid in pids.items()}
            return Round(drive, cpu, await typical(stage.client, drive.keys))


async def _drive(stage: Stage, variant: Variant, items: int, in_flight: int) -> Drive:
    """Drive, then wait until the workflows themselves have ended."""

    async def ended() -> bool:
        return not (await stage.client.count_workflows(_RUNNING)).count

    drive = await Driver(stage, variant, in_flight=in_flight).drive(items)
    await _until(ended)
    return drive


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what only the servers know."""
    found = await holds()
    while not found:
        await asyncio.sleep(_PAUSE)
        found = await holds()
