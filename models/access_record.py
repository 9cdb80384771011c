"""Looks and acts around the process: logins, reveals, exports."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class AccessRecord(SQLModel, table=True):
    """Who looked at or did what (访问记录), partitioned by month; inserted, never changed."""

    __tablename__ = "access_record"
    __table_args__ = (
        Index("access_record_subject_idx", "subject", "at"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger,
        sa_column_kwargs={"autoincrement": True},
    )
    at: datetime = Field(primary_key=True, sa_type=Timestamp)
    actor: str
    action: str
    subject: str | None = None
    data: dict[str, Any] = Field(sa_type=JSONB)
