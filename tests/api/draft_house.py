"""Drafts of definitions on their way, for the tests of the API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door

DRAFTS = "/api/definition-drafts"
RENAMED = ("收到反馈".encode(), "收到".encode())


def code(answer: httpx.Response) -> tuple[int, str]:
    """Return status and code of a problem."""
    return answer.status_code, answer.json()["code"]


@dataclass
class Drafts:
    """A door where two pairs of eyes are demanded."""

    door: Door

    async def begin(self, username: str = "owner", process: str = "feedback") -> dict[str, Any]:
        """Begin a draft from the newest version of a process."""
        told = {"title": "更改", "process_definition_key": self.newest(process)}
        answer = await self.door.post(username, DRAFTS, told)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def newest(self, process: str = "feedback") -> str:
        """Return the key of the newest version of a process."""
        asked = "SELECT key FROM process_definition WHERE process_id = :id ORDER BY version"
        return str(self.rows(asked, id=process)[-1][0])

    async def put(
        self, draft: Mapping[str, Any], name: str, content: bytes, username: str = "owner"
    ) -> httpx.Response:
        """Put a file into a draft as it is now."""
        now = await self.get(draft)
        headers = await self.door.headers(username) | {"If-Match": f'"{now["revision"]}"'}
        path = f"{DRAFTS}/{draft['id']}/files/{name}"
        return await self.door.client.put(path, content=content, headers=headers)

    async def file(self, draft: Mapping[str, Any], name: str) -> bytes:
        """Return a file of a draft."""
        answer = await self.door.get("owner", f"{DRAFTS}/{draft['id']}/files/{name}")
        assert answer.status_code == 200, answer.text
        return answer.content

    async def rename(self, draft: Mapping[str, Any], username: str = "owner") -> None:
        """Change one name in the drawing."""
        before = await self.file(draft, "feedback.bpmn")
        answer = await self.put(draft, "feedback.bpmn", before.replace(*RENAMED), username)
        assert answer.status_code == 204, answer.text

    async def get(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        """Return a draft as it is now."""
        answer = await self.door.get("owner", f"{DRAFTS}/{draft['id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def step(
        self, username: str, draft: Mapping[str, Any], step: str, **told: Any
    ) -> httpx.Response:
        """Take a step as somebody."""
        return await self.door.post(username, f"{DRAFTS}/{draft['id']}/{step}", told or None)

    async def approve(
        self, draft: Mapping[str, Any], username: str = "other_owner", **told: Any
    ) -> httpx.Response:
        """Approve a draft as it is now."""
        digest = (await self.get(draft))["digest"]
        return await self.step(username, draft, "approve", digest=digest, **told)

    async def bring_to(self, state: str, **told: Any) -> dict[str, Any]:
        """Begin a draft with a change and bring it to a state the usual way."""
        draft = await self.begin()
        await self.rename(draft)
        for reached in ("submitted", "approved", "deployed"):
            if state == "draft":
                break
            answer = await self._forward(draft, reached, **told)
            assert answer.status_code == 200, answer.text
            if reached == state:
                break
        return await self.get(draft)

    async def _forward(self, draft: Mapping[str, Any], reached: str, **told: Any) -> httpx.Response:
        if reached == "submitted":
            return await self.step("owner", draft, "submit", **told)
        if reached == "approved":
            return await self.approve(draft)
        return await self.step("owner", draft, "deploy")

    async def at_once(self, *steps: Any) -> list[int]:
        """Take steps at the same time; return the statuses, sorted."""
        answers = await asyncio.gather(*steps)
        return sorted(answer.status_code for answer in answers)

    def rows(self, statement: str, **values: Any) -> list[Any]:
        """Return what the database says."""
        with Session(self.door.engine) as session:
            return [tuple(row) for row in session.execute(text(statement), values)]

    def versions(self) -> dict[str, int]:
        """Return the newest version of each process."""
        return dict(self.rows("SELECT process_id, max(version) FROM process_definition GROUP BY 1"))
