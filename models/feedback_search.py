"""Lists of feedback items."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import col

from models.customer import Customer
from models.feedback import Feedback
from models.user_task import UserTask, held_by

_UNDER_WAY = ("incomplete", "pending", "processing", "resolved", "second_followup")


@dataclass(frozen=True)
class Viewer:
    """Who looks at a list, and how far (可见范围): always at what they handle themselves.

    Attributes:
        department: whose items they see, None for those who see no department's.
        manages_customers: whether they see the items of the customers they look after.
        holds_tasks: whether they see the items that they have an open task of.
    """

    username: str
    department: str | None = None
    manages_customers: bool = False
    holds_tasks: bool = False


@dataclass(frozen=True)
class FeedbackFilter:
    """What the items of a list have in common (筛选条件); None means any.

    Attributes:
        statuses: one of these.
        received_from, received_before: half-open span of the receipt.
        department: responsible or collaborating.
        escalated: whether some rung of the ladder was reached.
        number: the beginning of the number.
        numbers: exactly these.
        visible_to: the person who looks, None if they see everything.
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
    numbers: Collection[str] | None = None
    visible_to: Viewer | None = None
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
    if wanted.numbers is not None:
        found.append(col(Feedback.number).in_(wanted.numbers))
    if wanted.number is not None:
        found.append(col(Feedback.number).startswith(wanted.number, autoescape=True))
    if wanted.department is not None:
        found.append(_of_department(wanted.department))
    if wanted.visible_to is not None:
        found.append(visible_items(wanted.visible_to))
    return found


def visible_items(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition that a person may see an item."""
    seen = col(Feedback.assignee) == viewer.username
    if viewer.department is not None:
        seen |= _of_department(viewer.department)
    if viewer.holds_tasks:
        tasks = select(col(UserTask.instance_key)).where(held_by(viewer.username))
        seen |= col(Feedback.id).in_(tasks)
    if viewer.manages_customers:
        own = select(col(Customer.id)).where(col(Customer.account_manager) == viewer.username)
        seen |= col(Feedback.customer_id).in_(own)
    return seen


def _of_department(code: str) -> ColumnElement[bool]:
    helps = col(Feedback.collaborators).bool_op("@>")([code])
    return (col(Feedback.department) == code) | helps


def of_customer(
    session: Session, customer_id: UUID, *, without: int | None = None, limit: int = 20
) -> Sequence[Feedback]:
    """Return the newest items of a customer, `without` the one that is looked at."""
    own = select(Feedback).where(col(Feedback.customer_id) == customer_id)
    if without is not None:
        own = own.where(col(Feedback.id) != without)
    newest = own.order_by(col(Feedback.received_at).desc(), col(Feedback.id).desc())
    return session.scalars(newest.limit(limit)).all()


def open_numbers(
    session: Session, *, department: str | None, without: Collection[str]
) -> Sequence[str]:
    """Return the numbers of the items under way, of one department or of all but some."""
    own = col(Feedback.department)
    wanted = select(col(Feedback.number)).where(col(Feedback.status).in_(_UNDER_WAY))
    if department is not None:
        wanted = wanted.where(own == department)
    elif without:
        wanted = wanted.where(own.is_(None) | own.not_in(without))
    return session.scalars(wanted.order_by(col(Feedback.id))).all()
