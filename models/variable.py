"""Variables of instances as people search them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Identity, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col

from models.database import compact_json
from models.process_instance import KEY_BITS

# Far above every key of the engine, so that no two keys are ever equal.
FIRST_KEY = 2**62


class Variable(SQLModel, table=True):
    """A variable of a process or of one of its elements (变量): a read model, as last set.

    Personal texts are references here as everywhere in a process. `scope_key` is the key of an
    element instance, of the process instance for its own variables.
    """

    __tablename__ = "variable"

    scope_key: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    name: str = Field(primary_key=True)
    key: int | None = Field(
        default=None,
        unique=True,
        nullable=False,
        sa_type=BigInteger,
        sa_column_args=(Identity(start=FIRST_KEY, minvalue=FIRST_KEY),),
    )
    instance_key: int = Field(sa_type=BigInteger)
    value: Any = Field(sa_type=JSONB)


# JSON's null would become that of SQL on the way through a record.
_PUT = text(
    "INSERT INTO variable (instance_key, scope_key, name, value)"
    " SELECT :instance_key, scope_key, name, COALESCE(value, CAST('null' AS jsonb))"
    " FROM jsonb_to_recordset(CAST(:variables AS jsonb))"
    " AS r(scope_key bigint, name text, value jsonb)"
    " ON CONFLICT (scope_key, name) DO UPDATE SET value = excluded.value"
)


def put(session: Session, instance_key: int, variables: Sequence[Mapping[str, Any]]) -> None:
    """Write variables of an instance: `scope_key`, `name` and `value`, each once."""
    if variables:
        values = {"instance_key": instance_key, "variables": compact_json(variables)}
        session.execute(_PUT, values)


def find(session: Session, key: int) -> Variable | None:
    """Return a variable by its key."""
    return session.scalars(select(Variable).where(col(Variable.key) == key)).first()


def of_instance(instance_key: int) -> ColumnElement[bool]:
    """Return the condition that a variable belongs to an instance."""
    own = col(Variable.scope_key)
    return (own >= instance_key) & (own < instance_key + (1 << KEY_BITS))
