"""A task in other hands: reassigned, delegated, returned (转办、委派、交回)."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.authentication import Caller
from api.form_validation import Submission, validate
from api.instances import variables_of_task
from api.keys import PathKey
from api.means import Means, MeansHere
from api.paging import Shape
from api.personal import keep
from api.problem import Problem
from api.task_commands import CODES, ConditionsHere, TaskVerb, carry_out_verb
from api.task_forms import form_schema
from api.task_people import CODES as PEOPLE
from api.task_people import Username, check_fit, check_gives, keep_text
from api.texts import Reason
from api.user_tasks import Worker
from api.visibility import directs
from bpmn.commands import AssignUserTask, Command, DelegateUserTask, ReturnUserTask
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["office verbs"])
_CODES = (*CODES, *PEOPLE, "user_task_busy", "user_task_is_signature")


class Handing(Shape):
    """Who gets the task, and why."""

    assignee: Username
    reason: Reason = Field(examples=["她负责这类机型"])


class Returning(Shape):
    """What was found out, by the keys of the form, and a word to the owner."""

    variables: dict[str, Any] | None = Field(default=None, examples=[{"estimated_hours": 6}])
    note: Reason | None = None


@router.post(
    "/{key}/reassignment",
    status_code=204,
    operation_id="reassign_user_task",
    responses=for_staff(*_CODES, "user_task_already_assigned"),
)
async def reassign_user_task(
    key: PathKey, asked: Handing, caller: Worker, means: MeansHere, conditions: ConditionsHere
) -> Response:
    """Give a task to somebody else for good (转办): its assignee or owner, or who directs it."""

    def make(session: Session, task: UserTask, identity: str) -> Command:
        check_gives(caller, task)
        check_fit(session, task, asked.assignee, means.now())
        if task.assignee == asked.assignee:
            raise Problem("user_task_already_assigned", key=str(key))
        return AssignUserTask(
            id=identity,
            actor=caller.username,
            key=key,
            assignee=asked.assignee,
            reason=keep_text(session, means, task, identity, asked.reason),
        )

    verb = TaskVerb("reassign", key, caller, conditions, asked)
    return (await carry_out_verb(means, verb, make)).response()


@router.post(
    "/{key}/delegation",
    status_code=204,
    operation_id="delegate_user_task",
    responses=for_staff(
        *_CODES, "user_task_already_assigned", "user_task_delegated", "user_task_not_assigned"
    ),
)
async def delegate_user_task(
    key: PathKey, asked: Handing, caller: Worker, means: MeansHere, conditions: ConditionsHere
) -> Response:
    """Have somebody else do a task and give it back (委派); the owner then completes it."""

    def make(session: Session, task: UserTask, identity: str) -> Command:
        check_gives(caller, task)
        check_fit(session, task, asked.assignee, means.now())
        return DelegateUserTask(
            id=identity,
            actor=caller.username,
            key=key,
            assignee=asked.assignee,
            reason=keep_text(session, means, task, identity, asked.reason),
        )

    verb = TaskVerb("delegate", key, caller, conditions, asked)
    return (await carry_out_verb(means, verb, make)).response()


@router.post(
    "/{key}/return",
    status_code=204,
    operation_id="return_user_task",
    responses=for_staff(*_CODES, "user_task_not_delegated", "variables_invalid"),
)
async def return_user_task(
    key: PathKey,
    caller: Worker,
    means: MeansHere,
    conditions: ConditionsHere,
    asked: Returning | None = None,
) -> Response:
    """Give a delegated task back to its owner (交回), with as much of the form as is known.

    The owner may also take it back, and so may those who direct it.
    """
    given = asked or Returning()

    def make(session: Session, task: UserTask, identity: str) -> Command:
        _check_returns(caller, task)
        submission = _part_of_form(means, session, task, given.variables or {})
        kept = keep(session, means, task.instance_key, identity, submission.personal)
        return ReturnUserTask(
            id=identity,
            actor=caller.username,
            key=key,
            variables=submission.variables(kept),
            reason=keep_text(session, means, task, f"{identity}:note", given.note),
        )

    verb = TaskVerb("return", key, caller, conditions, given)
    return (await carry_out_verb(means, verb, make)).response()


def _check_returns(caller: Caller, task: UserTask) -> None:
    if task.owner is None:
        raise Problem("user_task_not_delegated", key=str(task.key))
    if caller.username not in {task.owner, task.assignee} and not directs(caller, task):
        raise Problem("task_not_yours", key=str(task.key))


def _part_of_form(
    means: Means, session: Session, task: UserTask, variables: dict[str, Any]
) -> Submission:
    """Hold values against the form, which the owner fills in whole later."""
    known = variables_of_task(session, task)
    found = validate(form_schema(means, task), variables, known=known, now=means.now())
    errors = [one for one in found.errors if one["code"] != "missing"]
    if errors:
        raise Problem("variables_invalid", errors=errors)
    return found
