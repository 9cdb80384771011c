"""`POST /v2/messages/publication` and `/correlation`, as in Camunda 8 (消息发布与关联).

Whoever integrates sends references and codes: a text that shows personal data is refused.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from activities.publishing import MessageIdTakenError, publish
from api.answers import example, for_staff
from api.authentication import Caller
from api.correlation import correlate, take_first
from api.given_variables import check_variables
from api.idempotency import Answer, KeyHeader, Once, carry_out, in_transaction, once
from api.means import Means, MeansHere
from api.paging import Shape
from api.permissions import Allowed
from api.problem import Problem
from api.texts import Clean, Filled
from api.user_task_view import TENANT
from models import access_record, publication
from models.publication import Wanted

router = APIRouter(prefix="/v2/messages", tags=["messages"])
LONGEST_LIFE = timedelta(days=90)
# How long a repeated request still finds what became of the first.
_KEPT = timedelta(days=1)
_REFUSED = (
    "body_malformed",
    "request_invalid",
    "body_too_large",
    "variables_invalid",
    "idempotency_key_invalid",
    "idempotency_key_reused",
)
Name = Annotated[str, StringConstraints(max_length=200), Filled, Clean]


class Message(Shape):
    """A message: who waits with this name and correlation key, gets the variables (消息)."""

    name: Name
    correlation_key: Annotated[str, StringConstraints(max_length=500), Clean] = ""
    variables: dict[str, Any] = Field(default_factory=dict)
    tenant_id: Literal["<default>"] = "<default>"


class MessageToPublish(Message):
    """A message that may wait: `timeToLive` in milliseconds; its id is unique while it waits."""

    time_to_live: Annotated[int, Field(ge=0, le=LONGEST_LIFE // timedelta(milliseconds=1))] = 0
    message_id: Annotated[str | None, StringConstraints(max_length=200), Clean] = None


class PublishedMessage(Shape):
    """The message that was published."""

    message_key: str
    tenant_id: str = TENANT


class CorrelatedMessage(PublishedMessage):
    """The message and the first instance that got it."""

    process_instance_key: str


@router.post(
    "/publication",
    operation_id="publish_message",
    response_model=PublishedMessage,
    responses={
        **for_staff(*_REFUSED, "message_id_taken"),
        **example(200, {"messageKey": "4194304", "tenantId": TENANT}),
    },
)
def publish_message(
    told: MessageToPublish,
    caller: Annotated[Caller, Depends(Allowed("message.publish"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Publish a message to everybody who waits for it, or begins to while it lives.

    Each process gets it once. The delivery is stored and done right afterwards.
    """
    check_variables(told.variables)
    asked = once(means, caller.username, "POST /v2/messages/publication", key, told)
    lifetime = timedelta(milliseconds=told.time_to_live)
    wanted = _wanted(told, caller, lifetime=lifetime, message_id=told.message_id or None)
    with Session(means.engine) as session, session.begin():
        if (earlier := asked.begin(session)) is not None:
            return earlier.response()
        message_key = _publish(session, wanted, asked)
        given = PublishedMessage(message_key=str(message_key))
        answer = Answer(200, given.model_dump(mode="json", by_alias=True))
        asked.keep(session, answer)
    return answer.response()


@router.post(
    "/correlation",
    operation_id="correlate_message",
    response_model=CorrelatedMessage,
    responses={
        **for_staff(*_REFUSED, "message_not_correlated", "instance_busy"),
        **example(
            200,
            {"messageKey": "4194304", "tenantId": TENANT, "processInstanceKey": "1048576"},
        ),
    },
)
async def correlate_message(
    told: Message,
    caller: Annotated[Caller, Depends(Allowed("message.publish"))],
    means: MeansHere,
    key: KeyHeader = None,
) -> Response:
    """Hand a message to whoever waits for it now, and tell which instance has it.

    It waits for nobody: without anybody who waits nothing happens.
    """
    check_variables(told.variables)
    asked = once(means, caller.username, "POST /v2/messages/correlation", key, told)
    cause = UUID(asked.command_id()) if asked.key else None
    wanted = _wanted(told, caller, cause=cause, kept=_KEPT if cause else timedelta())

    async def work() -> Answer:
        message_key = await in_transaction(means, lambda s: _published(s, means, wanted, asked))
        instance_key = await correlate(means, message_key, told.name)
        given = CorrelatedMessage(
            message_key=str(message_key), process_instance_key=str(instance_key)
        )
        return Answer(200, given.model_dump(mode="json", by_alias=True))

    return (await carry_out(means, asked, work)).response()


def _wanted(told: Message, caller: Caller, **more: Any) -> Wanted:
    return Wanted(
        name=told.name,
        correlation_key=told.correlation_key,
        variables=told.variables,
        publisher=caller.username,
        **more,
    )


def _published(session: Session, means: Means, wanted: Wanted, asked: Once) -> int:
    """Return the key of the message, which a repeated request has published before."""
    message_key = _earlier(session, wanted)
    if message_key is None:
        try:
            message_key = publish(session, wanted, asked.at)
        except MessageIdTakenError:
            # The same request at the same moment was faster.
            message_key = _earlier(session, wanted)
            assert message_key is not None  # noqa: S101 (its cause is what was taken)
        else:
            _note(session, wanted, asked, message_key)
    take_first(session, means, message_key, wanted.name)
    return message_key


def _earlier(session: Session, wanted: Wanted) -> int | None:
    found = publication.by_cause(session, wanted.cause) if wanted.cause else None
    return None if found is None else found.key


def _publish(session: Session, wanted: Wanted, asked: Once) -> int:
    try:
        message_key = publish(session, wanted, asked.at)
    except MessageIdTakenError:
        raise Problem("message_id_taken", messageId=wanted.message_id) from None
    _note(session, wanted, asked, message_key)
    return message_key


def _note(session: Session, wanted: Wanted, asked: Once, message_key: int) -> None:
    access_record.append(
        session,
        at=asked.at,
        actor=wanted.publisher,
        action="publish_message",
        # Not the correlation key: whose it is, the message's row says while it is there.
        data={"name": wanted.name, "message": str(message_key)},
    )
