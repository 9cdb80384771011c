"""A completed task is taken back before anybody went on from there (撤回、拿回)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from activities.project_verbs import TAKEN_BACK
from api.answers import example, for_staff
from api.authentication import Caller
from api.commands import deliver
from api.idempotency import in_transaction
from api.keys import PathKey
from api.means import Means, MeansHere
from api.paging import Shape
from api.problem import Problem
from api.steps_back import EXAMPLE, Asked, StepBack, carry_out_step_back, done_before, is_legal
from api.task_commands import CODES, ConditionsHere
from api.task_people import keep_text
from api.texts import Reason
from api.user_task_view import existing
from api.user_tasks import Worker
from api.visibility import sees_task
from bpmn.apply import replay
from bpmn.commands import AssignUserTask, ModifyInstance
from bpmn.records import Kind
from bpmn.take_back import TakeBack, TooLateError, plan
from models import audit_record, user_task
from models.command_batch import CommandBatch
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["office verbs"])


class TakingBack(Shape):
    """Why, if somebody wants to say so."""

    reason: Reason | None = None


@router.post(
    "/{key}/take-back",
    operation_id="take_back_user_task",
    response_model=StepBack,
    responses={
        **for_staff(*CODES, "take_back_too_late"),
        **example(200, EXAMPLE | {"staysDone": []}),
    },
)
async def take_back_user_task(
    key: PathKey,
    caller: Worker,
    means: MeansHere,
    conditions: ConditionsHere,
    asked: TakingBack | None = None,
) -> Response:
    """Take back a task that the caller has completed (撤回), before the next one acted.

    Allowed while nothing has followed but routing, decisions, and tasks nobody has touched. The
    caller has the task again, as a new one.
    """
    given = asked or TakingBack()

    def make(
        session: Session, identity: str, may_be_done: bool
    ) -> tuple[int, ModifyInstance | None]:
        task = existing(session, key)
        if done_before(session, task.instance_key, identity, may_be_done):
            return task.instance_key, None
        number, found = _plan(means, session, task, caller)
        conditions.check(task)
        reason: dict[str, Any] = {
            "code": TAKEN_BACK,
            "task": str(key),
            "text": keep_text(session, means, task, identity, given.reason),
            "stays_done": [],
        }
        return task.instance_key, ModifyInstance(
            id=identity,
            actor=caller.username,
            activate=[{"element": found.element, "scope": found.scope}],
            terminate=list(found.terminate),
            discard=list(found.discard),
            reason=reason,
            status=found.status,
            expected_number=number,
        )

    async def after(instance_key: int, identity: str) -> None:
        new = await in_transaction(means, lambda session: _begun_anew(session, key, identity))
        if new is None or new.assignee == caller.username:
            return
        assign = AssignUserTask(
            id=f"{identity}:assign", actor=caller.username, key=new.key, assignee=caller.username
        )
        await deliver(means, instance_key, assign)

    step = Asked(caller, f"take back /v2/user-tasks/{key}", conditions, given)
    return (await carry_out_step_back(means, step, make, after)).response()


def _plan(means: Means, session: Session, task: UserTask, caller: Caller) -> tuple[int, TakeBack]:
    """Return the number of the newest record and what taking back means.

    Raises:
        Problem: `task_not_yours`, `take_back_too_late` or `process_instance_ended`.
    """
    records = audit_record.read(session, task.instance_key)
    ends = (r for r in records if r["key"] == task.key)
    done = next((r for r in ends if r["kind"] == Kind.USER_TASK_COMPLETED), None)
    if done is None and not sees_task(caller, task):
        raise Problem("task_not_yours", key=str(task.key))
    if done is None:
        raise Problem("take_back_too_late", reason="task_open")
    if done["data"].get("by") != caller.username:
        raise Problem("task_not_yours", key=str(task.key))
    state = replay(task.instance_key, records)
    if state.ended:
        raise Problem("process_instance_ended")
    try:
        found = plan(means.definitions.get(task.definition_digest), state, records, task.key)
    except TooLateError as error:
        raise Problem("take_back_too_late", reason=error.reason) from None
    if not is_legal(session, task.instance_key, found.statuses):
        raise Problem("take_back_too_late", reason="status_illegal")
    return state.number, found


def _begun_anew(session: Session, key: int, identity: str) -> UserTask | None:
    """Return the open task that has come of taking one back, and not one begun beside it."""
    old = existing(session, key)
    own = select(col(CommandBatch.first_number)).where(
        col(CommandBatch.instance_key) == old.instance_key,
        col(CommandBatch.command_id) == identity,
    )
    first = session.scalar(own)
    records = audit_record.read(session, old.instance_key, after=first - 1) if first else []
    begun = (r for r in records if r["kind"] == Kind.USER_TASK_CREATED)
    made = next((r["key"] for r in begun if r["element"] == old.element_id), None)
    found = user_task.find(session, made) if made else None
    return found if found is not None and found.state == "CREATED" else None
