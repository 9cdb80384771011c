"""Satisfaction surveys."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

SCORES = ("very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied")


class Survey(SQLModel, table=True):
    """One round of asking a customer (满意度调查)."""

    __tablename__ = "survey"
    __table_args__ = (UniqueConstraint("feedback_id", "round"),)

    id: UUID = Field(primary_key=True)
    feedback_id: int = Field(sa_type=BigInteger, foreign_key="feedback.id")
    round: int = 1
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    answered_at: datetime | None = Field(default=None, sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    score: str | None = None
    comment_ref: UUID | None = None


class Outcome(StrEnum):
    """What became of an answer (答复结果)."""

    ACCEPTED = "accepted"
    ANSWERED_BEFORE = "answered_before"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


def create(session: Session, survey: Survey) -> None:
    """Insert a round; a round that is there already stays as it is."""
    session.execute(insert(Survey).values(**survey.model_dump()).on_conflict_do_nothing())


def sent(session: Session, survey_id: UUID, at: datetime) -> None:
    """Note that the customer was asked."""
    session.execute(update(Survey).where(col(Survey.id) == survey_id).values(sent_at=at))


def answer(
    session: Session, survey_id: UUID, *, score: str, comment_ref: UUID | None, at: datetime
) -> Outcome:
    """Record the customer's answer; only the first one counts, and only before the end.

    Raises:
        ValueError: the score is none of `SCORES`.
    """
    if score not in SCORES:
        raise ValueError("unknown score")
    fresh = (col(Survey.id) == survey_id, col(Survey.answered_at).is_(None))
    given = {"answered_at": at, "score": score, "comment_ref": comment_ref}
    taken = update(Survey).where(*fresh, col(Survey.expires_at) > at).values(**given)
    if session.execute(taken.returning(col(Survey.id))).first() is not None:
        return Outcome.ACCEPTED
    times = select(col(Survey.answered_at)).where(col(Survey.id) == survey_id)
    row = session.execute(times).first()
    if row is None:
        return Outcome.UNKNOWN
    return Outcome.EXPIRED if row.answered_at is None else Outcome.ANSWERED_BEFORE


def of_feedback(session: Session, feedback_id: int) -> Sequence[Survey]:
    """Return the rounds of an item, in order."""
    own = select(Survey).where(col(Survey.feedback_id) == feedback_id)
    return session.scalars(own.order_by(col(Survey.round))).all()
