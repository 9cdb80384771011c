"""One command's run through the drawing: emits records and applies each as it goes.

`Run` is the life cycle that all elements share (BPMN 2.0 section 13); what is special to an element
type stands in `bpmn.elements`. The batch stops at a counted bound, never at a time, so that the
outcome is the same on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn import compensation, conditions, triggers
from bpmn.apply import apply
from bpmn.clock import to_text
from bpmn.elements import LOOP_BODIES, behaviour
from bpmn.elements.multi_instance import MULTI_INSTANCE
from bpmn.elements.standard_loop import STANDARD_LOOP
from bpmn.expressions import IncidentError, Purse, Scope
from bpmn.records import Kind, Record
from bpmn.variables import by_scope, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpmn.clock import Clock
    from bpmn.model import Definition, Element, SequenceFlow
    from bpmn.state import ElementInstance, State, Token

MAX_ELEMENTS = 1000
# What holds other elements; a scope that an event sub-process has made busy again waits for it.
HOLDERS = frozenset({"process", "subProcess", "transaction", "adHocSubProcess", "eventSubProcess"})
# The phase of the incident at which the tokens of an instance stay where they are.
MOVE = "move"
# The phase of an incident that holds nothing up: it stays for an operator to read.
TELLS = "status"


class Run:
    """The definition, the state, what time it is, and the records so far."""

    def __init__(self, definition: Definition, state: State, clock: Clock) -> None:
        self.definition = definition
        self.state = state
        self.clock = clock
        self.records: list[Record] = []
        self.activations = 0
        self.purse = Purse()
        self.variables_changed = False
        # What `elements.reachability` has worked out of the drawing.
        self.leading: dict[tuple[str, frozenset[str]], set[str]] = {}
        # What the triggers of event sub-processes have brought that are about to begin.
        self.triggered: dict[int, dict[str, Any]] = {}
        self._settling: list[int] = []

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
        return Scope(visible(self.state, key), self.clock.now, self.purse)

    def set_variables(self, key: int, variables: dict[str, Any], **about: Any) -> None:
        """Set variables where they belong, seen from an instance."""
        for scope, placed in by_scope(self.state, key, variables).items():
            self.set_local(scope, placed, **about)

    def set_local(self, key: int, variables: dict[str, Any], **about: Any) -> None:
        """Set variables of exactly this instance; `about` may say who asked."""
        if variables:
            element = self.state.elements[key].element
            self.emit(Kind.VARIABLES_SET, element, key, variables=variables, **about)
            self.variables_changed = True

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
        index: int = 0,
    ) -> ElementInstance:
        """Activate an element and consume the tokens that brought it.

        A looping activity begins with its body; `index` begins one of the instances in it.
        """
        self.activations += 1
        key = self.new_key()
        kind = element.kind
        if not index and (element.multi_instance or element.loop):
            kind = MULTI_INSTANCE if element.multi_instance else STANDARD_LOOP
        data: dict[str, Any] = {"kind": kind, "process": process, "scope": scope}
        optional: dict[str, Any] = {"name": element.name, "flows": list(flows)}
        optional |= {"status": element.status, "index": index}
        data |= {name: value for name, value in optional.items() if value}
        self.emit(Kind.ELEMENT_ACTIVATED, element.id, key, **data)
        return self.state.elements[key]

    def enter(self, instance: ElementInstance) -> None:
        """Map inputs and have the start listeners look, then go on; may be done again."""
        element = self.element(instance)
        if instance.kind in LOOP_BODIES:
            self.proceed(instance)
            return
        try:
            # Tokens stop at the bound; what begins inside something else may go a little further.
            self.guard(2 * MAX_ELEMENTS)
            self.set_local(instance.key, self.scope(instance.key).mapped(element.inputs))
        except IncidentError as error:
            self.incident(instance, error, "enter")
            return
        if not self.listen(instance, "start"):
            self.proceed(instance)

    def proceed(self, instance: ElementInstance) -> None:
        """Listen on the boundary, do what the type does; may be done again."""
        element = self.element(instance)
        try:
            triggers.open_attached(self, element, instance)
            behaviour(instance.kind).enter(self, element, instance)
        except IncidentError as error:
            # Inputs are worked out anew with what was mended, unless listeners saw them.
            self.incident(instance, error, "proceed" if element.listening("start") else "enter")

    @property
    def spent(self) -> bool:
        """Tell whether the batch has begun as many elements, or taken as many steps, as it may."""
        return self.activations >= MAX_ELEMENTS or self.purse.left <= 0

    def guard(self, most: int = MAX_ELEMENTS) -> None:
        """Raise `IncidentError` when more elements have begun than a batch may begin."""
        if self.activations > most or self.purse.left <= 0:
            raise IncidentError(self._excess)

    @property
    def _excess(self) -> str:
        return "too_many_elements" if self.purse.left > 0 else "budget_exceeded"

    def listen(self, instance: ElementInstance, event: str, index: int = 0) -> bool:
        """Begin the job of the next listener of an event; tell whether there is one to wait for."""
        element = self.element(instance)
        listeners = element.listening(event)
        if index >= len(listeners) or instance.kind in LOOP_BODIES:
            return False
        phase = f"{event}:{index}"
        scope = self.scope(instance.key)
        try:
            self.new_job(element, instance, scope.job(listeners[index].task), listener=phase)
        except IncidentError as error:
            self.incident(instance, error, phase)
        return True

    def new_job(
        self, element: Element, instance: ElementInstance, job: dict[str, Any], **data: Any
    ) -> None:
        """Record work for a step."""
        self.emit(Kind.JOB_CREATED, element.id, self.new_key(), host=instance.key, **job, **data)

    def leave(self, instance: ElementInstance) -> None:
        """Map outputs and have the end listeners look, then go on; may be done again."""
        element = self.element(instance)
        waits = bool(element.listening("end")) and instance.kind not in LOOP_BODIES
        if instance.kind in HOLDERS and self.busy(instance.key):
            # An event sub-process has begun since: the scope goes on when that has ended.
            return
        try:
            inside = element.outputs if instance.kind not in LOOP_BODIES else ()
            outputs = self.scope(instance.key).mapped(inside)
            departure = None if waits else self._departure(element, instance, outputs)
        except IncidentError as error:
            self.incident(instance, error, "leave")
            return
        if outputs:
            self.set_variables(instance.scope, outputs)
        if departure is None:
            # Nothing more begins inside while the listeners look.
            triggers.close_inside(self, instance)
            self.listen(instance, "end")
        else:
            self._depart(element, instance, *departure)

    def depart(self, instance: ElementInstance) -> None:
        """Go on after the end listeners; may be done again."""
        element = self.element(instance)
        around = visible(self.state, instance.scope)
        targets = {mapping.target.partition(".")[0] for mapping in element.outputs}
        try:
            departure = self._departure(
                element, instance, {name: around[name] for name in targets if name in around}
            )
        except IncidentError as error:
            self.incident(instance, error, "depart")
            return
        self._depart(element, instance, *departure)

    def _departure(
        self, element: Element, instance: ElementInstance, outputs: dict[str, Any]
    ) -> tuple[Sequence[SequenceFlow], dict[str, Any]]:
        """Work out where to go: the flows to take, or what the body around collects."""
        seen = self.scope(instance.key)
        scope = seen.also(outputs) if outputs else seen
        if body := self.body(instance):
            return (), LOOP_BODIES[body.kind].collect(element, body, instance, scope)
        return behaviour(instance.kind).outgoing(self, element, instance, scope), {}

    def _depart(
        self,
        element: Element,
        instance: ElementInstance,
        flows: Sequence[SequenceFlow],
        collected: dict[str, Any],
    ) -> None:
        body = self.body(instance)
        behaviour(instance.kind).leaving(self, element, instance)
        self.release(instance, "completion")
        compensation.remember(self, element, instance)
        self.emit(Kind.ELEMENT_COMPLETED, element.id, instance.key)
        if body:
            LOOP_BODIES[body.kind].inner_left(self, element, body, collected)
            return
        self.take(flows, instance.process, instance.scope)
        if not flows:
            self.settle(instance.scope)

    def body(self, instance: ElementInstance) -> ElementInstance | None:
        """Return the body of a loop around one of its instances."""
        around = self.state.elements.get(instance.scope)
        return around if around is not None and around.kind in LOOP_BODIES else None

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
        self.release(instance, "termination")
        self.emit(Kind.ELEMENT_TERMINATED, instance.element, instance.key)

    def release(self, instance: ElementInstance, by: str) -> None:
        """End what an instance waited for."""
        triggers.close(self, instance.key)
        for job in [j for j in self.state.jobs.values() if j.host == instance.key]:
            self.emit(Kind.JOB_CANCELED, job.element, job.key)
        for task in [t for t in self.state.user_tasks.values() if t.host == instance.key]:
            self.emit(Kind.USER_TASK_CANCELED, task.element, task.key)
        for incident in [i for i in self.state.incidents.values() if i.host == instance.key]:
            if by != "completion" or incident.phase != TELLS:
                self.emit(Kind.INCIDENT_RESOLVED, incident.element, incident.key, by=by)

    def clear(self, scope: int, spare: int = 0) -> None:
        """End everything inside a scope, apart from the instance `spare`."""
        for child in [c for c in self.state.children(scope) if c.key != spare]:
            self.terminate(child)
        for token in [t for t in self.state.tokens if t.scope == scope]:
            self.emit(Kind.TOKEN_DISCARDED, token.flow, scope=scope)

    def settle(self, scope: int) -> None:
        """Let a scope go on in which a path has ended, as soon as what is under way is done.

        Not at once: a loop would go deeper with each turn.
        """
        if scope not in self._settling:
            self._settling.append(scope)

    def _settle(self, scope: int) -> None:
        if scope == 0:
            self.emit(Kind.INSTANCE_COMPLETED, self.state.process, self.state.key)
        elif instance := self.state.elements.get(scope):
            try:
                behaviour(instance.kind).path_ended(self, self.element(instance), instance)
            except IncidentError as error:
                self.incident(instance, error, "path")

    def busy(self, scope: int) -> bool:
        """Tell whether anything is active or under way inside a scope."""
        return any(t.scope == scope for t in self.state.tokens) or any(self.state.children(scope))

    def incident(self, instance: ElementInstance, error: IncidentError, phase: str) -> None:
        """Record what an operator must mend; the rest of the instance goes on."""
        data: dict[str, Any] = {"host": instance.key, "code": error.code, "phase": phase}
        data |= {"job": error.job} | ({"details": error.details} if error.details else {})
        self.emit(Kind.INCIDENT_CREATED, instance.element, self.new_key(), **data)

    # Tokens

    def move(self) -> None:
        """Move tokens until all wait, and conditions until none becomes true."""
        while self._step():
            pass

    def _step(self) -> bool:
        """Do the next thing that waits for nothing; tell whether there was one."""
        # Before anything moves on: what a condition waits for may be gone a step later.
        if self.variables_changed and not self.spent and not self._held():
            self.variables_changed = conditions.look(self)
            if self.variables_changed:
                return True
        if self._settling:
            self._settle(self._settling.pop(0))
            return True
        if self._halted():
            return False
        if found := self._next_ready():
            token, flows = found
            element = self.definition.element(token.process, token.target)
            self.enter(self.begin(element, token.process, token.scope, flows))
            return True
        return False

    def _held(self) -> bool:
        return any(incident.phase == MOVE for incident in self.state.incidents.values())

    def _halted(self) -> bool:
        """Tell whether tokens must stay where they are until an operator has looked."""
        if self._held():
            return True
        to_look = self.variables_changed and conditions.waiting(self)
        if not self.spent or not (to_look or self._next_ready()):
            return False
        root = next(self.state.children(0), None)
        if root is not None:
            self.incident(root, IncidentError(self._excess), MOVE)
        return True

    def _next_ready(self) -> tuple[Token, list[str]] | None:
        waiting: set[tuple[str, str, int]] = set()
        for token in self.state.tokens:
            place = (token.process, token.target, token.scope)
            if place in waiting:
                continue
            element = self.definition.element(token.process, token.target)
            flows = behaviour(element.kind).ready(self, element, token)
            if flows:
                return token, flows
            waiting.add(place)
        return None
