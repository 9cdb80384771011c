"""The ways that instances of a process took, and how many took each (变体)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from audit.element_times import NO_RUNS
from audit.sample import ELEMENTS, ROOTS, Sample
from audit.span import Span, figures, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from sqlalchemy.orm import Session

    from audit.worked import WorkedDays

# A way is told by what was done and what happened: gateways only choose.
_NO_STEPS = (
    *NO_RUNS,
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
)
# What was called from another process is told apart from a step of the same name.
_STEP = "CASE WHEN e.process_id = :process THEN e.element_id"
_STEP += " ELSE e.process_id || ':' || e.element_id END"
_PATH = text(
    f"SELECT {_STEP} AS step FROM element_instance e"  # noqa: S608 - constant
    " WHERE e.key >= :first AND e.key < :first + (1 << 20) AND e.kind <> ALL(:no_steps)"
    " ORDER BY e.key"
)


@dataclass(frozen=True)
class Variant:
    """Ended instances that did the same steps in the same order.

    Attributes:
        id: a digest of the steps.
        path: the elements in the order in which they began, those of other processes as
            `process:element`.
        example: the newest instance that went this way.
    """

    id: str
    count: int
    completed: int
    terminated: int
    path: tuple[str, ...]
    wall: Span
    worked: Span
    example: int


@dataclass(frozen=True)
class Variants:
    """The most frequent variants, and how many there are of how many instances."""

    items: tuple[Variant, ...]
    total: int
    instances: int


def variants(session: Session, sample: Sample, working: WorkedDays, *, limit: int) -> Variants:
    """Return the variants of the ended instances of a process, the most frequent first."""
    values = {**sample.values(), **working.values, "no_steps": list(_NO_STEPS), "most": limit}
    rows = session.execute(text(_grouped(working)), values).mappings().all()
    items = tuple(_variant(session, row, values) for row in rows)
    if not rows:
        return Variants((), 0, 0)
    return Variants(items, rows[0]["variants"], int(rows[0]["instances"]))


def _grouped(working: WorkedDays) -> str:
    return (
        f"WITH {working.table}, ended AS MATERIALIZED (SELECT i.key, i.state,"  # noqa: S608
        " extract(epoch FROM i.ended_at - i.started_at)::float8 AS wall,"
        f" {working.seconds('i.started_at', 'i.ended_at')} AS worked"
        f" FROM ({ROOTS}) i{working.join('i.started_at', 'i.ended_at')}"
        " WHERE i.ended_at IS NOT NULL),"
        " ways AS (SELECT e.instance_key AS key,"
        f" md5(string_agg({_STEP}, '>' ORDER BY e.key)) AS id"
        f" FROM ended i CROSS JOIN {ELEMENTS}"
        " WHERE e.kind <> ALL(:no_steps) GROUP BY e.instance_key)"
        " SELECT ways.id, count(*) AS count, max(ended.key) AS example,"
        " count(*) FILTER (WHERE state = 'COMPLETED') AS completed,"
        " count(*) FILTER (WHERE state = 'TERMINATED') AS terminated,"
        f" {figures('wall', 'wall')}, {figures('worked', 'worked')},"
        " count(*) OVER () AS variants, sum(count(*)) OVER () AS instances"
        " FROM ended JOIN ways USING (key) GROUP BY ways.id"
        " ORDER BY count DESC, ways.id LIMIT :most"
    )


def _variant(session: Session, row: Mapping[Any, Any], values: Mapping[str, Any]) -> Variant:
    wall, worked = span(row, "wall"), span(row, "worked")
    assert wall is not None  # noqa: S101 (every one of them has ended)
    assert worked is not None  # noqa: S101
    plain = ("id", "count", "completed", "terminated", "example")
    path = tuple(_path(session, row["example"], values))
    return Variant(**{name: row[name] for name in plain}, path=path, wall=wall, worked=worked)


def _path(session: Session, key: int, values: Mapping[str, Any]) -> Sequence[str]:
    asked = {"first": key, "process": values["process"], "no_steps": values["no_steps"]}
    return session.scalars(_PATH, asked).all()
