"""People and customers: they bring items through their life as fast as they come (驱动)."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, LiteralString
from uuid import UUID

import psycopg
from sqlalchemy.orm import Session

from models import survey

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from temporalio.client import Client

    from bench.intake import Intake, StoredItem
    from bench.variants import Variant

_POLL = 0.05
_ACTOR = "engineer.1"
_SCORE = "satisfied"
_WORDS = {
    "plan": "更换主板并测试，2小时内完成。",
    "reply": "已为您更换主板，设备恢复正常，请放心使用。",
}
# Everything that waits for somebody, of all items under way, through primary and foreign keys.
_TO_DO: LiteralString = """
SELECT 'task', instance_key, key::text, element_id FROM user_task
 WHERE instance_key = ANY(%(keys)s) AND state = 'CREATED'
UNION ALL
SELECT 'survey', feedback_id, id::text, '' FROM survey
 WHERE feedback_id = ANY(%(keys)s) AND sent_at IS NOT NULL AND answered_at IS NULL
UNION ALL
SELECT 'closed', id, '', '' FROM feedback WHERE id = ANY(%(keys)s)
 AND status IN ('closed', 'archived')
"""


@dataclass
class Drive:
    """What one round brought.

    Attributes:
        seconds: from the first item stored to the last one closed.
        updates: seconds that each update took.
        keys: of the items that were closed, in that order.
    """

    seconds: float = 0.0
    updates: list[float] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Stage:
    """What a driver works with."""

    client: Client
    engine: Engine
    rows: psycopg.AsyncConnection[Any]
    intake: Intake


class Driver:
    """Keeps so many items under way until all are closed."""

    def __init__(self, stage: Stage, variant: Variant, *, in_flight: int) -> None:
        self._stage = stage
        self._variant = variant
        self._in_flight = in_flight
        self._items: dict[int, StoredItem] = {}
        self._begun = 0
        self._asked: set[tuple[int, str]] = set()
        self._drive = Drive()

    async def drive(self, count: int) -> Drive:
        """Bring so many items from intake to closed."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as acts:
            while len(self._drive.keys) < count:
                while self._may_begin(count):
                    self._begun += 1
                    acts.create_task(self._begin())
                await asyncio.sleep(_POLL)
                for what, key, name, element in await self._to_do():
                    self._react(acts, self._items[key], what, name, element)
        self._drive.seconds = time.monotonic() - began
        return self._drive

    def _may_begin(self, count: int) -> bool:
        under_way = self._begun - len(self._drive.keys)
        return self._begun < count and under_way < self._in_flight

    async def _begin(self) -> None:
        item = await asyncio.to_thread(self._stage.intake.receive)
        self._items[item.key] = item
        await self._variant.start(self._stage.client, item)

    async def _to_do(self) -> list[tuple[str, int, str, str]]:
        found = await self._stage.rows.execute(_TO_DO, {"keys": list(self._items)})
        return await found.fetchall()

    def _react(
        self, acts: asyncio.TaskGroup, item: StoredItem, what: str, name: str, element: str
    ) -> None:
        if (item.key, name) in self._asked:
            return
        self._asked.add((item.key, name))
        if what == "task":
            acts.create_task(self._complete(item, int(name), element))
        elif what == "survey":
            acts.create_task(self._answer(item, UUID(name)))
        else:
            del self._items[item.key]
            self._drive.keys.append(item.key)

    async def _complete(self, item: StoredItem, key: int, element: str) -> None:
        variables: dict[str, Any] = {}
        if element == "process":
            variables = await asyncio.to_thread(self._stage.intake.keep, item, **_WORDS)
        began = time.monotonic()
        await self._variant.complete(self._stage.client, item, key, _ACTOR, variables)
        self._drive.updates.append(time.monotonic() - began)

    async def _answer(self, item: StoredItem, key: UUID) -> None:
        await asyncio.to_thread(self._keep_answer, key)
        began = time.monotonic()
        await self._variant.answer(self._stage.client, item, _SCORE)
        self._drive.updates.append(time.monotonic() - began)

    def _keep_answer(self, key: UUID) -> None:
        with Session(self._stage.engine) as session, session.begin():
            survey.answer(session, key, score=_SCORE, comment_ref=None, at=datetime.now(UTC))
