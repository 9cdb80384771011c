"""Archives of closed instances: which file holds what, and the digest that it must have."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, func, select, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.process_instance import ProcessInstance


class ArchivedInstance(SQLModel, table=True):
    """One archive file (归档) of an instance; made anew, it has the next `number`.

    Attributes:
        path: of the file, below the archive folder.
        digest: SHA-256 of the file as it lies there, 64 hex digits.
        bytes: its length.
        records: how many records of the instance it holds.
        histories: how many runs of Temporal's history; 0 where they were gone already.
    """

    __tablename__ = "archived_instance"

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    path: str
    digest: str = Field(max_length=64)
    bytes: int = Field(sa_type=BigInteger)
    records: int
    histories: int
    made_at: datetime = Field(sa_type=Timestamp, index=True)


class Owed(NamedTuple):
    """What has no archive yet: how much, and since when the oldest is closed."""

    waiting: int
    late: int
    oldest: datetime | None


# How long before Temporal forgets a history its archive is late.
_MARGIN = timedelta(days=7)
_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended('archive of ' || :key, 0))")
_ended_at = col(ProcessInstance.ended_at)


def late_before(now: datetime, retention_days: int) -> datetime:
    """Return when what has no archive must have closed to be late: a week before it is forgotten.

    Of a retention shorter than a fortnight it is half.
    """
    retention = timedelta(days=retention_days)
    return now - max(retention - _MARGIN, retention / 2)


def alone(session: Session, key: int) -> None:
    """Have nobody else make the archive of an instance until the transaction ends."""
    session.execute(_ALONE, {"key": key})


def put(session: Session, made: ArchivedInstance) -> None:
    """Keep what an archive is known by."""
    session.add(made)
    session.flush()


def newest(session: Session, key: int) -> ArchivedInstance | None:
    """Return the archive of an instance that counts, None without any."""
    own = select(ArchivedInstance).where(col(ArchivedInstance.instance_key) == key)
    return session.scalars(own.order_by(col(ArchivedInstance.number).desc()).limit(1)).first()


def owed(session: Session, *, after: int = 0, limit: int) -> Sequence[int]:
    """Return the keys of closed instances without an archive, in order, from `after` on."""
    waiting = _without(select(col(ProcessInstance.key))).where(col(ProcessInstance.key) > after)
    return session.scalars(waiting.order_by(col(ProcessInstance.key)).limit(limit)).all()


def count_owed(session: Session, *, late_before: datetime) -> Owed:
    """Count what is closed without an archive; late is what was closed before a moment."""
    late = func.count().filter(_ended_at < late_before)
    waiting = _without(select(func.count(), late, func.min(_ended_at)))
    return Owed(*session.execute(waiting).one())


def keys(session: Session) -> Sequence[int]:
    """Return the keys of all instances that have an archive, in order."""
    own = select(col(ArchivedInstance.instance_key)).distinct()
    return session.scalars(own.order_by(col(ArchivedInstance.instance_key))).all()


def of_all(session: Session, *, limit: int) -> Sequence[ArchivedInstance]:
    """Return archives, newest first."""
    last = select(ArchivedInstance).order_by(
        col(ArchivedInstance.made_at).desc(), col(ArchivedInstance.instance_key).desc()
    )
    return session.scalars(last.limit(limit)).all()


def _without(found: Select[Any]) -> Select[Any]:
    archive = select(col(ArchivedInstance.instance_key)).where(
        col(ArchivedInstance.instance_key) == col(ProcessInstance.key)
    )
    return found.select_from(ProcessInstance).where(_ended_at.is_not(None), ~archive.exists())
