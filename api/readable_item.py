"""An item that somebody may read, though they have nothing to do with it (可阅读事项)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.authentication import Caller
from api.permissions import may
from api.problem import Problem
from api.relation import Relation
from api.visibility import sees_feedback
from models import feedback, item_copy
from models.feedback import Feedback


def readable_item(session: Session, caller: Caller, number: str) -> Feedback:
    """Return an item that the caller sees, or that was copied to them.

    Raises:
        Problem: `feedback_not_found` or `feedback_not_yours`.
    """
    item = feedback.by_number(session, number)
    if item is None:
        raise Problem("feedback_not_found", number=number)
    if sees_feedback(session, caller, item):
        return item
    copied = item_copy.has(session, item.id, caller.username)
    if not copied or not may(caller, "feedback.read", Relation.COPIED):
        raise Problem("feedback_not_yours")
    return item
