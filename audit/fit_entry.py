"""Whether an element may begin as its record says: its place, and what brought it (进入检查)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bpmn.elements import LOOP_BODIES
from bpmn.elements.multi_instance import MULTI_INSTANCE
from bpmn.elements.standard_loop import STANDARD_LOOP
from bpmn.records import Kind

if TYPE_CHECKING:
    from bpmn.model import Element, Process
    from bpmn.records import Record
    from bpmn.state import State

# What lets an event happen to whoever listened; errors and escalations name their catcher.
_TRIGGERS = frozenset(
    {Kind.TIMER_FIRED, Kind.MESSAGE_CORRELATED, Kind.SIGNAL_CAUGHT, Kind.CONDITION_MET}
)
_THROWN = frozenset({Kind.ERROR_THROWN, Kind.ESCALATED})
# Their tokens go on one by one, those of others wait for each other.
_JOINS = frozenset({"parallelGateway", "inclusiveGateway"})


@dataclass(slots=True)
class Causes:
    """What has happened that lets an element begin without a token, and has not been used."""

    happened: Counter[str] = field(default_factory=Counter)
    modified: set[str] = field(default_factory=set)
    undoing: int = 0
    canceled: set[str] = field(default_factory=set)

    def note(self, record: Record, state: State) -> None:
        """Take note of a record that may be a cause, before it is applied."""
        if record.kind in _TRIGGERS:
            self.happened[record.element] += 1
        elif record.kind in _THROWN:
            self.happened[record.data.get("catcher", "")] += 1
        elif record.kind == Kind.INSTANCE_MODIFIED:
            self.modified = set(record.data.get("activate", ()))
        elif record.kind == Kind.COMPENSATION_BEGUN:
            self.undoing = record.data["instance"]
        elif record.kind == Kind.ELEMENT_TERMINATED:
            ended = state.elements.get(record.key)
            self.canceled = {*self.canceled, record.element} if ended else self.canceled

    def use(self, element: str) -> bool:
        """Use up one time that an event happened; tell whether there was one."""
        if self.happened[element] < 1:
            return False
        self.happened[element] -= 1
        return True


def begun_wrongly(record: Record, state: State, process: Process, causes: Causes) -> str:
    """Return the code of what is wrong with the beginning of an element, "" if nothing is."""
    element = process.elements[record.element]
    if record.data["kind"] != _kind(element, record):
        return "kind_differs"
    if record.data.get("flows"):
        return _lies_elsewhere(record, state, element, causes) or _by_tokens(record, state, process)
    return _lies_elsewhere(record, state, element, causes) or (
        "" if _without_token(record, state, process, causes) else "entry_not_drawn"
    )


def _kind(element: Element, record: Record) -> str:
    if record.data.get("index"):
        return element.kind
    if element.multi_instance:
        return MULTI_INSTANCE
    return STANDARD_LOOP if element.loop else element.kind


def _lies_elsewhere(record: Record, state: State, element: Element, causes: Causes) -> str:
    around = state.elements.get(record.data["scope"])
    own = (record.data["process"], record.element)
    if element.kind == "process":
        is_root = record.data["scope"] == 0 and own[0] == state.process
        is_called = around is not None and around.kind == "callActivity"
        return "" if is_root or is_called else "scope_differs"
    if around is None:
        return "scope_differs"
    if record.data.get("index"):
        is_inner = around.kind in LOOP_BODIES and (around.process, around.element) == own
        return "" if is_inner else "scope_differs"
    if causes.undoing == record.key:
        # What undoes runs inside the event that asked for it.
        return ""
    is_inside = (around.process, around.element) == (own[0], element.scope)
    return "" if is_inside and around.kind not in LOOP_BODIES else "scope_differs"


def _by_tokens(record: Record, state: State, process: Process) -> str:
    flows, scope = record.data["flows"], record.data["scope"]
    drawn = [process.flows.get(flow) for flow in flows]
    if any(flow is None or flow.target != record.element for flow in drawn):
        return "flow_unknown"
    here = Counter(token.flow for token in state.tokens if token.scope == scope)
    if Counter(flows) - here:
        return "token_missing"
    element = process.elements[record.element]
    if element.kind == "parallelGateway" and set(flows) != set(element.incoming):
        return "join_incomplete"
    if len(flows) > 1 and element.kind not in _JOINS:
        return "entry_not_drawn"
    return ""


def _without_token(record: Record, state: State, process: Process, causes: Causes) -> bool:
    element = process.elements[record.element]
    if element.kind == "process" or record.data.get("index") or causes.undoing == record.key:
        return True
    if _asked_for(element, process, causes):
        return True
    if element.kind == "eventSubProcess":
        return any(causes.use(start.id) for start in process.starts.get(element.id, ()))
    if element.attached_to:
        is_cancel = element.event_kind == "cancel" and element.attached_to in causes.canceled
        return is_cancel or causes.use(element.id)
    around = state.elements[record.data["scope"]]
    if around.kind == "adHocSubProcess":
        return element.kind != "startEvent" and not element.for_compensation
    return _starts(element, state, process, around.scope, around.kind)


def _asked_for(element: Element, process: Process, causes: Causes) -> bool:
    """Tell whether somebody began the element, or something inside it, out of its turn."""
    for name in causes.modified:
        inner = process.elements.get(name)
        while inner is not None:
            if inner.id == element.id:
                return True
            inner = process.elements.get(inner.scope)
    return False


def _starts(element: Element, state: State, process: Process, beyond: int, kind: str) -> bool:
    if kind == "process" and beyond == 0 and state.start:
        return element.id == state.start
    if kind == "eventSubProcess":
        return element in process.starts.get(element.scope, ())
    return element == process.none_start(element.scope)
