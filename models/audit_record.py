"""Engine records: what happened in each process instance, in order."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class AuditRecord(SQLModel, table=True):
    """One engine record (审计记录), partitioned by month; inserted, never changed."""

    __tablename__ = "audit_record"
    __table_args__ = {"postgresql_partition_by": "RANGE (at)"}

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(primary_key=True, sa_type=Timestamp)
    kind: str
    element: str = ""
    key: int = Field(default=0, sa_type=BigInteger)
    data: dict[str, Any] = Field(sa_type=JSONB)
