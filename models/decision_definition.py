"""Decisions that were deployed, by version."""

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, UniqueConstraint, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.decision_requirements import DecisionRequirements
from models.process_instance import next_key


class DecisionDefinition(SQLModel, table=True):
    """One version of a decision (决策定义), as of the file that it stands in.

    Attributes:
        requirements_key: the version of that file.
        definition_digest: as of that file.
    """

    __tablename__ = "decision_definition"
    __table_args__ = (UniqueConstraint("decision_id", "version"),)

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    decision_id: str
    name: str
    version: int
    requirements_key: int = Field(
        sa_type=BigInteger, index=True, foreign_key="decision_requirements.key"
    )
    definition_digest: str = Field(max_length=64)


def store(
    session: Session, requirements: DecisionRequirements, names: Mapping[str, str]
) -> list[DecisionDefinition]:
    """Store the decisions of a new version of a file, `names` by their ids, as next versions."""
    made = [
        DecisionDefinition(
            key=next_key(session),
            decision_id=decision_id,
            name=name,
            version=_next_version(session, decision_id),
            requirements_key=requirements.key,
            definition_digest=requirements.definition_digest,
        )
        for decision_id, name in names.items()
    ]
    session.add_all(made)
    session.flush()
    return made


def find(
    session: Session, *, key: int | None = None, decision_id: str | None = None
) -> DecisionDefinition | None:
    """Return the decision of a key, or else the newest version of an id."""
    if key is not None:
        return session.get(DecisionDefinition, key)
    own = select(DecisionDefinition).where(col(DecisionDefinition.decision_id) == decision_id)
    return session.scalars(own.order_by(col(DecisionDefinition.version).desc()).limit(1)).first()


def of_requirements(session: Session, requirements_key: int) -> Sequence[DecisionDefinition]:
    """Return the decisions of a version of a file, in the order in which they were stored."""
    own = select(DecisionDefinition).where(
        col(DecisionDefinition.requirements_key) == requirements_key
    )
    return session.scalars(own.order_by(col(DecisionDefinition.key))).all()


def _next_version(session: Session, decision_id: str) -> int:
    last = select(func.max(col(DecisionDefinition.version)))
    return (session.scalar(last.where(col(DecisionDefinition.decision_id) == decision_id)) or 0) + 1
