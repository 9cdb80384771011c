"""How often each element of a process ran, and how long it took: where work waits (瓶颈)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from audit.sample import ELEMENTS, INSTANCES, Sample
from audit.span import Span, figures, span
from bpmn.elements import LOOP_BODIES

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from audit.worked import WorkedDays

# What holds runs of an element is none itself.
NO_RUNS = ("process", *LOOP_BODIES)


@dataclass(frozen=True)
class ElementTimes:
    """The runs of an element (环节统计); wall and working time of those that ended.

    Attributes:
        kind: the element's type as the engine calls it.
        instances: in how many instances it ran.
    """

    element: str
    name: str
    kind: str
    instances: int
    active: int
    completed: int
    terminated: int
    wall: Span | None
    worked: Span | None


def elements(session: Session, sample: Sample, working: WorkedDays) -> list[ElementTimes]:
    """Return the elements of a process that were reached, those that took longest in sum first.

    Runs in instances of other processes, which called this one, count as well.
    """
    runs = (
        f"WITH {working.table}, runs AS (SELECT e.element_id, e.element_name, e.kind,"  # noqa: S608
        " e.instance_key, e.state, extract(epoch FROM e.ended_at - e.started_at)::float8 AS wall,"
        f" {working.seconds('e.started_at', 'e.ended_at')} AS worked"
        f" FROM ({INSTANCES}) i CROSS JOIN {ELEMENTS}"
        f"{working.join('e.started_at', 'e.ended_at')}"
        " WHERE e.process_id = :process AND e.kind <> ALL(:no_runs))"
        " SELECT element_id AS element, max(element_name) AS name, max(kind) AS kind,"
        " count(DISTINCT instance_key) AS instances,"
        " count(*) FILTER (WHERE state = 'ACTIVE') AS active,"
        " count(*) FILTER (WHERE state = 'COMPLETED') AS completed,"
        " count(*) FILTER (WHERE state = 'TERMINATED') AS terminated,"
        f" {figures('wall', 'wall')}, {figures('worked', 'worked')}"
        " FROM runs GROUP BY element_id ORDER BY wall_total DESC NULLS LAST, element_id"
    )
    values = {**sample.values(), **working.values, "no_runs": list(NO_RUNS)}
    rows = session.execute(text(runs), values).mappings()
    plain = ("element", "name", "kind", "instances", "active", "completed", "terminated")
    return [
        ElementTimes(
            **{name: row[name] for name in plain},
            wall=span(row, "wall"),
            worked=span(row, "worked"),
        )
        for row in rows
    ]
