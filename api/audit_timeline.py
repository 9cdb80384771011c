"""`GET /api/audit/{instance}/timeline`: all that happened to an item and around it (审计时间线)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.audit_look import ERRORS, Auditor, Opened, open_instance
from api.authentication import Caller
from api.keys import PathKey
from api.masked import Personal, standing, texts_for
from api.means import Means, MeansHere
from api.paging import from_cursor, to_cursor
from api.problem import FieldError, Problem
from audit import timeline
from audit.timeline import Entry, Place

router = APIRouter(prefix="/api/audit", tags=["records"])
Source = Literal["attachment", "login", "look", "message", "notice", "progress", "record"]


class TimelineItem(BaseModel):
    """Something that happened (时间线条目).

    `source` says where it stands, `kind` is a code of that source; `details` are codes, moments,
    numbers and usernames; `note` is what was written with it, masked.
    """

    at: AwareDatetime
    source: Source
    kind: str
    actor: str | None
    element: str
    note: str | None
    details: dict[str, Any]


class AuditTimeline(BaseModel):
    """A page, newest first; `next` is the cursor of the page that follows, null at the end."""

    items: list[TimelineItem]
    next: str | None


_EXAMPLE = {
    "items": [
        {
            "at": "2024-05-06T02:30:00Z",
            "source": "look",
            "kind": "reveal",
            "actor": "linmei",
            "element": "",
            "note": "客户要求回电",
            "details": {"field": "contact"},
        },
        {
            "at": "2024-05-06T02:20:00Z",
            "source": "record",
            "kind": "USER_TASK_ASSIGNED",
            "actor": "wangqiang",
            "element": "accept",
            "note": None,
            "details": {"n": 41, "to": "wangqiang"},
        },
    ],
    "next": None,
}


@router.get(
    "/{instance}/timeline",
    operation_id="get_audited_timeline",
    responses={**for_staff(*ERRORS), **example(200, _EXAMPLE)},
)
def get_audited_timeline(
    instance: PathKey,
    caller: Auditor,
    means: MeansHere,
    *,
    source: Annotated[list[Source] | None, Query()] = None,
    after: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> AuditTimeline:
    """Return records, messages, notices, progress, files, looks and logins in one list.

    `source` leaves the others out.
    """
    before = _place(after) if after else None
    with Session(means.engine) as session, session.begin():
        opened = open_instance(session, means, caller, instance)
        number = opened.item.number if opened.item else ""
        wanted = tuple(source) if source else timeline.SOURCES
        found = timeline.read(session, instance, number, sources=wanted, before=before, limit=limit)
        items = _items(session, means, caller, opened, found)
    following = _cursor(found[-1].place) if len(found) == limit else None
    return AuditTimeline(items=items, next=following)


def _items(
    session: Session, means: Means, caller: Caller, opened: Opened, found: list[Entry]
) -> list[TimelineItem]:
    related = standing(session, caller, opened.item) if opened.item else frozenset()
    wanted = {one.note: (_kind(one), related) for one in found if one.note}
    texts = texts_for(means, session, caller, wanted)
    return [
        TimelineItem.model_validate(
            {
                "at": one.place.at,
                "source": one.place.source,
                "kind": one.kind,
                "actor": one.actor,
                "element": one.element,
                "note": texts.get(one.note) if one.note else None,
                "details": one.details,
            }
        )
        for one in found
    ]


def _kind(one: Entry) -> Personal:
    return Personal.FILE_NAME if one.kind == "attachment_added" else Personal.TEXT


def _cursor(place: Place) -> str:
    return to_cursor([place.at.isoformat(), place.source, place.id])


def _place(cursor: str) -> Place:
    """Return where a page begins.

    Raises:
        Problem: `fields_invalid`: no cursor of this list.
    """
    try:
        at, source, identity = from_cursor(cursor)
        moment = datetime.fromisoformat(at).astimezone(UTC)
        return Place(moment, str(source), str(identity))
    except (FieldError, ValueError, TypeError, OverflowError):
        errors = [{"field": "after", "code": "cursor_invalid"}]
        raise Problem("fields_invalid", errors=errors) from None
