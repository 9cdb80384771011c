"""Requests to start a workflow, stored with the item that needs it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, insert, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class StartRequest(SQLModel, table=True):
    """An outbox row (启动请求): a workflow is owed until it is acknowledged."""

    __tablename__ = "start_request"
    __table_args__ = (
        Index(
            "start_request_open_idx",
            "created_at",
            postgresql_where=text("acknowledged_at IS NULL"),
        ),
    )

    instance_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    workflow_id: str
    payload: dict[str, Any] = Field(sa_type=JSONB)
    created_at: datetime = Field(sa_type=Timestamp)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None
    next_attempt_at: datetime = Field(sa_type=Timestamp)


_INSERT = insert(SQLModel.metadata.tables["start_request"])


def add(
    session: Session, *, instance_key: int, workflow_id: str, payload: dict[str, Any], at: datetime
) -> None:
    """Owe a workflow; the database notifies `bihuan_start` when the transaction commits."""
    values = {"instance_key": instance_key, "workflow_id": workflow_id, "payload": payload}
    session.execute(_INSERT, {**values, "created_at": at, "next_attempt_at": at, "attempts": 0})


def due(session: Session, now: datetime, limit: int = 50) -> Sequence[StartRequest]:
    """Return the oldest open requests, locked so that two dispatchers never take the same."""
    open_ones = select(StartRequest).where(
        col(StartRequest.acknowledged_at).is_(None), col(StartRequest.next_attempt_at) <= now
    )
    oldest = open_ones.order_by(col(StartRequest.created_at), col(StartRequest.instance_key))
    return session.scalars(oldest.limit(limit).with_for_update(skip_locked=True)).all()


def acknowledge(session: Session, instance_keys: Sequence[int], now: datetime) -> None:
    """Note that the workflows run."""
    own = col(StartRequest.instance_key).in_(instance_keys)
    session.execute(update(StartRequest).where(own).values(acknowledged_at=now))


def fail(session: Session, instance_key: int, error: str, next_attempt_at: datetime) -> None:
    """Note a failed attempt; `error` is a code, never a message with data in it."""
    own = col(StartRequest.instance_key) == instance_key
    session.execute(
        update(StartRequest)
        .where(own)
        .values(
            attempts=col(StartRequest.attempts) + 1,
            last_error=error,
            next_attempt_at=next_attempt_at,
        )
    )
