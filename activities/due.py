"""Until when an item is to be accepted, answered and solved (时限)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject, tightest
from bpmn.clock import to_text
from models import calendar_version
from models.service_clock import ACCEPTANCE, RESPONSE, SOLUTION

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from activities.step import Step
    from bpmn.clock import Clock
    from models.feedback import Feedback


def begin(step: Step, item: Feedback, start: datetime) -> dict[str, Any]:
    """Set the item's due time by its service level; return what the drawing needs of it.

    The calendar is that of the department, as it is now.
    """
    clock = department_clock(step, item)
    starts = {ACCEPTANCE: step.now, RESPONSE: start, SOLUTION: start}
    level = tightest.choose(step.variables.get("service_level") or {}, clock, starts)
    dues = {kind: due_of(level, clock, kind, at) for kind, at in starts.items()}
    item.due_at = dues[SOLUTION]
    return {
        **told(step, start, item.due_at),
        "service_level": level,
        "solution_since": to_text(start),
        "response_due": _text(dues[RESPONSE]),
        "acceptance_due": _text(dues[ACCEPTANCE]),
    }


def due_of(level: Mapping[str, Any], clock: Clock, kind: str, start: datetime) -> datetime | None:
    """Return when a clock that began at `start` is due, None without a limit."""
    span = level.get(kind)
    return clock.after(start, span, (level.get("clocks") or {}).get(kind, "wall")) if span else None


def department_clock(step: Step, item: Feedback) -> Clock:
    """Return the clock of the item's department; the instance counts with it from now on."""
    version = calendar_version.current(step.session, item.department)
    used = getattr(step.clock.calendar, "version", None)
    if version is None or version == used:
        return step.clock
    return step.use_calendar(version)


def told(step: Step, start: datetime, due: datetime | None) -> dict[str, Any]:
    """Return the due time as the drawing knows it.

    Drawings from before the marks at 50 % and 80 % ask for `warn_at` too: `limits.solution_warning`
    before, but never in the first half.
    """
    if due is None:
        return {"due_at": None, "warn_at": None}
    before = subject.value(step, "limits", "solution_warning") or "PT0S"
    warn = due - (step.clock.after(due, before) - due)
    return {"due_at": to_text(due), "warn_at": to_text(max(warn, start + (due - start) / 2))}


def _text(due: datetime | None) -> str | None:
    return to_text(due) if due is not None else None
