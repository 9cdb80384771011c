"""The keyword library."""

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
