"""What an instance listens to: timers, messages, signals and conditions of its events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bpmn.clock import ENDLESS, TimerError, parse_cycle, parse_instant, to_text
from bpmn.expressions import IncidentError, Scope
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from datetime import datetime

    from bpmn.commands import PublishMessage
    from bpmn.model import Element, Limit, Message, Timer
    from bpmn.run import Run
    from bpmn.state import ElementInstance, Subscription


@dataclass(frozen=True, slots=True)
class _Opening:
    """A trigger that was worked out and is not recorded yet."""

    kind: Kind
    element: str
    data: dict[str, Any]


def event_sub_process_starts(run: Run, element: Element, process: str) -> list[Element]:
    """Return the start events of the event sub-processes directly inside a scope."""
    drawing = run.definition.processes[process]
    subs = drawing.event_sub_processes.get(element.id, ())
    return [start for sub in subs for start in drawing.starts.get(sub.id, ())]


def open_attached(run: Run, element: Element, instance: ElementInstance) -> None:
    """Listen to the boundary events of an activity and the event sub-processes inside it."""
    open_all(run, listeners(run, element, instance), instance)


def listeners(run: Run, element: Element, instance: ElementInstance) -> list[Element]:
    """Return what an instance listens to; the boundary of a multi-instance is its body's."""
    drawing = run.definition.processes[instance.process]
    is_body = instance.kind != element.kind
    inside = [] if is_body else event_sub_process_starts(run, element, instance.process)
    around = [] if run.body(instance) else drawing.boundaries.get(element.id, ())
    return [*around, *inside]


def open_all(run: Run, events: Iterable[Element], instance: ElementInstance) -> None:
    """Listen to these events on behalf of an instance; doing it again adds nothing.

    All are worked out before the first is recorded, so that an incident leaves none behind.
    """
    scope = run.scope(instance.key)
    held = {(t.host, t.element) for t in run.state.timers.values()}
    held |= {(s.host, s.element) for s in run.state.subscriptions.values()}
    wanted = [e for e in events if (instance.key, e.id) not in held]
    openings = [o for e in wanted if (o := _opening(run, e, scope)) is not None]
    for opening in openings:
        run.emit(opening.kind, opening.element, run.new_key(), host=instance.key, **opening.data)


def _opening(run: Run, event: Element, scope: Scope) -> _Opening | None:
    definition = event.event
    if definition is None:
        return None
    if definition.timer:
        try:
            data = _timer(run, definition.timer, scope)
        except TimerError as error:
            raise IncidentError("timer_invalid", event=event.id) from error
        return _Opening(Kind.TIMER_CREATED, event.id, data)
    if definition.message:
        return _Opening(Kind.MESSAGE_SUBSCRIBED, event.id, _message(definition.message, scope))
    if definition.signal:
        name = scope.required(definition.signal, "signal_name_missing")
        return _Opening(Kind.SIGNAL_SUBSCRIBED, event.id, {"name": name})
    if definition.condition:
        # Looked at when the tokens have come to rest, as after every change of variables.
        run.variables_changed = True
        return _Opening(Kind.CONDITION_SUBSCRIBED, event.id, {})
    return None


def _timer(run: Run, timer: Timer, scope: Scope) -> dict[str, Any]:
    text = scope.required(timer.expression, "timer_missing")
    clock = str(scope.text(timer.clock) or "wall")
    if timer.kind == "cycle":
        repetitions, interval = parse_cycle(text)
        due = run.clock.first_repetition(text, clock)
        told = {"due": to_text(due), "repetitions": repetitions, "interval": interval}
        return told if clock == "wall" else told | {"clock": clock}
    data: dict[str, Any] = {}
    if timer.kind == "date":
        due = parse_instant(text)
    else:
        due = run.clock.after(run.clock.now, text, clock)
        data |= {"duration": text} if clock == "working" else {}
    if timer.limit is not None:
        due, limit = _limit(run, timer.limit, scope, due, clock)
        data |= {"limit": limit | ({"span": text} if timer.kind == "duration" else {})}
    return {"due": to_text(due), **data}


def _limit(
    run: Run, limit: Limit, scope: Scope, due: datetime, clock: str
) -> tuple[datetime, dict[str, Any]]:
    """Return when a timer of a service clock fires, and what is to be known of the clock."""
    since = scope.text(limit.since)
    start = parse_instant(str(since)) if since else run.clock.now
    known = {"name": scope.text(limit.name), "since": to_text(start), "clock": clock}
    if rule := scope.text(limit.rule):
        known["rule"] = rule
    if mark := scope.text(limit.mark):
        share = _share(mark)
        due = run.clock.share(start, due, share, clock)
        known["mark"] = share
    return due, known


def _share(mark: Any) -> float:
    try:
        share = float(mark)
    except (TypeError, ValueError) as error:
        raise TimerError(str(mark)) from error
    if not 0 < share < 1:
        raise TimerError(str(mark))
    return share


def _message(message: Message, scope: Scope) -> dict[str, Any]:
    data = {"name": scope.required(message.name, "message_name_missing")}
    if message.correlation_key:
        key = scope.required(f"={message.correlation_key}", "correlation_key_missing")
        data["correlation_key"] = key
    return data


_UNSUBSCRIBED = {
    "message": Kind.MESSAGE_UNSUBSCRIBED,
    "signal": Kind.SIGNAL_UNSUBSCRIBED,
    "condition": Kind.CONDITION_UNSUBSCRIBED,
}


