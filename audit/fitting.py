"""Instances of a sample held against the definitions that they name, one after another (符合性)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from audit.fit import misfits
from audit.sample import ALL, Sample
from models import audit_record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from activities.definitions import Definitions
    from audit.misfit import Misfit

_AT_ONCE = 200
_KEYS = text(
    f"SELECT key, digest, state FROM ({ALL}) r"  # noqa: S608 - constant
    " WHERE key > :after ORDER BY key LIMIT :most"
)


@dataclass(frozen=True)
class Fitted:
    """An instance, and what of it its drawing does not allow: nothing, unless something is wrong.

    Attributes:
        records: how many were looked at.
    """

    instance: int
    records: int
    misfits: tuple[Misfit, ...]


def fitted(
    session: Session,
    sample: Sample,
    definitions: Definitions,
    *,
    after: int = 0,
    limit: int | None = None,
) -> Iterator[Fitted]:
    """Yield the instances of a sample in the order of their keys.

    Args:
        session: a transaction.
        sample: which instances.
        definitions: where drawings come from; those of an instance were deployed before it began.
        after: the key that they come after.
        limit: how many at most, None for all.
    """
    left = limit
    while left is None or left > 0:
        most = _AT_ONCE if left is None else min(_AT_ONCE, left)
        asked = {**sample.values(), "after": after, "most": most}
        rows = session.execute(_KEYS, asked).all()
        for row in rows:
            yield _fitted(session, definitions, row.key, row.digest, ended=row.state != "ACTIVE")
        if len(rows) < most:
            return
        after = rows[-1].key
        left = None if left is None else left - len(rows)


def _fitted(
    session: Session, definitions: Definitions, key: int, digest: str, *, ended: bool
) -> Fitted:
    records = audit_record.read(session, key)
    found = misfits(key, definitions.get(digest), records, ended=ended)
    return Fitted(key, len(records), tuple(found))
