"""Looks and acts around the process: logins, reveals, exports."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class AccessRecord(SQLModel, table=True):
    """Who looked at or did what (访问记录), partitioned by month; inserted, never changed."""

    __tablename__ = "access_record"
    __table_args__ = (
        Index("access_record_subject_idx", "subject", "at"),
        Index("access_record_actor_idx", "actor", "at"),
        Index("access_record_at_idx", "at", "id"),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    id: int | None = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger,
        sa_column_kwargs={"autoincrement": True},
    )
    at: datetime = Field(primary_key=True, sa_type=Timestamp)
    actor: str
    action: str
    subject: str | None = None
    data: dict[str, Any] = Field(sa_type=JSONB)


def append(
    session: Session,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Record that `actor` did `action` to `subject`; `data` holds codes and numbers only."""
    values = {"at": at, "actor": actor, "action": action, "subject": subject}
    session.execute(insert(AccessRecord).values(**values, data=dict(data or {})))


def read(session: Session, subject: str, *, limit: int = 100) -> Sequence[AccessRecord]:
    """Return what was done to `subject`, newest first."""
    found = select(AccessRecord).where(col(AccessRecord.subject) == subject)
    newest = found.order_by(col(AccessRecord.at).desc(), col(AccessRecord.id).desc())
    return session.scalars(newest.limit(limit)).all()
