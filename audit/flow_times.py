"""How often each sequence flow was taken, and how long tokens waited at joins (流向统计)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text

from audit.sample import INSTANCES, Sample
from audit.span import Span, figures, span

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from audit.worked import WorkedDays

# Elsewhere a token goes on in the instant in which it came.
_JOINS = ("parallelGateway", "inclusiveGateway")
# The primary key finds the records of an instance; the offset keeps the planner from reading all.
_RECORDS = "LATERAL (SELECT * FROM audit_record WHERE instance_key = {} OFFSET 0) r"
_OF_SAMPLE = f"({INSTANCES}) i CROSS JOIN {_RECORDS.format('i.key')}"
_TAKEN = text(
    "SELECT flow, sum(times) AS taken, count(*) AS instances FROM ("  # noqa: S608 - constant
    "SELECT r.element AS flow, count(*) AS times"
    f" FROM {_OF_SAMPLE} WHERE r.kind = 'SEQUENCE_FLOW_TAKEN'"
    " AND r.data ->> 'process' = :process GROUP BY r.element, r.instance_key) t"
    " GROUP BY flow ORDER BY taken DESC, flow"
)
# The n-th time that a token left a flow of a scope, it was the n-th that had come there.
_NTH = "row_number() OVER (PARTITION BY instance_key, scope, flow ORDER BY number) AS nth"


@dataclass(frozen=True)
class FlowTimes:
    """How often a sequence flow was taken, in how many instances (流向统计).

    `wall` and `worked` tell how long its tokens waited for those of other flows, None where no
    token waits.
    """

    flow: str
    taken: int
    instances: int
    wall: Span | None
    worked: Span | None


def flows(session: Session, sample: Sample, working: WorkedDays) -> list[FlowTimes]:
    """Return the sequence flows of a process that were taken, the most frequent first."""
    values = {**sample.values(), **working.values, "joins": list(_JOINS)}
    waited = {
        row["flow"]: (span(row, "wall"), span(row, "worked"))
        for row in session.execute(text(_waited(working)), values).mappings()
    }
    return [
        FlowTimes(row.flow, int(row.taken), row.instances, *waited.get(row.flow, (None, None)))
        for row in session.execute(_TAKEN, sample.values())
    ]


def _waited(working: WorkedDays) -> str:
    return (
        f"WITH {working.table}, joined AS MATERIALIZED ("  # noqa: S608
        " SELECT r.instance_key, r.number, r.at, r.data ->> 'scope' AS scope, f.flow,"
        f" true AS goes_on FROM {_OF_SAMPLE},"
        " jsonb_array_elements_text(r.data -> 'flows') AS f(flow)"
        " WHERE r.kind = 'ELEMENT_ACTIVATED' AND r.data ->> 'kind' = ANY(:joins)"
        " AND r.data ->> 'process' = :process),"
        " own AS MATERIALIZED (SELECT DISTINCT instance_key, scope, flow FROM joined),"
        f" gone AS (SELECT instance_key, scope, flow, at, goes_on, {_NTH} FROM ("
        " SELECT * FROM joined UNION ALL SELECT r.instance_key, r.number, r.at, o.scope, o.flow,"
        f" false FROM own o CROSS JOIN {_RECORDS.format('o.instance_key')}"
        " WHERE r.kind = 'TOKEN_DISCARDED' AND r.element = o.flow"
        " AND r.data ->> 'scope' = o.scope) g),"
        f" come AS (SELECT instance_key, scope, flow, at, {_NTH} FROM ("
        " SELECT r.instance_key, r.number, r.at, o.scope, o.flow FROM own o"
        f" CROSS JOIN {_RECORDS.format('o.instance_key')}"
        " WHERE r.kind = 'SEQUENCE_FLOW_TAKEN' AND r.element = o.flow"
        " AND r.data ->> 'scope' = o.scope) c),"
        " waits AS (SELECT c.flow, c.at AS began, g.at AS ended FROM come c"
        " JOIN gone g USING (instance_key, scope, flow, nth) WHERE g.goes_on),"
        " spans AS (SELECT flow, extract(epoch FROM ended - began)::float8 AS wall,"
        f" {working.seconds('began', 'ended')} AS worked"
        f" FROM waits{working.join('began', 'ended')})"
        f" SELECT flow, {figures('wall', 'wall')}, {figures('worked', 'worked')}"
        " FROM spans GROUP BY flow"
    )
