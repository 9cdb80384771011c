"""Which commitments belong to the references in a record."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

REFERENCE = "$ref"
_READ = text(
    "SELECT id, encode(commitment, 'hex') AS commitment FROM personal_value"
    " WHERE id = ANY(CAST(:ids AS uuid[])) AND commitment IS NOT NULL"
)


def commit(session: Session, records: Sequence[dict[str, Any]]) -> None:
    """Add to each record the commitments (承诺值) of the personal values that it refers to.

    Values that were stored before there were commitments, or are gone, have none.
    """
    wanted = {one["number"]: set(_references(one["data"])) for one in records}
    ids = set().union(*wanted.values())
    if not ids:
        return
    found = {str(row.id): row.commitment for row in session.execute(_READ, {"ids": list(ids)})}
    for one in records:
        own = {str(ref): found[str(ref)] for ref in wanted[one["number"]] if str(ref) in found}
        if own:
            one["commitments"] = own


def _references(value: Any) -> Iterator[UUID]:
    if isinstance(value, Mapping):
        if (named := _uuid(value.get(REFERENCE))) is not None:
            yield named
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)


def _uuid(text: Any) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
