"""What is done on an item between its states: entries, and the clock they set back (进展)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.feedback import Number
from api.feedback_command import ACCEPTED, COMMAND_CODES, Asked, ItemRequest, message_to
from api.feedback_view import visible_item
from api.idempotency import KeyHeader
from api.masked import Personal, standing, texts_for
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.personal import keep
from api.problem import Problem
from api.texts import Reason
from bpmn.commands import PublishMessage
from models import live_event, progress_entry
from models.feedback import Feedback
from models.progress_entry import ProgressEntry

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
Code = Literal["customer_contacted", "support_engaged", "waiting_for_parts", "tested", "other"]
_ENTRY = {
    "id": "5a6e0a0e-5c0f-5d0e-9f6b-0c9a3d9f1b22",
    "code": "waiting_for_parts",
    "note": "等待配件到货，预计周三",
    "author": "wangqiang",
    "at": "2024-05-06T08:00:00Z",
}


class NewEntry(BaseModel):
    """What was done, in words and as a code (进展登记)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{k: _ENTRY[k] for k in ("code", "note")}]},
    )

    note: Reason
    code: Code = "other"


class EntryView(BaseModel):
    """An entry as staff see it: personal data in it is masked. Files are attached to its `id`."""

    id: UUID
    code: str
    note: str | None
    author: str | None
    at: AwareDatetime


class Entries(BaseModel):
    """The entries of an item, oldest first."""

    items: list[EntryView]


@router.post(
    "/{number}/progress",
    status_code=202,
    operation_id="record_progress",
    response_model=Asked,
    responses={**for_staff(*COMMAND_CODES, "progress_not_awaited"), **ACCEPTED},
)
async def record_progress(
    number: Number,
    told: NewEntry,
    caller: Annotated[Caller, Depends(Allowed("feedback.progress"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Note what was done; the next entry is due a whole interval from now."""

    def make(session: Session, item: Feedback, identity: str) -> PublishMessage:
        if item.status != "processing":
            raise Problem("progress_not_awaited", status=item.status)
        note(
            session,
            means,
            item,
            identity,
            code=told.code,
            text=told.note,
            author=caller.username,
        )
        said = {"code": told.code}
        return message_to("progress_recorded", item, identity, caller, progress_entry=said)

    request = ItemRequest("progress", number, caller, means, key, told)
    return await request.send(make)


@router.get(
    "/{number}/progress",
    operation_id="list_progress",
    responses={
        **for_staff("fields_invalid", "feedback_not_found", "feedback_not_yours"),
        **example(200, {"items": [_ENTRY]}),
    },
)
def list_progress(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("feedback.read"))],
    means: MeansHere,
) -> Entries:
    """Return what was noted of an item, customers' later messages and follow-ups among it."""
    with Session(means.engine) as session:
        item = visible_item(session, caller, number)
        found = progress_entry.of_feedback(session, item.id)
        seen = (Personal.TEXT, standing(session, caller, item))
        wanted = {one.note_ref: seen for one in found if one.note_ref}
        texts = texts_for(means, session, caller, wanted)
        return Entries(items=[_view(one, texts) for one in found])


def note(
    session: Session,
    means: Means,
    item: Feedback,
    identity: str,
    *,
    code: str,
    text: str,
    author: str,
) -> UUID:
    """Keep an entry once, its text in the vault; return the reference of the text."""
    kept = UUID(keep(session, means, item.id, identity, {"note": text})["note"])
    entry = ProgressEntry(
        id=progress_entry.entry_id(f"{item.id}|{identity}"),
        feedback_id=item.id,
        code=code,
        note_ref=kept,
        author=author,
        at=means.now(),
    )
    progress_entry.add(session, entry)
    live_event.tell_item_changed(session, item.id)
    return kept


def is_noted(session: Session, item: Feedback, identity: str) -> bool:
    """Say whether a request was noted before: it is repeated after a crash."""
    key = progress_entry.entry_id(f"{item.id}|{identity}")
    return session.get(ProgressEntry, key) is not None


def _view(one: ProgressEntry, texts: dict[UUID, str | None]) -> EntryView:
    shown = texts.get(one.note_ref) if one.note_ref else None
    return EntryView(id=one.id, code=one.code, note=shown, author=one.author, at=one.at)
