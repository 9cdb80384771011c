"""The door with a folder for the files of items."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy.orm import Session

from api.app import create_app
from api.attachment_rules import AttachmentRules
from models import access_record
from tests.api.door import Door

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 600
LIMIT = 400_000


@dataclass
class Filing:
    """The door with a folder for files."""

    door: Door
    rules: AttachmentRules

    async def add(
        self,
        username: str,
        number: str,
        name: str = "screen.png",
        content: bytes = PNG,
        **more: Any,
    ) -> httpx.Response:
        """Add a file as somebody."""
        headers = await self.door.headers(username) | more.pop("headers", {})
        files = {"file": (name, content, "application/octet-stream")}
        path = f"/api/feedback/{number}/attachments"
        return await self.door.client.post(path, files=files, headers=headers, **more)

    async def got(self, username: str, number: str, file_id: str, **headers: str) -> httpx.Response:
        """Download a file as somebody."""
        sent = await self.door.headers(username) | headers
        path = f"/api/feedback/{number}/attachments/{file_id}"
        return await self.door.client.get(path, headers=sent)

    async def listed(self, username: str, number: str) -> list[dict[str, Any]]:
        """Return the files that somebody sees."""
        answer = await self.door.get(username, f"/api/feedback/{number}/attachments")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def files(self) -> list[Path]:
        """Return what lies in the folder."""
        return [path for path in self.rules.folder.root.rglob("*") if path.is_file()]

    def recorded(self, number: str, action: str) -> list[str]:
        """Return who did this to the item's files."""
        with Session(self.door.engine) as session:
            rows = access_record.read(session, number)
        return [row.actor for row in rows if row.action == action]


async def opened(door: Door, rules: AttachmentRules) -> AsyncIterator[Filing]:
    means = replace(door.means, attachments=rules)
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        yield Filing(replace(door, client=client, means=means), rules)
