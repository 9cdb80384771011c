"""One item of the demonstration, and what people do with it over the API (演示条目)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from stack.demo.life import Life, read_life
from stack.demo.people import People, checked

# By this channel nothing is sent: a specialist calls the customer and tells them the link.
CHANNEL = "phone"
PAUSE = 0.3
PAGE = 1000
# The extension that is asked for: three working days are at least 1.5 s of the demonstration.
MORE_TIME = timedelta(seconds=1)
BUSY = {httpx.codes.CONFLICT, httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
TRIES = 20


@dataclass
class Item:
    """An item that was posted, and what may be done with it (条目)."""

    number: str
    people: People

    async def look(self) -> dict[str, Any]:
        """Return the item as specialists see it."""
        client = await self.people.with_role("specialist")
        found: dict[str, Any] = checked(await client.get(f"/api/feedback/{self.number}")).json()
        return found

    async def until(self, reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait until the item is as `reached` wants it, and return it."""
        while True:
            if reached(found := await self.look()):
                return found
            await asyncio.sleep(PAUSE)

    async def task(self, element: str) -> dict[str, Any]:
        """Wait until a task of this element is open, and return it."""
        found = await self.until(lambda item: self.has_open(item, element))
        return next(one for one in found["open_tasks"] if one["element_id"] == element)

    def has_open(self, found: dict[str, Any], element: str) -> bool:
        """Say whether the item, as it was found, has an open task of this element."""
        return any(one["element_id"] == element for one in found["open_tasks"])

    async def complete(self, element: str, **variables: Any) -> None:
        """Do a task as the person who has it, or as somebody who may."""
        task = await self.task(element)
        client = await self.people.for_task(task)
        await self._send(
            client, f"/v2/user-tasks/{task['user_task_key']}/completion", {"variables": variables}
        )

    async def told(self, role: str, code: str) -> None:
        """Wait until somebody with a role finds this notice about the item in their inbox."""
        client = await self.people.with_role(role)
        while True:
            inbox = checked(await client.get("/api/notices")).json()["items"]
            if any(one["code"] == code and one["data"]["number"] == self.number for one in inbox):
                return
            await asyncio.sleep(PAUSE)

    async def ask_for_time(self) -> None:
        """Ask for more time as the person who processes the item."""
        await self.task("process")
        found = await self.look()
        until = datetime.fromisoformat(found["due_at"]) + MORE_TIME
        client = await self.people.named(found["assignee"])
        body = {"reason": "等待配件到货，预计两日内到", "new_due_at": until.isoformat()}
        await self._send(client, f"/api/feedback/{self.number}/extension", body)

    async def withdraw(self) -> None:
        """Withdraw the item for its customer."""
        client = await self.people.with_role("specialist")
        body = {"reason": "客户来电撤回"}
        await self._send(client, f"/api/feedback/{self.number}/withdrawal", body)

    async def answer(self, score: str) -> None:
        """Answer the survey that is open, by the link that the customer is told."""
        await self.until(_awaits_answer)
        specialist = await self.people.with_role("specialist")
        asked = {"field": "survey_link", "reason": "电话回访，告知客户评价链接"}
        answer = await specialist.post(f"/api/feedback/{self.number}/reveal", json=asked)
        path = httpx.URL(checked(answer).json()["value"]).path
        await self._send(self.people.public, path, {"score": score})

    async def ended(self, scenario: str) -> Life:
        """Wait for the end of the item and return its life."""
        await self.until(lambda item: item["closed_at"] is not None)
        while True:
            if (life := await self.life(scenario)).ended:
                return life
            await asyncio.sleep(PAUSE)

    async def life(self, scenario: str) -> Life:
        """Return what has become of the item so far."""
        auditor = await self.people.with_role("auditor")
        records: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            params = {"after": after, "limit": PAGE}
            path = f"/api/feedback/{self.number}/records"
            page = checked(await auditor.get(path, params=params)).json()
            records += page["items"]
            after = page["next"]
        return read_life(scenario, await self.look(), records)

    async def _send(self, client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> None:
        """Post until the process is ready for it."""
        answer = await client.post(path, json=body)
        for _ in range(TRIES):
            if answer.status_code not in BUSY:
                break
            await asyncio.sleep(PAUSE)
            answer = await client.post(path, json=body)
        checked(answer)


async def post(people: People, contact: str, **fields: Any) -> Item:
    """Post an item as a customer does."""
    body = {"contact": contact, "channel": CHANNEL, **fields}
    answer = checked(await people.public.post("/api/feedback", json=body))
    return Item(answer.json()["number"], people)


def _awaits_answer(found: dict[str, Any]) -> bool:
    return any(one["sent_at"] and not one["answered_at"] for one in found["surveys"])
