"""Service clocks are paused, go on, and are counted anew (计时调整)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from activities import due, standing_clock, subject
from activities.notify import DUTY, tell
from bpmn.clock import to_text
from models import clock_pause, service_clock
from models.clock_pause import ClockPause
from models.service_clock import (
    ACCEPTANCE,
    COLLABORATION,
    FOLLOWUP,
    PROGRESS,
    RESPONSE,
    SILENCE,
    SOLUTION,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from activities.step import Step
    from bpmn.clock import Clock
    from models.feedback import Feedback
    from models.service_clock import ServiceClock

_NAMESPACE = UUID("c1f6a1de-0f0a-5c0b-9d0e-6a2f5b8f7c31")
_TASKS: Mapping[str, tuple[str, ...]] = {
    ACCEPTANCE: ("accept",),
    SOLUTION: ("process", "collaborate"),
    FOLLOWUP: ("second_followup",),
}
# What the service level calls the limit of each clock; the others keep their own.
_RATED: Mapping[str, str] = {
    **{kind: kind for kind in (ACCEPTANCE, RESPONSE, SOLUTION, PROGRESS, COLLABORATION)},
    SILENCE: PROGRESS,
}


def change(step: Step) -> dict[str, Any]:
    """Do what the message `clock_changed` asks for; its `cause` says what."""
    asked = step.variables.get("clock_changed") or {}
    item = subject.item(step)
    return _CAUSES[str(asked.get("cause"))](step, item, asked)


def contact(step: Step) -> dict[str, Any]:
    """The customer was spoken to: the clock of the first response has done its work."""
    entry = subject.value(step, "progress_entry", "code")
    for one in service_clock.open_of(step.session, step.instance_key):
        if entry == "customer_contacted" and one.kind == RESPONSE:
            step.cancel_timer(one.key)
    return {}


def extended(step: Step, until: datetime) -> None:
    """Move the clock of the solution, with its marks, to the date that the head approved.

    Of a clock that stands `until` is told as of its hold.
    """
    running = service_clock.open_of(step.session, step.instance_key)
    for one in (c for c in running if c.kind == SOLUTION and c.mark is None):
        _move(step, running, one, until, "extension")


def _pause(step: Step, _: Feedback, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Hold the clocks that service_level.dmn lets stand for this reason."""
    if clock_pause.find_open(step.session, step.instance_key) is not None:
        return {}
    kinds = [str(kind) for kind in step.variables.get("pausable") or ()]
    step.session.add(
        ClockPause(
            id=uuid5(_NAMESPACE, str(step.job_key)),
            instance_key=step.instance_key,
            reason=str(asked["reason"]),
            kinds=kinds,
            paused_at=step.now,
            paused_by=str(asked.get("by") or ""),
            note_ref=_reference(asked),
        )
    )
    for one in service_clock.open_of(step.session, step.instance_key):
        if one.kind in kinds and one.held_at is None:
            step.move_timer(one.key, None, "paused")
    return {}


