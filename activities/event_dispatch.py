"""Messages, signals and start timers on their way, beside the workflows (事件派发).

Everything that is owed is a row. A killed dispatcher leaves what it had in hand to the next one,
which sends it once more under the same command id; so an instance gets it once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from activities import due_starts, publishing
from activities.access_sealing import AccessSealer
from activities.bell import Bell
from activities.delivering import LEASE, command_of, settle
from activities.dispatch import Dispatcher
from activities.handover import HandoverDispatcher
from bpmn.commands import Command
from models import definition_start, delivery, message_start_lock, publication, slot
from models.definition_start import MESSAGE
from models.event_subscription import message_slot
from models.process_instance import workflow_id

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from temporalio.client import Client

    from activities.house import House
    from bpmn.clock import Calendar
    from models.delivery import Owed

_LOGGER = logging.getLogger(__name__)
_AT_ONCE = 20
_MOST_SWEPT = 1000
_SWEEP_EVERY = timedelta(seconds=10)

# Has a command carried out; "" or why not, as `workflows.messages.outcome` says it.
Send = Callable[[str, Command], Awaitable[str]]


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class EventDispatcher:
    """Delivers what is owed, begins what is due, deletes what is done; several may run at once."""

    engine: Engine
    send: Send
    calendar: Callable[[int], Calendar]
    time_scale: float = 1.0
    now: Callable[[], datetime] = _now
    _swept_at: datetime | None = field(default=None, init=False)

    async def run(self) -> None:
        """Dispatch until cancelled; what fails is tried again later, never given up."""
        with closing(Bell(self.engine, delivery.CHANNEL)) as bell:
            while True:
                try:
                    found = await self.once()
                except Exception as error:  # noqa: BLE001 (the loop outlives every outage)
                    _LOGGER.warning("dispatch of events failed: %s", type(error).__name__)
                    found = 0
                if found == 0:
                    await bell.wait()

    async def once(self) -> int:
        """Do what is to be done now; return how much it was."""
        prepared = 0
        for work in (self._fire, self._match, self._start_next):
            prepared += await asyncio.to_thread(_guarded, work)
        owed = await asyncio.to_thread(self._claim)
        await asyncio.gather(*(self._deliver(one) for one in owed))
        await asyncio.to_thread(self._sweep)
        return prepared + len(owed)

    async def _deliver(self, owed: Owed) -> None:
        outcome = await self.send(workflow_id(owed.instance_key), command_of(owed))
        await asyncio.to_thread(self._settle, owed, outcome)

    def _settle(self, owed: Owed, outcome: str) -> None:
        with Session(self.engine) as session, session.begin():
            settle(session, owed, outcome, self.now())

    def _claim(self) -> list[Owed]:
        with Session(self.engine) as session, session.begin():
            return delivery.claim(session, self.now(), lease=LEASE, limit=_AT_ONCE)

    def _fire(self) -> int:
        with Session(self.engine) as session, session.begin():
            return due_starts.fire_due(session, self.now(), self.calendar, self.time_scale)

    def _match(self) -> int:
        with Session(self.engine) as session:
            keys = publication.unmatched(session, _AT_ONCE)
        for key in keys:
            with Session(self.engine) as session, session.begin():
                publishing.match_unmatched(session, key, self.now())
        return len(keys)

    def _start_next(self) -> int:
        with Session(self.engine) as session:
            ended = message_start_lock.released(session, _AT_ONCE)
        for process_id, key in ended:
            with Session(self.engine) as session, session.begin():
                self._start_one(session, process_id, key)
        return len(ended)

    def _start_one(self, session: Session, process_id: str, key: str) -> None:
        starts = definition_start.of_process(session, process_id)
        slot.lock(session, (message_slot(s.name, key) for s in starts if s.kind == MESSAGE))
        found = message_start_lock.find_released(session, process_id, key)
        if found is not None:
            publishing.start_next(session, found, self.now())

    def _sweep(self) -> None:
        now = self.now()
        if self._swept_at is not None and now - self._swept_at < _SWEEP_EVERY:
            return
        with Session(self.engine) as session, session.begin():
            swept = publication.delete_done(session, now, _MOST_SWEPT)
        if swept < _MOST_SWEPT:
            self._swept_at = now


def _guarded(work: Callable[[], int]) -> int:
    """Do one kind of work; what fails there holds up none of the others."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 (the rows stay, and the next round tries again)
        _LOGGER.warning("%s failed: %s", work.__name__.lstrip("_"), type(error).__name__)
        return 0


async def dispatch(
    house: House, client: Client, task_queue: str, send: Send, *, stop: asyncio.Event
) -> None:
    """Start workflows, deliver messages and signals, hand over tasks until `stop` is set.

    Beside them access records are sealed.
    """
    starts = Dispatcher(house.engine, client, task_queue)
    events = EventDispatcher(house.engine, send, house.calendar, house.time_scale)
    handovers = HandoverDispatcher(house.engine, send)
    sealer = AccessSealer(house.engine)
    tasks = [asyncio.create_task(one.run()) for one in (starts, events, handovers, sealer)]
    await stop.wait()
    for one in tasks:
        one.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
