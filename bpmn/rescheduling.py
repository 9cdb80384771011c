"""Timers that are moved, held or called off, and another working calendar (改期)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from bpmn.clock import TimerError, parse_instant, to_text
from bpmn.command import Command, Rejection
from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bpmn.run import Run
    from bpmn.state import State, Timer

# A timer with this due time is held: it fires at no time until it is moved again.
HELD = ""
# What of a change the record tells beside the due time.
_TOLD = ("cause", "until")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTimers(Command):
    """Move, hold or call off running timers.

    Attributes:
        changes: `{"key" | "element", "due"}`: the timer by key, or every timer of an element; `due`
            is an ISO 8601 instant, or "" to hold it; with "" an instant `until` may tell what a
            held one is due at as if it ran. `{"key" | "element", "cancel": true}` calls it off.
        cause: a code for the record.
    """

    kind: ClassVar[str] = "change_timers"
    changes: list[dict[str, Any]] = field(default_factory=list)
    cause: str = ""

    @override
    def check(self, state: State) -> None:
        """Refuse timers that do not run, and what is no instant."""
        if state.ended:
            raise Rejection("process_instance_ended")
        for change in self.changes:
            if not any(_meant(state, change)):
                raise Rejection("timer_not_active")
            if not change.get("cancel"):
                _due(change)


def move(run: Run, changes: Iterable[dict[str, Any]], **data: Any) -> None:
    """Record what becomes of timers; those that no longer run, or stay as they are, are passed."""
    for change in changes:
        for timer in list(_meant(run.state, change)):
            if change.get("cancel"):
                run.emit(Kind.TIMER_CANCELED, timer.element, timer.key)
            else:
                told = {name: change[name] for name in _TOLD if change.get(name)}
                _move(run, timer, _due(change), data | told)


def use_calendar(run: Run, version: int) -> None:
    """Count with another working calendar from now on; `run.clock` has it already.

    Timers on working time are counted anew from their beginning. Those of a service clock are not
    the engine's to count: pauses and extensions belong to them.
    """
    before = run.state.calendar
    if version == before:
        return
    run.emit(Kind.CALENDAR_CHANGED, "", 0, calendar=version, before=before)
    for timer in list(run.state.timers.values()):
        if timer.duration and not timer.limit and timer.due != HELD:
            due = run.clock.after(parse_instant(timer.began), timer.duration, "working")
            _move(run, timer, to_text(due), {"cause": "calendar"})


def _move(run: Run, timer: Timer, due: str, data: dict[str, Any]) -> None:
    if due != timer.due or data.get("until"):
        moved = {"due": due, "before": timer.due}
        run.emit(Kind.TIMER_RESCHEDULED, timer.element, timer.key, **moved, **data)


def _meant(state: State, change: dict[str, Any]) -> Iterator[Timer]:
    key, element = change.get("key"), change.get("element")
    return (t for t in state.timers.values() if (t.key == key if key else t.element == element))


def _due(change: dict[str, Any]) -> str:
    try:
        return to_text(parse_instant(change["due"])) if change["due"] else HELD
    except (KeyError, TypeError, TimerError) as error:
        raise Rejection("command_malformed") from error
