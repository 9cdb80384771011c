"""`GET /api/audit/{instance}/difference`: what lies between two steps (两步差异)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.audit_changes import (
    Changes,
    VariableChange,
    Word,
    changed,
    counted,
    tokens_changed,
    variable_changes,
    word,
)
from api.audit_look import ERRORS, Auditor, open_instance
from api.audit_snapshots import replay_to
from api.audit_view import (
    ActiveElement,
    EndedElement,
    IncidentThen,
    TakenFlowView,
    TaskThen,
    TimerThen,
    TokenView,
    WaitingThen,
    state_then,
)
from api.keys import PathKey
from api.masked import content_for
from api.means import MeansHere
from api.problem import Problem
from bpmn.replayed import Replayed
from models import audit_record

router = APIRouter(prefix="/api/audit", tags=["records"])
_Step = Annotated[int, Query(ge=0, le=2**31 - 1)]


class StepNamed(BaseModel):
    """A step, and when its record was written; none for the beginning, step 0."""

    n: int
    at: AwareDatetime | None


class Difference(BaseModel):
    """What was added, removed and changed between two steps, personal texts masked (两步差异)."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[StepNamed, Field(alias="from")]
    to: StepNamed
    phase: Word | None
    status: Word | None
    calendar: Word | None
    elements: Changes[ActiveElement]
    tokens: Changes[TokenView]
    tasks: Changes[TaskThen]
    timers: Changes[TimerThen]
    incidents: Changes[IncidentThen]
    waiting: Changes[WaitingThen]
    variables: list[VariableChange]
    ended: list[EndedElement]
    flows: list[TakenFlowView]


_NOTHING: dict[str, list[Any]] = {"added": [], "removed": [], "changed": []}
_TASK = {"key": "1048590", "element": "accept", "assignee": None, "owner": None, "signs": None}
_EXAMPLE = {
    "from": {"n": 40, "at": "2024-05-06T02:00:00Z"},
    "to": {"n": 41, "at": "2024-05-06T02:20:00Z"},
    "phase": None,
    "status": None,
    "calendar": None,
    "elements": _NOTHING,
    "tokens": _NOTHING,
    "tasks": {
        "added": [],
        "removed": [],
        "changed": [{"before": _TASK, "after": {**_TASK, "assignee": "wangqiang"}}],
    },
    "timers": _NOTHING,
    "incidents": _NOTHING,
    "waiting": _NOTHING,
    "variables": [
        {
            "scope": "1048577",
            "element": "feedback",
            "name": "urgency",
            "change": "changed",
            "before": "normal",
            "after": "urgent",
        }
    ],
    "ended": [],
    "flows": [],
}


@router.get(
    "/{instance}/difference",
    operation_id="get_audited_difference",
    responses={**for_staff(*ERRORS), **example(200, _EXAMPLE)},
)
def get_audited_difference(
    instance: PathKey,
    caller: Auditor,
    means: MeansHere,
    since: Annotated[_Step, Query(alias="from")],
    to: _Step,
) -> Difference:
    """Return what changed after record `from` up to record `to`, the later of the two."""
    with Session(means.engine) as session, session.begin():
        opened = open_instance(session, means, caller, instance)
        total = opened.instance.last_number
        wrong = [name for name, n in (("from", since), ("to", to)) if n > total]
        wrong += ["from"] if since > to else []
        if wrong:
            errors = [{"field": name, "code": "range_invalid"} for name in dict.fromkeys(wrong)]
            raise Problem("fields_invalid", errors=errors)
        before = replay_to(session, means.snapshots, instance, since)
        after = replay_to(session, means.snapshots, instance, to)
        steps = [_named(session, instance, n) for n in (since, to)]
        raw = variable_changes(before, after)
        shown = content_for(means, session, caller, opened.item, [one.model_dump() for one in raw])
    variables = [VariableChange.model_validate(one) for one in shown]
    return _difference(before, after, steps, variables)


def _named(session: Session, key: int, n: int) -> StepNamed:
    rows = audit_record.read(session, key, after=n - 1, until=n) if n else []
    return StepNamed(n=n, at=rows[0]["at"] if rows else None)


def _difference(
    before: Replayed, after: Replayed, steps: list[StepNamed], variables: list[VariableChange]
) -> Difference:
    # Variables are told apart above: two that look alike masked may still be two.
    one, other = state_then(before, {}), state_then(after, {})
    return Difference(
        from_=steps[0],
        to=steps[1],
        phase=word(one.phase, other.phase),
        status=word(one.status, other.status),
        calendar=word(str(one.calendar), str(other.calendar)),
        elements=changed(one.elements, other.elements),
        tokens=tokens_changed(one.tokens, other.tokens),
        tasks=changed(one.tasks, other.tasks),
        timers=changed(one.timers, other.timers),
        incidents=changed(one.incidents, other.incidents),
        waiting=changed(one.waiting, other.waiting),
        variables=variables,
        ended=counted(one.ended, other.ended, ("process", "element")),
        flows=counted(one.flows, other.flows, ("process", "flow")),
    )