def _resume(step: Step, item: Feedback, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Let the held clocks go on with as much time as they had left."""
    pause = clock_pause.find_open(step.session, step.instance_key)
    if pause is None:
        return {}
    pause.resumed_at, pause.resumed_by = step.now, str(asked.get("by") or "")
    told: dict[str, Any] = {}
    for one in service_clock.open_of(step.session, step.instance_key):
        if one.held_at is not None:
            until = step.clock.resumed(one.due_at, one.held_at, one.clock)
            step.move_timer(one.key, until, "resumed")
            if one.kind == SOLUTION and one.mark is None and item.extended_until is not None:
                # What the head has approved stands after this pause as well.
                item.extended_until = step.clock.resumed(
                    item.extended_until, one.held_at, one.clock
                )
            told |= _announce(step, item, one, until)
    return told


def _rate(step: Step, item: Feedback, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Count every clock anew by the service level of another urgency."""
    item.urgency, before = str(asked["urgency"]), item.urgency
    if item.urgency == "critical" != before:
        tell(step, item, "feedback_critical", [DUTY])
    return _recount(step, item, "urgency", lambda _: True)


def _follow_calendar(step: Step, item: Feedback, _: Mapping[str, Any]) -> dict[str, Any]:
    """Count the clocks on working time anew with the calendar that holds now."""
    return _recount(step, item, "calendar", lambda one: one.clock == "working")


def _recount(
    step: Step, item: Feedback, cause: str, wanted: Callable[[ServiceClock], bool]
) -> dict[str, Any]:
    extended_until, due_at = item.extended_until, item.due_at
    start = _solution_began(step, item)
    found = due.begin(step, item, start)
    item.due_at = due_at
    step = replace(step, clock=replace(step.clock, calendar=_calendar(step)))
    running = service_clock.open_of(step.session, step.instance_key)
    pauses = clock_pause.of_instance(step.session, step.instance_key)
    for one in (c for c in running if c.mark is None and wanted(c)):
        until = _counted(step.clock, one, found["service_level"], _since(pauses, one))
        if until is not None and one.kind == SOLUTION and extended_until is not None:
            # What the head has approved stands.
            until = max(until, extended_until)
        if until is not None:
            _move(step, running, one, until, cause)
            found |= _announce(step, item, one, until)
    if item.status == "pending":
        item.due_at = due.due_of(found["service_level"], step.clock, SOLUTION, start)
    elif item.due_at is not None:
        found["due_at"] = to_text(item.due_at)
    return found


def _counted(
    clock: Clock,
    one: ServiceClock,
    level: Mapping[str, Any],
    pauses: Sequence[standing_clock.Span],
) -> datetime | None:
    """Return when a clock is due that began when it did, with the pauses since."""
    rated = _RATED.get(one.kind)
    span = level.get(rated) if rated else one.span
    if not span:
        return None
    kind = (level.get("clocks") or {}).get(rated, one.clock)
    return standing_clock.pushed(clock, clock.after(one.started_at, span, kind), kind, pauses)


def _move(
    step: Step,
    running: Iterable[ServiceClock],
    one: ServiceClock,
    until: datetime,
    cause: str,
) -> None:
    """Move a clock and those of its marks that have not rung."""
    own = [c for c in running if service_clock.belong(c, one)]
    spans = _since(clock_pause.of_instance(step.session, step.instance_key), one)
    for part in own:
        at = until
        if part.mark is not None:
            at = standing_clock.share(step.clock, part, until, part.mark, spans)
        if part.held_at is None:
            step.move_timer(part.key, at, cause)
        else:
            # It stands: what it has left is counted from here when it goes on.
            step.move_held_timer(part.key, at, cause)


def _since(pauses: Sequence[ClockPause], one: ServiceClock) -> list[standing_clock.Span]:
    """Return when a clock stood; one that begins during a pause runs."""
    return [span for span in clock_pause.spans(pauses, one.kind) if one.started_at <= span[0]]


def _announce(step: Step, item: Feedback, one: ServiceClock, until: datetime) -> dict[str, Any]:
    """Tell item, tasks and drawing when the clock is due now."""
    if one.mark is not None:
        return {}
    for element in _TASKS.get(one.kind, ()):
        step.change_tasks(element, due_date=to_text(until))
    if one.kind != SOLUTION:
        return {}
    item.due_at = until
    return {"due_at": to_text(until)}


def _solution_began(step: Step, item: Feedback) -> datetime:
    running = service_clock.of_instance(step.session, step.instance_key)
    began = [one.started_at for one in running if one.kind == SOLUTION]
    return began[-1] if began else item.received_at


def _calendar(step: Step) -> Any:
    return step.house.calendar(step.calendar) if step.calendar else step.clock.calendar


def _reference(asked: Mapping[str, Any]) -> UUID | None:
    note = asked.get("note")
    return UUID(note["$ref"]) if isinstance(note, dict) and "$ref" in note else None


_CAUSES: Mapping[str, Callable[[Step, Feedback, Mapping[str, Any]], dict[str, Any]]] = {
    "pause": _pause,
    "resume": _resume,
    "urgency": _rate,
    "calendar": _follow_calendar,
}
