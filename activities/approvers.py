"""Who decides on a request: never whoever asked or owns the item (审批人), requirement 28."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities import notices
from activities.notify import DUTY_MANAGER
from models import absence, deputy

if TYPE_CHECKING:
    from activities.step import Step
    from models.feedback import Feedback

_ABOVE = (DUTY_MANAGER, "role.management")


def of_item(step: Step, item: Feedback, asked_by: str | None) -> dict[str, list[str]]:
    """Return `groups` and `users` that may decide.

    The head of the department; where that is who asks or who has the item, a deputy who is there;
    without one the next rung.
    """
    own = {name for name in (asked_by, item.assignee) if name}
    heads = f"{item.department}.head"
    found = notices.members(step.session, [heads], step.now)
    if not found or not own.issuperset(found):
        return {"groups": [heads], "users": []}
    if standing_by := _deputies(step, item, own):
        return {"groups": [], "users": standing_by}
    for rung in _ABOVE:
        if not own.issuperset(notices.members(step.session, [rung], step.now)):
            return {"groups": [rung], "users": []}
    return {"groups": [heads], "users": []}


def _deputies(step: Step, item: Feedback, own: set[str]) -> list[str]:
    named = deputy.of_department(step.session, item.department or "")
    others = sorted({one.username for one in named} - own)
    away = absence.absent(step.session, others, step.now) if others else {}
    return [name for name in others if name not in away]
