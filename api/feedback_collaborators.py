"""Another department is asked to help while an item is processed (增加协同部门), req. 23."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import for_staff
from api.authentication import Caller
from api.commands import deliver, was_done
from api.feedback import Number
from api.feedback_command import ACCEPTED, COMMAND_CODES, Asked, message_to
from api.feedback_view import visible_item
from api.idempotency import Answer, KeyHeader, carry_out, in_transaction, once
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.staff_acts import existing_department
from api.visibility import check_handles
from bpmn.commands import PublishMessage
from models import event_subscription
from models.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
MESSAGE = "collaborator_added"
_PROCESSING = "processing"


class NewCollaborator(BaseModel):
    """The code of the department that shall help (协同部门)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"department": "quality"}]}
    )

    department: Annotated[str, Field(min_length=1, max_length=100)]


@router.post(
    "/{number}/collaborators",
    status_code=202,
    operation_id="add_collaborator",
    response_model=Asked,
    responses={
        **for_staff(
            *COMMAND_CODES,
            "department_not_found",
            "department_takes_part",
            "feedback_not_processed",
        ),
        **ACCEPTED,
    },
)
async def add_collaborator(
    number: Number,
    asked: NewCollaborator,
    caller: Annotated[Caller, Depends(Allowed("feedback.collaborate"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Ask a department to help; the reply to the customer waits for it."""
    handle = once(means, caller.username, f"collaborators {number}", key, asked)

    def prepare(session: Session) -> tuple[int, PublishMessage | None]:
        item = visible_item(session, caller, number)
        identity = _identity(session, item, asked.department)
        if handle.key and was_done(session, item.id, identity):
            return item.id, None
        _check(session, caller, item, asked.department)
        # Who asked stays in the record; the drawing takes the department only.
        added = {"collaborator": asked.department, "asked_by": caller.username}
        return item.id, message_to(MESSAGE, item, identity, caller, **added)

    def look(session: Session) -> Answer:
        item = visible_item(session, caller, number)
        return Answer(202, {"number": item.number, "status": item.status})

    async def work() -> Answer:
        instance_key, message = await in_transaction(means, prepare)
        if message is not None:
            await deliver(means, instance_key, message)
        return await in_transaction(means, look)

    return (await carry_out(means, handle, work)).response()


def _identity(session: Session, item: Feedback, department: str) -> str:
    """Return one id for all who ask for the same at once: the department is asked once.

    Each time the item is processed anew it waits by another subscription, so that a department
    whose task went with an item that was sent back can be asked again.
    """
    waiting = event_subscription.waiting(session, item.id, MESSAGE)
    return f"collaborator:{department}:{waiting or item.reopened}"


def _check(session: Session, caller: Caller, item: Feedback, code: str) -> None:
    """Refuse whoever does not handle the item, and departments that take part already.

    Raises:
        Problem: `feedback_not_yours`, `department_not_found`, `feedback_not_processed` or
            `department_takes_part`.
    """
    check_handles(caller, "feedback.collaborate", item)
    existing_department(session, code)
    if item.status != _PROCESSING:
        raise Problem("feedback_not_processed", status=item.status)
    if code in (item.department, *item.collaborators):
        raise Problem("department_takes_part", department=code)
