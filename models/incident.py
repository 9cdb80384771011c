"""Incidents an operator can mend."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class Incident(SQLModel, table=True):
    """A place where a process cannot go on by itself (事件异常)."""

    __tablename__ = "incident"
    __table_args__ = (Index("incident_state_idx", "state", "created_at"),)

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    instance_key: int = Field(sa_type=BigInteger, index=True)
    element_id: str
    element_instance_key: int = Field(sa_type=BigInteger)
    code: str
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    state: str = "ACTIVE"
    created_at: datetime = Field(sa_type=Timestamp)
    resolved_at: datetime | None = Field(default=None, sa_type=Timestamp)
