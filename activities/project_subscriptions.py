"""Records -> who waits for what, and what a drawing says to others (订阅读模型)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from activities import publishing
from bpmn.records import Kind
from models import delivery, event_subscription, message_start_lock, slot
from models.event_subscription import MESSAGE, SIGNAL, message_slot, signal_slot
from models.publication import Wanted

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bpmn.records import Record
    from bpmn.run import Run

_OPENS = {Kind.MESSAGE_SUBSCRIBED: MESSAGE, Kind.SIGNAL_SUBSCRIBED: SIGNAL}
_CLOSES = {
    Kind.MESSAGE_CORRELATED,
    Kind.MESSAGE_UNSUBSCRIBED,
    Kind.SIGNAL_CAUGHT,
    Kind.SIGNAL_UNSUBSCRIBED,
}
_ENDS = {Kind.INSTANCE_COMPLETED, Kind.INSTANCE_CANCELED}
# What one new subscription that stays open may take from the buffer at once.
_MOST_FROM_BUFFER = 1000


class SubscriptionProjection:
    """What one batch did to the subscriptions of an instance, written once at its end.

    A subscription that was opened and closed in one batch was never there for others. Only
    messages with a correlation key reach an instance from outside without its key.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._opened: dict[int, Record] = {}
        self._closed: list[int] = []
        self._thrown: list[Record] = []
        self._ended: Record | None = None

    def follow(self, record: Record) -> None:
        """Take note of a record."""
        if record.kind in _OPENS:
            self._opened[record.key] = record
        elif record.kind in _CLOSES and record.data.get("closes", True):
            if self._opened.pop(record.key, None) is None:
                self._closed.append(record.key)
        elif record.kind is Kind.SIGNAL_THROWN:
            self._thrown.append(record)
        elif record.kind in _ENDS:
            self._ended = record

    def write(self, session: Session) -> None:
        """Write what was noted, in the transaction of the batch.

        The slots are held from here to the commit, all of them at once and in order, so that two
        batches never wait for each other.
        """
        event_subscription.close_all(session, self._closed)
        rows = [row for record in self._opened.values() if (row := self._row(record)) is not None]
        slot.lock(session, (row["slot"] for row in rows if row["type"] == MESSAGE))
        event_subscription.open_all(session, rows)
        self._take_from_buffer(session, [row for row in rows if row["type"] == MESSAGE])
        for record in self._thrown:
            self._throw(session, record)
        if self._ended is not None and self._begins_with_messages():
            message_start_lock.release(session, self._run.state.key, _at(self._ended))
            delivery.wake(session)

    def _row(self, record: Record) -> dict[str, Any] | None:
        type_, name = _OPENS[record.kind], record.data["name"]
        key = record.data.get("correlation_key", "")
        if type_ == MESSAGE and not key:
            return None
        host = self._run.state.elements[record.data["host"]]
        event = self._run.definition.element(host.process, record.element)
        return {
            "key": record.key,
            "instance_key": self._run.state.key,
            "process_id": host.process,
            "element_id": record.element,
            "type": type_,
            "name": name,
            "correlation_key": key,
            "slot": message_slot(name, key) if type_ == MESSAGE else signal_slot(name),
            "closes": event.interrupting or host.element == event.id,
            "opened_at": _at(record),
        }

    def _take_from_buffer(self, session: Session, rows: list[dict[str, Any]]) -> None:
        now = self._run.clock.now
        found = 0
        for row in rows:
            limit = 1 if row["closes"] else _MOST_FROM_BUFFER
            found += delivery.from_buffer(session, row["key"], now, limit=limit)
        if found:
            delivery.wake(session)

    def _throw(self, session: Session, record: Record) -> None:
        wanted = Wanted(
            type=SIGNAL, name=record.data["name"], variables=record.data.get("variables", {})
        )
        publishing.broadcast(session, wanted, _at(record), thrower=self._run.state.key)

    def _begins_with_messages(self) -> bool:
        process = self._run.definition.processes.get(self._run.state.process)
        starts = process.starts.get(process.id, ()) if process else ()
        return any(one.event is not None and one.event.kind == MESSAGE for one in starts)


def _at(record: Record) -> datetime:
    return datetime.fromisoformat(record.at)
