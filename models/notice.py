"""The in-app inbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class Notice(SQLModel, table=True):
    """A message to a member of staff (通知): a code and data, never personal data."""

    __tablename__ = "notice"
    __table_args__ = (Index("notice_recipient_idx", "recipient", "created_at"),)

    id: UUID = Field(primary_key=True)
    recipient: str
    code: str
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    instance_key: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=Timestamp)
    read_at: datetime | None = Field(default=None, sa_type=Timestamp)
