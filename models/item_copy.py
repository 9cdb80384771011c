"""Items that people get to know of (抄送)."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class ItemCopy(SQLModel, table=True):
    """An item copied to somebody for information (抄送), who may read it from then on.

    Attributes:
        task_key: the task that it was copied from.
        note_ref: what the sender wrote with it, in the vault.
    """

    __tablename__ = "item_copy"
    __table_args__ = (
        UniqueConstraint("feedback_id", "recipient", "sender"),
        Index("item_copy_recipient_idx", "recipient", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    feedback_id: int = Field(sa_type=BigInteger, foreign_key="feedback.id")
    task_key: int = Field(sa_type=BigInteger)
    recipient: str = Field(foreign_key="person.username")
    sender: str
    note_ref: UUID | None = None
    created_at: datetime = Field(sa_type=Timestamp)


def put(session: Session, copies: Sequence[ItemCopy]) -> list[str]:
    """Keep copies; return who got the item from this sender for the first time."""
    rows = [one.model_dump() for one in copies]
    if not rows:
        return []
    new = insert(ItemCopy).values(rows).on_conflict_do_nothing()
    return list(session.scalars(new.returning(col(ItemCopy.recipient))))


def has(session: Session, feedback_id: int, recipient: str) -> bool:
    """Say whether an item was copied to somebody."""
    own = select(col(ItemCopy.id)).where(
        col(ItemCopy.feedback_id) == feedback_id, col(ItemCopy.recipient) == recipient
    )
    return session.execute(own.limit(1)).first() is not None


def of_recipient(
    session: Session, recipient: str, *, limit: int, offset: int = 0
) -> tuple[Sequence[ItemCopy], int]:
    """Return what was copied to somebody, newest first, and how many there are in all."""
    own = col(ItemCopy.recipient) == recipient
    total = session.scalar(select(func.count()).select_from(ItemCopy).where(own)) or 0
    newest = select(ItemCopy).where(own).order_by(col(ItemCopy.created_at).desc(), col(ItemCopy.id))
    return session.scalars(newest.limit(limit).offset(offset)).all(), total
