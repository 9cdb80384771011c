"""Somebody asks for a task to be done soon (催办)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Response
from sqlalchemy.orm import Session

from activities.notices import members
from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import Answer, KeyHeader, once
from api.keys import PathKey
from api.means import Means, MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import Problem
from api.user_task_view import existing
from api.visibility import sees_feedback, sees_task
from models import access_record, feedback, notice, task_urging
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["office verbs"])
PAUSE = timedelta(minutes=30)


class Urged(Shape):
    """Who was told."""

    recipients: list[str]


@router.post(
    "/{key}/urging",
    operation_id="urge_user_task",
    response_model=Urged,
    responses={
        **for_staff(
            "request_invalid",
            "task_not_yours",
            "user_task_not_found",
            "user_task_not_active",
            "task_urged_already",
            "task_urged_to_nobody",
            "idempotency_key_invalid",
            "idempotency_key_reused",
        ),
        **example(200, {"recipients": ["wangqiang"]}),
    },
)
def urge_user_task(
    key: PathKey,
    caller: Annotated[Caller, Depends(Allowed("user_task.urge"))],
    means: MeansHere,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Urge the assignee of a task, or its candidates (催办): once in 30 minutes, recorded."""
    handle = once(means, caller.username, f"urge /v2/user-tasks/{key}", idempotency_key)
    with Session(means.engine) as session, session.begin():
        if (earlier := handle.begin(session)) is not None:
            return earlier.response()
        told = _urge(session, means, caller, key)
        answer = Answer(200, Urged(recipients=told).model_dump(mode="json", by_alias=True))
        handle.keep(session, answer)
    return answer.response()


def _urge(session: Session, means: Means, caller: Caller, key: int) -> list[str]:
    now = means.now()
    task = existing(session, key)
    _check_sees(session, caller, task)
    if task.state != "CREATED":
        raise Problem("user_task_not_active", key=str(key))
    before = task_urging.last(session, caller.username, key, now - PAUSE)
    if before is not None:
        left = (before + PAUSE - now).total_seconds()
        raise Problem("task_urged_already", retry_after_seconds=max(1, round(left)))
    told = _recipients(session, task, caller.username, now)
    if not told:
        raise Problem("task_urged_to_nobody", key=str(key))
    _tell(session, task, caller.username, told, now)
    access_record.append(
        session,
        at=now,
        actor=caller.username,
        action=task_urging.ACTION,
        subject=str(key),
        data={"number": task.feedback_number, "recipients": told},
    )
    return told


def _check_sees(session: Session, caller: Caller, task: UserTask) -> None:
    item = feedback.find(session, task.instance_key)
    if not sees_task(caller, task) and not (item and sees_feedback(session, caller, item)):
        raise Problem("task_not_yours", key=str(task.key))


def _recipients(session: Session, task: UserTask, sender: str, at: datetime) -> list[str]:
    if task.assignee is not None:
        names = [task.assignee]
    else:
        names = [*task.candidate_users, *members(session, task.candidate_groups, at)]
    return [name for name in dict.fromkeys(names) if name != sender]


def _tell(session: Session, task: UserTask, sender: str, told: list[str], at: datetime) -> None:
    data = {
        "number": task.feedback_number,
        "task": str(task.key),
        "element": task.element_id,
        "username": sender,
    }
    notice.put(
        session,
        {uuid4(): name for name in told},
        code="user_task_urged",
        data=data,
        instance_key=task.instance_key,
        at=at,
    )
