"""Where instances stand and where they were: their element instances as people search them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, text
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.database import compact_json
from models.process_instance import KEY_BITS


class ElementInstance(SQLModel, table=True):
    """One run of an element of the drawing (元素实例): a read model, written from records.

    The outermost element goes by the key of its instance, as in Camunda, and `scope_key` names
    it so; it lies in 0. `kind` is the element's type as the engine calls it.
    """

    __tablename__ = "element_instance"
    # Keys are derived from the instance's, so that the primary key finds those of an instance.
    # What has ended in the batch that began it never enters the other index.
    __table_args__ = (
        Index(
            "element_instance_active_idx",
            "process_id",
            "element_id",
            postgresql_where=text("state = 'ACTIVE'"),
        ),
    )

    key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    instance_key: int = Field(sa_type=BigInteger)
    process_id: str
    element_id: str
    element_name: str = ""
    kind: str
    state: str = "ACTIVE"
    scope_key: int = Field(sa_type=BigInteger)
    started_at: datetime = Field(sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)


# One statement for a whole batch, whose text is always the same, so that it is prepared once.
_PUT = text(
    "WITH ended AS (UPDATE element_instance e SET state = r.state, ended_at = r.at"
    " FROM jsonb_to_recordset(CAST(:ended AS jsonb)) AS r(key bigint, state text, at timestamptz)"
    " WHERE e.key = r.key)"
    " INSERT INTO element_instance (instance_key, key, process_id, element_id, element_name, kind,"
    " state, scope_key, started_at, ended_at)"
    " SELECT :instance_key, key, process_id, element_id, element_name, kind,"
    " state, scope_key, started_at, ended_at FROM jsonb_to_recordset(CAST(:begun AS jsonb))"
    " AS r(key bigint, process_id text, element_id text, element_name text, kind text,"
    " state text, scope_key bigint, started_at timestamptz, ended_at timestamptz)"
)


def put(
    session: Session,
    instance_key: int,
    begun: Sequence[Mapping[str, Any]],
    ended: Sequence[Mapping[str, Any]],
) -> None:
    """Write what one batch did to the elements of an instance.

    Args:
        session: the transaction of the batch.
        instance_key: the instance.
        begun: rows with ISO 8601 instants; those that ended in the same batch have `ended_at`.
        ended: `key`, `state` and `at` of elements that had begun before.
    """
    if begun or ended:
        values = {
            "instance_key": instance_key,
            "begun": compact_json(begun),
            "ended": compact_json(ended),
        }
        session.execute(_PUT, values)


def find(session: Session, key: int) -> ElementInstance | None:
    """Return an element instance by its key."""
    return session.get(ElementInstance, key)


def shown_key(instance_key: int, key: int) -> int:
    """Return the key under which an element is shown: the first one is the process itself."""
    return instance_key if key == instance_key + 1 else key


def of_instance(instance_key: int) -> ColumnElement[bool]:
    """Return the condition that an element instance belongs to an instance."""
    own = col(ElementInstance.key)
    return (own >= instance_key) & (own < instance_key + (1 << KEY_BITS))
