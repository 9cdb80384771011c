"""Objections of members to how an item was given."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

DECISIONS = ("reassigned", "dismissed")


class AssignmentContest(SQLModel, table=True):
    """An objection (派单异议): one a person and choice; a lead decides it.

    Attributes:
        username: who objects, a candidate of the choice.
        reason_ref: why, in the vault.
        decision: `reassigned` or `dismissed`, None while nobody has decided.
        answer_ref: what the lead said to it, in the vault.
    """

    __tablename__ = "assignment_contest"
    __table_args__ = (UniqueConstraint("choice_id", "username"),)

    id: UUID = Field(primary_key=True)
    choice_id: UUID = Field(foreign_key="assignment_choice.id")
    feedback_id: int = Field(sa_type=BigInteger, index=True)
    username: str = Field(foreign_key="person.username")
    reason_ref: UUID
    contested_at: datetime = Field(sa_type=Timestamp, index=True)
    decision: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Timestamp)
    decided_by: str | None = None
    answer_ref: UUID | None = None


def of_choice(session: Session, choice_id: UUID) -> Sequence[AssignmentContest]:
    """Return the objections to a choice, oldest first."""
    own = select(AssignmentContest).where(col(AssignmentContest.choice_id) == choice_id)
    ordered = own.order_by(col(AssignmentContest.contested_at), col(AssignmentContest.id))
    return session.scalars(ordered).all()


def find(session: Session, contest_id: UUID) -> AssignmentContest | None:
    """Return an objection, locked until the end of the transaction."""
    return session.get(AssignmentContest, contest_id, with_for_update=True)