def close(run: Run, host: int, spare: Container[str] = ()) -> None:
    """Stop listening on behalf of an instance, apart from the events `spare`."""
    for timer in [t for t in run.state.timers.values() if t.host == host]:
        if timer.element not in spare:
            run.emit(Kind.TIMER_CANCELED, timer.element, timer.key)
    for found in [s for s in run.state.subscriptions.values() if s.host == host]:
        if found.element not in spare:
            run.emit(_UNSUBSCRIBED[found.type], found.element, found.key)


def close_inside(run: Run, host: ElementInstance) -> None:
    """Stop listening to the event sub-processes of a scope; its boundary stays open."""
    drawing = run.definition.processes[host.process]
    close(run, host.key, {e.id for e in drawing.boundaries.get(host.element, ())})


def fire_due(run: Run) -> None:
    """Fire every timer that is due, the earliest first."""
    now = to_text(run.clock.now)
    due = sorted((t.due, t.key) for t in run.state.timers.values() if t.due and t.due <= now)
    for _, key in due:
        # An earlier one may have ended the activity that this one belonged to.
        if key in run.state.timers:
            _fire(run, key)
            run.move()


def _fire(run: Run, key: int) -> None:
    timer = run.state.timers[key]
    host = run.state.elements[timer.host]
    event = run.definition.element(host.process, timer.element)
    repeats = timer.repetitions == ENDLESS or timer.repetitions > 1
    data: dict[str, Any] = {"due": timer.due}
    if timer.interval and repeats and event.event and event.event.timer:
        # Timers of before were not told their clock: then the drawing's word counts.
        clock = timer.clock or event.event.timer.clock
        following = run.clock.next_repetition(parse_instant(timer.due), timer.interval, clock)
        left = ENDLESS if timer.repetitions == ENDLESS else timer.repetitions - 1
        data |= {"next_due": to_text(following), "repetitions": left}
    run.emit(Kind.TIMER_FIRED, timer.element, key, **data)
    trigger(run, host, event, {})


def correlate(run: Run, message: PublishMessage) -> None:
    """Hand a message to the first subscription that waits for it."""
    found = message.subscription_in(run.state)
    if found is not None:
        happened(run, Kind.MESSAGE_CORRELATED, found, message.variables, name=found.name)


def broadcast(run: Run, name: str, variables: dict[str, Any]) -> None:
    """Hand a signal to everything in this instance that waits for it."""
    waiting = [s for s in run.state.subscriptions.values() if (s.type, s.name) == ("signal", name)]
    for found in waiting:
        # An earlier one may have ended what this one belonged to.
        if found.key in run.state.subscriptions:
            happened(run, Kind.SIGNAL_CAUGHT, found, variables, name=name)


def happened(
    run: Run, kind: Kind, found: Subscription, variables: dict[str, Any], **data: Any
) -> None:
    """Record that what was waited for has happened, and let it take effect."""
    host = run.state.elements[found.host]
    event = run.definition.element(host.process, found.element)
    closes = event.interrupting or host.element == event.id
    if kind is not Kind.CONDITION_MET:
        data["variables"] = variables
    run.emit(kind, event.id, found.key, closes=closes, **data)
    trigger(run, host, event, variables)


def trigger(run: Run, host: ElementInstance, event: Element, variables: dict[str, Any]) -> None:
    """Let an event happen to the instance that listened to it."""
    if event.kind in {"intermediateCatchEvent", "receiveTask"}:
        _caught(run, host, event, variables)
    elif event.kind == "boundaryEvent":
        _boundary(run, host, event, variables)
    else:
        _event_sub_process(run, host, event, variables)


def _caught(run: Run, host: ElementInstance, event: Element, variables: dict[str, Any]) -> None:
    if host.element != event.id:
        # An event-based gateway listened: it is done, and the event that won begins.
        scope, process = host.scope, host.process
        run.release(host, "completion")
        run.emit(Kind.ELEMENT_COMPLETED, host.element, host.key)
        flow = next(
            f
            for f in run.definition.processes[process].flows.values()
            if f.source == host.element and f.target == event.id
        )
        run.take([flow], process, scope)
        _happen(run, event, run.begin(event, process, scope, [flow.id]), variables)
        return
    run.hand_over(host, event, variables)
    run.leave(host)


def _boundary(run: Run, host: ElementInstance, event: Element, variables: dict[str, Any]) -> None:
    if event.interrupting:
        run.terminate(host)
    _happen(run, event, run.begin(event, host.process, host.scope), variables)


def _event_sub_process(
    run: Run, host: ElementInstance, event: Element, variables: dict[str, Any]
) -> None:
    if event.interrupting:
        run.clear(host.key)
        close_inside(run, host)
    sub = run.definition.element(host.process, event.scope)
    instance = run.begin(sub, host.process, host.key)
    run.triggered[instance.key] = variables
    run.enter(instance)
    if run.triggered.pop(instance.key, None):
        # It waits for a listener or an operator: what was brought waits with it.
        run.set_local(instance.key, variables)


def begin_event_sub_process(run: Run, element: Element, instance: ElementInstance) -> None:
    """Let the start event of an event sub-process happen, once the sub-process has begun."""
    event = run.definition.processes[instance.process].starts[element.id][0]
    variables = run.triggered.pop(instance.key, {})
    _happen(run, event, run.begin(event, instance.process, instance.key), variables)


def _happen(run: Run, event: Element, instance: ElementInstance, variables: dict[str, Any]) -> None:
    """Complete an event that has already happened, once its start listeners are done."""
    run.hand_over(instance, event, variables)
    catching = event.kind == "intermediateCatchEvent"
    if catching or not run.listen(instance, "start"):
        run.leave(instance)
