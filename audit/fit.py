"""The records of an instance held against its drawing: whatever was done must be drawn (符合性).

Conditions are not evaluated anew (that is what `redecide` does); what is checked is that each
element and each sequence flow of the records could follow there. A replay fits, or it does not:
there is no score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.fit_entry import Causes, begun_wrongly
from audit.misfit import Misfit
from bpmn.apply import RecordGapError, apply
from bpmn.records import Kind, Record
from bpmn.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bpmn.model import Definition, Element, Process

_ONE = frozenset({"exclusiveGateway", "eventBasedGateway"})
_HOSTED = frozenset(
    {
        Kind.TIMER_CREATED,
        Kind.JOB_CREATED,
        Kind.USER_TASK_CREATED,
        Kind.MESSAGE_SUBSCRIBED,
        Kind.SIGNAL_SUBSCRIBED,
        Kind.CONDITION_SUBSCRIBED,
    }
)


class _Left:
    """An element that has completed, and the flows that were taken since."""

    def __init__(self, record: Record, process: Process, element: Element, scope: int) -> None:
        self.record = record
        self.process = process
        self.element = element
        self.scope = scope
        self.flows: list[str] = []

    def takes(self, record: Record) -> bool:
        flow = self.process.flows[record.element]
        data = record.data
        own = (data["process"], data["scope"]) == (self.process.id, self.scope)
        return own and flow.source == self.element.id and record.element not in self.flows

    def wrongly(self, *, inner: bool) -> bool:
        """Tell whether it may not go on by just these flows."""
        drawn, taken = self.element.outgoing, self.flows
        if inner or not drawn:
            return bool(taken)
        if self.element.kind == "parallelGateway":
            return set(taken) != set(drawn)
        return len(taken) != 1 if self.element.kind in _ONE else not taken


class _Walk:
    """One instance, record by record."""

    def __init__(self, key: int, definition: Definition) -> None:
        self.definition = definition
        self.state = State(key, last_key=key)
        self.causes = Causes()
        self.left: _Left | None = None
        self.inner = False

    def step(self, record: Record) -> Iterator[Misfit]:
        """Yield what is wrong with a record, then apply it."""
        if record.kind is not Kind.SEQUENCE_FLOW_TAKEN:
            yield from self.settled()
        check = _CHECKS.get(record.kind)
        if check is not None and (code := check(self, record)):
            yield self.misfit(code, record)
        if record.kind in _HOSTED and record.data["host"] not in self.state.elements:
            yield self.misfit("host_not_active", record)
        self.causes.note(record, self.state)
        apply(self.state, record)

    def misfit(self, code: str, record: Record) -> Misfit:
        known = self.state.elements.get(record.key)
        process = record.data.get("process") or (known.process if known else self.state.process)
        return Misfit(record.number, code, process, record.element)

    def process_of(self, record: Record) -> Process | None:
        return self.definition.processes.get(record.data["process"])

    def settled(self) -> Iterator[Misfit]:
        """Look at the flows of what completed last, once no more of them can come."""
        left, self.left = self.left, None
        if left is not None and left.wrongly(inner=self.inner):
            record = left.record
            yield Misfit(record.number, "flows_differ", left.process.id, record.element)

    def created(self, record: Record) -> str:
        if record.data["process"] not in self.definition.processes:
            return "process_unknown"
        differs = record.data["definition"] != self.definition.digest
        return "definition_differs" if differs else ""

    def activated(self, record: Record) -> str:
        process = self.process_of(record)
        if process is None:
            return "process_unknown"
        if record.element not in process.elements:
            return "element_unknown"
        return begun_wrongly(record, self.state, process, self.causes)

    def taken(self, record: Record) -> str:
        process = self.process_of(record)
        if process is None:
            return "process_unknown"
        flow = process.flows.get(record.element)
        if flow is None or flow.target != record.data["target"]:
            return "flow_unknown"
        if self.left is None or not self.left.takes(record):
            return "flow_not_from_here"
        self.left.flows.append(record.element)
        return ""

    def completed(self, record: Record) -> str:
        ended = self.state.elements.get(record.key)
        if ended is None or ended.element != record.element:
            return "element_not_active"
        process = self.definition.processes[ended.process]
        element = process.elements[ended.element]
        self.left = _Left(record, process, element, ended.scope)
        # One of several instances goes nowhere: the body around them does.
        self.inner = bool(ended.index)
        return self._emptied(record.key)

    def terminated(self, record: Record) -> str:
        ended = self.state.elements.get(record.key)
        if ended is None or ended.element != record.element:
            return "element_not_active"
        return self._emptied(record.key)

    def _emptied(self, key: int) -> str:
        busy = any(self.state.children(key)) or any(t.scope == key for t in self.state.tokens)
        return "scope_not_empty" if busy else ""

    def discarded(self, record: Record) -> str:
        own = (record.element, record.data["scope"])
        here = any((t.flow, t.scope) == own for t in self.state.tokens)
        return "" if here else "token_missing"

    def task(self, record: Record) -> str:
        host = self.state.elements.get(record.data["host"])
        return "task_not_drawn" if host is not None and host.kind != "userTask" else ""

    def over(self, _: Record) -> str:
        return "left_over" if self.state.elements or self.state.tokens else ""


_CHECKS: Mapping[Kind, Callable[[_Walk, Record], str]] = {
    Kind.INSTANCE_CREATED: _Walk.created,
    Kind.INSTANCE_COMPLETED: _Walk.over,
    Kind.INSTANCE_CANCELED: _Walk.over,
    Kind.ELEMENT_ACTIVATED: _Walk.activated,
    Kind.ELEMENT_COMPLETED: _Walk.completed,
    Kind.ELEMENT_TERMINATED: _Walk.terminated,
    Kind.SEQUENCE_FLOW_TAKEN: _Walk.taken,
    Kind.TOKEN_DISCARDED: _Walk.discarded,
    Kind.USER_TASK_CREATED: _Walk.task,
}


def misfits(
    key: int, definition: Definition, records: Iterable[Mapping[str, Any]], *, ended: bool = False
) -> list[Misfit]:
    """Return what the drawing does not allow, in order; nothing follows a record that is missing.

    Args:
        key: the instance.
        definition: the one whose digest the instance names.
        records: JSON objects as `audit_record.read` returns them.
        ended: whether these are all records that there will be.
    """
    walk, found = _Walk(key, definition), list[Misfit]()
    for row in records:
        record = Record.from_json(dict(row))
        try:
            found += walk.step(record)
        except (RecordGapError, KeyError):
            return [*found, walk.misfit("record_missing", record)]
    found += walk.settled()
    if ended and not walk.state.ended:
        found.append(Misfit(walk.state.number + 1, "record_missing", walk.state.process, ""))
    return found
