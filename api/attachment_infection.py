"""A file turned out to be infected: who added it and whose item it is hear of it (感染告警)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

from models import access_record, candidate_group, feedback, notice, person
from models.attachment import Attachment
from models.feedback import Feedback

SCANNER = "the scanner"
_NAMESPACE = UUID("6c1f0f6e-3b8f-5d8c-8f0b-0d7f2f1f5b02")


def tell(session: Session, one: Attachment, now: datetime) -> None:
    """Record what the scanner found and tell those concerned, each once."""
    item = feedback.find(session, one.feedback_id)
    assert item is not None  # noqa: S101 (its row names the item)
    access_record.append(
        session,
        at=now,
        actor=SCANNER,
        action="attachment.infected",
        subject=item.number,
        data={"attachment": str(one.id)},
    )
    rows = {
        uuid5(_NAMESPACE, f"{one.id}|{who}"): who for who in _concerned(session, one, item, now)
    }
    data = {"number": item.number, "attachment": str(one.id)}
    notice.put(session, rows, code="attachment_infected", data=data, instance_key=item.id, at=now)


def _concerned(session: Session, one: Attachment, item: Feedback, now: datetime) -> list[str]:
    """Return who added the file, if one of us did, and who has the item."""
    sender = person.find(session, one.added_by)
    told = [] if sender is None or not sender.active else [sender.username]
    return list(dict.fromkeys([*told, *_owners(session, item, now)]))


def _owners(session: Session, item: Feedback, now: datetime) -> Sequence[str]:
    """Return who has the item; where nobody has it yet, the heads, or else the duty managers."""
    if item.assignee:
        return [item.assignee]
    groups = [f"{item.department}.head"] if item.department else []
    for group in (*groups, "role.duty_manager", "role.administrator"):
        if found := candidate_group.on_hand(session, group, now):
            return found
    return []
