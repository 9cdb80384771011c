"""What somebody may do with one item, so that nothing else is offered to them (可用操作)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.authentication import Caller
from api.permissions import may
from api.relation import Relation
from api.visibility import sees_feedback
from models.feedback import Feedback

# With whatever item one sees, or with those that one handles.
_OF_ITEMS = (
    "feedback.collaborate",
    "feedback.extend",
    "feedback.message",
    "feedback.pause",
    "feedback.progress",
    "feedback.rate",
    "feedback.records",
    "feedback.reveal",
    "feedback.withdraw",
    "attachment.add",
    "attachment.delete",
    "attachment.read",
)


def item_actions(session: Session, caller: Caller, item: Feedback) -> list[str]:
    """Return the actions that the rules leave to somebody, whatever state the item is in."""
    if not sees_feedback(session, caller, item):
        # It was copied to them: they read the item itself, and nothing beside it.
        return ["feedback.read", "feedback.copied"]
    return ["feedback.read", *(one for one in _OF_ITEMS if _may(caller, one, item))]


def _may(caller: Caller, action: str, item: Feedback) -> bool:
    if may(caller, action, Relation.ANY):
        return True
    # Of attachments one's own are meant, which the file itself tells.
    if action == "attachment.delete":
        return may(caller, action)
    return item.assignee == caller.username and may(caller, action, Relation.ASSIGNEE)
