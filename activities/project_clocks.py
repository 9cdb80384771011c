"""Records -> the service clocks and what came of them (计时读模型)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bpmn.clock import parse_instant
from bpmn.records import Kind
from models import clock_pause, service_clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from bpmn.records import Record
    from bpmn.run import Run

# Nobody waits any longer for customer or parts.
_LEFT = frozenset({"resolved", "closed", "withdrawn"})
_CALLED_OFF = frozenset({Kind.INSTANCE_MODIFIED, Kind.INSTANCE_CANCELED})
_ENDS = {Kind.TIMER_FIRED: "fired_at", Kind.TIMER_CANCELED: "stopped_at"}


class ClockProjection:
    """Follows the timers of service clocks; steps of the same batch read what it writes."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._opened: dict[int, dict[str, Any]] = {}
        self._changed: dict[int, dict[str, Any]] = {}
        self._left_at: datetime | None = None
        self._went_back = False
        self._stopped: list[int] = []
        self._called_off = False

    def follow(self, record: Record) -> None:
        """Take note of a record."""
        self._went_back = self._went_back or record.kind is Kind.INSTANCE_MODIFIED
        if not self._called_off and self._calls_off(record):
            self._called_off = True
            # The elements that held them ended first.
            for key in self._stopped:
                self._change(key, {"canceled": True})
        if record.kind is Kind.TIMER_CREATED and record.data.get("limit"):
            self._opened[record.key] = self._row(record)
        elif self._leaves(record.data.get("status")):
            self._left_at = _at(record)
        elif record.kind in _ENDS:
            self._change(record.key, {_ENDS[record.kind]: _at(record)})
            if record.kind is Kind.TIMER_CANCELED:
                self._stopped.append(record.key)
                self._change(record.key, {"canceled": self._called_off})
        elif record.kind is Kind.TIMER_RESCHEDULED:
            self._change(record.key, _moved(record) | {"calendar": self._run.state.calendar})

    def write(self, session: Session) -> None:
        """Write what was noted since the last time."""
        service_clock.open_all(session, list(self._opened.values()))
        service_clock.change_all(session, self._changed)
        self._opened, self._changed = {}, {}
        if self._left_at is not None:
            clock_pause.close(session, self._run.state.key, self._left_at)
            self._left_at = None

    def _calls_off(self, record: Record) -> bool:
        """Tell whether nobody waits for what is under way: it was not done, nor is it late."""
        return record.kind in _CALLED_OFF or record.data.get("status") == "withdrawn"

    def _leaves(self, status: object) -> bool:
        # Whoever sends an item back ends its clocks, so that nothing is left to stand.
        return status in _LEFT or (status == "pending" and self._went_back)

    def _change(self, key: int, values: dict[str, Any]) -> None:
        target = self._opened if key in self._opened else self._changed
        target[key] = target.get(key, {}) | values

    def _row(self, record: Record) -> dict[str, Any]:
        limit, due = record.data["limit"], parse_instant(record.data["due"])
        return {
            "key": record.key,
            "instance_key": self._run.state.key,
            "element_id": record.element,
            "kind": limit["name"],
            "mark": limit.get("mark"),
            "clock": limit["clock"],
            "calendar": self._run.state.calendar,
            "rule": limit.get("rule"),
            "span": limit.get("span"),
            "started_at": parse_instant(limit["since"]),
            "due_at": due,
            "first_due_at": due,
            "held_at": None,
            "fired_at": None,
            "stopped_at": None,
            "canceled": False,
        }


def _moved(record: Record) -> dict[str, Any]:
    if record.data["due"]:
        return {"due_at": parse_instant(record.data["due"]), "held_at": None}
    if "until" in record.data:
        return {"due_at": parse_instant(record.data["until"])}
    return {"held_at": _at(record)}


def _at(record: Record) -> datetime:
    return datetime.fromisoformat(record.at)
