"""The item is received: its customer is linked and what it holds is checked (接收登记)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from activities import subject
from models import feedback_search
from models.feedback_search import FeedbackFilter

if TYPE_CHECKING:
    from activities.step import Step
    from models.feedback import Feedback


def receive(step: Step) -> dict[str, Any]:
    """Link the customer, say what kind of contact there is."""
    item = subject.item(step)
    customer = subject.value(step, "customer", "id")
    if item.customer_id is None and customer:
        item.customer_id = UUID(customer)
    kind = contact_kind(subject.text(step, "contact"))
    return {"intake": {"contact": kind, "past_items": _past_items(step, item)}}


def contact_kind(contact: str | None) -> str | None:
    """Return what a contact looks like: `email`, `phone`, `account`, None without one."""
    if contact is None or not contact.strip():
        return None
    if "@" in contact:
        return "email"
    return "phone" if re.fullmatch(r"[\d\s()+.\-]{3,}", contact.strip()) else "account"


def _past_items(step: Step, item: Feedback) -> int:
    if item.customer_id is None:
        return 0
    own = FeedbackFilter(customer_id=item.customer_id, received_before=item.received_at)
    return feedback_search.search(step.session, own, limit=1)[1]
