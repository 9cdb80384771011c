"""One instance at a time for each correlation key of a process that messages start."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, select, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.slot import slot


class MessageStartLock(SQLModel, table=True):
    """The instance that a message with this key started (消息启动锁).

    `released_at` is set when the instance has ended and nobody has looked yet whether the next
    message waits.
    """

    __tablename__ = "message_start_lock"
    __table_args__ = (
        Index(
            "message_start_lock_released_idx",
            "released_at",
            postgresql_where=text("released_at IS NOT NULL"),
        ),
    )

    process_id: str = Field(primary_key=True)
    slot: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    correlation_key: str
    instance_key: int = Field(sa_type=BigInteger, index=True)
    released_at: datetime | None = Field(default=None, sa_type=Timestamp)


# The conflicting row is locked even where it is left as it is: who ends the instance waits, and
# whoever looks for the next message afterwards sees the one that is being published now.
_ACQUIRE = text(
    "INSERT INTO message_start_lock (process_id, slot, correlation_key, instance_key)"
    " VALUES (:process_id, :slot, :correlation_key, :instance_key)"
    " ON CONFLICT (process_id, slot) DO UPDATE SET instance_key = EXCLUDED.instance_key"
    " WHERE message_start_lock.instance_key = EXCLUDED.instance_key RETURNING instance_key"
)
_RELEASE = text(
    "UPDATE message_start_lock SET released_at = :at WHERE instance_key = :instance_key"
)
_RELEASED = text(
    "SELECT process_id, correlation_key FROM message_start_lock"
    " WHERE released_at IS NOT NULL ORDER BY released_at LIMIT :limit"
)


def acquire(session: Session, process_id: str, correlation_key: str, instance_key: int) -> bool:
    """Hold the key for a new instance; return False if another instance has it."""
    values = {
        "process_id": process_id,
        "slot": slot(correlation_key),
        "correlation_key": correlation_key,
        "instance_key": instance_key,
    }
    return session.execute(_ACQUIRE, values).first() is not None


def find_released(
    session: Session, process_id: str, correlation_key: str
) -> MessageStartLock | None:
    """Return the lock of an instance that has ended, locked, if nobody has cleared it yet."""
    own = select(MessageStartLock).where(
        col(MessageStartLock.process_id) == process_id,
        col(MessageStartLock.slot) == slot(correlation_key),
        col(MessageStartLock.released_at).is_not(None),
    )
    return session.scalars(own.with_for_update()).first()


def release(session: Session, instance_key: int, at: datetime) -> None:
    """Note that an instance has ended; most hold no key."""
    session.execute(_RELEASE, {"instance_key": instance_key, "at": at})


def released(session: Session, limit: int) -> list[tuple[str, str]]:
    """Return process id and correlation key of ended instances, the oldest first."""
    return [(row[0], row[1]) for row in session.execute(_RELEASED, {"limit": limit})]
