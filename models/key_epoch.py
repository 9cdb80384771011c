"""Epochs of the keys that wrap: which one wraps now, and which are destroyed."""

from datetime import datetime

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

FIRST = 1


class KeyEpoch(SQLModel, table=True):
    """The time in which one key wraps all data keys (密钥纪元), until it is destroyed."""

    __tablename__ = "key_epoch"

    epoch: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    made_at: datetime = Field(sa_type=Timestamp)
    destroyed_at: datetime | None = Field(default=None, sa_type=Timestamp)


_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('key epochs', 0))")


def alone(session: Session) -> None:
    """Have nobody else change epochs until the transaction ends."""
    session.execute(_ALONE)


def present(session: Session) -> int:
    """Return the epoch whose key wraps now."""
    return session.scalar(select(func.max(col(KeyEpoch.epoch)))) or FIRST


def begin(session: Session, epoch: int, at: datetime) -> None:
    """Begin an epoch: from the end of this transaction its key wraps."""
    session.add(KeyEpoch(epoch=epoch, made_at=at))
    session.flush()


def note_destroyed(session: Session, before: int, at: datetime) -> None:
    """Note that the keys of the epochs before one are destroyed."""
    old = update(KeyEpoch).where(col(KeyEpoch.epoch) < before)
    session.execute(old.where(col(KeyEpoch.destroyed_at).is_(None)).values(destroyed_at=at))


def all_destroyed(session: Session) -> bool:
    """Say whether no key is left that wrapped before the present one."""
    left = select(func.count()).select_from(KeyEpoch)
    left = left.where(col(KeyEpoch.epoch) < present(session), col(KeyEpoch.destroyed_at).is_(None))
    return not session.scalar(left)
