"""Incidents an operator can mend."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class Incident(SQLModel, table=True):
    """A place where a process cannot go on by itself (事件异常)."""

    __tablename__ = "incident"
    __table_args__ = (Index("incident_state_idx", "state", "created_at"),)

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    instance_key: int = Field(sa_type=BigInteger, index=True)
    element_id: str
    element_instance_key: int = Field(sa_type=BigInteger)
    job_key: int | None = Field(default=None, sa_type=BigInteger)
    code: str
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    state: str = "ACTIVE"
    created_at: datetime = Field(sa_type=Timestamp)
    resolved_at: datetime | None = Field(default=None, sa_type=Timestamp)


def create(session: Session, incident: Incident) -> None:
    """Insert a new incident."""
    session.execute(insert(Incident).values(**incident.model_dump()))


def resolve(session: Session, key: int, at: datetime) -> None:
    """Note that an incident is mended."""
    own = update(Incident).where(col(Incident.key) == key, col(Incident.state) == "ACTIVE")
    session.execute(own.values(state="RESOLVED", resolved_at=at))


def active(session: Session, instance_key: int | None = None) -> Sequence[Incident]:
    """Return the open incidents, of one instance or of all, oldest first."""
    found = select(Incident).where(col(Incident.state) == "ACTIVE")
    if instance_key is not None:
        found = found.where(col(Incident.instance_key) == instance_key)
    return session.scalars(found.order_by(col(Incident.created_at), col(Incident.key))).all()
