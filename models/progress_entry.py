"""What was done on an item between its states."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import BigInteger, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

_NAMESPACE = UUID("5d7e0b1c-6a1f-5f0e-9f52-0c7b1e8a4d33")
# What staff note themselves; customer messages and follow-ups are noted by the service.
CODES = ("customer_contacted", "support_engaged", "waiting_for_parts", "tested", "other")


class ProgressEntry(SQLModel, table=True):
    """One entry (进展): a code, who noted it, and a text in the vault."""

    __tablename__ = "progress_entry"

    id: UUID = Field(primary_key=True)
    feedback_id: int = Field(sa_type=BigInteger, foreign_key="feedback.id", index=True)
    code: str
    note_ref: UUID | None = None
    author: str | None = None
    at: datetime = Field(sa_type=Timestamp)


def entry_id(cause: str) -> UUID:
    """Return the id of the entry that a request or job makes, the same at every repetition."""
    return uuid5(_NAMESPACE, cause)


def add(session: Session, entry: ProgressEntry) -> None:
    """Insert an entry; one that is there already stays as it is."""
    session.execute(insert(ProgressEntry).values(**entry.model_dump()).on_conflict_do_nothing())


def of_feedback(session: Session, feedback_id: int) -> Sequence[ProgressEntry]:
    """Return the entries of an item, oldest first."""
    own = select(ProgressEntry).where(col(ProgressEntry.feedback_id) == feedback_id)
    return session.scalars(own.order_by(col(ProgressEntry.at), col(ProgressEntry.id))).all()
