"""Compensation (补偿), BPMN 2.0 section 13.5.5: completed work is undone, the latest first.

The handlers run one after another inside the event that asked for them, and see the variables as
they were when the work was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpmn.model import Element
    from bpmn.run import Run
    from bpmn.state import Compensation, ElementInstance


def remember(run: Run, element: Element, instance: ElementInstance) -> None:
    """Note that an activity that completes could be undone: by its handler, or piece by piece."""
    inside = any(c.scope == instance.key for c in run.state.compensations.values())
    is_body = instance.kind != element.kind
    handler = "" if is_body else _handler(run, element, instance)
    if instance.kind == "process" or not (handler or inside):
        return
    own = run.definition.processes[instance.process].handlers.get(element.id)
    data = {
        "process": instance.process,
        "scope": instance.scope,
        "handler": handler,
        # What a boundary's handler undoes as a whole is not undone piece by piece.
        "inside": instance.key if inside and (is_body or own is None) else 0,
        "variables": instance.variables,
    }
    optional = {name: value for name, value in data.items() if value}
    run.emit(Kind.COMPENSATION_SUBSCRIBED, element.id, run.new_key(), **optional)


def _handler(run: Run, element: Element, instance: ElementInstance) -> str:
    process = run.definition.processes[instance.process]
    if element.id in process.handlers:
        return process.handlers[element.id]
    for sub in process.event_sub_processes.get(element.id, ()):
        if any(start.event_kind == "compensate" for start in process.starts.get(sub.id, ())):
            return sub.id
    return ""


def trigger(
    run: Run, thrower: ElementInstance, scopes: Iterable[int], activity: str | None
) -> bool:
    """Claim what is to be undone on behalf of an event; tell whether there is anything."""
    wanted = [
        c
        for c in run.state.compensations.values()
        if c.scope in scopes and not c.thrower and activity in {None, c.element}
    ]
    claimed = [leaf.key for one in wanted for leaf in _leaves(run, one)]
    if claimed:
        run.emit(
            Kind.COMPENSATION_TRIGGERED, thrower.element, thrower.key, compensations=sorted(claimed)
        )
    return bool(claimed)


def _leaves(run: Run, found: Compensation) -> list[Compensation]:
    if found.handler:
        return [found]
    inner = [c for c in run.state.compensations.values() if c.scope == found.inside]
    return [leaf for one in inner for leaf in _leaves(run, one)]


def scopes_of(run: Run, thrower: ElementInstance) -> list[int]:
    """Return the scopes whose work an event may undo.

    They are its own and, for an event in an event sub-process, the one around that.
    """
    around = run.state.elements.get(thrower.scope)
    if around is None or around.kind != "eventSubProcess":
        return [thrower.scope]
    return [thrower.scope, around.scope]


def begin_next(run: Run, thrower: ElementInstance) -> bool:
    """Begin the handler of the latest work that an event has claimed; tell whether one was left."""
    claimed = [
        c for c in run.state.compensations.values() if c.thrower == thrower.key and not c.instance
    ]
    if not claimed:
        return False
    latest = max(claimed, key=lambda c: c.key)
    handler = run.definition.element(latest.process, latest.handler)
    run.emit(
        Kind.COMPENSATION_BEGUN,
        latest.element,
        latest.key,
        handler=handler.id,
        instance=run.new_key(),
    )
    instance = run.begin(handler, latest.process, thrower.key)
    run.set_local(instance.key, latest.variables)
    run.enter(instance)
    return True
