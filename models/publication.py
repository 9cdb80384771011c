"""Messages and signals on their way: what was published, and until when it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, select, text
from sqlalchemy import delete as sql_delete
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.event_subscription import MESSAGE, SIGNAL, message_slot, signal_slot
from models.process_instance import next_key


class Publication(SQLModel, table=True):
    """A message or a signal (发布的消息或信号), deleted once nobody can get it any more.

    Attributes:
        slot: of type, name and correlation key.
        message_id: unique among the buffered messages of the slot.
        publisher: the user name, "" for a drawing.
        cause: names the request or job that published it; the same cause publishes once.
        expires_at: until then a message waits for new subscriptions.
        kept_until: until then the row stays, so that a repeated request finds it.
        matched: whether those who waited have been looked up.
    """

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("slot", "message_id"),
        Index("publication_slot_idx", "slot", "key"),
        Index("publication_unmatched_idx", "key", postgresql_where=text("NOT matched")),
        Index("publication_kept_idx", "kept_until"),
    )

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    type: str
    name: str
    correlation_key: str = ""
    slot: int = Field(sa_type=BigInteger)
    message_id: str | None = None
    variables: dict[str, Any] = Field(sa_type=JSONB)
    publisher: str = ""
    cause: UUID | None = Field(default=None, unique=True)
    published_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    kept_until: datetime = Field(sa_type=Timestamp)
    matched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be published; `lifetime` 0 is a message that waits for nobody."""

    name: str
    type: str = MESSAGE
    correlation_key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    message_id: str | None = None
    publisher: str = ""
    cause: UUID | None = None
    lifetime: timedelta = timedelta()
    kept: timedelta = timedelta()

    @property
    def slot(self) -> int:
        """Where it meets those who wait."""
        if self.type == SIGNAL:
            return signal_slot(self.name)
        return message_slot(self.name, self.correlation_key)


_TABLE = SQLModel.metadata.tables["publication"]
_PUT = insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.key)
# A message that only waits for its delivery is buffered no longer: its id is free.
_FREE_ID = text(
    "UPDATE publication SET message_id = NULL"
    " WHERE slot = :slot AND message_id = :message_id AND expires_at <= :now"
)
_OLDEST = text(
    "SELECT p.key FROM publication p WHERE p.slot = ANY(:slots) AND p.type = 'message'"
    " AND p.matched AND (p.expires_at > :now OR p.key = :current) AND NOT EXISTS"
    " (SELECT FROM delivery d WHERE d.publication_key = p.key AND d.recipient = :process_id)"
    " ORDER BY p.key LIMIT 1 FOR KEY SHARE OF p"
)
_UNMATCHED = text("SELECT key FROM publication WHERE NOT matched ORDER BY key LIMIT :limit")
_SWEEP = text(
    "DELETE FROM publication WHERE key IN (SELECT key FROM publication p"
    " WHERE kept_until <= :now AND matched AND NOT EXISTS (SELECT FROM delivery d"
    " WHERE d.publication_key = p.key AND d.delivered_at IS NULL)"
    " ORDER BY kept_until LIMIT :limit FOR UPDATE SKIP LOCKED)"
)


def put(session: Session, wanted: Wanted, at: datetime, *, matched: bool) -> int | None:
    """Store what is published; return its key, or None if its id or cause is there already."""
    if wanted.message_id is not None:
        own = {"slot": wanted.slot, "message_id": wanted.message_id, "now": at}
        session.execute(_FREE_ID, own)
    expires_at = at + wanted.lifetime
    values = {
        "key": next_key(session),
        "type": wanted.type,
        "name": wanted.name,
        "correlation_key": wanted.correlation_key,
        "slot": wanted.slot,
        "message_id": wanted.message_id,
        "variables": dict(wanted.variables),
        "publisher": wanted.publisher,
        "cause": wanted.cause,
        "published_at": at,
        "expires_at": expires_at,
        "kept_until": max(expires_at, at + wanted.kept),
        "matched": matched,
    }
    return session.execute(_PUT, values).scalar_one_or_none()


def by_cause(session: Session, cause: UUID) -> Publication | None:
    """Return what a request published before."""
    return session.scalars(select(Publication).where(col(Publication.cause) == cause)).first()


def oldest(
    session: Session, slots: Sequence[int], process_id: str, now: datetime, *, current: int = 0
) -> Publication | None:
    """Return the oldest message in these slots that a process has not had.

    It is buffered, or the message in hand.
    """
    values = {"slots": list(slots), "now": now, "current": current, "process_id": process_id}
    key = session.scalar(_OLDEST, values)
    return None if key is None else session.get(Publication, key)


def unmatched(session: Session, limit: int) -> Sequence[int]:
    """Return the keys of the oldest messages whose matching is still owed."""
    return session.scalars(_UNMATCHED, {"limit": limit}).all()


def take_unmatched(session: Session, key: int) -> Publication | None:
    """Return a message for matching, unless another has done it; the caller holds its slot."""
    owed = select(Publication).where(col(Publication.key) == key, ~col(Publication.matched))
    found = session.scalars(owed.with_for_update()).first()
    if found is not None:
        found.matched = True
    return found


def delete(session: Session, key: int) -> None:
    """Delete a publication that reached nobody."""
    session.execute(sql_delete(Publication).where(col(Publication.key) == key))


def delete_done(session: Session, now: datetime, limit: int) -> int:
    """Delete what nobody waits for and nobody can get any more; return how many."""
    done = session.connection().execute(_SWEEP, {"now": now, "limit": limit})
    return done.rowcount
