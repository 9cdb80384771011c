"""Events (事件), BPMN 2.0 section 13.5."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bpmn import compensation, throwing, triggers
from bpmn.elements.base import Behaviour
from bpmn.elements.tasks import JobTask
from bpmn.expressions import IncidentError
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpmn.model import Element
    from bpmn.run import Run
    from bpmn.state import ElementInstance


class CatchEvent(Behaviour):
    """Waits for what its definition says; receive tasks do the same."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if element.event_kind == "link":
            # Its throwing half has brought the token here.
            run.leave(instance)
            return
        triggers.open_all(run, [element], instance)


class ThrowEvent(JobTask):
    """Brings what its definition says, then passes; an end event ends its path."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        if element.task is not None:
            super().enter(run, element, instance)
            return
        bring = _BRINGING.get(element.event_kind, _pass)
        bring(run, element, instance)

    @override
    def path_ended(self, run: Run, element: Element, instance: ElementInstance) -> None:
        # A compensation handler that ran inside this event has ended.
        if run.busy(instance.key) or compensation.begin_next(run, instance):
            return
        if element.event_kind == "cancel":
            throwing.cancel(run, _transaction(run, instance))
        else:
            run.leave(instance)


def _pass(run: Run, element: Element, instance: ElementInstance) -> None:
    del element
    # An interrupting catcher has ended the path that threw.
    if instance.key in run.state.elements:
        run.leave(instance)


def _code(element: Element) -> str:
    return (element.event.code if element.event else None) or ""


def _error(run: Run, element: Element, instance: ElementInstance) -> None:
    throwing.throw_error(run, instance, _code(element), {})


def _escalation(run: Run, element: Element, instance: ElementInstance) -> None:
    throwing.escalate(run, instance, _code(element))
    _pass(run, element, instance)


def _terminate(run: Run, _: Element, instance: ElementInstance) -> None:
    run.clear(instance.scope, spare=instance.key)
    run.leave(instance)


def _signal(run: Run, element: Element, instance: ElementInstance) -> None:
    scope = run.scope(instance.key)
    name = scope.required(
        element.event.signal or "" if element.event else "", "signal_name_missing"
    )
    variables: dict[str, Any] = dict(instance.variables)
    run.emit(Kind.SIGNAL_THROWN, element.id, instance.key, name=name, variables=variables)
    triggers.broadcast(run, name, variables)
    _pass(run, element, instance)


def _compensate(run: Run, element: Element, instance: ElementInstance) -> None:
    activity = element.event.activity if element.event else None
    scopes = compensation.scopes_of(run, instance)
    compensation.trigger(run, instance, scopes, activity)
    run.settle(instance.key)


def _transaction(run: Run, instance: ElementInstance) -> ElementInstance:
    """Return the nearest transaction around an event.

    Raises:
        IncidentError: `cancel_outside_transaction`.
    """
    around = run.state.elements.get(instance.scope)
    while around is not None and around.kind != "transaction":
        inside = around.kind != "process"
        around = run.state.elements.get(around.scope) if inside else None
    if around is None:
        raise IncidentError("cancel_outside_transaction")
    return around


def _cancel(run: Run, _: Element, instance: ElementInstance) -> None:
    transaction = _transaction(run, instance)
    # All instances of a transaction that is done more than once are cancelled together, since the
    # boundary event belongs to all of them.
    outermost = run.body(transaction) or transaction
    scopes = [outermost.key, *_inside(run, outermost.key)]
    compensation.trigger(run, instance, scopes, None)
    inner = instance
    while inner.key != outermost.key:
        around = run.state.elements[inner.scope]
        run.clear(around.key, spare=inner.key)
        triggers.close_inside(run, around)
        inner = around
    run.settle(instance.key)


def _inside(run: Run, scope: int) -> list[int]:
    """Return the keys of everything that is active inside a scope."""
    found: list[int] = []
    for child in run.state.children(scope):
        found += [child.key, *_inside(run, child.key)]
    return found


_BRINGING: Mapping[str, Callable[[Run, Element, ElementInstance], None]] = {
    "error": _error,
    "escalation": _escalation,
    "terminate": _terminate,
    "signal": _signal,
    "compensate": _compensate,
    "cancel": _cancel,
}
