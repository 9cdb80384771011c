"""One command's run through the drawing: emits records and applies each as it goes.

`Run` is the life cycle that all elements share (BPMN 2.0 section 13); what is special to an element
type stands in `bpmn.elements`. The batch stops at a counted bound, never at a time, so that the
outcome is the same on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn import triggers
from bpmn.apply import apply
from bpmn.clock import to_text
from bpmn.elements import behaviour, multi_instance
from bpmn.elements.multi_instance import MULTI_INSTANCE
from bpmn.expressions import IncidentError, Scope
from bpmn.records import Kind, Record
from bpmn.variables import by_scope, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpmn.clock import Clock
    from bpmn.model import Definition, Element, SequenceFlow
    from bpmn.state import ElementInstance, State, Token

MAX_ELEMENTS = 500


class Run:
    """The definition, the state, what time it is, and the records so far."""

    def __init__(self, definition: Definition, state: State, clock: Clock) -> None:
        self.definition = definition
        self.state = state
        self.clock = clock
        self.records: list[Record] = []
        self.activations = 0

    # Records

    def emit(self, kind: Kind, element: str = "", key: int = 0, /, **data: Any) -> Record:
        """Add a record and apply it."""
        number = self.state.number + 1
        record = Record(number, kind, to_text(self.clock.now), element, key, data)
        self.records.append(record)
        apply(self.state, record)
        return record

    def new_key(self) -> int:
        """Return the key for what the next record creates."""
        return self.state.last_key + 1

    # The drawing and the variables

    def element(self, instance: ElementInstance) -> Element:
        """Return the drawing's element of an instance."""
        return self.definition.element(instance.process, instance.element)

    def scope(self, key: int) -> Scope:
        """Return what expressions at an instance see."""
        return Scope(visible(self.state, key), self.clock.now)

    def set_variables(self, key: int, variables: dict[str, Any]) -> None:
        """Set variables where they belong, seen from an instance."""
        for scope, placed in by_scope(self.state, key, variables).items():
            self.set_local(scope, placed)

    def set_local(self, key: int, variables: dict[str, Any]) -> None:
        """Set variables of exactly this instance."""
        if variables:
            element = self.state.elements[key].element
            self.emit(Kind.VARIABLES_SET, element, key, variables=variables)

    def hand_over(
        self, instance: ElementInstance, element: Element, variables: dict[str, Any]
    ) -> None:
        """Take in what a job, task or message brought; output mappings see it locally."""
        if element.outputs:
            self.set_local(instance.key, variables)
        else:
            self.set_variables(instance.key, variables)

    # The life of an element instance

    def begin(
        self,
        element: Element,
        process: str,
        scope: int,
        flows: Sequence[str] = (),
        *,
        inner: bool = False,
    ) -> ElementInstance:
        """Activate an element and consume the tokens that brought it.

        A multi-instance activity begins with its body; `inner` begins one of the instances in it.
        """
        self.activations += 1
        key = self.new_key()
        kind = MULTI_INSTANCE if element.multi_instance and not inner else element.kind
        data: dict[str, Any] = {"kind": kind, "process": process, "scope": scope}
        optional = {"name": element.name, "flows": list(flows), "status": element.status}
        data |= {name: value for name, value in optional.items() if value}
        self.emit(Kind.ELEMENT_ACTIVATED, element.id, key, **data)
        return self.state.elements[key]

    def enter(self, instance: ElementInstance) -> None:
        """Map inputs, listen on the boundary, do what the type does; may be done again."""
        element = self.element(instance)
        try:
            self._guard()
            if instance.kind != MULTI_INSTANCE:
                self.set_local(instance.key, self.scope(instance.key).mapped(element.inputs))
            triggers.open_attached(self, element, instance)
            behaviour(instance.kind).enter(self, element, instance)
        except IncidentError as error:
            self.incident(instance, error, "enter")

    def _guard(self) -> None:
        if self.activations > MAX_ELEMENTS:
            raise IncidentError("too_many_elements")

    def leave(self, instance: ElementInstance) -> None:
        """Map outputs, complete, take the outgoing flows; may be done again."""
        element = self.element(instance)
        body = self.body(instance)
        inside = element.outputs if instance.kind != MULTI_INSTANCE else ()
        try:
            outputs = self.scope(instance.key).mapped(inside)
            flows = () if body else behaviour(instance.kind).outgoing(self, element, instance)
            collected = multi_instance.collect(self, element, instance, outputs) if body else {}
        except IncidentError as error:
            self.incident(instance, error, "leave")
            return
        if outputs:
            self.set_variables(instance.scope, outputs)
        behaviour(instance.kind).leaving(self, element, instance)
        triggers.close(self, instance.key)
        self.emit(Kind.ELEMENT_COMPLETED, element.id, instance.key)
        if body:
            multi_instance.inner_left(self, element, body, collected)
            return
        self.take(flows, instance.process, instance.scope)
        if not flows:
            self.settle(instance.scope)

    def body(self, instance: ElementInstance) -> ElementInstance | None:
        """Return the multi-instance body around one of its instances."""
        around = self.state.elements.get(instance.scope)
        inside = around is not None and around.kind == MULTI_INSTANCE
        return around if inside else None

    def take(self, flows: Sequence[SequenceFlow], process: str, scope: int) -> None:
        """Put a token on each of these flows."""
        for flow in flows:
            data: dict[str, Any] = {
                "target": flow.target,
                "process": process,
                "scope": scope,
            }
            self.emit(Kind.SEQUENCE_FLOW_TAKEN, flow.id, **data)

    def terminate(self, instance: ElementInstance) -> None:
        """End an instance and everything inside it, innermost first."""
        self.clear(instance.key)
        triggers.close(self, instance.key)
        behaviour(instance.kind).terminate(self, instance)
        for incident in [i for i in self.state.incidents.values() if i.host == instance.key]:
            self.emit(Kind.INCIDENT_RESOLVED, incident.element, incident.key, by="termination")
        self.emit(Kind.ELEMENT_TERMINATED, instance.element, instance.key)

    def clear(self, scope: int, spare: int = 0) -> None:
        """End everything inside a scope, apart from the instance `spare`."""
        for child in [c for c in self.state.children(scope) if c.key != spare]:
            self.terminate(child)
        for token in [t for t in self.state.tokens if t.scope == scope]:
            self.emit(Kind.TOKEN_DISCARDED, token.flow, scope=scope)

    def settle(self, scope: int) -> None:
        """Complete a scope in which nothing is left to do."""
        if scope == 0:
            self.emit(Kind.INSTANCE_COMPLETED, self.state.process, self.state.key)
            return
        busy = any(t.scope == scope for t in self.state.tokens)
        if scope in self.state.elements and not busy and not any(self.state.children(scope)):
            self.leave(self.state.elements[scope])

    def incident(self, instance: ElementInstance, error: IncidentError, phase: str) -> None:
        """Record what an operator must mend; the rest of the instance goes on."""
        data: dict[str, Any] = {"host": instance.key, "code": error.code, "phase": phase}
        data |= {"job": error.job} | ({"details": error.details} if error.details else {})
        self.emit(Kind.INCIDENT_CREATED, instance.element, self.new_key(), **data)

    # Tokens

    def move(self) -> None:
        """Move tokens until all wait."""
        while found := self._next_ready():
            token, flows = found
            element = self.definition.element(token.process, token.target)
            self.enter(self.begin(element, token.process, token.scope, flows))

    def _next_ready(self) -> tuple[Token, list[str]] | None:
        for token in self.state.tokens:
            element = self.definition.element(token.process, token.target)
            flows = behaviour(element.kind).ready(self.state, element, token)
            if flows:
                return token, flows
        return None
