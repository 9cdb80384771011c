"""Messages sent to customers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class OutboundMessage(SQLModel, table=True):
    """A reply or survey on its way to a customer (外发消息); the id makes sending idempotent."""

    __tablename__ = "outbound_message"

    id: UUID = Field(primary_key=True)
    feedback_id: int = Field(sa_type=BigInteger, foreign_key="feedback.id", index=True)
    kind: str
    channel: str
    status: str = "pending"
    created_at: datetime = Field(sa_type=Timestamp)
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None


def begin(session: Session, message: OutboundMessage) -> bool:
    """Insert a message unless it is there, and lock it for sending.

    Returns:
        Whether it is still to be sent.
    """
    new = insert(OutboundMessage).values(**message.model_dump()).on_conflict_do_nothing()
    session.execute(new)
    own = session.get(OutboundMessage, message.id, with_for_update=True, populate_existing=True)
    return own is not None and own.sent_at is None


def sent(session: Session, message_id: UUID, at: datetime) -> None:
    """Note that a message went out."""
    own = update(OutboundMessage).where(col(OutboundMessage.id) == message_id)
    tried = col(OutboundMessage.attempts) + 1
    session.execute(own.values(status="sent", sent_at=at, attempts=tried, last_error=None))


def failed(session: Session, message_id: UUID, error: str) -> None:
    """Note a failed attempt by its code."""
    own = update(OutboundMessage).where(col(OutboundMessage.id) == message_id)
    tried = col(OutboundMessage.attempts) + 1
    session.execute(own.values(status="failed", attempts=tried, last_error=error))


def newest(session: Session, feedback_id: int, kind: str) -> UUID | None:
    """Return the id of the newest message of a kind about an item."""
    own = select(col(OutboundMessage.id)).where(
        col(OutboundMessage.feedback_id) == feedback_id, col(OutboundMessage.kind) == kind
    )
    return session.scalar(own.order_by(col(OutboundMessage.created_at).desc()).limit(1))
