"""Somebody has accepted the item (接单)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject

if TYPE_CHECKING:
    from activities.step import Step


def accept(step: Step) -> dict[str, Any]:
    """Note who processes the item, since when, and which departments collaborate."""
    item = subject.item(step)
    item.assignee = subject.value(step, "handler") or item.assignee
    item.accepted_at = step.now
    item.collaborators = list(subject.value(step, "collaborators") or ())
    return {}
