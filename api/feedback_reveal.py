"""`POST /api/feedback/{number}/reveal`: one value whole, for a reason, recorded (查看明文)."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from api import customer_messages
from api.answers import example, for_staff
from api.authentication import Caller
from api.feedback import Number
from api.feedback_view import visible_item
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.personal import keep
from api.problem import Problem
from api.texts import Reason
from api.visibility import check_handles
from models import access_record
from models.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
Field = Literal["name", "contact", "description", "reply", "survey_link"]
# What was laid out for the customer: the kind of message, and what of it is shown.
_MESSAGES = {"reply": ("reply", "text"), "survey_link": ("survey", "link")}


class RevealRequest(BaseModel):
    """Which value, and why (查看理由)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"field": "contact", "reason": "回电确认故障现象"}]},
    )

    field: Field
    reason: Reason


class Revealed(BaseModel):
    """The whole value."""

    field: Field
    value: str


@router.post(
    "/{number}/reveal",
    operation_id="reveal_feedback_field",
    responses={
        **for_staff(
            "body_malformed",
            "fields_invalid",
            "body_too_large",
            "feedback_not_found",
            "feedback_not_yours",
            "field_empty",
        ),
        **example(200, {"field": "contact", "value": "13800005678"}),
    },
)
def reveal_feedback_field(
    number: Number,
    asked: RevealRequest,
    caller: Annotated[Caller, Depends(Allowed("feedback.reveal"))],
    means: MeansHere,
) -> Revealed:
    """Answer the value and record who looked, in one transaction."""
    with Session(means.engine) as session, session.begin():
        item = visible_item(session, caller, number)
        check_handles(caller, "feedback.reveal", item)
        value = _value(session, means, item, asked.field)
        if value is None:
            raise Problem("field_empty", field=asked.field)
        _record(session, means, caller, item, asked)
    return Revealed(field=asked.field, value=value)


def _value(session: Session, means: Means, item: Feedback, field: Field) -> str | None:
    if field in _MESSAGES:
        kind, part = _MESSAGES[field]
        return customer_messages.latest(session, means, item.id, kind).get(part)
    found: UUID | None = getattr(item, f"{field}_ref")
    return means.vault.reveal(session, found) if found else None


def _record(
    session: Session, means: Means, caller: Caller, item: Feedback, asked: RevealRequest
) -> None:
    # The reason may name the customer as well: it is kept with their texts.
    kept = keep(session, means, item.id, f"reveal:{uuid4()}", {"reason": asked.reason})
    access_record.append(
        session,
        at=means.now(),
        actor=caller.username,
        action="reveal",
        subject=item.number,
        data={"field": asked.field, "reason": {"$ref": kept["reason"]}},
    )
