"""Which instances are looked at when a process is mined (样本)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# The instances of a sample: a query of key, digest, state, started_at and ended_at. A part that
# was not asked for is true.
INSTANCES = (
    "SELECT key, digest, state, started_at, ended_at, last_number FROM process_instance"
    " WHERE (CAST(:digests AS text[]) IS NULL OR digest = ANY(CAST(:digests AS text[])))"
    " AND (CAST(:since AS timestamptz) IS NULL OR started_at >= :since)"
    " AND (CAST(:until AS timestamptz) IS NULL OR started_at < :until)"
)
ROOTS = (
    f"SELECT * FROM ({INSTANCES}"  # noqa: S608 - constant
    " AND (CAST(:process AS text) IS NULL OR process_id = :process)) i"
)
_COUNTED = text(
    "SELECT count(*) AS total, count(*) FILTER (WHERE state = 'ACTIVE') AS active,"  # noqa: S608
    " count(*) FILTER (WHERE state = 'COMPLETED') AS completed,"
    " count(*) FILTER (WHERE state = 'TERMINATED') AS terminated"
    f" FROM ({ROOTS}) r"
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
    """

    process: str | None
    digests: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None

    def values(self) -> dict[str, Any]:
        """Return the parameters of `INSTANCES` and `ROOTS`."""
        digests = None if self.digests is None else list(self.digests)
        times = {"since": self.since, "until": self.until}
        return {"process": self.process, "digests": digests, **times}


@dataclass(frozen=True)
class Counted:
    """How many instances a sample has (实例数)."""

    total: int
    active: int
    completed: int
    terminated: int


def count(session: Session, sample: Sample) -> Counted:
    """Return how many instances of the process itself a sample has."""
    row = session.execute(_COUNTED, sample.values()).mappings().one()
    return Counted(**row)


def lasted(session: Session, sample: Sample, now: datetime) -> tuple[datetime, datetime]:
    """Return the instants between which all instances of a sample lie."""
    row = session.execute(_LASTED, sample.values()).one()
    return row.first or now, max(row.last or now, now)
