"""How the member who got an item was chosen."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import BigInteger, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models import slot
from models.columns import Timestamp
from models.feedback import Feedback

_NAMESPACE = UUID("6c2f2b0e-4a54-5b3e-8a4e-0f2b8d9c7e15")


class AssignmentChoice(SQLModel, table=True):
    """One choice (派单记录): who could get the item, with every part of each score.

    It is a row and no record of the process, since scores of people are not kept for good.

    Attributes:
        candidate_group: the group that the item was given to.
        assignee: who got it, None: it waits in the group's queue.
        weights: what each part counted for.
        candidates: best first; usernames, facts, parts and score.
        left_out: who was away, by username, each with the one who stands in or None.
    """

    __tablename__ = "assignment_choice"

    id: UUID = Field(primary_key=True)
    feedback_id: int = Field(sa_type=BigInteger, index=True)
    chosen_at: datetime = Field(sa_type=Timestamp, index=True)
    candidate_group: str | None = None
    assignee: str | None = None
    weights: dict[str, Any] = Field(sa_type=JSONB)
    candidates: list[dict[str, Any]] = Field(sa_type=JSONB)
    left_out: dict[str, str | None] = Field(sa_type=JSONB)


def choice_id(job_key: int) -> UUID:
    """Return the id of the choice that a job makes, the same at every repetition."""
    return uuid5(_NAMESPACE, str(job_key))


def alone(session: Session, usernames: Iterable[str]) -> None:
    """Choose alone among these candidates until the transaction ends: others wait and then count.

    Choices that share no candidate do not wait for each other.
    """
    slot.lock(session, (slot.slot("assignment choice", name) for name in usernames))


def add(session: Session, choice: AssignmentChoice) -> None:
    """Keep a choice; one that is there already stays as it is."""
    made = insert(AssignmentChoice).values(**choice.model_dump())
    session.execute(made.on_conflict_do_nothing())


def latest(session: Session, feedback_id: int) -> AssignmentChoice | None:
    """Return how an item was given last, to whoever answers for it; helpers are no part of it."""
    helping = select(func.unnest(col(Feedback.collaborators))).where(
        col(Feedback.id) == feedback_id
    )
    own = select(AssignmentChoice).where(
        col(AssignmentChoice.feedback_id) == feedback_id,
        func.coalesce(col(AssignmentChoice.candidate_group), "").not_in(helping),
    )
    newest = own.order_by(col(AssignmentChoice.chosen_at).desc(), col(AssignmentChoice.id))
    return session.scalars(newest.limit(1)).first()
