"""The item is received: its customer is linked and what it holds is checked (接收登记)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from activities import notices, subject
from models import feedback_search
from models.feedback_search import FeedbackFilter

if TYPE_CHECKING:
    from activities.step import Step
    from models.feedback import Feedback

CRITICAL = "critical"
DUTY_MANAGER = "role.duty_manager"


def receive(step: Step) -> dict[str, Any]:
    """Link the customer, say what kind of contact there is, tell the duty manager of 特急."""
    item = subject.item(step)
    customer = subject.value(step, "customer", "id")
    if item.customer_id is None and customer:
        item.customer_id = UUID(customer)
    if item.urgency == CRITICAL:
        _alert(step, item.number)
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


def _alert(step: Step, number: str) -> None:
    notices.put(
        step.session,
        step.house,
        code="feedback_critical",
        recipients=notices.members(step.session, [DUTY_MANAGER]),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": number},
    )
