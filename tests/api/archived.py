"""The door with a folder for archives, and a life that is archived."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from temporalio.client import WorkflowHistory

from api.app import create_app
from audit.archive_folder import ArchiveFolder, archive_key
from audit.archive_making import SETTLED, Maker
from models.archived_instance import ArchivedInstance
from settings import Settings
from tests.api.door import Door
from tests.api.office import claimed, done, office

SERVICE_KEY = bytes(range(32))


@dataclass
class Archiving:
    """The door, the folder of its archives, and who makes them."""

    door: Door
    folder: ArchiveFolder
    maker: Maker

    async def ended(self) -> int:
        """Bring an instance of the office to its end; return its key."""
        key = await office(self.door, count=1, share=0.1)
        for element in ("draft", "review", "send"):
            await done(self.door, await claimed(self.door, key, element))
        return int(key)

    async def archived(self) -> ArchivedInstance:
        """Bring one to its end and archive it."""
        made = await self.maker.make(await self.ended())
        assert made is not None
        return made

    def path(self, made: ArchivedInstance) -> Path:
        """Return where an archive lies."""
        return self.folder.root / made.path

    async def shown(self, key: int) -> dict[str, Any]:
        """Return an archive as an auditor sees it."""
        answer = await self.door.get("audit", f"/api/audit/{key}/archive")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def findings(self, key: int) -> list[tuple[str, int]]:
        """Return what an auditor is told to be wrong."""
        return [(one["code"], one["n"]) for one in (await self.shown(key))["findings"]]


async def opened(door: Door, home: Path) -> AsyncIterator[Archiving]:
    """Open the door with a home that has a service key."""
    chosen = Settings(home=home)
    chosen.secrets_path.mkdir()
    (chosen.secrets_path / "service.key").write_bytes(SERVICE_KEY)
    means = replace(door.means, chosen=chosen)
    folder = ArchiveFolder(chosen.archive_path, archive_key(SERVICE_KEY))

    async def nothing(_: str) -> Sequence[WorkflowHistory]:
        await asyncio.sleep(0)
        return ()

    def later() -> datetime:
        return door.clock.now() + 2 * SETTLED + timedelta(seconds=1)

    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        own = replace(door, client=client, means=means)
        yield Archiving(own, folder, Maker(door.engine, folder, nothing, later))
