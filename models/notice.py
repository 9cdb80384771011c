"""The in-app inbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models import live_event
from models.columns import Timestamp
from models.live_event import LiveEvent


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


def put(
    session: Session,
    rows: Mapping[UUID, str],
    *,
    code: str,
    data: Mapping[str, Any],
    instance_key: int | None,
    at: datetime,
) -> None:
    """Put a notice into inboxes; an id that is there already stays as it is.

    Args:
        session: the transaction that causes the notice.
        rows: recipient by id; the id follows from the cause, so that a repetition adds nothing.
        code: what it says; the words are in the catalogues.
        data: codes and numbers for the words, never personal data.
        instance_key: the instance to open, if there is one.
        at: when.
    """
    common = {"code": code, "data": dict(data), "instance_key": instance_key, "created_at": at}
    values = [{"id": own, "recipient": recipient, **common} for own, recipient in rows.items()]
    if values:
        session.execute(insert(Notice).values(values).on_conflict_do_nothing())
        live_event.tell(session, [LiveEvent("notice", people=tuple(rows.values()))])


def inbox(
    session: Session, recipient: str, *, unread: bool = False, limit: int = 50
) -> Sequence[Notice]:
    """Return the notices of a person, newest first."""
    own = select(Notice).where(col(Notice.recipient) == recipient)
    if unread:
        own = own.where(col(Notice.read_at).is_(None))
    newest = own.order_by(col(Notice.created_at).desc(), col(Notice.id))
    return session.scalars(newest.limit(limit)).all()


def unread(session: Session, recipient: str) -> Sequence[Notice]:
    """Return what a person has not read, newest first."""
    return inbox(session, recipient, unread=True)


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
