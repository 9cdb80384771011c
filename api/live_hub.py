"""One listener on the database for all who look on, and what each of them may see (实时推送)."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg
from anyio import to_thread
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.authentication import Caller
from api.live_items import SeenItem, seen_items
from api.visibility import sees_task
from models.live_event import CHANNEL, LiveEvent
from models.user_task import UserTask

_LOGGER = logging.getLogger(__name__)
_REMEMBERED = 1000
_QUEUE = 200
# Windows of one person; the oldest gives way.
_MOST_STREAMS = 8
_POLL, _PAUSE = 5.0, 1.0


@dataclass(frozen=True)
class Told:
    """An event with its number, and the task's row or the item as it is now."""

    number: int
    event: LiveEvent
    task: UserTask | None
    item: SeenItem | None = None


@dataclass(eq=False)
class Looker:
    """Somebody who looks on: what they have not been sent yet; None ends the stream."""

    caller: Caller
    queue: asyncio.Queue[Told | None] = field(default_factory=lambda: asyncio.Queue(_QUEUE))
    # Whether they missed something and must fetch anew.
    missed: bool = False

    def offer(self, told: Told) -> bool:
        """Put an event into the queue if it concerns them; return False if they are too slow."""
        if concerns(self.caller, told):
            try:
                self.queue.put_nowait(told)
            except asyncio.QueueFull:
                return False
        return True

    def end(self) -> None:
        """Let the stream end; what waits is thrown away, and they are to fetch anew."""
        self.missed = True
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


def concerns(caller: Caller, told: Told) -> bool:
    """Say whether a person may know of an event."""
    event = told.event
    if event.wide or caller.username in event.people:
        return True
    if not set(event.groups).isdisjoint(caller.groups):
        return True
    if told.item is not None:
        return told.item.concerns(caller)
    return told.task is not None and sees_task(caller, told.task)


def _ended(caller: Caller) -> Looker:
    looker = Looker(caller)
    looker.end()
    return looker


class LiveHub:
    """Listens while anybody looks on, remembers the last events, and sends each to whom it fits."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lookers: list[Looker] = []
        self._past: deque[Told] = deque(maxlen=_REMEMBERED)
        self._listener: asyncio.Task[None] | None = None
        self._listens = asyncio.Event()
        self._closed = asyncio.Event()
        self._begin_anew()

    def _begin_anew(self) -> None:
        # Numbers of another listening, or of another process, say nothing here.
        self._run = uuid4().hex[:8]
        self._number = 0
        self._past.clear()

    async def join(self, caller: Caller, last_id: str | None) -> Looker:
        """Let somebody look on; with the id of the last event they saw, from there on."""
        if self._closed.is_set():
            return _ended(caller)
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listens.wait(), _POLL)
        if self._closed.is_set():
            return _ended(caller)
        looker = Looker(caller, missed=not self._listens.is_set())
        if last_id is not None and not self._replay(looker, last_id):
            looker.missed = True
        same = [one for one in self._lookers if one.caller.username == caller.username]
        if len(same) >= _MOST_STREAMS:
            self.leave(same[0])
            same[0].end()
        self._lookers.append(looker)
        return looker

    def leave(self, looker: Looker) -> None:
        """Forget somebody who looks on no longer."""
        with contextlib.suppress(ValueError):
            self._lookers.remove(looker)

    async def close(self) -> None:
        """End all streams, also those that begin from now on, and listen no longer."""
        self._closed.set()
        for looker in [*self._lookers]:
            self.leave(looker)
            looker.end()
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener
            self._listener = None
            self._listens.clear()

    def identity(self, told: Told) -> str:
        """Return the id of an event for `Last-Event-ID`."""
        return f"{self._run}-{told.number}"

    def _replay(self, looker: Looker, last_id: str) -> bool:
        run, _, seen = last_id.partition("-")
        if run != self._run or not seen.isdecimal():
            return False
        oldest = self._past[0].number if self._past else self._number + 1
        if not oldest - 1 <= int(seen) <= self._number:
            return False
        return all(looker.offer(told) for told in self._past if told.number > int(seen))

    async def _listen(self) -> None:
        url = self._engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    url, autocommit=True, connect_timeout=5, application_name="bihuan live"
                ) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._listens.set()
                    await self._hear(connection)
            except (psycopg.OperationalError, OSError):
                _LOGGER.warning("the database is away; who looks on will fetch anew")
            self._listens.clear()
            self._begin_anew()
            for looker in [*self._lookers]:
                self.leave(looker)
                looker.end()
            await asyncio.sleep(_PAUSE)

    async def _hear(self, connection: psycopg.AsyncConnection[object]) -> None:
        while True:
            heard = connection.notifies(timeout=_POLL, stop_after=1)
            events = [LiveEvent.from_text(one.payload) async for one in heard]
            if not events:
                # Notices that the connection is gone even when nothing is told.
                await connection.execute("SELECT 1")
                continue
            tasks, items = await to_thread.run_sync(self._rows, events)
            for event in events:
                self._tell(event, tasks.get(event.task), items.get(event.item))

    def _tell(self, event: LiveEvent, task: UserTask | None, item: SeenItem | None) -> None:
        self._number += 1
        told = Told(self._number, event, task, item)
        self._past.append(told)
        for looker in [*self._lookers]:
            if not looker.offer(told):
                self.leave(looker)
                looker.end()

    def _rows(self, events: list[LiveEvent]) -> tuple[dict[int, UserTask], dict[int, SeenItem]]:
        tasks = {one.task for one in events if one.task}
        items = {one.item for one in events if one.item}
        if not tasks and not items:
            return {}, {}
        with Session(self._engine, expire_on_commit=False) as session:
            found = session.scalars(select(UserTask).where(col(UserTask.key).in_(tasks))).all()
            seen = seen_items(session, items)
            session.expunge_all()
        return {one.key: one for one in found}, seen
