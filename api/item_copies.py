"""Items copied to people for information, who may read them from then on (抄送)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.idempotency import Answer, KeyHeader, once
from api.keys import PathKey
from api.masked import Personal, texts_for
from api.means import Means, MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.personal import keep
from api.problem import Problem
from api.relation import Relation
from api.task_people import Username
from api.texts import Reason
from api.user_task_view import existing
from api.visibility import sees_feedback, sees_task
from models import access_record, feedback, item_copy, notice, person
from models.feedback import Feedback
from models.item_copy import ItemCopy
from models.user_task import UserTask

router = APIRouter(tags=["office verbs"])


class Copying(Shape):
    """Who is to know, and what of."""

    recipients: Annotated[list[Username], Field(min_length=1, max_length=50)]
    note: Reason | None = Field(default=None, examples=["同批次的问题，请知悉"])


class Copied(Shape):
    """Who got the item for the first time from this sender."""

    recipients: list[str]


class CopyView(Shape):
    """An item that was copied to the caller; what was written with it is masked."""

    number: str
    status: str
    user_task_key: str
    sender: str
    note: str | None
    created_at: AwareDatetime


class CopyList(Shape):
    """What was copied to the caller, newest first."""

    items: list[CopyView]
    total: int


_LIST = {
    "items": [
        {
            "number": "202405-001",
            "status": "processing",
            "userTaskKey": "1048590",
            "sender": "wangqiang",
            "note": "同批次的问题，请知悉",
            "createdAt": "2024-05-06T08:00:00Z",
        }
    ],
    "total": 1,
}


@router.post(
    "/v2/user-tasks/{key}/copies",
    operation_id="copy_user_task",
    response_model=Copied,
    responses={
        **for_staff(
            "body_malformed",
            "request_invalid",
            "body_too_large",
            "task_not_yours",
            "user_task_not_found",
            "people_unknown",
            "copy_needs_feedback",
            "idempotency_key_invalid",
            "idempotency_key_reused",
        ),
        **example(200, {"recipients": ["linmei"]}),
    },
)
def copy_user_task(
    key: PathKey,
    asked: Copying,
    caller: Annotated[Caller, Depends(Allowed("user_task.copy"))],
    means: MeansHere,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Copy the item of a task to people for information (抄送); they may read it from then on."""
    handle = once(means, caller.username, f"copy /v2/user-tasks/{key}", idempotency_key, asked)
    with Session(means.engine) as session, session.begin():
        if (earlier := handle.begin(session)) is not None:
            return earlier.response()
        task = existing(session, key)
        if not sees_task(caller, task):
            raise Problem("task_not_yours", key=str(key))
        item = feedback.find(session, task.instance_key)
        if item is None:
            raise Problem("copy_needs_feedback", key=str(key))
        if not sees_feedback(session, caller, item) and task.assignee != caller.username:
            raise Problem("task_not_yours", key=str(key))
        told = _copy(session, means, caller.username, task, asked)
        _tell(session, means, caller.username, task, told)
        answer = Answer(200, Copied(recipients=told).model_dump(mode="json", by_alias=True))
        handle.keep(session, answer)
    return answer.response()


@router.get(
    "/api/copies",
    operation_id="list_copies",
    responses={**for_staff("fields_invalid"), **example(200, _LIST)},
)
def list_copies(
    caller: Annotated[Caller, Depends(Allowed("feedback.copied"))],
    means: MeansHere,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> CopyList:
    """Return what was copied to the caller (抄送给我), newest first."""
    with Session(means.engine) as session:
        found, total = item_copy.of_recipient(session, caller.username, limit=limit, offset=offset)
        seen = (Personal.TEXT, frozenset[Relation]())
        notes = {one.note_ref: seen for one in found if one.note_ref is not None}
        texts = texts_for(means, session, caller, notes)
        items = [_view(session, one, texts) for one in found]
    return CopyList(items=items, total=total)


def _view(session: Session, one: ItemCopy, texts: dict[UUID, str | None]) -> CopyView:
    item = session.get_one(Feedback, one.feedback_id)
    return CopyView(
        number=item.number,
        status=item.status,
        user_task_key=str(one.task_key),
        sender=one.sender,
        note=texts.get(one.note_ref) if one.note_ref else None,
        created_at=one.created_at,
    )


def _copy(session: Session, means: Means, sender: str, task: UserTask, asked: Copying) -> list[str]:
    wanted = [name for name in dict.fromkeys(asked.recipients) if name != sender]
    known = ((name, person.find(session, name)) for name in wanted)
    unknown = [name for name, one in known if one is None or not one.active]
    if unknown:
        raise Problem("people_unknown", usernames=unknown)
    note = None
    if asked.note is not None:
        kept = keep(session, means, task.instance_key, str(uuid4()), {"note": asked.note})
        note = UUID(kept["note"])
    copies = [
        ItemCopy(
            id=uuid4(),
            feedback_id=task.instance_key,
            task_key=task.key,
            recipient=name,
            sender=sender,
            note_ref=note,
            created_at=means.now(),
        )
        for name in wanted
    ]
    return sorted(item_copy.put(session, copies))


def _tell(session: Session, means: Means, sender: str, task: UserTask, told: list[str]) -> None:
    """Put notices into inboxes, and record who may read the item from now on."""
    if not told:
        return
    data = {
        "number": task.feedback_number,
        "task": str(task.key),
        "element": task.element_id,
        "username": sender,
    }
    now, key = means.now(), task.instance_key
    rows = {uuid4(): name for name in told}
    notice.put(session, rows, code="feedback_copied", data=data, instance_key=key, at=now)
    access_record.append(
        session,
        at=now,
        actor=sender,
        action="copy_feedback",
        subject=task.feedback_number,
        data={"task": str(task.key), "recipients": told},
    )
