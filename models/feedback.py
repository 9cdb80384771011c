"""Feedback items."""

import logging
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Index, insert, select, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col
from transitions import Machine, MachineError

from models.columns import TextArray, Timestamp

_NEXT: dict[str, tuple[str, ...]] = {
    "incomplete": ("pending", "withdrawn", "closed"),
    "pending": ("incomplete", "processing", "withdrawn", "closed"),
    "processing": ("pending", "resolved", "withdrawn"),
    "resolved": ("second_followup", "processing", "closed", "withdrawn"),
    "second_followup": ("processing", "closed", "withdrawn"),
    # A withdrawal may reach an item that was closed a moment ago: it then counts as withdrawn.
    "closed": ("second_followup", "processing", "withdrawn", "archived"),
    "withdrawn": ("archived",),
    "archived": (),
}
STATUSES = tuple(_NEXT)
_ANSWERED = frozenset({"resolved", "second_followup", "closed"})
# It says each step at INFO, which nobody wants to read.
logging.getLogger("transitions").setLevel(logging.WARNING)
# One machine for all items: each trigger is named after the status that it leads to.
_MACHINE = Machine(
    model=None,
    states=list(STATUSES),
    initial="pending",
    auto_transitions=False,
    model_attribute="status",
    transitions=[
        {"trigger": target, "source": source, "dest": target}
        for source, following in _NEXT.items()
        for target in following
    ],
)
_STATES_PASSED = text(
    "SELECT number, data ->> 'status' AS status, at FROM audit_record"
    " WHERE instance_key = :key AND data ? 'status'"
    " AND kind IN ('ELEMENT_ACTIVATED', 'INSTANCE_MODIFIED') ORDER BY number"
)


class Feedback(SQLModel, table=True):
    """One item of customer feedback (反馈); `id` is the key of its process instance."""

    __tablename__ = "feedback"
    __table_args__ = (
        Index("feedback_status_idx", "status", "received_at"),
        Index("feedback_department_idx", "department", "status"),
    )

    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    number: str = Field(unique=True)
    type: str | None = None
    urgency: str = "normal"
    channel: str
    product: str | None = None
    category: str | None = None
    region: str | None = None
    order_number: str | None = None
    status: str = "pending"
    customer_id: UUID | None = Field(default=None, foreign_key="customer.id", index=True)
    name_ref: UUID | None = None
    contact_ref: UUID | None = None
    description_ref: UUID | None = None
    submitted_at: datetime = Field(sa_type=Timestamp)
    received_at: datetime = Field(sa_type=Timestamp, index=True)
    department: str | None = None
    collaborators: list[str] = Field(default_factory=list, sa_type=TextArray)
    assignee: str | None = Field(default=None, index=True)
    accepted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    due_at: datetime | None = Field(default=None, sa_type=Timestamp)
    extended_until: datetime | None = Field(default=None, sa_type=Timestamp)
    replied_at: datetime | None = Field(default=None, sa_type=Timestamp)
    satisfaction: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    escalation_level: int = 0
    escalated_at: datetime | None = Field(default=None, sa_type=Timestamp)
    reopened: int = 0
    outcome: str | None = None
    follows: int | None = Field(default=None, sa_type=BigInteger, foreign_key="feedback.id")
    demo: bool = False


_INSERT = insert(SQLModel.metadata.tables["feedback"])


class IllegalTransitionError(Exception):
    """A status that the present one does not lead to."""

    def __init__(self, source: str, target: str) -> None:
        super().__init__(f"{source} -> {target}")
        self.source = source
        self.target = target


def targets(source: str) -> tuple[str, ...]:
    """Return the statuses that `source` leads to."""
    return _NEXT[source]


def advance_status(feedback: Feedback, target: str, at: datetime) -> bool:
    """Bring an item into a status; nothing else assigns it.

    An item that is there already stays as it is, since several elements may name one status.
    Leaving a closed or answered state for processing counts as reopened.

    Returns:
        Whether the status changed.

    Raises:
        IllegalTransitionError: the present status does not lead to `target`.
    """
    source = feedback.status
    if source == target:
        return False
    try:
        _MACHINE.events[target].trigger(feedback)
    except (KeyError, MachineError):
        raise IllegalTransitionError(source, target) from None
    if target == "closed":
        feedback.closed_at = at
    if target == "processing" and source in _ANSWERED:
        feedback.reopened += 1
        feedback.closed_at = None
    return True


def create(session: Session, feedback: Feedback) -> None:
    """Insert a new item."""
    session.execute(_INSERT, feedback.model_dump())


def find(session: Session, key: int) -> Feedback | None:
    """Return an item by the key of its process instance."""
    return session.get(Feedback, key)


def by_number(session: Session, number: str) -> Feedback | None:
    """Return an item by its number."""
    return session.scalars(select(Feedback).where(col(Feedback.number) == number)).first()


def follower(session: Session, key: int) -> str | None:
    """Return the number of the newest item that follows another one (后续反馈)."""
    own = select(col(Feedback.number)).where(col(Feedback.follows) == key)
    return session.scalar(own.order_by(col(Feedback.id).desc()).limit(1))


class StatePassed(NamedTuple):
    """A status that an item reached (状态轨迹): number of the record, status, when."""

    number: int
    status: str
    at: datetime


def states_passed(session: Session, key: int) -> list[StatePassed]:
    """Return the statuses that an item went through, from its audit records, in order."""
    rows = session.execute(_STATES_PASSED, {"key": key})
    passed: list[StatePassed] = []
    for row in rows:
        if not passed or passed[-1].status != row.status:
            passed.append(StatePassed(row.number, row.status, row.at))
    return passed
