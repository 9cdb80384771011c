"""The keyword library."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel


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


class LibraryWord(NamedTuple):
    """An active word as it is looked up; every item reads them all, so no mapped objects."""

    id: int
    word: str
    type: str | None
    category: str | None
    department: str | None
    weight: float


_LIBRARY = text(
    "SELECT id, word, type, category, department, weight FROM keyword WHERE active ORDER BY word"
)


def library(session: Session) -> Sequence[LibraryWord]:
    """Return the active words of the keyword library (关键词库)."""
    return [LibraryWord(*row) for row in session.execute(_LIBRARY)]


def add_missing(session: Session, words: Sequence[Keyword]) -> None:
    """Insert words that the library does not know; what people changed stays as it is."""
    rows = [word.model_dump(exclude={"id"}) for word in words]
    if rows:
        session.execute(insert(Keyword).values(rows).on_conflict_do_nothing())
