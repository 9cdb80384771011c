"""Messages sent to customers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

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
