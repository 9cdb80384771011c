"""What people ask of an item under way: more time, or its withdrawal (延期, 撤回)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict
from sqlalchemy.orm import Session

from activities import standing_clock
from api.answers import example, for_staff
from api.authentication import Caller
from api.feedback import Number
from api.feedback_command import ACCEPTED, COMMAND_CODES, Asked, ItemRequest, message_to
from api.feedback_view import visible_item
from api.idempotency import KeyHeader
from api.instances import process_variables, state_of
from api.means import Means, MeansHere
from api.moments import Moment
from api.permissions import Allowed
from api.personal import keep
from api.problem import Problem
from api.texts import Reason
from api.visibility import check_handles
from bpmn.clock import Clock, to_text
from bpmn.commands import PublishMessage
from models import user_task
from models.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
_APPROVAL = "approve_extension"
# There is nothing left to withdraw.
_DONE = frozenset({"closed", "archived", "withdrawn"})


class ExtensionRequest(BaseModel):
    """Why more time is needed, and until when (延期申请)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"reason": "等待配件到货", "new_due_at": "2024-05-10T18:00:00+08:00"}]
        },
    )

    reason: Reason
    new_due_at: Moment


class Withdrawal(BaseModel):
    """Why the customer withdraws (撤回)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "客户来电撤回"}]}
    )

    reason: Reason


class ExtensionLimit(BaseModel):
    """What is due, and the latest moment that more time may be asked for (最晚时限)."""

    due_at: AwareDatetime
    latest: AwareDatetime
    working_days: int


_LIMIT = {
    "due_at": "2024-05-07T02:00:01Z",
    "latest": "2024-05-10T02:00:01Z",
    "working_days": 3,
}


@router.get(
    "/{number}/extension",
    operation_id="get_extension_limit",
    responses={
        **for_staff(
            "fields_invalid",
            "feedback_not_found",
            "feedback_not_yours",
            "feedback_not_due",
            "process_instance_starting",
        ),
        **example(200, _LIMIT),
    },
)
def get_extension_limit(
    number: Number,
    caller: Annotated[Caller, Depends(Allowed("feedback.read"))],
    means: MeansHere,
) -> ExtensionLimit:
    """Return how far the due time may be moved, by the limits of the item's own definition."""
    with Session(means.engine) as session:
        item = visible_item(session, caller, number)
        due = _due(session, means, item)
        latest, days = _latest(session, means, item, due)
    return ExtensionLimit(due_at=due, latest=latest, working_days=days)


@router.post(
    "/{number}/extension",
    status_code=202,
    operation_id="request_extension",
    response_model=Asked,
    responses={
        **for_staff(
            *COMMAND_CODES,
            "extension_too_long",
            "extension_not_later",
            "extension_undecided",
            "feedback_not_due",
        ),
        **ACCEPTED,
    },
)
async def request_extension(
    number: Number,
    asked: ExtensionRequest,
    caller: Annotated[Caller, Depends(Allowed("feedback.extend"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Ask for more time; it is in force once the head of the department approves."""

    def make(session: Session, item: Feedback, identity: str) -> PublishMessage:
        check_handles(caller, "feedback.extend", item)
        _check_new_date(session, means, item, asked.new_due_at)
        kept = keep(session, means, item.id, identity, {"reason": asked.reason})
        wanted = {
            "until": to_text(asked.new_due_at),
            "requested_by": caller.username,
            "reason": {"$ref": kept["reason"]},
        }
        return message_to("extension_requested", item, identity, caller, extension=wanted)

    request = ItemRequest("extension", number, caller, means, key, asked)
    return await request.send(make)


@router.post(
    "/{number}/withdrawal",
    status_code=202,
    operation_id="withdraw_feedback",
    response_model=Asked,
    responses={
        **for_staff(*COMMAND_CODES, "feedback_closed"),
        **example(202, {"number": "202405-001", "status": "withdrawn"}),
    },
)
async def withdraw_feedback(
    number: Number,
    asked: Withdrawal,
    caller: Annotated[Caller, Depends(Allowed("feedback.withdraw"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """End an item because its customer withdraws it."""

    def make(session: Session, item: Feedback, identity: str) -> PublishMessage:
        if item.status in _DONE:
            raise Problem("feedback_closed", status=item.status)
        kept = keep(session, means, item.id, identity, {"reason": asked.reason})
        wanted = {"requested_by": caller.username, "reason": {"$ref": kept["reason"]}}
        return message_to("feedback_withdrawn", item, identity, caller, withdrawal=wanted)

    request = ItemRequest("withdrawal", number, caller, means, key, asked)
    return await request.send(make)


def _check_new_date(session: Session, means: Means, item: Feedback, new: datetime) -> None:
    """Refuse a date that is no later, or later than the limit of the item's own definition.

    Raises:
        Problem: `feedback_not_due`, `extension_undecided`, `extension_not_later` or
            `extension_too_long`.
    """
    due = _due(session, means, item)
    if user_task.is_open(session, item.id, _APPROVAL):
        raise Problem("extension_undecided", number=item.number)
    if new <= due:
        raise Problem("extension_not_later", due_at=to_text(due))
    latest, days = _latest(session, means, item, due)
    if new > latest:
        raise Problem("extension_too_long", latest=to_text(latest), working_days=days)


def _due(session: Session, means: Means, item: Feedback) -> datetime:
    """Return when an item is due; of a clock that stands, as if it went on now."""
    if item.due_at is None:
        raise Problem("feedback_not_due", number=item.number)
    standing = standing_clock.solution_of(session, item.id)
    if standing is None or standing.held_at is None:
        return item.due_at
    calendar = means.calendar(standing.calendar)
    return standing_clock.going_on(
        Clock(means.now(), calendar, means.time_scale), standing, item.due_at
    )


def _latest(session: Session, means: Means, item: Feedback, due: datetime) -> tuple[datetime, int]:
    """Return until when the due time may be moved, and how many working days that is."""
    state = state_of(session, item.id)
    limits = process_variables(state).get("limits") or {}
    days = int(limits.get("extension_days", 0))
    return means.calendar(state.calendar).add_working_days(due, days), days
