"""`GET /api/feedback`: one item, and lists of them (反馈查询)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.feedback_intake import Channel, FeedbackType, Urgency
from api.feedback_view import (
    DETAIL_EXAMPLE,
    EXAMPLE,
    FeedbackDetail,
    FeedbackView,
    detail,
    views,
)
from api.means import MeansHere
from api.paging import from_cursor, to_cursor
from api.permissions import Allowed
from api.problem import FieldError
from api.readable_item import readable_item
from api.visibility import viewer
from models import feedback_search
from models.feedback import STATUSES, Feedback
from models.feedback_search import FeedbackFilter

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
Reader = Annotated[Caller, Depends(Allowed("feedback.read"))]
Number = Annotated[str, Path(pattern=r"^[0-9]{6}-[0-9]{3,9}$", examples=["202405-001"])]
_Word = Annotated[str | None, Field(max_length=100)]


def _status(value: object) -> object:
    if isinstance(value, list) and not set(value) <= set(STATUSES):
        raise FieldError("value_unknown")
    return value


def _place(cursor: object) -> object:
    if isinstance(cursor, str):
        _after(cursor)
    return cursor


def _after(cursor: str) -> tuple[datetime, int]:
    match from_cursor(cursor):
        case [str(at), int(key)]:
            try:
                return datetime.fromisoformat(at), key
            except ValueError:
                raise FieldError("cursor_invalid") from None
        case _:
            raise FieldError("cursor_invalid")


class Wanted(BaseModel):
    """Which items, and which part of the list."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    status: Annotated[list[str], Field(max_length=10), BeforeValidator(_status)] = Field(
        default_factory=list
    )
    type: FeedbackType | None = None
    urgency: Urgency | None = None
    channel: Channel | None = None
    category: _Word = None
    region: _Word = None
    department: _Word = None
    assignee: _Word = None
    escalated: bool | None = None
    number: Annotated[str | None, Field(max_length=20, pattern=r"^[0-9\-]+$")] = None
    numbers: Annotated[
        list[Annotated[str, Field(max_length=20, pattern=r"^[0-9\-]+$")]], Field(max_length=200)
    ] = Field(default_factory=list)
    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str | None, BeforeValidator(_place)] = None


class FeedbackPageInfo(BaseModel):
    """How many items there are, and the cursor that the next page comes after."""

    total: int
    limit: int
    next: str | None


class FeedbackPage(BaseModel):
    """A page of items, newest first."""

    items: list[FeedbackView]
    page: FeedbackPageInfo


_LIST = {"items": [EXAMPLE], "page": {"total": 1, "limit": 50, "next": None}}


@router.get(
    "",
    operation_id="list_feedback",
    responses={**for_staff("fields_invalid"), **example(200, _LIST)},
)
def list_feedback(
    wanted: Annotated[Wanted, Query()], caller: Reader, means: MeansHere
) -> FeedbackPage:
    """Return the items that the caller may see; `from` and `to` bound the receipt, half-open."""
    with Session(means.engine) as session:
        found, total = feedback_search.search(session, _filter(wanted, caller), limit=wanted.limit)
        items = views(means, session, caller, found)
        following = _cursor(found[-1]) if len(found) == wanted.limit else None
    page = FeedbackPageInfo(total=total, limit=wanted.limit, next=following)
    return FeedbackPage(items=items, page=page)


@router.get(
    "/{number}",
    operation_id="get_feedback",
    responses={
        **for_staff("fields_invalid", "feedback_not_found", "feedback_not_yours"),
        **example(200, DETAIL_EXAMPLE),
    },
)
def get_feedback(number: Number, caller: Reader, means: MeansHere) -> FeedbackDetail:
    """Return an item: its state, the states passed, open tasks, surveys."""
    with Session(means.engine) as session:
        item = readable_item(session, caller, number)
        return detail(means, session, caller, item)


def _filter(wanted: Wanted, caller: Caller) -> FeedbackFilter:
    return FeedbackFilter(
        statuses=wanted.status or None,
        type=wanted.type,
        urgency=wanted.urgency,
        channel=wanted.channel,
        category=wanted.category,
        region=wanted.region,
        department=wanted.department,
        assignee=wanted.assignee,
        received_from=wanted.from_,
        received_before=wanted.to,
        escalated=wanted.escalated,
        number=wanted.number,
        numbers=wanted.numbers or None,
        visible_to=viewer(caller),
        after=_after(wanted.after) if wanted.after else None,
    )


def _cursor(last: Feedback) -> str:
    return to_cursor([last.received_at.isoformat(), last.id])
