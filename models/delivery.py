"""Messages and signals owed to running instances, until these have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Index, select, text, update
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.publication import Publication

CHANNEL = "bihuan_delivery"


class Delivery(SQLModel, table=True):
    """One publication for one recipient (投递): never twice, and kept until it is acknowledged.

    Attributes:
        recipient: the process id for a message, which reaches each process once; the instance
            key for a signal, which reaches each instance once.
        subscription_key: for a signal, the newest one of the instance that it is meant for;
            0 when the publication started the instance.
        exclusive: the subscription takes no other message beside this one.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index(
            "delivery_open_idx", "next_attempt_at", postgresql_where=text("delivered_at IS NULL")
        ),
        Index(
            "delivery_instance_idx",
            "instance_key",
            "publication_key",
            postgresql_where=text("delivered_at IS NULL"),
        ),
        Index(
            "delivery_subscription_idx",
            "subscription_key",
            unique=True,
            postgresql_where=text("exclusive AND delivered_at IS NULL"),
        ),
    )

    publication_key: int = Field(
        primary_key=True,
        sa_type=BigInteger,
        foreign_key="publication.key",
        ondelete="CASCADE",
    )
    recipient: str = Field(primary_key=True)
    instance_key: int = Field(sa_type=BigInteger)
    subscription_key: int = Field(default=0, sa_type=BigInteger)
    exclusive: bool = False
    created_at: datetime = Field(sa_type=Timestamp)
    delivered_at: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None
    next_attempt_at: datetime = Field(sa_type=Timestamp)


_COLUMNS = (
    "publication_key, recipient, instance_key, subscription_key, exclusive,"
    " created_at, next_attempt_at, delivered_at, attempts"
)
_TO_WAITING = text(
    f"INSERT INTO delivery ({_COLUMNS})"  # noqa: S608 - constant
    " SELECT DISTINCT ON (s.process_id) p.key, s.process_id, s.instance_key, s.key, s.closes,"
    " CAST(:now AS timestamptz), CAST(:now AS timestamptz), CAST(NULL AS timestamptz), 0"
    " FROM publication p JOIN event_subscription s"
    " ON s.slot = p.slot AND s.type = 'message' AND s.name = p.name"
    " AND s.correlation_key = p.correlation_key"
    " WHERE p.key = :key AND s.process_id = COALESCE(CAST(:only AS text), s.process_id)"
    " AND NOT EXISTS (SELECT FROM delivery d"
    "  WHERE d.publication_key = p.key AND d.recipient = s.process_id)"
    " AND NOT (s.closes AND EXISTS (SELECT FROM delivery d"
    "  WHERE d.subscription_key = s.key AND d.exclusive AND d.delivered_at IS NULL))"
    " ORDER BY s.process_id, s.key"
)
_FROM_BUFFER = text(
    f"INSERT INTO delivery ({_COLUMNS})"  # noqa: S608 - constant
    " SELECT p.key, s.process_id, s.instance_key, s.key, s.closes,"
    " CAST(:now AS timestamptz), CAST(:now AS timestamptz), CAST(NULL AS timestamptz), 0"
    " FROM event_subscription s JOIN publication p"
    " ON p.slot = s.slot AND p.type = 'message' AND p.name = s.name"
    " AND p.correlation_key = s.correlation_key"
    " WHERE s.key = :subscription AND p.matched AND p.expires_at > :now"
    " AND NOT EXISTS (SELECT FROM delivery d"
    "  WHERE d.publication_key = p.key AND d.recipient = s.process_id)"
    " ORDER BY p.key LIMIT :limit FOR KEY SHARE OF p"
)
_TO_LISTENERS = text(
    f"INSERT INTO delivery ({_COLUMNS})"  # noqa: S608 - constant
    " SELECT :key, CAST(s.instance_key AS text), s.instance_key, max(s.key), false,"
    " CAST(:now AS timestamptz), CAST(:now AS timestamptz), CAST(NULL AS timestamptz), 0"
    " FROM event_subscription s"
    " WHERE s.slot = :slot AND s.type = 'signal' AND s.name = :name AND s.instance_key <> :thrower"
    " GROUP BY s.instance_key"
)
_BEGUN = text(
    f"INSERT INTO delivery ({_COLUMNS})"  # noqa: S608 - constant
    " VALUES (:key, :recipient, :instance_key, 0, false, :now, :now, :now, 0)"
)
# The oldest of each instance only: an instance gets them in their order, one at a time.
_CLAIM = text(
    "WITH taken AS (SELECT d.publication_key, d.recipient FROM delivery d"
    " WHERE d.delivered_at IS NULL AND d.next_attempt_at <= :now AND NOT EXISTS"
    " (SELECT FROM delivery o WHERE o.instance_key = d.instance_key"
    "  AND o.delivered_at IS NULL AND o.publication_key < d.publication_key)"
    " ORDER BY d.next_attempt_at, d.publication_key LIMIT :limit FOR UPDATE SKIP LOCKED)"
    " UPDATE delivery d SET next_attempt_at = :until, attempts = d.attempts + 1"
    " FROM taken t, publication p WHERE d.publication_key = t.publication_key"
    " AND d.recipient = t.recipient AND p.key = d.publication_key"
    " RETURNING d.publication_key, d.recipient, d.instance_key, d.subscription_key, d.attempts,"
    " p.type, p.name, p.correlation_key, p.slot, p.variables, p.publisher"
)
_TAKE = text(
    "UPDATE delivery d SET next_attempt_at = :until, attempts = d.attempts + 1"
    " FROM publication p WHERE p.key = d.publication_key AND (d.publication_key, d.recipient) ="
    " (SELECT publication_key, recipient FROM delivery WHERE publication_key = :key"
    "  AND delivered_at IS NULL ORDER BY subscription_key LIMIT 1 FOR UPDATE)"
    " RETURNING d.publication_key, d.recipient, d.instance_key, d.subscription_key, d.attempts,"
    " p.type, p.name, p.correlation_key, p.slot, p.variables, p.publisher"
)
_OPEN_SUBSCRIPTION = text(
    "SELECT count(*) FROM event_subscription WHERE instance_key = :instance_key AND slot = :slot"
    " AND (key = :subscription OR type = 'signal' AND key < :subscription)"
)


