"""What the database knows already of the rows of a file, looked up in bulk."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlmodel import SQLModel

# A statement takes 65 535 parameters at most.
_CHUNK = 10_000
Found = TypeVar("Found", bound=SQLModel)


def rows_by(
    session: Session, model: type[Found], column: str, values: Iterable[Any]
) -> dict[Any, Found]:
    """Return the rows of a table whose `column` holds one of `values`, by what it holds."""
    attribute: InstrumentedAttribute[Any] = getattr(model, column)
    wanted = sorted({value for value in values if value is not None})
    found: dict[Any, Found] = {}
    for start in range(0, len(wanted), _CHUNK):
        some = select(model).where(attribute.in_(wanted[start : start + _CHUNK]))
        found |= {getattr(row, column): row for row in session.scalars(some)}
    return found


def assign(row: SQLModel, values: Mapping[str, Any]) -> bool:
    """Set the columns of a row that differ; say whether any did."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)
