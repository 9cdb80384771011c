"""`/api/feedback/{number}/attachments`: files of an item, added, listed, deleted (附件)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.attachment_scans import scan
from api.attachment_upload import Upload, receive
from api.attachment_view import EXAMPLE, Attachments, AttachmentView, rules_of, view
from api.authentication import Caller
from api.feedback import Number
from api.feedback_view import visible_item
from api.idempotency import KeyHeader
from api.masked import Personal, standing, texts_for
from api.means import MeansHere
from api.permissions import Allowed, may
from api.personal import keep
from api.problem import Problem
from api.relation import Relation
from api.texts import Reason
from models import access_record, attachment, legal_hold, live_event
from models.attachment import Attachment
from models.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
_ITEM = ("fields_invalid", "feedback_not_found", "feedback_not_yours")


class Deletion(BaseModel):
    """Why a file is deleted (删除理由)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "传错了文件"}]}
    )

    reason: Reason


@router.post(
    "/{number}/attachments",
    status_code=201,
    operation_id="add_attachment",
    response_model=AttachmentView,
    openapi_extra=FORM,
    responses={
        **for_staff(
            *_ITEM,
            "attachments_not_configured",
            "body_malformed",
            "media_type_unsupported",
            "idempotency_key_invalid",
            "idempotency_key_reused",
            "feedback_closed",
            "progress_entry_not_found",
            "attachment_too_large",
            "attachment_empty",
            "attachment_type_refused",
            "attachment_type_differs",
            "attachments_full",
            "customer_erased",
        ),
        **example(201, EXAMPLE),
    },
)
async def add_attachment(
    number: Number,
    request: Request,
    caller: Annotated[Caller, Depends(Allowed("attachment.add"))],
    means: MeansHere,
    later: BackgroundTasks,
    *,
    entry: UUID | None = None,
    key: KeyHeader = None,
) -> Response:
    """Take the file in the field `file` of a form, for the item or one of its progress entries."""
    asked = Upload(means, rules_of(means), caller, number, entry, key)
    answer = await receive(asked, request)
    if not answer.replayed:
        later.add_task(scan, means, UUID(answer.content["id"]))
    place = f"/api/feedback/{number}/attachments/{answer.content['id']}"
    response = answer.response(Location=place)
    response.background = later
    return response


@router.get(
    "/{number}/attachments",
    operation_id="list_attachments",
    responses={
        **for_staff(*_ITEM, "attachments_not_configured"),
        **example(200, {"items": [EXAMPLE]}),
    },
)
def list_attachments(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("feedback.read"))],
    means: MeansHere,
) -> Attachments:
    """Return the files of an item with their tombstones; names are masked."""
    with Session(means.engine) as session:
        item = visible_item(session, caller, number)
        rules = rules_of(means)
        found = attachment.of_feedback(session, item.id)
        related = standing(session, caller, item)
        wanted = {one.name_ref: (Personal.FILE_NAME, related) for one in found}
        names = texts_for(means, session, caller, wanted)
        return Attachments(items=[view(rules, one, names[one.name_ref]) for one in found])


@router.post(
    "/{number}/attachments/{attachment_id}/deletion",
    operation_id="delete_attachment",
    responses={
        **for_staff(
            *_ITEM,
            "attachments_not_configured",
            "body_malformed",
            "body_too_large",
            "attachment_not_found",
            "attachment_gone",
            "attachment_not_yours",
            "attachment_used",
            "legal_hold_active",
        ),
        **example(200, EXAMPLE | {"name": None, "available": False}),
    },
)
def delete_attachment(
    number: Number,
    attachment_id: UUID,
    told: Deletion,
    caller: Annotated[Caller, Depends(Allowed("attachment.delete"))],
    means: MeansHere,
) -> AttachmentView:
    """Leave a tombstone: one's own file as long as nobody else got it, afterwards a lead or head.

    The key of the file is destroyed, so that copies in backups are unreadable too.
    """
    with Session(means.engine, expire_on_commit=False) as session, session.begin():
        item = visible_item(session, caller, number)
        rules = rules_of(means)
        one = existing(session, item, attachment_id)
        _check_deletes(caller, one)
        check_not_held(session, item)
        cause = f"attachment:{one.id}:deletion:{uuid4()}"
        kept = UUID(keep(session, means, item.id, cause, {"reason": told.reason})["reason"])
        attachment.bury(session, one, by=caller.username, reason=kept, at=means.now())
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="attachment.delete",
            subject=item.number,
            data={"attachment": str(one.id), "reason": {"$ref": str(kept)}},
        )
        live_event.tell_item_changed(session, item.id)
    rules.folder.remove(one.id)
    return view(rules, one, None)


def existing(session: Session, item: Feedback, attachment_id: UUID) -> Attachment:
    """Return a file of an item that was not deleted.

    Raises:
        Problem: `attachment_not_found` or `attachment_gone`.
    """
    one = attachment.find(session, item.id, attachment_id)
    if one is None:
        raise Problem("attachment_not_found")
    if one.deleted_at is not None:
        raise Problem("attachment_gone", reason="deleted")
    return one


def check_not_held(session: Session, item: Feedback) -> None:
    """Check that no legal hold is on an item, and have none placed meanwhile.

    Raises:
        Problem: `legal_hold_active`.
    """
    legal_hold.guard(session)
    if found := legal_hold.holds(session, instance_key=item.id):
        raise Problem("legal_hold_active", holds=len(found))


def _check_deletes(caller: Caller, one: Attachment) -> None:
    if may(caller, "attachment.delete", Relation.ANY):
        return
    if one.added_by != caller.username:
        raise Problem("attachment_not_yours")
    if one.used_at is not None:
        raise Problem("attachment_used")
