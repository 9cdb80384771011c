"""Time on a test server, skipped from one timer to the next and never over a workflow task."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.testing import WorkflowEnvironment

_TASKS = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
}
_DONE = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
}
_PAUSE = 0.02


class SkippedTime:
    """The clock of a test server, for one workflow (跳过的时间).

    The server skips over a workflow task that is under way, which has run out of time then; and a
    query that meets the end of a run keeps it from skipping ever after. So nothing is asked but the
    history: the clock goes to the next timer, and stands until what that woke has been done.
    """

    def __init__(self, environment: WorkflowEnvironment, workflow_id: str) -> None:
        self._environment = environment
        self._id = workflow_id

    async def pass_by(self, delay: timedelta) -> None:
        """Let so much time pass."""
        await self.pass_until(await self._environment.get_current_time() + delay)

    async def pass_until(self, instant: datetime) -> None:
        """Let time pass until an instant, with every timer on the way."""
        while (now := await self._environment.get_current_time()) < instant:
            rings = await self.settled()
            await self._environment.sleep(min(instant, rings or instant) - now)
        await self.settled()

    async def settled(self) -> datetime | None:
        """Wait until the workflow waits; return when it will be woken by a timer."""
        while True:
            events = await self._events()
            if events[-1].event_type in _ENDS:
                return None
            rings = min(_timers(events).values(), default=None)
            now = await self._environment.get_current_time()
            if not _is_busy(events) and (rings is None or rings > now):
                return rings
            await asyncio.sleep(_PAUSE)

    async def _events(self) -> Sequence[HistoryEvent]:
        handle = self._environment.client.get_workflow_handle(self._id)
        return (await handle.fetch_history()).events


def _is_busy(events: Sequence[HistoryEvent]) -> bool:
    kinds = (event.event_type for event in reversed(events))
    return next(kind for kind in kinds if kind in _TASKS or kind == _DONE) != _DONE


def _timers(events: Sequence[HistoryEvent]) -> dict[int, datetime]:
    """Return when the timers of a run ring that have neither rung nor been called off."""
    found: dict[int, datetime] = {}
    for event in events:
        if event.HasField("timer_started_event_attributes"):
            told = event.timer_started_event_attributes
            began = event.event_time.ToDatetime(tzinfo=UTC)
            found[event.event_id] = began + told.start_to_fire_timeout.ToTimedelta()
        elif event.HasField("timer_fired_event_attributes"):
            del found[event.timer_fired_event_attributes.started_event_id]
        elif event.HasField("timer_canceled_event_attributes"):
            del found[event.timer_canceled_event_attributes.started_event_id]
    return found
