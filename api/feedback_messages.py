"""A customer writes about an item once more: noted, reopened, or a new item (客户来信)."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID, uuid5

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.commands import deliver
from api.feedback import Number
from api.feedback_command import COMMAND_CODES, message_to
from api.feedback_intake import NewFeedback, receive
from api.feedback_progress import is_noted, note
from api.feedback_view import visible_item
from api.idempotency import Answer, KeyHeader, carry_out, in_transaction, once
from api.instances import process_variables, state_of
from api.means import Means, MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.texts import Clean, Filled
from bpmn.commands import PublishMessage
from models import feedback, notice
from models.feedback import Feedback

router = APIRouter(prefix="/api/feedback", tags=["feedback"])
ENTRY = "customer_message"
_NAMESPACE = UUID("0d5ef2a0-41f6-5b8e-9a36-6c9a4b8f2b71")


class CustomerMessage(BaseModel):
    """What the customer says, as staff took it down or a channel brought it (客户来信)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "机器又无法开机了。"}]}
    )

    text: Annotated[str, StringConstraints(max_length=5000), Filled, Clean]


class Taken(BaseModel):
    """What became of it: noted with the open item, reopened, or a new item that follows it."""

    number: str
    outcome: Literal["noted", "reopened", "new_item"]
    new_number: str | None = None


@router.post(
    "/{number}/message",
    status_code=202,
    operation_id="take_customer_message",
    response_model=Taken,
    responses={
        **for_staff(*COMMAND_CODES, "field_empty", "process_not_deployed"),
        **example(202, {"number": "202405-001", "outcome": "reopened", "new_number": None}),
    },
)
async def take_customer_message(
    number: Number,
    told: CustomerMessage,
    caller: Annotated[Caller, Depends(Allowed("feedback.message"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Take down what a customer says later.

    A closed item is reopened within its window, at most so often; after that the message is a new
    item that follows the old one.
    """
    handle = once(means, caller.username, f"message {number}", key, told)

    async def work() -> Answer:
        identity = handle.command_id()

        def prepare(session: Session) -> tuple[dict[str, Any], PublishMessage | None]:
            item = visible_item(session, caller, number)
            return _prepare(session, means, caller, item, identity, text=told.text)

        content, command = await in_transaction(means, prepare)
        if command is not None:
            item = await in_transaction(means, lambda s: visible_item(s, caller, number))
            await deliver(means, item.id, command)
        return Answer(202, content)

    return (await carry_out(means, handle, work)).response()


def _prepare(
    session: Session, means: Means, caller: Caller, item: Feedback, identity: str, *, text: str
) -> tuple[dict[str, Any], PublishMessage | None]:
    earlier = feedback.follower(session, item.id) if is_noted(session, item, identity) else None
    kept = note(session, means, item, identity, code=ENTRY, text=text, author=caller.username)
    if item.status not in {"closed", "archived", "withdrawn"}:
        _tell(session, means, item, identity)
        return _taken(item, "noted"), None
    if _may_reopen(session, item):
        message = {"$ref": str(kept)}
        command = message_to("customer_message", item, identity, caller, message=message)
        return _taken(item, "reopened"), command
    return _taken(item, "new_item", earlier or _follow(session, means, item, text)), None


def _taken(item: Feedback, outcome: str, new_number: str | None = None) -> dict[str, Any]:
    return {"number": item.number, "outcome": outcome, "new_number": new_number}


def _may_reopen(session: Session, item: Feedback) -> bool:
    """Tell whether the item waits for its archive and was not reopened too often."""
    if item.status != "closed":
        return False
    limits = process_variables(state_of(session, item.id)).get("limits") or {}
    return item.reopened < int(limits.get("reopen_max", 0))


def _follow(session: Session, means: Means, item: Feedback, text: str) -> str:
    """Receive a new item of the same customer that names the old one; return its number."""
    contact = means.vault.reveal(session, item.contact_ref) if item.contact_ref else None
    if contact is None:
        raise Problem("field_empty", field="contact")
    told = NewFeedback.model_validate(
        {
            "customer_name": means.vault.reveal(session, item.name_ref) if item.name_ref else None,
            "contact": contact,
            "description": text,
            **{
                name: getattr(item, name)
                for name in ("type", "product", "channel", "region", "order_number")
            },
        }
    )
    number = str(receive(session, means, told, means.now())["number"])
    made = feedback.by_number(session, number)
    if made is not None:
        made.follows = item.id
    return number


def _tell(session: Session, means: Means, item: Feedback, identity: str) -> None:
    """Tell who processes the item."""
    if item.assignee:
        notice.put(
            session,
            {uuid5(_NAMESPACE, f"{item.id}|{identity}"): item.assignee},
            code="customer_message",
            data={"number": item.number},
            instance_key=item.id,
            at=means.now(),
        )
