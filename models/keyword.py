"""The keyword library."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col


class Keyword(SQLModel, table=True):
    """A word that points to a type, a category and a department (关键词)."""

    __tablename__ = "keyword"

    id: int | None = Field(default=None, primary_key=True)
    word: str = Field(unique=True)
    type: str | None = None
    category: str | None = None
    department: str | None = None
    weight: float = 1.0
    active: bool = True


def library(session: Session) -> Sequence[Keyword]:
    """Return the active words of the keyword library (关键词库)."""
    active = select(Keyword).where(col(Keyword.active))
    return session.scalars(active.order_by(col(Keyword.word))).all()


def add_missing(session: Session, words: Sequence[Keyword]) -> None:
    """Insert words that the library does not know; what people changed stays as it is."""
    rows = [word.model_dump(exclude={"id"}) for word in words]
    if rows:
        session.execute(insert(Keyword).values(rows).on_conflict_do_nothing())
