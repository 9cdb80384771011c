"""What running instances wait for: messages with a correlation key, and signals."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, delete, insert, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.slot import slot

MESSAGE, SIGNAL = "message", "signal"


class EventSubscription(SQLModel, table=True):
    """An open subscription of a running instance (事件订阅), gone as soon as it is closed.

    Attributes:
        key: the engine's key of the subscription.
        process_id: the process that drew the event, a called one perhaps.
        correlation_key: "" for a signal.
        slot: of type, name and correlation key.
        closes: whether the first event closes it.
    """

    __tablename__ = "event_subscription"

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    instance_key: int = Field(sa_type=BigInteger, index=True)
    process_id: str
    element_id: str
    type: str
    name: str
    correlation_key: str = ""
    slot: int = Field(sa_type=BigInteger, index=True)
    closes: bool = True
    opened_at: datetime = Field(sa_type=Timestamp)


_INSERT = insert(SQLModel.metadata.tables["event_subscription"])


def message_slot(name: str, correlation_key: str) -> int:
    """Return where messages of this name and key meet those who wait for them."""
    return slot(MESSAGE, name, correlation_key)


def signal_slot(name: str) -> int:
    """Return where signals of this name meet those who wait for them."""
    return slot(SIGNAL, name)


def open_all(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert subscriptions; each row has all columns."""
    if values := [dict(row) for row in rows]:
        session.execute(_INSERT, values)


def close_all(session: Session, keys: Iterable[int]) -> None:
    """Delete the subscriptions with these keys, whichever of them there are."""
    if closed := list(keys):
        session.execute(delete(EventSubscription).where(col(EventSubscription.key).in_(closed)))


def waiting(session: Session, instance_key: int, name: str) -> int | None:
    """Return the key of the subscription by which an instance waits for a message."""
    own = select(col(EventSubscription.key)).where(
        col(EventSubscription.instance_key) == instance_key,
        col(EventSubscription.type) == MESSAGE,
        col(EventSubscription.name) == name,
    )
    return session.scalars(own.order_by(col(EventSubscription.key).desc())).first()
