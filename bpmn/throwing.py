"""Errors and escalations: from where they are thrown outwards to whoever catches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bpmn import triggers
from bpmn.expressions import IncidentError
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.model import Element
    from bpmn.run import Run
    from bpmn.state import ElementInstance


def _listeners(run: Run, instance: ElementInstance) -> Iterator[tuple[ElementInstance, Element]]:
    """Yield who could catch, innermost first: own boundary, then the event sub-processes around."""
    inner: ElementInstance | None = None
    key = instance.key
    while key:
        host = run.state.elements[key]
        # A scope that an event sub-process has taken over has no other way to react.
        interrupted = inner is not None and _took_over(run, inner)
        for event in reversed(triggers.listeners(run, run.element(host), host)):
            around = event.kind == "boundaryEvent"
            # What is thrown inside an event sub-process is not caught by that one again.
            if around or not (interrupted or (inner and inner.element == event.scope)):
                yield host, event
        inner, key = host, host.scope


def _took_over(run: Run, inner: ElementInstance) -> bool:
    if inner.kind != "eventSubProcess":
        return False
    starts = run.definition.processes[inner.process].starts.get(inner.element, ())
    return any(start.interrupting for start in starts)


def _catcher(
    run: Run, instance: ElementInstance, kind: str, code: str
) -> tuple[ElementInstance, Element] | None:
    """Return who catches: the innermost, and there the one that names the code first."""
    found: tuple[ElementInstance, Element] | None = None
    for host, event in _listeners(run, instance):
        if found and found[0] is not host:
            break
        if event.event is None or event.event.kind != kind:
            continue
        if code and event.event.code == code:
            return host, event
        if not event.event.code and found is None:
            found = host, event
    return found


def throw_error(run: Run, instance: ElementInstance, code: str, variables: dict[str, Any]) -> None:
    """Hand a BPMN error to its catcher; nobody catching it is an incident."""
    caught = _catcher(run, instance, "error", code)
    if caught is None:
        raise IncidentError("error_not_caught", error=code)
    host, event = caught
    run.emit(Kind.ERROR_THROWN, instance.element, instance.key, code=code, catcher=event.id)
    triggers.trigger(run, host, event, variables)


def escalate(run: Run, instance: ElementInstance, code: str) -> None:
    """Tell whoever catches the escalation; nobody catching it is no fault (BPMN 10.5.1)."""
    caught = _catcher(run, instance, "escalation", code)
    catcher = caught[1].id if caught else ""
    run.emit(Kind.ESCALATED, instance.element, instance.key, code=code, catcher=catcher)
    if caught is not None:
        triggers.trigger(run, *caught, {})


def cancel(run: Run, transaction: ElementInstance) -> None:
    """End a transaction that has undone its work, by its cancel boundary event."""
    caught = next(
        (
            (host, event)
            for host, event in _listeners(run, transaction)
            if event.event_kind == "cancel" and event.attached_to == transaction.element
        ),
        None,
    )
    if caught is None:
        raise IncidentError("cancel_not_caught")
    triggers.trigger(run, *caught, {})
