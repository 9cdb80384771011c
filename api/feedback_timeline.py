"""`GET /api/feedback/{number}/timeline`: what people and limits did to an item (时间线)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.feedback import Number
from api.masked import REFERENCE, Personal, standing, texts_for
from api.means import MeansHere
from api.permissions import Allowed
from api.readable_item import readable_item
from models.audit_record import AuditRecord

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
_KINDS = {
    "USER_TASK_CREATED": "task_created",
    "USER_TASK_ASSIGNED": "task_assigned",
    "USER_TASK_DELEGATED": "task_delegated",
    "USER_TASK_RETURNED": "task_returned",
    "USER_TASK_SIGNER_ADDED": "signer_added",
    "USER_TASK_SIGNER_REMOVED": "signer_removed",
    "USER_TASK_COMPLETED": "task_completed",
    "USER_TASK_CANCELED": "task_canceled",
    "INSTANCE_MODIFIED": "step_back",
    "INSTANCE_CANCELED": "canceled",
    "MESSAGE_CORRELATED": "message",
    "TIMER_RESCHEDULED": "due_moved",
    "INCIDENT_CREATED": "incident",
    "INCIDENT_RESOLVED": "incident_resolved",
}
# Codes, moments and usernames; what people filled in is not among them.
_TOLD = ("before", "due", "cause", "owner", "position", "signs", "activate", "status", "name")
_ASKED = ("cause", "reason", "until", "urgency", "code")


class TimelineEntry(BaseModel):
    """Something that was done (时间线条目).

    `by` is who did it, `to` whom it fell to; `note` is what was written with it, masked. `details`
    are codes, moments and usernames.
    """

    record: int
    at: AwareDatetime
    kind: str
    element_id: str
    name: str | None
    by: str | None
    to: str | None
    note: str | None
    details: dict[str, Any]


class Timeline(BaseModel):
    """A page of entries, newest first; `next` is the record that the following page ends before."""

    items: list[TimelineEntry]
    next: int | None


_EXAMPLE = {
    "items": [
        {
            "record": 64,
            "at": "2024-05-06T02:20:00Z",
            "kind": "task_assigned",
            "element_id": "process",
            "name": "处理并拟写回复",
            "by": "zhaolei",
            "to": "wangqiang",
            "note": "他负责这类机型",
            "details": {"before": "liyang"},
        }
    ],
    "next": None,
}


@router.get(
    "/{number}/timeline",
    operation_id="get_feedback_timeline",
    responses={
        **for_staff("fields_invalid", "feedback_not_found", "feedback_not_yours"),
        **example(200, _EXAMPLE),
    },
)
def get_feedback_timeline(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("feedback.read"))],
    means: MeansHere,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Timeline:
    """Return tasks given and done, steps back, messages, moved limits and faults."""
    with Session(means.engine) as session:
        item = readable_item(session, caller, number)
        found = session.scalars(_wanted(item.id, before).limit(limit)).all()
        notes = {one.number: note for one in found if (note := _note(one)) is not None}
        seen = (Personal.TEXT, standing(session, caller, item))
        texts = texts_for(means, session, caller, dict.fromkeys(notes.values(), seen))
        names = _names(session, item.id, {one.element for one in found})
    items = [_entry(one, names, texts.get(notes.get(one.number, UUID(int=0)))) for one in found]
    return Timeline(items=items, next=found[-1].number if len(found) == limit else None)


def _wanted(key: int, before: int | None) -> Select[tuple[AuditRecord]]:
    own = select(AuditRecord).where(
        col(AuditRecord.instance_key) == key, col(AuditRecord.kind).in_(_KINDS)
    )
    if before is not None:
        own = own.where(col(AuditRecord.number) < before)
    return own.order_by(col(AuditRecord.number).desc())


def _names(session: Session, key: int, elements: Iterable[str]) -> dict[str, str]:
    """Return the names that the drawing gave to elements when they were reached."""
    name = col(AuditRecord.data)["name"].astext
    own = select(col(AuditRecord.element), name).where(
        col(AuditRecord.instance_key) == key,
        col(AuditRecord.kind) == "ELEMENT_ACTIVATED",
        col(AuditRecord.element).in_(list(elements)),
        name.is_not(None),
    )
    return {row[0]: row[1] for row in session.execute(own.distinct())}


def _entry(one: AuditRecord, names: Mapping[str, str], note: str | None) -> TimelineEntry:
    asked = _asked(one.data)
    details = {name: one.data[name] for name in _TOLD if one.data.get(name) not in (None, "")}
    details |= {name: asked[name] for name in _ASKED if isinstance(asked.get(name), str)}
    by = one.data.get("by") or asked.get("by") or asked.get("requested_by")
    return TimelineEntry(
        record=one.number,
        at=one.at,
        kind=_KINDS[one.kind],
        element_id=one.element,
        name=names.get(one.element),
        by=by if isinstance(by, str) else None,
        to=one.data.get("assignee"),
        note=note,
        details=details,
    )


def _asked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a message said, as one level of names: each of ours says one thing."""
    told = data.get("variables")
    parts = told.values() if isinstance(told, dict) else ()
    found: dict[str, Any] = {}
    for part in parts:
        found |= part if isinstance(part, dict) else {}
    return found


def _note(one: AuditRecord) -> UUID | None:
    """Return where the words lie that somebody wrote with what they did."""
    written: list[Any] = [one.data.get("reason")]
    if one.kind == "MESSAGE_CORRELATED":
        written.append(one.data.get("variables"))
    return next((found for value in written for found in _references(value)), None)


def _references(value: Any) -> Iterator[UUID]:
    if not isinstance(value, dict):
        return
    if isinstance(value.get(REFERENCE), str):
        yield UUID(value[REFERENCE])
    for inner in value.values():
        yield from _references(inner)
