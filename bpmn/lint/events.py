"""Events, transactions, links and compensation (事件)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from bpmn.clock import TimerError, parse_cycle, parse_duration, parse_instant
from bpmn.cron import is_cron
from bpmn.lint.view import ACTIVITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.finding import Finding
    from bpmn.lint.view import View
    from bpmn.model import Element

_WAITING = frozenset({"intermediateCatchEvent", "boundaryEvent", "receiveTask"})
_TIMERS = {"duration": parse_duration, "date": parse_instant, "cycle": parse_cycle}


def boundary_events_sit_on_activities(view: View) -> Iterator[Finding]:
    """A boundary event is attached to an activity."""
    for element in view.of("boundaryEvent"):
        host = view.process.elements.get(element.attached_to or "")
        if host is None or host.kind not in ACTIVITIES or host.kind == "eventSubProcess":
            yield view.finding("boundary_host_kind", element, element.attached_to or "")
        elif host.scope != element.scope:
            yield view.finding("boundary_host_elsewhere", element, host.id)


def cancels_belong_to_transactions(view: View) -> Iterator[Finding]:
    """Cancel end events stand inside a transaction, cancel boundary events directly on one."""
    for element in view.nodes:
        if element.event_kind != "cancel":
            continue
        if element.kind == "boundaryEvent":
            host = view.process.elements.get(element.attached_to or "")
            belongs = host is not None and host.kind == "transaction"
        else:
            belongs = _transaction(view, element) is not None
        if not belongs:
            yield view.finding("cancel_outside_transaction", element)


def cancelled_transactions_go_on(view: View) -> Iterator[Finding]:
    """A transaction that can be cancelled has a cancel boundary event to go on from."""
    ends = [e for e in view.of("endEvent") if e.event_kind == "cancel"]
    cancelled = {around.id for e in ends if (around := _transaction(view, e)) is not None}
    for scope in view.of("transaction"):
        caught = any(e.event_kind == "cancel" for e in view.process.boundaries.get(scope.id, ()))
        if scope.id in cancelled and not caught:
            yield view.finding("cancel_boundary_missing", scope)


def _transaction(view: View, element: Element) -> Element | None:
    """Return the nearest transaction around an element, as the engine looks for it."""
    around = view.process.elements.get(element.scope)
    while around is not None and around.kind != "transaction":
        around = view.process.elements.get(around.scope)
    return around


def links_come_in_pairs(view: View) -> Iterator[Finding]:
    """A catching link event is the only one of its name in its scope, and something throws it."""
    for scope in view.scopes:
        catching: dict[str, list[Element]] = defaultdict(list)
        throwing: set[str] = set()
        for element in view.inside[scope.id]:
            if element.event is None or element.event.kind != "link":
                continue
            name = element.event.link or ""
            if element.kind == "intermediateCatchEvent":
                catching[name].append(element)
            else:
                throwing.add(name)
        yield from _unpaired(view, catching, throwing)


def _unpaired(
    view: View, catching: dict[str, list[Element]], throwing: set[str]
) -> Iterator[Finding]:
    for name, found in catching.items():
        for element in found[1:]:
            yield view.finding("link_target_duplicate", element, name)
        if name not in throwing:
            yield view.finding("link_source_missing", found[0], name)


def compensations_have_handlers(view: View) -> Iterator[Finding]:
    """A compensation boundary event leads by an association to an activity for compensation."""
    for element in view.of("boundaryEvent"):
        if element.event_kind != "compensate":
            continue
        handler = view.process.handlers.get(element.attached_to or "")
        if handler is None:
            yield view.finding("compensation_handler_missing", element)
        elif not view.process.elements[handler].for_compensation:
            yield view.finding("compensation_handler_unmarked", element, handler)


def handlers_are_used(view: View) -> Iterator[Finding]:
    """An activity for compensation is the handler of another and lies outside sequence flows."""
    handlers = set(view.process.handlers.values())
    for element in view.nodes:
        if not element.for_compensation:
            continue
        if element.id not in handlers and element.kind != "eventSubProcess":
            yield view.finding("compensation_handler_unused", element)
        if element.incoming or element.outgoing:
            yield view.finding("compensation_handler_connected", element)


def compensations_mean_something(view: View) -> Iterator[Finding]:
    """What a compensation throw event names exists; one that names nothing finds something."""
    for element in view.of("intermediateThrowEvent", "endEvent"):
        if element.event is None or element.event.kind != "compensate":
            continue
        activity = element.event.activity
        if activity and activity not in view.process.elements:
            yield view.finding("compensation_target_missing", element, activity)
        elif not view.process.handlers and not _compensating(view):
            yield view.finding("compensation_unused", element)


def _compensating(view: View) -> bool:
    starts = (view.process.starts.get(s.id, ()) for s in view.of("eventSubProcess"))
    return any(start.event_kind == "compensate" for group in starts for start in group)


def timers_can_be_read(view: View) -> Iterator[Finding]:
    """A timer written out is an ISO 8601 duration, date or cycle, or a cycle by cron."""
    for element in view.nodes:
        timer = element.event.timer if element.event else None
        if timer is None or timer.expression.startswith(("=", "${")):
            continue
        try:
            _TIMERS[timer.kind](timer.expression)
        except TimerError:
            yield view.finding("timer_invalid", element, timer.expression)
            continue
        if is_cron(timer.expression) and timer.clock != "wall":
            yield view.finding("cron_on_working_time", element, timer.expression)


def messages_find_their_instance(view: View) -> Iterator[Finding]:
    """A message that an instance waits for has a correlation key; one that starts it needs none."""
    for element in view.nodes:
        message = element.event.message if element.event else None
        if message is None or element.kind not in _WAITING:
            continue
        if not message.correlation_key:
            yield view.finding("correlation_key_missing", element, message.name)
