"""`GET /api/audit/{instance}`: an instance replayed step by step, for auditors (流程回放)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.linking import linked_processes
from api.answers import example, for_staff
from api.audit_look import ERRORS, Auditor, Opened, open_instance
from api.audit_snapshots import replay_to
from api.audit_view import StateThen, state_then, variables_of
from api.keys import PathKey
from api.masked import content_for
from api.means import MeansHere
from api.problem import Problem
from models import audit_record, process_definition
from models.audit_record import AuditRecord
from models.process_definition import ProcessDefinition

router = APIRouter(prefix="/api/audit", tags=["records"])


class DrawingThen(BaseModel):
    """A drawing of the definition that the instance runs on (流程图)."""

    process_id: str
    process_definition_key: str
    name: str
    version: int
    xml: str


class AuditedInstance(BaseModel):
    """An instance, how many records it has, and its drawings, its own process first (审计实例)."""

    instance: str
    number: str | None
    process_id: str
    digest: str
    state: str
    status: str | None
    started_at: AwareDatetime
    ended_at: AwareDatetime | None
    total: int
    drawings: list[DrawingThen]


class RecordThen(BaseModel):
    """The record that led to a step, personal texts masked (记录)."""

    number: int
    kind: str
    at: AwareDatetime
    element: str
    key: str
    actor: str | None
    data: dict[str, Any]


class Step(BaseModel):
    """What an instance had come to after `n` of its `total` records (步骤)."""

    n: int
    total: int
    record: RecordThen
    state: StateThen


_OPENED = {
    "instance": "1048576",
    "number": "202405-001",
    "process_id": "feedback",
    "digest": "9f2c0a7d",
    "state": "ACTIVE",
    "status": "processing",
    "started_at": "2024-05-06T02:00:00Z",
    "ended_at": None,
    "total": 58,
    "drawings": [
        {
            "process_id": "feedback",
            "process_definition_key": "2097152",
            "name": "客户反馈闭环",
            "version": 1,
            "xml": "<definitions/>",
        }
    ],
}
_STEP = {
    "n": 41,
    "total": 58,
    "record": {
        "number": 41,
        "kind": "USER_TASK_ASSIGNED",
        "at": "2024-05-06T02:20:00Z",
        "element": "accept",
        "key": "1048590",
        "actor": "wangqiang",
        "data": {"assignee": "wangqiang", "by": "wangqiang"},
    },
    "state": {
        "phase": "active",
        "status": "pending",
        "calendar": 1,
        "elements": [
            {
                "key": "1048588",
                "element": "accept",
                "kind": "userTask",
                "process": "feedback",
                "scope": "1048577",
                "index": 0,
            }
        ],
        "tokens": [],
        "ended": [
            {"process": "feedback", "element": "receive", "completed": 1, "terminated": 0},
        ],
        "flows": [{"process": "feedback", "flow": "received_to_receive", "times": 1}],
        "variables": [
            {"scope": "1048577", "element": "feedback", "values": {"urgency": "urgent"}},
        ],
        "tasks": [
            {
                "key": "1048590",
                "element": "accept",
                "assignee": "wangqiang",
                "owner": None,
                "signs": None,
            }
        ],
        "timers": [],
        "incidents": [],
        "waiting": [],
    },
}


@router.get(
    "/{instance}",
    operation_id="get_audited_instance",
    responses={**for_staff(*ERRORS), **example(200, _OPENED)},
)
def get_audited_instance(instance: PathKey, caller: Auditor, means: MeansHere) -> AuditedInstance:
    """Return an instance with the drawings as they were deployed; the look is recorded once."""
    with Session(means.engine) as session, session.begin():
        opened = open_instance(session, means, caller, instance)
        return _audited(session, opened)


@router.get(
    "/{instance}/state",
    operation_id="get_audited_state",
    responses={**for_staff(*ERRORS), **example(200, _STEP)},
)
def get_audited_state(
    instance: PathKey,
    caller: Auditor,
    means: MeansHere,
    n: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    t: Annotated[AwareDatetime | None, Query()] = None,
) -> Step:
    """Return what the instance had come to after its first `n` records, by default after all.

    `t` asks for the last step that had been made at an instant instead.
    """
    with Session(means.engine) as session, session.begin():
        opened = open_instance(session, means, caller, instance)
        total = opened.instance.last_number
        wanted = _wanted(session, instance, n, t, total)
        replayed = replay_to(session, means.snapshots, instance, wanted)
        [row] = audit_record.read(session, instance, after=wanted - 1, until=wanted)
        held = {"data": row["data"], "variables": variables_of(replayed)}
        seen = content_for(means, session, caller, opened.item, held)
    known = {**row, "key": str(row["key"]), "data": seen["data"]}
    record = RecordThen(**known, actor=row["data"].get("by"))
    return Step(n=wanted, total=total, record=record, state=state_then(replayed, seen["variables"]))


def _wanted(session: Session, key: int, n: int | None, t: datetime | None, total: int) -> int:
    """Return the step that is asked for.

    Raises:
        Problem: `fields_invalid`: there is no such step, or it is asked for in two ways.
    """
    wanted = total if n is None else n
    if t is not None:
        wanted = min(_number_at(session, key, t), total) if n is None else 0
    if not 1 <= wanted <= total:
        field = "n" if t is None else "t"
        raise Problem("fields_invalid", errors=[{"field": field, "code": "range_invalid"}])
    return wanted


def _number_at(session: Session, key: int, at: datetime) -> int:
    """Return the number of the newest record that was written until an instant, 0 without any."""
    until = select(func.max(col(AuditRecord.number))).where(
        col(AuditRecord.instance_key) == key, col(AuditRecord.at) <= at
    )
    return session.scalar(until) or 0


def _audited(session: Session, opened: Opened) -> AuditedInstance:
    instance, item = opened
    own = process_definition.find(session, instance.digest)
    drawn = [] if own is None else [own, *_beside(session, own)]
    files = process_definition.load_resources(session, instance.digest)
    return AuditedInstance(
        instance=str(instance.key),
        number=item.number if item else None,
        process_id=instance.process_id,
        digest=instance.digest,
        state=instance.state,
        status=item.status if item else None,
        started_at=instance.started_at,
        ended_at=instance.ended_at,
        total=instance.last_number,
        drawings=[
            *(_drawing(one, files.get(one.resource_name, b"")) for one in drawn),
            *(_drawing(one, files[name]) for one, name in linked_processes(session, files)),
        ],
    )


def _beside(session: Session, own: ProcessDefinition) -> list[ProcessDefinition]:
    """Return the processes that were deployed with this one."""
    found = process_definition.of_bundle(session, own.bundle)
    return [one for one in found if one.process_id != own.process_id]


def _drawing(one: ProcessDefinition, drawing: bytes) -> DrawingThen:
    return DrawingThen(
        process_id=one.process_id,
        process_definition_key=str(one.key),
        name=one.name,
        version=one.version,
        xml=drawing.decode(errors="replace"),
    )
