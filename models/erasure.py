"""Erasures of customers, from the request to the last trace on the disk."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

# Why, as article 47 of the Personal Information Protection Law has it.
Ground = Literal["purpose_achieved", "service_ended", "consent_withdrawn", "unlawful", "other"]
Step = Literal["keys", "ledger", "files", "traces"]
STEPS: tuple[Step, ...] = ("keys", "ledger", "files", "traces")


class Erasure(SQLModel, table=True):
    """One erasure (删除办理) and how far it has come; each moment is that of a step's end.

    Attributes:
        ground: why, a `Ground`.
        request: the number of the paper that asks for it, no name.
        begun_at: from here on nobody reads anything about the person.
        keys_at: every key that could unwrap the person's is destroyed.
        ledger_at: it is in the ledger that restored systems apply.
        files_at: the files of their items are off the disk.
        traces_at: tables, statistics and log hold nothing of what was readable.
        counts: how many rows of which table were emptied or dropped.
    """

    __tablename__ = "erasure"

    person_id: UUID = Field(primary_key=True)
    ground: str
    request: str | None = None
    asked_by: str
    begun_at: datetime = Field(sa_type=Timestamp, index=True)
    keys_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ledger_at: datetime | None = Field(default=None, sa_type=Timestamp)
    files_at: datetime | None = Field(default=None, sa_type=Timestamp)
    traces_at: datetime | None = Field(default=None, sa_type=Timestamp)
    counts: dict[str, Any] = Field(sa_type=JSONB)

    @property
    def completed_at(self) -> datetime | None:
        """When the last step ended, None before."""
        ends = [getattr(self, f"{step}_at") for step in STEPS]
        return None if None in ends else max(ends)


def put(session: Session, wanted: Erasure) -> bool:
    """Insert an erasure unless the person has one; say whether it is new."""
    values = insert(Erasure).values(**wanted.model_dump()).on_conflict_do_nothing()
    return session.connection().execute(values).rowcount == 1


def find(session: Session, person_id: UUID) -> Erasure | None:
    """Return the erasure of a person."""
    return session.get(Erasure, person_id)


def owed(session: Session, step: Step) -> Sequence[Erasure]:
    """Return the erasures of which a step is still to be done, oldest first."""
    left = select(Erasure).where(col(getattr(Erasure, f"{step}_at")).is_(None))
    return session.scalars(left.order_by(col(Erasure.begun_at), col(Erasure.person_id))).all()


def done(session: Session, step: Step, people: Sequence[UUID], at: datetime) -> None:
    """Note the end of a step; what was noted before stays."""
    end = getattr(Erasure, f"{step}_at")
    own = update(Erasure).where(col(Erasure.person_id).in_(people), col(end).is_(None))
    session.execute(own.values({f"{step}_at": at}))


def of_all(session: Session, *, before: datetime | None, limit: int) -> Sequence[Erasure]:
    """Return erasures, newest first."""
    found = select(Erasure)
    if before is not None:
        found = found.where(col(Erasure.begun_at) < before)
    newest = found.order_by(col(Erasure.begun_at).desc(), col(Erasure.person_id))
    return session.scalars(newest.limit(limit)).all()
