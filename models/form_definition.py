"""Forms that were deployed, by version."""

from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp


class FormDefinition(SQLModel, table=True):
    """One version of a form (表单定义); a new one whenever its content changes.

    Attributes:
        content_digest: SHA-256 of the file.
        definition_digest: the process definition that it came with; its files are there.
    """

    __tablename__ = "form_definition"
    __table_args__ = (UniqueConstraint("form_id", "version"),)

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    form_id: str
    version: int
    resource_name: str
    content_digest: str = Field(max_length=64)
    definition_digest: str = Field(max_length=64, foreign_key="process_definition.digest")
    deployed_at: datetime = Field(sa_type=Timestamp)
    deployed_by: str


def latest(session: Session, form_id: str) -> FormDefinition | None:
    """Return the newest version of a form."""
    own = select(FormDefinition).where(col(FormDefinition.form_id) == form_id)
    return session.scalars(own.order_by(col(FormDefinition.version).desc()).limit(1)).first()


def of_content(session: Session, form_id: str, content_digest: str) -> FormDefinition | None:
    """Return the newest version of a form that has this content."""
    own = select(FormDefinition).where(
        col(FormDefinition.form_id) == form_id,
        col(FormDefinition.content_digest) == content_digest,
    )
    return session.scalars(own.order_by(col(FormDefinition.version).desc()).limit(1)).first()
