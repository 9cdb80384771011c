"""Filters of lists that people keep under a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp

MOST = 50


class SavedFilter(SQLModel, table=True):
    """What somebody looks for often (常用筛选), in the words of the list it belongs to."""

    __tablename__ = "saved_filter"

    username: str = Field(primary_key=True, foreign_key="person.username")
    name: str = Field(primary_key=True)
    list: str
    chosen: dict[str, Any] = Field(sa_type=JSONB)
    changed_at: datetime = Field(sa_type=Timestamp)


def of_person(session: Session, username: str) -> list[SavedFilter]:
    """Return the filters that a person keeps, by name."""
    own = select(SavedFilter).where(col(SavedFilter.username) == username)
    return list(session.scalars(own.order_by(col(SavedFilter.name))))


def put(session: Session, kept: SavedFilter) -> None:
    """Keep a filter; one of the same name gives way."""
    values = kept.model_dump()
    told = insert(SavedFilter).values(values)
    session.execute(
        told.on_conflict_do_update(
            index_elements=["username", "name"],
            set_={name: values[name] for name in ("list", "chosen", "changed_at")},
        )
    )


def drop(session: Session, username: str, name: str) -> None:
    """Forget a filter, if it is there."""
    own = (col(SavedFilter.username) == username, col(SavedFilter.name) == name)
    session.execute(delete(SavedFilter).where(*own))
