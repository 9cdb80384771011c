"""One user task: look, claim, give back, change (用户任务)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.keys import PathKey
from api.means import Means, MeansHere
from api.moments import countable
from api.paging import Shape
from api.permissions import Allowed, roles
from api.problem import Problem
from api.task_candidates import check_candidates
from api.task_commands import CODES, ConditionsHere, Make, TaskVerb, carry_out_verb, etag
from api.user_task_view import EXAMPLE, UserTaskView, existing, views
from api.visibility import directs, is_candidate, is_for_heads, sees_task
from bpmn.commands import AssignUserTask, Command, UnassignUserTask, UpdateUserTask
from models import absence, candidate_group, person, user_task_search
from models.person import Person
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])
_Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Reader = Annotated[Caller, Depends(Allowed("user_task.read"))]
Worker = Annotated[Caller, Depends(Allowed("user_task.work"))]
Director = Annotated[Caller, Depends(Allowed("user_task.direct"))]


class Assignment(Shape):
    """Who gets the task; a candidate can only claim it for themselves."""

    assignee: Annotated[_Name, Field(examples=["linmei"])]
    allow_override: bool = True
    action: Annotated[str, Field(max_length=100)] | None = None


def _absent_if_empty(value: object) -> object:
    # Camunda resets a date with an empty text.
    return None if value == "" else value


_Date = Annotated[
    AwareDatetime | None, BeforeValidator(_absent_if_empty), AfterValidator(countable)
]
_Names = Annotated[list[_Name], Field(max_length=50)]


class Changeset(Shape):
    """What is to change; what is left out stays."""

    candidate_groups: _Names = Field(default_factory=list)
    candidate_users: _Names = Field(default_factory=list)
    due_date: _Date = None
    follow_up_date: _Date = None
    priority: Annotated[int, Field(ge=0, le=100)] = 50


class TaskChange(Shape):
    """The change of a task."""

    changeset: Changeset = Field(examples=[{"priority": 80}])
    action: Annotated[str, Field(max_length=100)] | None = None


@router.get(
    "/{key}",
    operation_id="get_user_task",
    response_model=UserTaskView,
    responses={
        **for_staff("request_invalid", "task_not_yours", "user_task_not_found"),
        **example(200, EXAMPLE),
    },
)
def get_user_task(key: PathKey, caller: Reader, means: MeansHere) -> Response:
    """Return a task; its ETag is for If-Match."""
    with Session(means.engine) as session:
        task = existing(session, key)
        if not sees_task(caller, task):
            raise Problem("task_not_yours", key=str(key))
        shown = views(means, session, [task])[0]
        return JSONResponse(shown.model_dump(mode="json", by_alias=True), 200, {"ETag": etag(task)})


@router.post(
    "/{key}/assignment",
    status_code=204,
    operation_id="assign_user_task",
    responses=for_staff(
        *CODES,
        "assignee_unknown",
        "assignee_unfit",
        "user_task_already_assigned",
        "user_task_is_signature",
    ),
)
async def assign_user_task(
    key: PathKey,
    asked: Assignment,
    caller: Worker,
    means: MeansHere,
    conditions: ConditionsHere,
) -> Response:
    """Claim a task, or give it to somebody; from its assignee leads take it, and the delegate."""
    verb = TaskVerb("assign", key, caller, conditions, asked)
    return (await carry_out_verb(means, verb, assigning(means, caller, asked))).response()


@router.delete(
    "/{key}/assignee",
    status_code=204,
    operation_id="unassign_user_task",
    responses=for_staff(*CODES, "user_task_delegated", "user_task_is_signature"),
)
async def unassign_user_task(
    key: PathKey, caller: Worker, means: MeansHere, conditions: ConditionsHere
) -> Response:
    """Give a task back to its candidates; a delegate returns it to its owner instead."""

    def make(_: Session, task: UserTask, identity: str) -> Command:
        leads = directs(caller, task)
        if task.assignee != caller.username and not leads:
            raise Problem("task_not_yours", key=str(key))
        if task.signs is not None:
            raise Problem("user_task_is_signature", key=str(key))
        if task.owner is not None and not leads:
            raise Problem("user_task_delegated", key=str(key))
        return UnassignUserTask(id=identity, actor=caller.username, key=key)

    verb = TaskVerb("unassign", key, caller, conditions)
    return (await carry_out_verb(means, verb, make)).response()


@router.patch(
    "/{key}",
    status_code=204,
    operation_id="update_user_task",
    responses=for_staff(*CODES),
)
async def update_user_task(
    key: PathKey, asked: TaskChange, caller: Director, means: MeansHere, conditions: ConditionsHere
) -> Response:
    """Change candidates, dates or priority; for those who direct the task."""

    def make(session: Session, task: UserTask, identity: str) -> Command:
        if not directs(caller, task):
            raise Problem("task_not_yours", key=str(key))
        changes = _changes(asked.changeset)
        check_candidates(session, changes, means.now())
        return UpdateUserTask(id=identity, actor=caller.username, key=key, changes=changes)

    verb = TaskVerb("update", key, caller, conditions, asked)
    return (await carry_out_verb(means, verb, make)).response()


def assigning(means: Means, caller: Caller, asked: Assignment) -> Make:
    """Return what makes the command out of a task's row."""

    def make(session: Session, task: UserTask, identity: str) -> Command:
        override = _check_assigns(session, caller, task, asked, means.now())
        # The row is as new as the last command: who comes too late costs the instance nothing.
        if not override and task.assignee not in {None, asked.assignee}:
            raise Problem("user_task_already_assigned", key=str(task.key))
        return AssignUserTask(
            id=identity,
            actor=caller.username,
            key=task.key,
            assignee=asked.assignee,
            allow_override=override,
        )

    return make


def _changes(given: Changeset) -> dict[str, Any]:
    return given.model_dump(mode="json", exclude_unset=True)


def _check_assigns(
    session: Session, caller: Caller, task: UserTask, asked: Assignment, at: datetime
) -> bool:
    """Return whether the task may be taken from somebody: by leads, and by one's delegate.

    Raises:
        Problem: `task_not_yours`, `assignee_unknown` or `user_task_is_signature`.
    """
    leads = directs(caller, task)
    if not leads and (asked.assignee != caller.username or not is_candidate(caller, task)):
        raise Problem("task_not_yours", key=str(task.key))
    found = person.find(session, asked.assignee)
    if found is None or not found.active:
        raise Problem("assignee_unknown", assignee=asked.assignee)
    _check_works(session, caller, found, at)
    # A head's decision is given to no one else, whoever leads.
    if is_for_heads(task) and not user_task_search.may_see(
        task, found.username, candidate_group.of_person(session, found, at)
    ):
        raise Problem("task_not_yours", key=str(task.key))
    deputy = task.assignee is not None and absence.stands_in(
        session, caller.username, task.assignee, at
    )
    # Nobody signs in the place of others but who stands in for them.
    if task.signs is not None and task.assignee not in {None, asked.assignee} and not deputy:
        raise Problem("user_task_is_signature", key=str(task.key))
    return (leads or deputy) and asked.allow_override


def _check_works(session: Session, caller: Caller, found: Person, at: datetime) -> None:
    """Refuse somebody who only looks on: the task would lie with them for good."""
    if found.username == caller.username:
        return
    if roles("user_task.work").isdisjoint(candidate_group.roles(session, found, at)):
        raise Problem("assignee_unfit", assignee=found.username)
