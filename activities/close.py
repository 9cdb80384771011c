"""The item ends: closed or withdrawn (关闭)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject

if TYPE_CHECKING:
    from activities.step import Step


def close(step: Step) -> dict[str, Any]:
    """Note how the item ended; the status itself comes with the element that brings it."""
    item = subject.item(step)
    # How it ended last is what counts: a late answer or a reopening may come after.
    item.outcome = step.variables["outcome"]
    item.closed_at = step.now
    return {}