@dataclass(frozen=True, slots=True)
class Owed:
    """A delivery in hand, with what is to be delivered."""

    publication_key: int
    recipient: str
    instance_key: int
    subscription_key: int
    attempts: int
    type: str
    name: str
    correlation_key: str
    slot: int
    variables: dict[str, Any]
    publisher: str


def to_waiting(session: Session, key: int, now: datetime, *, only: str | None = None) -> int:
    """Owe a message to one waiting subscription of each process that has not had it.

    The caller holds the slot; `only` looks at one process. Returns how many.
    """
    values = {"key": key, "now": now, "only": only}
    return session.connection().execute(_TO_WAITING, values).rowcount


def from_buffer(session: Session, subscription: int, now: datetime, *, limit: int) -> int:
    """Owe a new subscription the oldest buffered messages that its process has not had.

    The caller holds the slot. Returns how many.
    """
    values = {"subscription": subscription, "now": now, "limit": limit}
    return session.connection().execute(_FROM_BUFFER, values).rowcount


def to_listeners(session: Session, found: Publication, thrower: int) -> int:
    """Owe a signal to every instance that listens, apart from the one that threw it."""
    values = {"key": found.key, "slot": found.slot, "name": found.name, "thrower": thrower}
    done = session.connection().execute(_TO_LISTENERS, values | {"now": found.published_at})
    return done.rowcount


def note_started(
    session: Session, key: int, process_id: str, instance_key: int, now: datetime
) -> None:
    """Note that a message started an instance of a process, which has now had it."""
    values = {"key": key, "recipient": process_id, "instance_key": instance_key, "now": now}
    session.execute(_BEGUN, values)


def recipients(session: Session, key: int) -> set[str]:
    """Return the processes that have had a message or are owed it."""
    own = select(col(Delivery.recipient)).where(col(Delivery.publication_key) == key)
    return set(session.scalars(own))


def of(session: Session, key: int) -> Sequence[Delivery]:
    """Return the deliveries of a publication, those to subscriptions first."""
    own = select(Delivery).where(col(Delivery.publication_key) == key)
    first = (col(Delivery.subscription_key) == 0, col(Delivery.instance_key))
    return session.scalars(own.order_by(*first)).all()


def claim(session: Session, now: datetime, *, lease: timedelta, limit: int) -> list[Owed]:
    """Take the oldest deliveries in hand; after the lease somebody else may.

    Delivering twice harms nobody, since the instance knows the command by its id.
    """
    rows = session.execute(_CLAIM, {"now": now, "until": now + lease, "limit": limit})
    return sorted((Owed(*row) for row in rows), key=lambda owed: owed.publication_key)


def take(session: Session, key: int, now: datetime, *, lease: timedelta) -> Owed | None:
    """Take the first open delivery of one publication in hand, whatever else is owed."""
    row = session.execute(_TAKE, {"key": key, "until": now + lease}).first()
    return None if row is None else Owed(*row)


def acknowledge(session: Session, key: int, recipient: str, now: datetime) -> None:
    """Note that the instance has it."""
    session.execute(update(Delivery).where(*_own(key, recipient)).values(delivered_at=now))


def put_off(session: Session, key: int, recipient: str, error: str, until: datetime) -> None:
    """Note a failed attempt; `error` is a code, never a message with data in it."""
    changed = {"last_error": error, "next_attempt_at": until}
    session.execute(update(Delivery).where(*_own(key, recipient)).values(**changed))


def withdraw(session: Session, key: int, recipient: str) -> bool:
    """Take an open delivery back; return whether it was there."""
    own = select(Delivery).where(*_own(key, recipient), col(Delivery.delivered_at).is_(None))
    found = session.scalars(own.with_for_update()).first()
    if found is not None:
        session.delete(found)
        session.flush()
    return found is not None


def is_awaited(session: Session, owed: Owed) -> bool:
    """Tell whether the subscription that a delivery is meant for is still open."""
    values = {
        "instance_key": owed.instance_key,
        "slot": owed.slot,
        "subscription": owed.subscription_key,
    }
    return bool(session.scalar(_OPEN_SUBSCRIPTION, values))


def wake(session: Session) -> None:
    """Tell the dispatchers when the transaction commits."""
    session.execute(text(f"NOTIFY {CHANNEL}"))


def _own(key: int, recipient: str) -> tuple[Any, Any]:
    return col(Delivery.publication_key) == key, col(Delivery.recipient) == recipient
