"""Satisfaction surveys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

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
