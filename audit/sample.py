"""Which instances are looked at when a process is mined (样本)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

_COLUMNS = "key, digest, state, started_at, ended_at"
# A part that was not asked for is true.
_CHOSEN = (
    f"SELECT {_COLUMNS} FROM process_instance"  # noqa: S608 - constant
    " WHERE (CAST(:digests AS text[]) IS NULL OR digest = ANY(CAST(:digests AS text[])))"
    " AND (CAST(:since AS timestamptz) IS NULL OR started_at >= :since)"
    " AND (CAST(:until AS timestamptz) IS NULL OR started_at < :until)"
)
_OWN = "(CAST(:process AS text) IS NULL OR process_id = :process)"
_NEWEST = "ORDER BY started_at DESC, key DESC LIMIT CAST(:newest AS bigint)"
# All instances of the process itself.
ALL = f"{_CHOSEN} AND {_OWN}"
# Those that are mined: the newest of the process itself, ...
ROOTS = f"{ALL} {_NEWEST}"
# ... and with them the newest of those that may have called it.
INSTANCES = f"({ROOTS}) UNION ALL ({_CHOSEN} AND NOT {_OWN} {_NEWEST})"
# The element instances of an instance `i`. Their keys are derived from the instance's, so that the
# primary key finds them; the offset keeps the planner from reading the whole table instead.
ELEMENTS = (
    "LATERAL (SELECT * FROM element_instance WHERE key >= i.key AND key < i.key + (1 << 20)"
    " OFFSET 0) e"
)
_COUNTED = text(
    "SELECT count(*) AS total, count(*) FILTER (WHERE state = 'ACTIVE') AS active,"  # noqa: S608
    " count(*) FILTER (WHERE state = 'COMPLETED') AS completed,"
    " count(*) FILTER (WHERE state = 'TERMINATED') AS terminated,"
    " least(count(*), CAST(:newest AS bigint)) AS mined"
    f" FROM ({ALL}) r"
)
_LASTED = text(
    "SELECT min(started_at) AS first, max(coalesce(ended_at, started_at)) AS last"  # noqa: S608
    f" FROM ({INSTANCES}) i"
)


@dataclass(frozen=True)
class Sample:
    """Instances of a process, or those in which it was called.

    Attributes:
        process: the id of the process, None for all.
        digests: versions of definitions, None for all.
        since, until: when the instances began, from one inclusive to the other exclusive.
        newest: at most so many are mined, None for all: a question that is asked while somebody
            waits must not read every record of the house.
    """

    process: str | None
    digests: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    newest: int | None = None

    def values(self) -> dict[str, Any]:
        """Return the parameters of `ALL`, `ROOTS` and `INSTANCES`."""
        digests = None if self.digests is None else list(self.digests)
        times = {"since": self.since, "until": self.until}
        return {"process": self.process, "digests": digests, "newest": self.newest, **times}


@dataclass(frozen=True)
class Counted:
    """How many instances of the process itself were chosen (实例数), and how many are mined."""

    total: int
    active: int
    completed: int
    terminated: int
    mined: int


def count(session: Session, sample: Sample) -> Counted:
    """Return how many instances of the process itself a sample has."""
    row = session.execute(_COUNTED, sample.values()).mappings().one()
    return Counted(**row)


def lasted(session: Session, sample: Sample, now: datetime) -> tuple[datetime, datetime]:
    """Return the instants between which all instances of a sample lie."""
    row = session.execute(_LASTED, sample.values()).one()
    return row.first or now, max(row.last or now, now)
