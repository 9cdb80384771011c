"""Notices on their way to addresses outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Index, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class NoticeDelivery(SQLModel, table=True):
    """One notice owed to one configured address (通知投递); addresses stay in the settings."""

    __tablename__ = "notice_delivery"
    __table_args__ = (
        Index(
            "notice_delivery_open_idx", "next_attempt_at", postgresql_where=text("sent_at IS NULL")
        ),
    )

    id: UUID = Field(primary_key=True)
    code: str
    address_index: int
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: datetime = Field(sa_type=Timestamp)
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None
    next_attempt_at: datetime | None = Field(default=None, sa_type=Timestamp)


FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(days=2)


def owe(
    session: Session,
    cause: UUID,
    *,
    code: str,
    data: Mapping[str, Any],
    at: datetime,
    addresses: int,
    send_from: datetime | None = None,
) -> None:
    """Owe a notice to each of the configured addresses; the same cause twice is one delivery.

    Args:
        session: the transaction that causes the notice.
        cause: names what brings it.
        code: what it says; the words are in the catalogues.
        data: codes and numbers for the words, never personal data.
        at: when.
        addresses: how many are configured.
        send_from: when it may leave the house, without one at once.
    """
    owed = {"created_at": at, "next_attempt_at": send_from or at}
    common = {"code": code, "data": dict(data), **owed}
    values = [
        {"id": uuid5(cause, str(index)), "address_index": index, "attempts": 0, **common}
        for index in range(addresses)
    ]
    if values:
        session.execute(insert(NoticeDelivery).values(values).on_conflict_do_nothing())


def due(
    session: Session, now: datetime, limit: int = 50, *, address: int | None = None
) -> Sequence[NoticeDelivery]:
    """Return deliveries to try now, locked so that two senders never take the same.

    Args:
        session: the transaction; the lock ends with it, also when the process is killed.
        now: the moment.
        limit: at most so many.
        address: only those for this address.
    """
    waiting = select(NoticeDelivery).where(
        col(NoticeDelivery.sent_at).is_(None), col(NoticeDelivery.next_attempt_at) <= now
    )
    if address is not None:
        waiting = waiting.where(col(NoticeDelivery.address_index) == address)
    oldest = waiting.order_by(col(NoticeDelivery.next_attempt_at), col(NoticeDelivery.id))
    return session.scalars(oldest.limit(limit).with_for_update(skip_locked=True)).all()


def sent(session: Session, delivery_id: UUID, at: datetime) -> None:
    """Note that a delivery went out."""
    own = update(NoticeDelivery).where(col(NoticeDelivery.id) == delivery_id)
    tried = {"attempts": col(NoticeDelivery.attempts) + 1, "last_error": None}
    session.execute(own.values(**tried, sent_at=at, next_attempt_at=None))


def failed(
    session: Session, delivery_id: UUID, error: str, next_attempt_at: datetime | None
) -> None:
    """Note a failed attempt by its code; without a next attempt the delivery is given up."""
    own = update(NoticeDelivery).where(col(NoticeDelivery.id) == delivery_id)
    tried = {"attempts": col(NoticeDelivery.attempts) + 1, "last_error": error}
    session.execute(own.values(**tried, next_attempt_at=next_attempt_at))


def give_up_beyond(session: Session, addresses: int) -> None:
    """Give up what is owed to addresses that are configured no more."""
    lost = (col(NoticeDelivery.address_index) >= addresses, col(NoticeDelivery.sent_at).is_(None))
    none = {"last_error": "address_unknown", "next_attempt_at": None}
    session.execute(update(NoticeDelivery).where(*lost).values(**none))


def renew(session: Session, code: str, at: datetime, *, addresses: int) -> None:
    """Try once more what was given up of one code, at the addresses that are configured."""
    lost = (
        col(NoticeDelivery.code) == code,
        col(NoticeDelivery.sent_at).is_(None),
        col(NoticeDelivery.next_attempt_at).is_(None),
        col(NoticeDelivery.address_index) < addresses,
    )
    session.execute(update(NoticeDelivery).where(*lost).values(next_attempt_at=at))


def next_attempt(delivery: NoticeDelivery, now: datetime) -> datetime | None:
    """Return when to try again after a failure at `now`, None when it is too late.

    The pause doubles with every failure, up to an hour.
    """
    if now - delivery.created_at >= GIVE_UP_AFTER:
        return None
    # The exponent is bounded, since many attempts would make a number beyond any date.
    doubled: int = 1 << min(delivery.attempts, 10)
    return now + min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
