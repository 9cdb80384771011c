"""Notices on their way to addresses outside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class NoticeDelivery(SQLModel, table=True):
    """One notice owed to one configured address (通知投递); addresses stay in the settings."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        Index(
            "notice_delivery_open_idx", "next_attempt_at", postgresql_where=text("sent_at IS NULL")
        ),
    )

    id: UUID = Field(primary_key=True)
    code: str
    address_index: int
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime = Field(sa_type=Timestamp)
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None
    next_attempt_at: datetime | None = Field(default=None, sa_type=Timestamp)
