"""A task is sent back to what was done before (驳回)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from activities.project_verbs import SENT_BACK
from api.answers import example, for_staff
from api.authentication import Caller
from api.keys import PathKey
from api.means import Means, MeansHere
from api.paging import Shape
from api.problem import Problem
from api.steps_back import EXAMPLE, Asked, StepBack, carry_out_step_back, done_before, stays_done
from api.steps_back import is_legal as is_legal_step
from api.task_commands import CODES, ConditionsHere
from api.task_people import check_gives, keep_text
from api.texts import Reason
from api.user_task_view import existing
from api.user_tasks import Reader, Worker
from api.visibility import check_completes, sees_task
from bpmn.apply import replay
from bpmn.commands import ModifyInstance
from bpmn.way_back import Target, targets
from models import audit_record
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["office verbs"])


class SendingBack(Shape):
    """Where the task is sent back to, and why."""

    element_id: str = Field(min_length=1, max_length=200, examples=["process"])
    reason: Reason = Field(examples=["方案没有写明更换哪个部件"])


class SendBackTarget(Shape):
    """An element that a task can be sent back to (驳回目标).

    `status` is what the item comes into; `staysDone` names what has left the house since and stays.
    """

    element_id: str
    name: str
    type: str
    done_at: AwareDatetime
    status: str | None
    stays_done: list[str]


class SendBackTargets(Shape):
    """Where a task can be sent back to, the newest first."""

    items: list[SendBackTarget]


_TARGETS = {
    "items": [
        {
            "elementId": "process",
            "name": "处理并拟写回复",
            "type": "userTask",
            "doneAt": "2024-05-06T08:00:00Z",
            "status": "processing",
            "staysDone": ["reply"],
        }
    ]
}


@router.get(
    "/{key}/send-back-targets",
    operation_id="list_send_back_targets",
    responses={
        **for_staff(
            "request_invalid", "task_not_yours", "user_task_not_found", "user_task_not_active"
        ),
        **example(200, _TARGETS),
    },
)
def list_send_back_targets(key: PathKey, caller: Reader, means: MeansHere) -> SendBackTargets:
    """Return where a task can be sent back to, as its records tell."""
    with Session(means.engine) as session:
        task = existing(session, key)
        if not sees_task(caller, task):
            raise Problem("task_not_yours", key=str(key))
        _, found = _targets(means, session, task)
    items = [
        SendBackTarget(
            element_id=one.element,
            name=one.name,
            type=one.kind,
            done_at=datetime.fromisoformat(one.done_at),
            status=one.statuses[-1] if one.statuses else None,
            stays_done=stays_done(one.work),
        )
        for one in found
    ]
    return SendBackTargets(items=items)


@router.post(
    "/{key}/send-back",
    operation_id="send_back_user_task",
    response_model=StepBack,
    responses={
        **for_staff(
            *CODES,
            "send_back_target_unknown",
            "user_task_is_signature",
        ),
        **example(200, EXAMPLE),
    },
)
async def send_back_user_task(
    key: PathKey, asked: SendingBack, caller: Worker, means: MeansHere, conditions: ConditionsHere
) -> Response:
    """Send a task back to an element that was done before (驳回), as long as nothing moves.

    What runs downstream of it ends. What has left the house since stays done.
    """

    def make(
        session: Session, identity: str, may_be_done: bool
    ) -> tuple[int, ModifyInstance | None]:
        task = existing(session, key)
        if done_before(session, task.instance_key, identity, may_be_done):
            return task.instance_key, None
        _check_sends_back(caller, task)
        conditions.check(task)
        number, found = _targets(means, session, task)
        target = next((one for one in found if one.element == asked.element_id), None)
        if target is None:
            raise Problem("send_back_target_unknown", element=asked.element_id)
        reason = {
            "code": SENT_BACK,
            "task": str(key),
            "text": keep_text(session, means, task, identity, asked.reason),
            "stays_done": stays_done(target.work),
        }
        return task.instance_key, ModifyInstance(
            id=identity,
            actor=caller.username,
            activate=[{"element": target.element, "scope": target.scope}],
            terminate=list(target.terminate),
            discard=list(target.discard),
            reason=reason,
            status=target.status,
            expected_number=number,
        )

    step = Asked(caller, f"send back /v2/user-tasks/{key}", conditions, asked)
    return (await carry_out_step_back(means, step, make)).response()


def _check_sends_back(caller: Caller, task: UserTask) -> None:
    if not sees_task(caller, task):
        raise Problem("task_not_yours", key=str(task.key))
    if task.state != "CREATED":
        raise Problem("user_task_not_active", key=str(task.key))
    if task.assignee is None:
        check_completes(caller, task)
    else:
        check_gives(caller, task)


def _targets(means: Means, session: Session, task: UserTask) -> tuple[int, Sequence[Target]]:
    """Return the number of the newest record and the places that it leaves open."""
    if task.state != "CREATED":
        raise Problem("user_task_not_active", key=str(task.key))
    records = audit_record.read(session, task.instance_key)
    state = replay(task.instance_key, records)
    definition = means.definitions.get(task.definition_digest)
    found = targets(definition, state, records, task.element_instance_key)
    legal = [one for one in found if is_legal_step(session, task.instance_key, one.statuses)]
    return state.number, legal
