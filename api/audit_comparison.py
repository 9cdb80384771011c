"""An instance held against Temporal's history, and decided again (对照与重新决策)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from temporalio.service import RPCError

from api.answers import example, for_staff
from api.audit_look import ERRORS, Auditor, Opened, open_instance
from api.authentication import Caller
from api.keys import PathKey
from api.masked import content_for
from api.means import Means, MeansHere
from api.problem import Problem
from audit.compare import Comparison, compare
from audit.histories import HistoryGoneError
from audit.history import Memory
from audit.redecide import Redecider, Redecision
from bpmn.clock import to_text
from models import access_record, audit_record, process_instance

router = APIRouter(prefix="/api/audit", tags=["records"])
# A batch is committed before its workflow task is; a worker that died is missed for ten seconds.
_UNDER_WAY = timedelta(minutes=1)


class UnlikeStep(BaseModel):
    """Where records and history differ: after record `n`, at a path, by two values (差异)."""

    n: int
    path: str
    records: Any
    history: Any


class Compared(BaseModel):
    """What came of a comparison (对照结果).

    `first` is the first record that the history still holds, 0 without any.
    """

    equal: bool
    records: int
    history: int
    first: int
    findings: list[UnlikeStep]


class DecidedOtherwise(BaseModel):
    """A record where today's engine would decide otherwise (决策差异).

    `error` is why it would not decide at all, "" when it would.
    """

    n: int
    command: str
    path: str
    recorded: str | None
    now: str | None
    recorded_value: Any
    now_value: Any
    error: str


class Redecided(BaseModel):
    """What came of deciding again; `unknown` are commands that no history tells."""

    equal: bool
    commands: int
    records: int
    unknown: list[str]
    findings: list[DecidedOtherwise]


_COMPARED = {
    "equal": False,
    "records": 58,
    "history": 58,
    "first": 1,
    "findings": [
        {"n": 41, "path": "record.data.assignee", "records": "liyang", "history": "wangqiang"}
    ],
}
_REDECIDED = {
    "equal": False,
    "commands": 6,
    "records": 58,
    "unknown": [],
    "findings": [
        {
            "n": 44,
            "command": "task:1048590",
            "path": "kind",
            "recorded": "TIMER_CREATED",
            "now": "USER_TASK_CREATED",
            "recorded_value": "TIMER_CREATED",
            "now_value": "USER_TASK_CREATED",
            "error": "",
        }
    ],
}
_ERRORS = (*ERRORS, "history_gone", "history_unreadable", "history_unavailable")


@router.post(
    "/{instance}/comparison",
    operation_id="compare_audited_instance",
    responses={**for_staff(*_ERRORS), **example(200, _COMPARED)},
)
async def compare_audited_instance(
    instance: PathKey, caller: Auditor, means: MeansHere
) -> Compared:
    """Compare records and history at every step; each difference is a finding, at most 100."""
    memory = await _memory(means, caller, instance)
    return await run_in_threadpool(_compared, means, caller, instance, memory)


@router.post(
    "/{instance}/redecision",
    operation_id="redecide_audited_instance",
    responses={**for_staff(*_ERRORS), **example(200, _REDECIDED)},
)
async def redecide_audited_instance(
    instance: PathKey, caller: Auditor, means: MeansHere
) -> Redecided:
    """Decide all recorded commands again under the recorded definition, with today's engine."""
    memory = await _memory(means, caller, instance)
    return await run_in_threadpool(_redecided, means, caller, instance, memory)


async def _memory(means: Means, caller: Caller, key: int) -> Memory:
    """Return what Temporal remembers; before the records are read, which it may then lag behind.

    Raises:
        Problem: the instance may not be seen, or its history is not to be had.
    """
    await run_in_threadpool(_look, means, caller, key)
    try:
        return await means.recall(process_instance.workflow_id(key))
    except HistoryGoneError:
        raise Problem("history_gone", key=str(key)) from None
    except InvalidTag:
        raise Problem("history_unreadable", key=str(key)) from None
    except (RPCError, RuntimeError):
        raise Problem("history_unavailable") from None


def _look(means: Means, caller: Caller, key: int) -> None:
    with Session(means.engine) as session, session.begin():
        open_instance(session, means, caller, key)


def _compared(means: Means, caller: Caller, key: int, memory: Memory) -> Compared:
    with Session(means.engine) as session, session.begin():
        opened = open_instance(session, means, caller, key)
        settled = to_text(means.now() - _UNDER_WAY)
        found = compare(key, audit_record.read(session, key), memory, settled=settled)
        _record(session, means, caller, opened, compare=len(found.findings))
        findings = [
            {"n": one.n, "path": one.path, "records": one.records, "history": one.history}
            for one in found.findings
        ]
        shown = content_for(means, session, caller, opened.item, findings)
    return _comparison(found, shown)


def _comparison(found: Comparison, shown: list[dict[str, Any]]) -> Compared:
    return Compared(
        equal=not shown,
        records=found.records,
        history=found.history,
        first=found.first,
        findings=[UnlikeStep(**one) for one in shown],
    )


def _redecided(means: Means, caller: Caller, key: int, memory: Memory) -> Redecided:
    if memory.batches and memory.batches[0].records[0]["number"] != 1:
        raise Problem("history_gone", key=str(key))
    again = Redecider(means.definitions.get, means.calendar, means.time_scale)
    found = again.redecide(key, memory.batches)
    with Session(means.engine) as session, session.begin():
        opened = open_instance(session, means, caller, key)
        _record(session, means, caller, opened, redecide=len(found.findings))
        shown = content_for(means, session, caller, opened.item, _plain(found))
    return Redecided(
        equal=not shown,
        commands=found.commands,
        records=found.records,
        unknown=found.unknown,
        findings=[DecidedOtherwise(**one) for one in shown],
    )


def _plain(found: Redecision) -> list[dict[str, Any]]:
    names = DecidedOtherwise.model_fields
    return [{name: getattr(one, name) for name in names} for one in found.findings]


def _record(session: Session, means: Means, caller: Caller, opened: Opened, **done: int) -> None:
    [(action, findings)] = done.items()
    instance, item = opened
    subject = item.number if item else str(instance.key)
    data = {"instance": str(instance.key), "findings": findings}
    access_record.append(
        session, at=means.now(), actor=caller.username, action=action, subject=subject, data=data
    )
