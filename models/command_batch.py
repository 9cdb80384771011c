"""Committed batches: one command and the records that came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.columns import Timestamp


class CommandBatch(SQLModel, table=True):
    """What one command did (命令批次); the first committed batch of a number wins."""

    __tablename__ = "command_batch"
    __table_args__ = (Index("command_batch_command_idx", "instance_key", "command_id"),)

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    first_number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last_number: int
    command_id: str
    command: dict[str, Any] = Field(sa_type=JSONB)
    result: dict[str, Any] = Field(sa_type=JSONB)
    committed_at: datetime = Field(sa_type=Timestamp)
