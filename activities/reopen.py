"""The customer is not satisfied yet: the item is processed again (重新处理)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import due, subject
from activities.notify import HEAD, OWNER, tell

if TYPE_CHECKING:
    from activities.step import Step


def reopen(step: Step) -> dict[str, Any]:
    """Give the item a new due time and tell its owner and the head."""
    item = subject.item(step)
    item.outcome = item.closed_at = item.extended_until = None
    dates = due.begin(step, item, step.now)
    tell(step, item, "feedback_reopened", [OWNER, HEAD])
    return dates
