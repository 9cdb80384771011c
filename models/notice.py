"""The in-app inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import BigInteger, Index, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class Notice(SQLModel, table=True):
    """A message to a member of staff (通知): a code and data, never personal data."""

    __tablename__ = "notice"
    __table_args__ = (Index("notice_recipient_idx", "recipient", "created_at"),)

    id: UUID = Field(primary_key=True)
    recipient: str
    code: str
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    instance_key: int | None = Field(default=None, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=Timestamp)
    read_at: datetime | None = Field(default=None, sa_type=Timestamp)


_NAMESPACE = UUID("f0f0a9b6-5f0e-5d0b-9d5c-0c1d8e2b7a44")


def post(
    session: Session,
    recipients: Sequence[str],
    *,
    origin: str,
    code: str,
    at: datetime,
    data: Mapping[str, Any] | None = None,
    instance_key: int | None = None,
) -> None:
    """Put a notice into each inbox; the same `origin` twice is one notice.

    Args:
        session: the transaction that causes the notice.
        recipients: usernames.
        origin: what caused it, such as `<element instance key>|<code>`.
        code: what it says; the words are in the catalogues.
        at: when.
        data: codes and numbers for the words, never personal data.
        instance_key: the instance to open.
    """
    common = {"code": code, "data": dict(data or {}), "instance_key": instance_key}
    rows = [
        {"id": uuid5(_NAMESPACE, f"{origin}|{name}"), "recipient": name, "created_at": at, **common}
        for name in dict.fromkeys(recipients)
    ]
    if rows:
        session.execute(insert(Notice).values(rows).on_conflict_do_nothing())


def inbox(
    session: Session, recipient: str, *, unread: bool = False, limit: int = 50
) -> Sequence[Notice]:
    """Return the notices of a person, newest first."""
    own = select(Notice).where(col(Notice.recipient) == recipient)
    if unread:
        own = own.where(col(Notice.read_at).is_(None))
    newest = own.order_by(col(Notice.created_at).desc(), col(Notice.id))
    return session.scalars(newest.limit(limit)).all()


def unread_count(session: Session, recipient: str) -> int:
    """Return how many notices a person has not read."""
    own = select(func.count()).where(
        col(Notice.recipient) == recipient, col(Notice.read_at).is_(None)
    )
    return session.scalar(own) or 0


def mark_read(session: Session, recipient: str, ids: Sequence[UUID], at: datetime) -> None:
    """Note that a person has read some of their own notices."""
    own = col(Notice.recipient) == recipient
    fresh = col(Notice.id).in_(ids) & col(Notice.read_at).is_(None)
    session.execute(update(Notice).where(own, fresh).values(read_at=at))
