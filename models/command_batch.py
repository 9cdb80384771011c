"""Committed batches: one command and the records that came of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

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


def put(session: Session, batch: CommandBatch) -> bool:
    """Insert a batch unless one with its first number is committed already.

    Waits for a rival that is about to commit. It must be the first write of the transaction.

    Returns:
        Whether this batch won; if not, the committed one is to be adopted with its command.
    """
    values = batch.model_dump()
    attempt = insert(CommandBatch).values(**values).on_conflict_do_nothing()
    return session.execute(attempt.returning(col(CommandBatch.first_number))).first() is not None


def find(session: Session, instance_key: int, first_number: int) -> CommandBatch | None:
    """Return the committed batch that begins with record `first_number`."""
    return session.get(CommandBatch, (instance_key, first_number))


def of_command(session: Session, instance_key: int, command_id: str) -> CommandBatch | None:
    """Return the first batch that a command made, None if it was never committed."""
    own = select(CommandBatch).where(
        col(CommandBatch.instance_key) == instance_key, col(CommandBatch.command_id) == command_id
    )
    return session.scalars(own.order_by(col(CommandBatch.first_number)).limit(1)).first()
