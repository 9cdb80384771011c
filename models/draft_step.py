"""What happened to a draft of a definition."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class DraftStep(SQLModel, table=True):
    """One step of a draft (审批记录): who, when, what, why; inserted, never changed.

    Attributes:
        number: the revision that the draft had after it.
        step: create, edit, submit, withdraw, approve, reject or deploy.
        digest: of the files after it.
        data: codes and numbers, such as the file that was edited or the versions that came of it.
    """

    __tablename__ = "draft_step"

    draft_id: UUID = Field(primary_key=True, foreign_key="definition_draft.id")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=Timestamp)
    actor: str
    step: str
    digest: str = Field(max_length=64)
    note: str | None = None
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)


def append(session: Session, step: DraftStep) -> None:
    """Note a step."""
    session.execute(insert(DraftStep).values(**step.model_dump()))


def read(session: Session, draft_id: UUID) -> Sequence[DraftStep]:
    """Return the steps of a draft in order."""
    own = select(DraftStep).where(col(DraftStep.draft_id) == draft_id)
    return session.scalars(own.order_by(col(DraftStep.number))).all()


def actors(session: Session, draft_id: UUID, *steps: str) -> set[str]:
    """Return who did any of these steps."""
    own = select(col(DraftStep.actor)).where(
        col(DraftStep.draft_id) == draft_id, col(DraftStep.step).in_(steps)
    )
    return set(session.scalars(own.distinct()))
