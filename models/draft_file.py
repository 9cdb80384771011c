"""The files of a draft."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col


class DraftFile(SQLModel, table=True):
    """One file of a draft (草稿文件): a drawing, decisions or a form."""

    __tablename__ = "draft_file"

    draft_id: UUID = Field(primary_key=True, foreign_key="definition_draft.id")
    name: str = Field(primary_key=True)
    content: bytes


def read(session: Session, draft_id: UUID) -> dict[str, bytes]:
    """Return the files of a draft by name."""
    own = select(col(DraftFile.name), col(DraftFile.content)).where(
        col(DraftFile.draft_id) == draft_id
    )
    return {row.name: row.content for row in session.execute(own.order_by("name"))}


def names(session: Session, draft_id: UUID) -> set[str]:
    """Return the names of the files of a draft."""
    own = select(col(DraftFile.name)).where(col(DraftFile.draft_id) == draft_id)
    return set(session.scalars(own))


def find(session: Session, draft_id: UUID, name: str) -> bytes | None:
    """Return the content of a file."""
    found = session.get(DraftFile, (draft_id, name))
    return None if found is None else found.content


def put(session: Session, draft_id: UUID, files: Mapping[str, bytes]) -> None:
    """Store files; those of the same names are replaced."""
    rows = [{"draft_id": draft_id, "name": name, "content": files[name]} for name in sorted(files)]
    if rows:
        new = insert(DraftFile).values(rows)
        same = ["draft_id", "name"]
        session.execute(
            new.on_conflict_do_update(index_elements=same, set_={"content": new.excluded.content})
        )


def remove(session: Session, draft_id: UUID, name: str) -> None:
    """Delete a file."""
    own = delete(DraftFile).where(col(DraftFile.draft_id) == draft_id, col(DraftFile.name) == name)
    session.execute(own)
