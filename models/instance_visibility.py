"""Which process instances a person may look at."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true
from sqlmodel import col

from models.feedback import Feedback
from models.feedback_search import Viewer, visible_items


@dataclass(frozen=True)
class InstanceViewer:
    """Who looks at instances, and how far (可见范围).

    Attributes:
        items: how far they see items, None if they see all.
        others: whether they see the instances that have no item.
    """

    items: Viewer | None
    others: bool


def visible(viewer: InstanceViewer, instance_key: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    """Return the condition that a person may look at the instance of a key."""
    of_item = select(col(Feedback.id)).where(col(Feedback.id) == instance_key)
    seen = true() if viewer.items is None else visible_items(viewer.items)
    if viewer.items is None and viewer.others:
        return true()
    others = ~of_item.exists() if viewer.others else false()
    return or_(and_(of_item.where(seen).exists()), others)
