"""Messages to customers: sent by their channel, or laid out for them in the house (外发)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from activities import notices, subject
from models import outbound_message
from models.customer import Customer
from models.outbound_message import OutboundMessage
from models.vault import PersonErasedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from activities.step import Step
    from models.feedback import Feedback

_NAMESPACE = UUID("9d3c1f52-7b0e-5a44-8f0a-51f6b0c6d7e1")
NO_CONTACT = "no_contact"
# Customers have no language of their own yet: the post takes the one of the house.
_LOCALE = ""
# There the customer looks for the answer; elsewhere somebody must call or write.
_READ_THERE = frozenset({"web", "app", "api", "chat"})


def message_id(step: Step) -> UUID:
    """Return the id of the message that a step sends, the same at every repetition."""
    return uuid5(_NAMESPACE, str(step.job_key))


def channel(step: Step, item: Feedback) -> str:
    """Return how the customer is reached: the channel of their choice, else the item's."""
    customer = step.session.get(Customer, item.customer_id) if item.customer_id else None
    return (customer.preferred_channel if customer else None) or item.channel


def leave_house_if_needed(step: Step, item: Feedback) -> None:
    """Ask for a normal activity when the message leaves the house; the first thing to do."""
    if channel(step, item) in step.house.post.channels:
        step.leave_house()


def send(step: Step, item: Feedback, *, kind: str, data: Mapping[str, Any]) -> str:
    """Send a message, or lay it out for the customer to read; once for each job.

    What it says is kept in the vault under the message's own id.

    Args:
        step: whose job it is.
        item: what it is about.
        kind: `receipt`, `reply`, `survey` or `survey_reminder`, also the code of the template.
        data: what the template shows.

    Returns:
        `sent`, or `no_contact` when there is nobody to tell, or nobody any more.

    Raises:
        DeliveryError: it did not go out.
    """
    way = channel(step, item)
    message = OutboundMessage(
        id=message_id(step), feedback_id=item.id, kind=kind, channel=way, created_at=step.now
    )
    if not outbound_message.begin(step.session, message):
        return "sent"
    contact = subject.text(step, "contact")
    if contact is None or not _keep(step, item, message.id, data):
        outbound_message.failed(step.session, message.id, NO_CONTACT)
        return NO_CONTACT
    if way in step.house.post.channels:
        step.house.post.deliver(way, contact, kind, dict(data), _LOCALE)
    elif way not in _READ_THERE:
        _ask_staff(step, item, kind, way)
    outbound_message.sent(step.session, message.id, step.now)
    return "sent"


def _keep(step: Step, item: Feedback, message: UUID, data: Mapping[str, Any]) -> bool:
    if item.customer_id is None:
        return True
    shown = json.dumps(data, ensure_ascii=False)
    try:
        step.house.vault.store(step.session, item.customer_id, message, shown)
    except PersonErasedError:
        return False
    return True


def _ask_staff(step: Step, item: Feedback, kind: str, way: str) -> None:
    """Ask who processes the item to tell the customer: this channel sends nothing by itself."""
    notices.put(
        step.session,
        step.house,
        code="contact_by_hand",
        recipients=[item.assignee] if item.assignee else [],
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number, "kind": kind, "channel": way},
    )
