"""Answers kept so that a request sent twice is done once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class IdempotencyKey(SQLModel, table=True):
    """A key given by a client with a POST (幂等键), and what was answered."""

    __tablename__ = "idempotency_key"

    principal: str = Field(primary_key=True)
    route: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    body_digest: str
    status_code: int | None = None
    answer: Any = Field(default=None, sa_type=JSONB, nullable=True)
    created_at: datetime = Field(sa_type=Timestamp, index=True)


LIFETIME = timedelta(days=7)


class Claim(StrEnum):
    """What a key means for the request that brought it (幂等结果)."""

    NEW = "new"
    ANSWERED = "answered"
    IN_PROGRESS = "in_progress"
    OTHER_BODY = "other_body"


@dataclass(frozen=True)
class Reservation:
    """The claim on a key, with the answer given before if there is one."""

    claim: Claim
    status_code: int | None = None
    answer: Any = None


def reserve(
    session: Session, principal: str, route: str, key: str, *, body_digest: str, at: datetime
) -> Reservation:
    """Claim a key for a request.

    Waits for a request with the same key whose transaction is open: if that commits, its answer
    is returned; if it rolls back, the key is free. `IN_PROGRESS` means that the earlier request
    committed the claim before its work was done.
    """
    own = {"principal": principal, "route": route, "key": key}
    fresh = {"body_digest": body_digest, "created_at": at, "status_code": None, "answer": None}
    new = insert(IdempotencyKey).values(**own, **fresh)
    claimed = new.on_conflict_do_update(
        index_elements=["principal", "route", "key"],
        set_={name: new.excluded[name] for name in fresh},
        where=col(IdempotencyKey.created_at) < at - LIFETIME,
    ).returning(col(IdempotencyKey.key))
    if session.execute(claimed).first() is not None:
        return Reservation(Claim.NEW)
    found = session.scalars(select(IdempotencyKey).filter_by(**own)).one()
    if found.body_digest != body_digest:
        return Reservation(Claim.OTHER_BODY)
    if found.status_code is None:
        return Reservation(Claim.IN_PROGRESS)
    return Reservation(Claim.ANSWERED, found.status_code, found.answer)


def keep_answer(
    session: Session, principal: str, route: str, key: str, *, status_code: int, answer: Any
) -> None:
    """Keep what was answered, for those who ask again."""
    own = update(IdempotencyKey).filter_by(principal=principal, route=route, key=key)
    session.execute(own.values(status_code=status_code, answer=answer))


def release(session: Session, principal: str, route: str, key: str) -> None:
    """Give a claimed key back after the work failed."""
    own = delete(IdempotencyKey).filter_by(principal=principal, route=route, key=key)
    session.execute(own.where(col(IdempotencyKey.status_code).is_(None)))


def drop_old(session: Session, now: datetime) -> None:
    """Delete keys that are older than their lifetime."""
    old = col(IdempotencyKey.created_at) < now - LIFETIME
    session.execute(delete(IdempotencyKey).where(old))
