"""Items that changed, with all that says who sees them (实时事件的可见范围)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.authentication import Caller
from api.visibility import viewer
from models.customer import Customer
from models.feedback import Feedback
from models.user_task import OPEN, UserTask


@dataclass(frozen=True)
class SeenItem:
    """An item as far as it says who sees it, the rule of `sees_feedback` without a database.

    Attributes:
        departments: the one that answers for it, and those that help.
        holders: who has an open task of it.
        account_manager: who looks after its customer.
    """

    number: str
    assignee: str | None
    departments: frozenset[str]
    holders: frozenset[str]
    account_manager: str | None

    def concerns(self, caller: Caller) -> bool:
        """Say whether a person sees the item."""
        seen = viewer(caller)
        if seen is None or self.assignee == caller.username:
            return True
        if seen.department is not None and seen.department in self.departments:
            return True
        if seen.holds_tasks and caller.username in self.holders:
            return True
        return seen.manages_customers and self.account_manager == caller.username


def seen_items(session: Session, ids: Collection[int]) -> dict[int, SeenItem]:
    """Return what is known of items by their id; instances without an item are left out."""
    if not ids:
        return {}
    managed = (
        select(Feedback, col(Customer.account_manager))
        .outerjoin(Customer, col(Customer.id) == col(Feedback.customer_id))
        .where(col(Feedback.id).in_(ids))
    )
    rows = session.execute(managed).all()
    holders = _holders(session, [item.id for item, _ in rows])
    return {
        item.id: SeenItem(
            number=item.number,
            assignee=item.assignee,
            departments=frozenset({*item.collaborators, item.department or ""} - {""}),
            holders=frozenset(holders.get(item.id, ())),
            account_manager=manager,
        )
        for item, manager in rows
    }


def _holders(session: Session, ids: Collection[int]) -> dict[int, set[str]]:
    held = select(col(UserTask.instance_key), col(UserTask.assignee), col(UserTask.owner))
    rows = session.execute(held.where(col(UserTask.instance_key).in_(ids), OPEN))
    found: dict[int, set[str]] = {}
    for key, *names in rows:
        found.setdefault(key, set()).update(name for name in names if name)
    return found
