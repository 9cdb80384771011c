"""Elements begun and ended out of their turn (流程实例修改): sending back, taking back, repairing.

Shapes and order are those of Camunda 8's process instance modification: what is to begin begins
first, so that no scope completes in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn import triggers
from bpmn.commands import Rejection
from bpmn.elements import LOOP_BODIES
from bpmn.expressions import IncidentError
from bpmn.records import Kind

if TYPE_CHECKING:
    from typing import Any

    from bpmn.commands import ModifyInstance
    from bpmn.model import Element, Process
    from bpmn.run import Run
    from bpmn.state import ElementInstance


def modify(run: Run, command: ModifyInstance, by: dict[str, Any]) -> None:
    """Begin what is asked for, then end what is asked for.

    Raises:
        Rejection: `element_not_found`, `element_cannot_begin` or `scope_ambiguous`.
    """
    asked = [(_element(run, one), one) for one in command.activate]
    plans = [(element, _scope(run, element, one)) for element, one in asked]
    run.emit(
        Kind.INSTANCE_MODIFIED,
        run.state.process,
        run.state.key,
        activate=[element.id for element, _ in asked],
        terminate=list(command.terminate),
        reason=command.reason,
        **({"status": command.status} if command.status else {}),
        **by,
    )
    for (element, scope), (_, one) in zip(plans, asked, strict=True):
        _begin(run, element, run.state.elements[scope], one.get("variables") or {})
    for token in command.discard:
        run.emit(Kind.TOKEN_DISCARDED, token["flow"], scope=token["scope"])
    for key in command.terminate:
        if (instance := run.state.elements.get(key)) is not None:
            run.terminate(instance)
            run.settle(instance.scope)


def _element(run: Run, one: dict[str, Any]) -> Element:
    process = _process(run, one)
    element = process.elements.get(str(one.get("element")))
    if element is None:
        raise Rejection("element_not_found", element=str(one.get("element")))
    around = process.elements.get(element.scope)
    triggered = (
        around is not None and around.kind == "eventSubProcess" and element.kind == "startEvent"
    )
    if element.kind in {"process", "eventSubProcess"} or element.attached_to or triggered:
        raise Rejection("element_cannot_begin", element=element.id)
    return element


def _process(run: Run, one: dict[str, Any]) -> Process:
    scope = run.state.elements.get(one.get("scope") or 0)
    if scope is not None:
        return run.definition.processes[scope.process]
    # A called process is meant where only it has such an element.
    running = dict.fromkeys(e.process for e in run.state.elements.values() if e.kind == "process")
    having = [p for p in running if str(one.get("element")) in run.definition.processes[p].elements]
    return run.definition.processes[having[0] if having else run.state.process]


def _scope(run: Run, element: Element, one: dict[str, Any]) -> int:
    """Return the active instance to begin an element in: the scope around it or one further out."""
    asked = one.get("scope") or 0
    process = _process(run, one)
    wanted = element.scope
    while wanted:
        active = [
            e.key
            for e in run.state.elements.values()
            if (e.process, e.element) == (process.id, wanted)
            and e.kind not in LOOP_BODIES
            and asked in {0, e.key}
        ]
        if len(active) > 1:
            raise Rejection("scope_ambiguous", element=element.id, scope=wanted)
        if active:
            return active[0]
        around = process.elements[wanted]
        if around.multi_instance or around.loop or around.kind == "eventSubProcess":
            raise Rejection("element_cannot_begin", element=element.id, scope=wanted)
        wanted = around.scope
    raise Rejection("element_cannot_begin", element=element.id)


def _begin(run: Run, element: Element, scope: ElementInstance, variables: dict[str, Any]) -> None:
    process = run.definition.processes[scope.process]
    between: list[Element] = []
    around = process.elements[element.scope]
    while around.id != scope.element:
        between.insert(0, around)
        around = process.elements[around.scope]
    for one in between:
        scope = _open(run, one, scope)
    instance = run.begin(element, process.id, scope.key)
    # A looping element begins with its body, which hands nothing on: the variables go around it.
    run.set_local(scope.key if instance.kind in LOOP_BODIES else instance.key, variables)
    run.enter(instance)


def _open(run: Run, element: Element, scope: ElementInstance) -> ElementInstance:
    """Begin a scope without its start event."""
    instance = run.begin(element, scope.process, scope.key)
    try:
        run.set_local(instance.key, run.scope(instance.key).mapped(element.inputs))
        triggers.open_attached(run, element, instance)
    except IncidentError as error:
        raise Rejection(error.code, **error.details) from error
    return instance
