"""What an instance had come to after some of its records, and the way it had taken (回放)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bpmn.apply import apply
from bpmn.records import Kind
from bpmn.state import State

if TYPE_CHECKING:
    from bpmn.records import Record

_BRINGS_STATUS = frozenset({Kind.ELEMENT_ACTIVATED, Kind.INSTANCE_MODIFIED})
_ENDS = {Kind.ELEMENT_COMPLETED: "completed", Kind.ELEMENT_TERMINATED: "terminated"}


@dataclass(slots=True)
class Replayed:
    """The state after record `state.number`, and how it came to be so.

    Attributes:
        status: what the item is in, "" before any.
        flows: how often each sequence flow was taken, by process.
        completed, terminated: how often each element ended so, by process.
    """

    state: State
    status: str = ""
    flows: dict[str, dict[str, int]] = field(default_factory=dict)
    completed: dict[str, dict[str, int]] = field(default_factory=dict)
    terminated: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Apply the next record."""
        if record.kind in _BRINGS_STATUS:
            self.status = record.data.get("status") or self.status
        elif record.kind == Kind.SEQUENCE_FLOW_TAKEN:
            _count(self.flows, record.data["process"], record.element)
        elif record.kind in _ENDS and (ended := self.state.elements.get(record.key)):
            _count(getattr(self, _ENDS[record.kind]), ended.process, ended.element)
        apply(self.state, record)

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "state": self.state.to_json(),
            "status": self.status,
            "flows": self.flows,
            "completed": self.completed,
            "terminated": self.terminated,
        }

    @staticmethod
    def from_json(value: dict[str, Any]) -> Replayed:
        """Return what a JSON object tells."""
        return Replayed(**{**value, "state": State.from_json(value["state"])})


def _count(counts: dict[str, dict[str, int]], process: str, element: str) -> None:
    here = counts.setdefault(process, {})
    here[element] = here.get(element, 0) + 1
