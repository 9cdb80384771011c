"""Committed batches: one command and the records that came of it."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models import audit_record
from models.columns import Timestamp


class CommandBatch(SQLModel, table=True):
    """Which command made the records from `first_number` on (命令批次).

    Both keys are unique: the first committed batch of a number wins, and a command that was
    committed before is recognised however late it is repeated.
    """

    __tablename__ = "command_batch"
    __table_args__ = (UniqueConstraint("instance_key", "command_id"),)

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    first_number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    command_id: str
    committed_at: datetime = Field(sa_type=Timestamp)


# Built once, on the table itself: this runs for every command.
_TABLE = SQLModel.metadata.tables["command_batch"]
_PUT = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.first_number)


def put(
    session: Session, *, instance_key: int, first_number: int, command_id: str, at: datetime
) -> bool:
    """Insert a batch unless its first number or its command is committed already.

    Waits for a rival that is about to commit. It must be the first write of the transaction.

    Returns:
        Whether this batch won; if not, look with `find` whether one is to be adopted.
    """
    values = {
        "instance_key": instance_key,
        "first_number": first_number,
        "command_id": command_id,
        "committed_at": at,
    }
    return session.execute(_PUT, values).first() is not None


def find(session: Session, instance_key: int, first_number: int) -> CommandBatch | None:
    """Return the committed batch that begins with record `first_number`."""
    return session.get(CommandBatch, (instance_key, first_number))


def last_number(session: Session, batch: CommandBatch) -> int:
    """Return the number of the last record of a batch: those of the next begin after it."""
    following = select(func.min(col(CommandBatch.first_number))).where(
        col(CommandBatch.instance_key) == batch.instance_key,
        col(CommandBatch.first_number) > batch.first_number,
    )
    following_first = session.scalar(following)
    if following_first is None:
        return audit_record.last_number(session, batch.instance_key)
    return int(following_first) - 1


def is_committed(session: Session, instance_key: int, command_id: str) -> bool:
    """Tell whether a command was carried out, however long ago."""
    own = select(col(CommandBatch.first_number)).where(
        col(CommandBatch.instance_key) == instance_key,
        col(CommandBatch.command_id) == command_id,
    )
    return session.execute(own).first() is not None
