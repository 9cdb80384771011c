"""Drafts of a task's form: what somebody has begun to fill in, for nobody else (表单草稿)."""

from __future__ import annotations

import json
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Response
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, AwareDatetime, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.keys import PathKey
from api.means import Means, MeansHere
from api.paging import Shape
from api.personal import person_of
from api.problem import FieldError, Problem
from api.user_tasks import Worker
from api.visibility import sees_task
from models import user_task_draft
from models.database import compact_json
from models.user_task import UserTask
from models.user_task_draft import UserTaskDraft
from models.vault import PersonErasedError

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])
_CODES = ("request_invalid", "task_not_yours", "user_task_not_found", "user_task_not_active")
IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=60,
        description="The ETag of the draft; another one is refused.",
        examples=['"0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90"'],
    ),
]


def _storable(variables: dict[str, Any]) -> dict[str, Any]:
    try:
        compact_json(variables).encode()
    except (UnicodeEncodeError, RecursionError):
        raise FieldError("characters_invalid") from None
    return variables


class DraftInput(Shape):
    """What is filled in so far, by the keys of the form; nothing is checked yet."""

    variables: Annotated[
        dict[str, Any], AfterValidator(_storable), Field(examples=[{"plan": "更换配件，"}])
    ]


class TaskDraft(Shape):
    """A draft; `variables` are empty once the person they tell of was erased."""

    user_task_key: str
    variables: dict[str, Any]
    saved_at: AwareDatetime


_EXAMPLE = {
    "userTaskKey": "1048590",
    "variables": {"plan": "更换配件，"},
    "savedAt": "2024-05-06T02:00:02Z",
}


@router.get(
    "/{key}/draft",
    operation_id="get_user_task_draft",
    response_model=TaskDraft,
    responses={
        **for_staff(*_CODES),
        **example(200, _EXAMPLE),
        204: {"description": "Nothing was kept"},
    },
)
def get_user_task_draft(key: PathKey, caller: Worker, means: MeansHere) -> Response:
    """Return the caller's own draft, nothing without one; its ETag is for If-Match."""
    with Session(means.engine) as session:
        _open_task(session, caller, key)
        found = user_task_draft.find(session, key, caller.username)
        if found is None:
            return Response(status_code=204)
        text = means.vault.reveal(session, found.value_ref)
        shown = TaskDraft(
            user_task_key=str(key),
            variables={} if text is None else json.loads(text),
            saved_at=found.saved_at,
        )
        headers = {"ETag": _etag(found), "Cache-Control": "no-store"}
    return JSONResponse(shown.model_dump(mode="json", by_alias=True), headers=headers)


@router.put(
    "/{key}/draft",
    status_code=204,
    operation_id="save_user_task_draft",
    responses=for_staff("body_malformed", "body_too_large", "revision_differs", *_CODES),
)
def save_user_task_draft(
    key: PathKey,
    caller: Worker,
    means: MeansHere,
    asked: DraftInput,
    if_match: IfMatch = None,
) -> Response:
    """Keep what the caller has filled in so far, until the task ends.

    Without If-Match the last one to save wins; a window opened later is told by its ETag.
    """
    with Session(means.engine) as session, session.begin():
        task = _open_task(session, caller, key, lock=True)
        _check(if_match, user_task_draft.find(session, key, caller.username))
        saved = user_task_draft.save(session, key, caller.username, means.now())
        _keep(means, session, task, saved.value_ref, compact_json(asked.variables))
        headers = {"ETag": _etag(saved)}
    return Response(status_code=204, headers=headers)


@router.delete(
    "/{key}/draft",
    status_code=204,
    operation_id="delete_user_task_draft",
    responses=for_staff("draft_not_found", "revision_differs", *_CODES),
)
def delete_user_task_draft(
    key: PathKey, caller: Worker, means: MeansHere, if_match: IfMatch = None
) -> Response:
    """Throw the caller's own draft away."""
    with Session(means.engine) as session, session.begin():
        _open_task(session, caller, key, lock=True)
        found = _existing(session, caller, key)
        _check(if_match, found)
        user_task_draft.drop(session, found)
    return Response(status_code=204)


def _open_task(session: Session, caller: Caller, key: int, *, lock: bool = False) -> UserTask:
    """Return an open task; locked, it does not end before the draft is written.

    Raises:
        Problem: `user_task_not_found`, `task_not_yours` or `user_task_not_active`.
    """
    task = session.get(UserTask, key, with_for_update=lock)
    if task is None:
        raise Problem("user_task_not_found", key=str(key))
    if not sees_task(caller, task):
        raise Problem("task_not_yours", key=str(key))
    if task.state != "CREATED":
        raise Problem("user_task_not_active", key=str(key))
    return task


def _existing(session: Session, caller: Caller, key: int) -> UserTaskDraft:
    found = user_task_draft.find(session, key, caller.username)
    if found is None:
        raise Problem("draft_not_found")
    return found


def _check(if_match: str | None, found: UserTaskDraft | None) -> None:
    tags = {None} if found is None else {None, "*", _etag(found), f"W/{_etag(found)}"}
    if if_match not in tags:
        raise Problem("revision_differs")


def _etag(found: UserTaskDraft) -> str:
    return f'"{found.value_ref}"'


def _keep(means: Means, session: Session, task: UserTask, reference: UUID, text: str) -> None:
    person_id = person_of(session, task.instance_key)
    try:
        with session.begin_nested():
            means.vault.store(session, person_id, reference, text)
    except PersonErasedError:
        # Nothing is kept of somebody erased meanwhile: the draft is an empty one.
        pass
