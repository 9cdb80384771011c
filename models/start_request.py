"""Requests to start a workflow, stored with the item that needs it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class StartRequest(SQLModel, table=True):
    """An outbox row (启动请求): a workflow is owed until it is acknowledged."""

    __tablename__ = "start_request"
    __table_args__ = (
        Index(
            "start_request_open_idx",
            "created_at",
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
    )

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    workflow_id: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Timestamp)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None
    next_attempt_at: datetime = Field(sa_type=Timestamp)
