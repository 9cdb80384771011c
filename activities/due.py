"""Until when an item is to be solved, and when its owner is reminded (处理时限)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject
from bpmn.clock import to_text

if TYPE_CHECKING:
    from datetime import datetime

    from activities.step import Step
    from models.feedback import Feedback


def begin(step: Step, item: Feedback, start: datetime) -> dict[str, Any]:
    """Set the item's due time by its service level; return `due_at` and `warn_at`."""
    solution = subject.value(step, "service_level", "solution")
    item.due_at = step.clock.after(start, solution) if solution else None
    return told(step, start, item.due_at)


def told(step: Step, start: datetime, due: datetime | None) -> dict[str, Any]:
    """Return both instants as the drawing knows them.

    The owner is reminded `limits.solution_warning` before, but never in the first half.
    """
    if due is None:
        return {"due_at": None, "warn_at": None}
    before = subject.value(step, "limits", "solution_warning") or "PT0S"
    warn = due - (step.clock.after(due, before) - due)
    return {"due_at": to_text(due), "warn_at": to_text(max(warn, start + (due - start) / 2))}
