"""Lists of feedback items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.feedback import Feedback


@dataclass(frozen=True)
class FeedbackFilter:
    """What the items of a list have in common (筛选条件); None means any.

    Attributes:
        statuses: one of these.
        received_from, received_before: half-open span of the receipt.
        department: responsible or collaborating.
        escalated: whether some rung of the ladder was reached.
    """

    statuses: Sequence[str] | None = None
    type: str | None = None
    urgency: str | None = None
    channel: str | None = None
    category: str | None = None
    region: str | None = None
    department: str | None = None
    assignee: str | None = None
    customer_id: UUID | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    escalated: bool | None = None


_EQUAL = ("type", "urgency", "channel", "category", "region", "assignee", "customer_id")


def search(
    session: Session, wanted: FeedbackFilter, *, limit: int = 50, offset: int = 0
) -> tuple[Sequence[Feedback], int]:
    """Return a page of items, newest first, and how many there are in all."""
    where = [*_equal(wanted), *_spans(wanted), *_sets(wanted)]
    total = session.scalar(select(func.count()).select_from(Feedback).where(*where)) or 0
    newest = (col(Feedback.received_at).desc(), col(Feedback.id).desc())
    page = select(Feedback).where(*where).order_by(*newest).limit(limit).offset(offset)
    return session.scalars(page).all(), total


def _equal(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    given = {name: getattr(wanted, name) for name in _EQUAL}
    return [getattr(Feedback, name) == value for name, value in given.items() if value is not None]


def _spans(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    received = col(Feedback.received_at)
    found = []
    if wanted.received_from is not None:
        found.append(received >= wanted.received_from)
    if wanted.received_before is not None:
        found.append(received < wanted.received_before)
    if wanted.escalated is not None:
        found.append((col(Feedback.escalation_level) > 0) == wanted.escalated)
    return found


def _sets(wanted: FeedbackFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses is not None:
        found.append(col(Feedback.status).in_(wanted.statuses))
    if wanted.department is not None:
        own = col(Feedback.department) == wanted.department
        found.append(own | col(Feedback.collaborators).bool_op("@>")([wanted.department]))
    return found
