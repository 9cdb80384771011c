"""Notices on their way to addresses outside."""

from collections.abc import Mapping, Sequence
from datetime import datetime
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


_NAMESPACE = UUID("0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90")


def owe(
    session: Session,
    addresses: int,
    *,
    origin: str,
    code: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Owe a notice to each of the configured addresses; the same `origin` twice is one delivery."""
    rows = [
        {
            "id": uuid5(_NAMESPACE, f"{origin}|{index}"),
            "code": code,
            "address_index": index,
            "data": dict(data or {}),
            "created_at": at,
            "next_attempt_at": at,
            "attempts": 0,
        }
        for index in range(addresses)
    ]
    if rows:
        session.execute(insert(NoticeDelivery).values(rows).on_conflict_do_nothing())


def due(session: Session, now: datetime, limit: int = 50) -> Sequence[NoticeDelivery]:
    """Return deliveries to try now, locked so that two senders never take the same."""
    waiting = select(NoticeDelivery).where(
        col(NoticeDelivery.sent_at).is_(None), col(NoticeDelivery.next_attempt_at) <= now
    )
    oldest = waiting.order_by(col(NoticeDelivery.next_attempt_at), col(NoticeDelivery.id))
    return session.scalars(oldest.limit(limit).with_for_update(skip_locked=True)).all()


def sent(session: Session, delivery_id: UUID, at: datetime) -> None:
    """Note that a delivery went out."""
    own = update(NoticeDelivery).where(col(NoticeDelivery.id) == delivery_id)
    session.execute(own.values(sent_at=at, attempts=col(NoticeDelivery.attempts) + 1))


def failed(
    session: Session, delivery_id: UUID, error: str, next_attempt_at: datetime | None
) -> None:
    """Note a failed attempt by its code; without a next attempt the delivery is given up."""
    own = update(NoticeDelivery).where(col(NoticeDelivery.id) == delivery_id)
    tried = {"attempts": col(NoticeDelivery.attempts) + 1, "last_error": error}
    session.execute(own.values(**tried, next_attempt_at=next_attempt_at))
