"""`python -m flows archive`: make all archives that are owed, and say how many (归档)."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from temporalio.service import RPCError

import settings
from audit.archive_folder import ArchiveFolder, archive_key
from audit.archive_making import Made, Maker, of_temporal
from flows.house import database
from workflows.codec import connect

if TYPE_CHECKING:
    from settings import Settings


def archive() -> int:
    """Archive what has closed; a line of JSON tells what was done."""
    try:
        made = asyncio.run(_archive(settings.load()))
    except (OSError, RuntimeError, RPCError) as error:
        sys.stderr.write(f"nothing was archived: {type(error).__name__}\n")
        return 1
    sys.stdout.write(json.dumps(asdict(made)) + "\n")
    return 0


async def _archive(chosen: Settings) -> Made:
    service_key = chosen.secrets_path / "service.key"
    client = await connect(chosen.temporal_address, chosen.temporal_namespace, service_key)
    key = archive_key(await asyncio.to_thread(service_key.read_bytes))
    with database() as engine:
        folder = ArchiveFolder(chosen.archive_path, key)
        maker = Maker(engine, folder, of_temporal(client), lambda: datetime.now(UTC))
        return await maker.make_owed()
