"""`GET /api/feedback/{number}/records`: what the engine did, for auditors (审计记录)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.feedback import Number
from api.feedback_view import visible_item
from api.means import MeansHere
from api.permissions import Allowed
from models import access_record, audit_record

router = APIRouter(prefix="/api/feedback", tags=["feedback"])


class RecordView(BaseModel):
    """One engine record; personal texts in it are references (审计记录)."""

    number: int
    kind: str
    at: AwareDatetime
    element: str
    key: str
    data: dict[str, Any]


class RecordPage(BaseModel):
    """Records in order; `next` is the number that the following page comes after."""

    items: list[RecordView]
    next: int | None


_EXAMPLE = {
    "items": [
        {
            "number": 41,
            "kind": "USER_TASK_COMPLETED",
            "at": "2024-05-06T02:20:00Z",
            "element": "accept",
            "key": "1048590",
            "data": {"by": "wangqiang", "variables": {"remark": {"$ref": "0f1e2d3c-..."}}},
        }
    ],
    "next": None,
}


@router.get(
    "/{number}/records",
    operation_id="list_feedback_records",
    responses={
        **for_staff("fields_invalid", "feedback_not_found"),
        **example(200, _EXAMPLE),
    },
)
def list_feedback_records(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("feedback.records"))],
    means: MeansHere,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> RecordPage:
    """Return the records of an item's process after number `after`; the look is recorded."""
    with Session(means.engine) as session, session.begin():
        item = visible_item(session, caller, number)
        found = audit_record.read(session, item.id, after=after)
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="read_records",
            subject=item.number,
            data={"after": after},
        )
    items = [RecordView(**{**row, "key": str(row["key"])}) for row in found[:limit]]
    return RecordPage(items=items, next=items[-1].number if len(found) > limit else None)
