"""Lists of feedback items."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
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
        number: the beginning of the number.
        visible_to: the username and the department of the person who looks; what they handle and
            what their department is responsible for or helps with.
        after: the receipt and the id of the item that the page comes after.
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
    number: str | None = None
    visible_to: tuple[str, str] | None = None
    after: tuple[datetime, int] | None = None


_EQUAL = ("type", "urgency", "channel", "category", "region", "assignee", "customer_id")


def search(
    session: Session, wanted: FeedbackFilter, *, limit: int = 50, offset: int = 0
) -> tuple[Sequence[Feedback], int]:
    """Return a page of items, newest first, and how many there are in all."""
    where = [*_equal(wanted), *_spans(wanted), *_sets(wanted)]
    total = session.scalar(select(func.count()).select_from(Feedback).where(*where)) or 0
    newest = (col(Feedback.received_at).desc(), col(Feedback.id).desc())
    if wanted.after is not None:
        where.append(tuple_(col(Feedback.received_at), col(Feedback.id)) < wanted.after)
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
    if wanted.number is not None:
        found.append(col(Feedback.number).startswith(wanted.number, autoescape=True))
    if wanted.department is not None:
        found.append(_of_department(wanted.department))
    if wanted.visible_to is not None:
        username, department = wanted.visible_to
        found.append((col(Feedback.assignee) == username) | _of_department(department))
    return found


def _of_department(code: str) -> ColumnElement[bool]:
    helps = col(Feedback.collaborators).bool_op("@>")([code])
    return (col(Feedback.department) == code) | helps
