"""`GET /api/notices`: one's own inbox (站内通知)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from models import notice
from models.notice import Notice

router = APIRouter(prefix="/api/notices", tags=["notices"])
Owner = Annotated[Caller, Depends(Allowed("session"))]


class NoticeView(BaseModel):
    """A notice: a code and data; the words are in the catalogues of the client."""

    id: UUID
    code: str
    data: dict[str, Any]
    process_instance_key: str | None
    created_at: AwareDatetime
    read_at: AwareDatetime | None


class Inbox(BaseModel):
    """The newest notices, and how many are unread."""

    items: list[NoticeView]
    unread: int


_EXAMPLE = {
    "items": [
        {
            "id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
            "code": "user_task_created",
            "data": {"number": "202405-001", "task": "1048590", "element": "accept"},
            "process_instance_key": "1048576",
            "created_at": "2024-05-06T02:00:02Z",
            "read_at": None,
        }
    ],
    "unread": 1,
}


@router.get(
    "",
    operation_id="list_notices",
    responses={**for_staff("fields_invalid"), **example(200, _EXAMPLE)},
)
def list_notices(
    caller: Owner,
    means: MeansHere,
    *,
    unread: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Inbox:
    """Return the caller's notices, newest first."""
    with Session(means.engine) as session:
        found = notice.inbox(session, caller.username, unread=unread, limit=limit)
        items = [_view(one) for one in found]
        return Inbox(items=items, unread=notice.unread_count(session, caller.username))


@router.post(
    "/{notice_id}/read",
    status_code=204,
    operation_id="read_notice",
    responses=for_staff("fields_invalid", "notice_not_found"),
)
def read_notice(notice_id: UUID, caller: Owner, means: MeansHere) -> None:
    """Note that the caller has read one of their notices."""
    with Session(means.engine) as session, session.begin():
        found = session.get(Notice, notice_id)
        if found is None or found.recipient != caller.username:
            raise Problem("notice_not_found")
        notice.mark_read(session, caller.username, [notice_id], means.now())


def _view(one: Notice) -> NoticeView:
    return NoticeView(
        id=one.id,
        code=one.code,
        data=one.data,
        process_instance_key=str(one.instance_key) if one.instance_key else None,
        created_at=one.created_at,
        read_at=one.read_at,
    )
