"""Decision requirements: the files that decisions stand in, by version."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, UniqueConstraint, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class DecisionRequirements(SQLModel, table=True):
    """One version of a DMN file (决策需求); a new one whenever its content changes.

    Attributes:
        requirements_id: the id of its `definitions`.
        content_digest: SHA-256 over the file and the files that it imports.
        definition_digest: the definition that it came with, or the files that were deployed
            without a process; they are there.
        draft_id: the draft that it was deployed from, if it was not deployed directly.
    """

    __tablename__ = "decision_requirements"
    __table_args__ = (UniqueConstraint("requirements_id", "version"),)

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    requirements_id: str
    name: str
    version: int
    resource_name: str
    content_digest: str = Field(max_length=64)
    definition_digest: str = Field(max_length=64)
    deployed_at: datetime = Field(sa_type=Timestamp)
    deployed_by: str
    # No foreign key: whoever reads decisions need not know of drafts, which are never deleted.
    draft_id: UUID | None = None


def latest(session: Session, requirements_id: str) -> DecisionRequirements | None:
    """Return the newest version of a file."""
    own = select(DecisionRequirements).where(
        col(DecisionRequirements.requirements_id) == requirements_id
    )
    newest = own.order_by(col(DecisionRequirements.version).desc())
    return session.scalars(newest.limit(1)).first()


def find(session: Session, key: int) -> DecisionRequirements | None:
    """Return the file that a key names."""
    return session.get(DecisionRequirements, key)


def versions(session: Session, requirements_ids: Iterable[str]) -> dict[str, int]:
    """Return the newest version of each of these files that was deployed at all."""
    name = col(DecisionRequirements.requirements_id)
    found = select(name, func.max(col(DecisionRequirements.version)))
    rows = session.execute(found.where(name.in_(list(requirements_ids))).group_by(name))
    return {row[0]: row[1] for row in rows}
