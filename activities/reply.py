"""The customer is told the solution and who served (回复)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import outbound, subject
from models import person
from nlp import masking

if TYPE_CHECKING:
    from activities.step import Step
    from models.feedback import Feedback


def reply(step: Step) -> dict[str, Any]:
    """Send the reply by the customer's channel; an item is answered once it went out."""
    item = subject.item(step)
    outbound.leave_house_if_needed(step, item)
    solution = subject.text(step, "reply")
    outcome = outbound.NO_CONTACT
    if solution is not None:
        data = {"number": item.number, "text": solution} | served_by(step, item)
        outcome = outbound.send(step, item, kind="reply", data=data)
    item.replied_at = step.now
    return {"replied": outcome}


def served_by(step: Step, item: Feedback) -> dict[str, str]:
    """Return who served: masked name, staff number, and where the customer can turn to."""
    served = person.find(step.session, item.assignee) if item.assignee else None
    return {
        "staff_name": masking.mask_name(served.display_name) if served else "*",
        "staff_number": served.staff_number if served else "-",
        "staff_contact": step.house.public_url or "-",
    }
