"""The service clocks of an item: looked at, paused with a reason, resumed (计时)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from activities.calendar_rollout import MESSAGE
from api.answers import example, for_staff
from api.authentication import Caller
from api.clock_view import EXAMPLE, Clocks, detail
from api.feedback import Number
from api.feedback_command import ACCEPTED, COMMAND_CODES, Asked, ItemRequest, message_to
from api.feedback_view import visible_item
from api.idempotency import KeyHeader
from api.means import MeansHere
from api.permissions import Allowed
from api.personal import keep
from api.problem import Problem
from api.texts import Reason
from api.visibility import check_handles
from bpmn.commands import PublishMessage
from models import clock_pause
from models.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
Pauser = Annotated[Caller, Depends(Allowed("feedback.pause"))]
# Clocks that can stand run only while somebody works on the item.
_PROCESSING = "processing"
_OVER = frozenset({"resolved", "closed", "archived", "withdrawn"})
_ERRORS = (*COMMAND_CODES, "clock_not_running")


class Pause(BaseModel):
    """Why the clocks stand; service_level.dmn says which ones do (暂停计时)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"reason": "waiting_for_parts", "note": "电源缺货"}]},
    )

    reason: Literal["waiting_for_customer", "waiting_for_parts", "waiting_for_third_party"]
    note: Reason | None = None


class Urgency(BaseModel):
    """How urgent an item is, after all (紧急程度)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"urgency": "urgent"}]}
    )

    urgency: Literal["normal", "urgent", "critical"]


@router.get(
    "/{number}/clocks",
    operation_id="get_clocks",
    responses={
        **for_staff("fields_invalid", "feedback_not_found", "feedback_not_yours"),
        **example(200, EXAMPLE),
    },
)
def get_clocks(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("feedback.read"))],
    means: MeansHere,
) -> Clocks:
    """Return what is due when, where the time went, and who stopped the clocks and why."""
    with Session(means.engine) as session:
        item = visible_item(session, caller, number)
        return detail(means, session, item.id)


@router.post(
    "/{number}/clocks/pause",
    status_code=202,
    operation_id="pause_clocks",
    response_model=Asked,
    responses={**for_staff(*_ERRORS, "clock_paused"), **ACCEPTED},
)
async def pause_clocks(
    number: Number, asked: Pause, caller: Pauser, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Stop the clocks that may stand for this reason."""

    def make(session: Session, item: Feedback, identity: str) -> PublishMessage:
        check_handles(caller, "feedback.pause", item)
        if item.status != _PROCESSING:
            raise Problem("clock_not_running", status=item.status)
        if clock_pause.find_open(session, item.id) is not None:
            raise Problem("clock_paused", number=item.number)
        said: dict[str, Any] = {"reason": asked.reason}
        if asked.note is not None:
            kept = keep(session, means, item.id, identity, {"note": asked.note})
            said["note"] = {"$ref": kept["note"]}
        return _message(item, identity, caller, "pause", **said)

    request = ItemRequest("pause", number, caller, means, key, asked)
    return await request.send(make)


@router.post(
    "/{number}/clocks/resume",
    status_code=202,
    operation_id="resume_clocks",
    response_model=Asked,
    responses={**for_staff(*_ERRORS, "clock_not_paused"), **ACCEPTED},
)
async def resume_clocks(
    number: Number, caller: Pauser, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Let the clocks go on with as much time as they had left."""

    def make(session: Session, item: Feedback, identity: str) -> PublishMessage:
        check_handles(caller, "feedback.pause", item)
        if clock_pause.find_open(session, item.id) is None:
            raise Problem("clock_not_paused", number=item.number)
        return _message(item, identity, caller, "resume")

    request = ItemRequest("resume", number, caller, means, key)
    return await request.send(make)


@router.put(
    "/{number}/urgency",
    status_code=202,
    operation_id="set_urgency",
    response_model=Asked,
    responses={**for_staff(*_ERRORS), **ACCEPTED},
)
async def set_urgency(
    number: Number,
    asked: Urgency,
    caller: Annotated[Caller, Depends(Allowed("feedback.rate"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Say how urgent an item is; its limits are counted anew from their beginning."""

    def make(_: Session, item: Feedback, identity: str) -> PublishMessage:
        check_handles(caller, "feedback.rate", item)
        if item.status in _OVER:
            raise Problem("clock_not_running", status=item.status)
        return _message(item, identity, caller, "urgency", urgency=asked.urgency)

    request = ItemRequest("urgency", number, caller, means, key, asked)
    return await request.send(make)


def _message(
    item: Feedback, identity: str, caller: Caller, cause: str, **said: Any
) -> PublishMessage:
    told = {MESSAGE: {"cause": cause, "by": caller.username, **said}}
    return message_to(MESSAGE, item, identity, caller, **told)
