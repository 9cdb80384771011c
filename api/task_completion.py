"""`POST /v2/user-tasks/{key}/completion`: a form is filled in, the process goes on (完成任务)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy.orm import Session

from activities.rules_plan import check_form
from api.answers import for_staff
from api.authentication import Caller
from api.form_validation import Submission, validate
from api.instances import variables_of_task
from api.keys import PathKey
from api.means import Means, MeansHere
from api.paging import Shape
from api.personal import keep
from api.problem import Problem
from api.task_commands import CODES, ConditionsHere, Make, TaskVerb, carry_out_verb
from api.task_forms import form_schema
from api.user_tasks import Worker
from api.visibility import check_completes
from bpmn.commands import Command, CompleteUserTask
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])


class Completion(Shape):
    """What was filled in, by the keys of the form."""

    variables: dict[str, Any] | None = Field(
        default=None,
        examples=[{"plan": "3个工作日内完成配件更换", "estimated_hours": 6, "reply": "……"}],
    )
    action: Annotated[str, Field(max_length=100)] | None = None


@router.post(
    "/{key}/completion",
    status_code=204,
    operation_id="complete_user_task",
    responses=for_staff(
        *CODES,
        "variables_invalid",
        "user_task_not_yours",
        "user_task_delegated",
        "signature_missing",
    ),
)
async def complete_user_task(
    key: PathKey,
    caller: Worker,
    means: MeansHere,
    conditions: ConditionsHere,
    asked: Completion | None = None,
) -> Response:
    """Complete a task; free texts are kept apart, and only references enter the process."""
    given = asked or Completion()
    verb = TaskVerb("complete", key, caller, conditions, given)
    return (await carry_out_verb(means, verb, completing(means, caller, given))).response()


def completing(means: Means, caller: Caller, given: Completion) -> Make:
    """Return what makes the command out of a task's row."""

    def make(session: Session, task: UserTask, identity: str) -> Command:
        check_completes(caller, task)
        submission = _submission(means, session, task, given.variables or {})
        kept = keep(session, means, task.instance_key, identity, submission.personal)
        return CompleteUserTask(
            id=identity,
            actor=caller.username,
            key=task.key,
            variables=submission.variables(kept),
            expected_assignee=_expected(caller, task),
        )

    return make


def _submission(
    means: Means, session: Session, task: UserTask, variables: dict[str, Any]
) -> Submission:
    known = variables_of_task(session, task)
    schema = form_schema(means, task)
    submission = validate(schema, variables, known=known, now=means.now())
    if not submission.errors:
        # What is filled in well may still say too little, or too much.
        submission.errors += check_form(task.form_id, known, submission.personal, submission.plain)
    if submission.errors:
        raise Problem("variables_invalid", errors=submission.errors)
    return submission


def _expected(caller: Caller, task: UserTask) -> str | None:
    """Return who must still have the task when it is completed, None for those who direct it."""
    return caller.username if task.assignee == caller.username else None
