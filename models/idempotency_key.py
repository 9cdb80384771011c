"""Answers kept so that a request sent twice is done once."""

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class IdempotencyKey(SQLModel, table=True):
    """A key given by a client with a POST (幂等键), and what was answered."""

    __tablename__ = "idempotency_key"

    principal: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body_digest: str
    status_code: int | None = None
    answer: Any = Field(default=None, sa_type=JSONB, nullable=True)
    created_at: datetime = Field(sa_type=Timestamp, index=True)
