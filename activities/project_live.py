"""Records -> what people who look on are told at once (实时事件)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.records import Kind
from models import live_event, user_task
from models.live_event import LiveEvent

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bpmn.records import Record

_KINDS = {
    Kind.USER_TASK_CREATED: "user_task.created",
    Kind.USER_TASK_ASSIGNED: "user_task.assigned",
    Kind.USER_TASK_UPDATED: "user_task.updated",
    Kind.USER_TASK_DELEGATED: "user_task.delegated",
    Kind.USER_TASK_RETURNED: "user_task.returned",
    Kind.USER_TASK_SIGNER_ADDED: "user_task.updated",
    Kind.USER_TASK_SIGNER_REMOVED: "user_task.updated",
    Kind.USER_TASK_COMPLETED: "user_task.completed",
    Kind.USER_TASK_CANCELED: "user_task.canceled",
}


class LiveProjection:
    """Follows a run, each record before its row changes, and tells when the batch is committed."""

    def __init__(self, session: Session, instance_key: int) -> None:
        self._session = session
        self._instance_key = instance_key
        self._events: list[LiveEvent] = []

    def follow(self, record: Record) -> None:
        """Note what is to be told of a record, also to those who lose sight of the task by it."""
        kind = _KINDS.get(record.kind)
        if kind is None:
            return
        before = user_task.find(self._session, record.key)
        if before is None:
            self._events.append(LiveEvent(kind, record.key))
            return
        people = [*([before.assignee] if before.assignee else []), *before.candidate_users]
        groups = tuple(before.candidate_groups)
        self._events.append(LiveEvent(kind, record.key, tuple(people), groups))

    def write(self) -> None:
        """Tell of all that was noted, and that its item moved, when the transaction commits."""
        # An instance without an item concerns nobody: the key finds none.
        moved = LiveEvent(live_event.ITEM_CHANGED, item=self._instance_key)
        live_event.tell(self._session, [*self._events, moved])
        self._events = []
