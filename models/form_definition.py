"""Forms that were deployed, by version."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, UniqueConstraint, func, select
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.process_definition import ProcessDefinition, ProcessResource


class FormDefinition(SQLModel, table=True):
    """One version of a form (表单定义); a new one whenever its content changes.

    Attributes:
        content_digest: SHA-256 of the file.
        definition_digest: the definition that it came with, or the files that were deployed
            without a process; they are there.
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
    definition_digest: str = Field(max_length=64)
    deployed_at: datetime = Field(sa_type=Timestamp)
    deployed_by: str


def latest(session: Session, form_id: str) -> FormDefinition | None:
    """Return the newest version of a form."""
    own = select(FormDefinition).where(col(FormDefinition.form_id) == form_id)
    return session.scalars(own.order_by(col(FormDefinition.version).desc()).limit(1)).first()


def of_definitions(
    session: Session, digests: Collection[str]
) -> dict[tuple[str, str], FormDefinition]:
    """Return the forms of process definitions as deployed with them, by digest and form id."""
    content = func.encode(func.sha256(col(ProcessResource.content)), "hex")
    held = (
        select(col(ProcessDefinition.digest), FormDefinition)
        .join(ProcessResource, col(ProcessResource.digest) == col(ProcessDefinition.digest))
        .join(FormDefinition, col(FormDefinition.content_digest) == content)
        .where(
            col(ProcessDefinition.digest).in_(digests),
            col(ProcessResource.name).like("%.form"),
            # The same content again later is a version of its own.
            col(FormDefinition.deployed_at) <= col(ProcessDefinition.deployed_at),
        )
        .order_by(col(FormDefinition.version))
    )
    return {(digest, form.form_id): form for digest, form in session.execute(held)}
