"""`POST /api/feedback`: an item is received, numbered and owed a process (接收登记)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy.orm import Session

from api.answers import example, problems
from api.idempotency import Answer, KeyHeader, Once, keyed_digest, once
from api.intake_claim import TOKEN, add, take
from api.means import Means, MeansHere
from api.moments import Moment
from api.problem import Problem
from api.rate_limit import client_address
from api.texts import AbsentIfEmpty, Clean, Filled
from bpmn.commands import CreateInstance
from models import customer, feedback, process_definition, process_instance, start_request
from models.attachment import Attachment
from models.customer import Customer
from models.feedback import Feedback
from models.feedback_number import next_number
from models.vault import PersonErasedError, reference
from nlp.masking import mask_text

PROCESS = "feedback"
START = "start"
_EARLY = timedelta(minutes=5)
router = APIRouter(tags=["feedback"])

Channel = Literal[
    "phone",
    "chat",
    "email",
    "sms",
    "wechat",
    "mini_program",
    "wecom",
    "weibo",
    "shop",
    "web",
    "app",
    "api",
    "paper",
]
FeedbackType = Literal["consultation", "complaint", "repair", "request"]
Urgency = Literal["normal", "urgent", "critical"]
_Short = Annotated[str | None, Field(max_length=100), AbsentIfEmpty, Clean]


class NewFeedback(BaseModel):
    """What a customer tells (反馈登记); description and contact are required."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "customer_name": "张三",
                    "contact": "13800005678",
                    "type": "repair",
                    "product": "X200",
                    "description": "机器无法开机，按电源键没有反应。",
                    "urgency": "urgent",
                    "channel": "web",
                    "submitted_at": "2024-05-06T10:00:00+08:00",
                    "region": "华东",
                    "order_number": "SO-20240501-88",
                }
            ]
        },
    )

    customer_name: _Short = None
    contact: Annotated[str, StringConstraints(min_length=3, max_length=200), Filled, Clean]
    type: FeedbackType | None = None
    product: _Short = None
    description: Annotated[str, StringConstraints(max_length=5000), Filled, Clean]
    urgency: Urgency = "normal"
    channel: Channel = "web"
    submitted_at: Moment | None = None
    region: _Short = None
    order_number: Annotated[
        str | None, Field(max_length=64, pattern=r"^[A-Za-z0-9_./\-]+$"), AbsentIfEmpty, Clean
    ] = None
    upload_token: Annotated[
        str | None,
        Field(
            pattern=TOKEN,
            repr=False,
            description="Of `POST /api/feedback-uploads`: the files sent with it are the item's.",
        ),
        AbsentIfEmpty,
    ] = None


class Received(BaseModel):
    """The number under which an item was received (受理回执)."""

    number: str
    status: str
    received_at: AwareDatetime


_RECEIVED = {"number": "202405-001", "status": "pending", "received_at": "2024-05-06T02:00:01Z"}


def _limit(request: Request, means: MeansHere) -> str:
    """Return the address that knocks; it is counted before anything else is read."""
    address = client_address(request)
    means.intake_limit.check(address)
    return address


@router.post(
    "/api/feedback",
    status_code=201,
    response_model=Received,
    operation_id="create_feedback",
    responses={
        **problems(
            "body_malformed",
            "idempotency_key_invalid",
            "body_too_large",
            "fields_invalid",
            "idempotency_key_reused",
            "rate_limited",
            "process_not_deployed",
            "upload_token_invalid",
        ),
        **example(201, _RECEIVED),
    },
)
def create_feedback(
    told: NewFeedback,
    means: MeansHere,
    address: Annotated[str, Depends(_limit)],
    key: KeyHeader = None,
) -> Response:
    """Receive an item: number, item and start of its process in one transaction."""
    _check_submitted(told, means.now())
    asked = once(means, keyed_digest(means, address.encode()), "POST /api/feedback", key, told)
    answer = receive_once(means, asked, told)
    return answer.response(Location=f"/api/feedback/{answer.content['number']}")


def _check_submitted(told: NewFeedback, now: datetime) -> None:
    if told.submitted_at is not None and told.submitted_at > now + _EARLY:
        error = {"field": "submitted_at", "code": "in_future"}
        raise Problem("fields_invalid", errors=[error])


def receive_once(means: Means, asked: Once, told: NewFeedback) -> Answer:
    """Receive an item unless that was done before; return the receipt.

    Raises:
        Problem: as `receive`, or `idempotency_key_reused`.
    """
    try:
        with Session(means.engine) as session, session.begin():
            earlier = asked.begin(session)
            if earlier is not None:
                return earlier
            content = receive(session, means, told, asked.at)
            answer = Answer(201, content)
            asked.keep(session, answer)
            return answer
    except PersonErasedError:
        # Erased between look-up and storing: the next attempt makes a new customer.
        raise Problem("instance_busy") from None


@dataclass(frozen=True)
class _References:
    """Where the personal values of an item lie."""

    name: UUID | None
    contact: UUID
    description: UUID


def receive(session: Session, means: Means, told: NewFeedback, at: datetime) -> dict[str, Any]:
    """Store an item with its number and the start of its process; return the receipt.

    Raises:
        Problem: `process_not_deployed` or `upload_token_invalid`.
        PersonErasedError: the customer was erased this very moment.
    """
    definition = process_definition.latest(session, PROCESS)
    if definition is None:
        raise Problem("process_not_deployed", process=PROCESS)
    key = process_instance.next_key(session)
    refs = _References(
        reference(key, START, "name") if told.customer_name else None,
        reference(key, START, "contact"),
        reference(key, START, "description"),
    )
    known = _customer(session, means, told, refs, at)
    _store_personal(session, means, known.id, told, refs)
    files: Sequence[Attachment] = ()
    if told.upload_token:
        files = take(session, means, told.upload_token, item=key, person=known.id, at=at)
    item = _item(told, key, known, refs, at)
    # Last, since the month's row stays locked until the end.
    item.number = next_number(session, at)
    feedback.create(session, item)
    add(session, item, files, at)
    command = CreateInstance(
        id=START,
        definition=definition.digest,
        process=PROCESS,
        variables=_variables(item, known, refs),
        calendar=definition.calendar_version,
    )
    start_request.add(
        session,
        instance_key=key,
        workflow_id=process_instance.workflow_id(key),
        payload=command.to_json(),
        at=at,
    )
    return Received(number=item.number, status=item.status, received_at=at).model_dump(mode="json")


def _customer(
    session: Session, means: Means, told: NewFeedback, refs: _References, at: datetime
) -> Customer:
    """Return whom the contact belongs to, or else who placed the order, or else somebody new."""
    index = customer.contact_index(means.key_source, told.contact)
    known = customer.by_contact(session, index)
    if known is None and told.order_number:
        known = customer.by_order(session, told.order_number)
    if known is not None:
        known.region = known.region or _plain(told.region)
        return known
    wanted = Customer(
        id=uuid4(),
        contact_index=index,
        name_ref=refs.name,
        contact_ref=refs.contact,
        region=_plain(told.region),
        created_at=at,
    )
    return session.get_one(Customer, customer.ensure(session, wanted)[0])


def _plain(told: str | None) -> str | None:
    """Return what goes into a plain column: whatever was typed there by mistake is masked."""
    return mask_text(told) if told else None


def _store_personal(
    session: Session, means: Means, customer_id: UUID, told: NewFeedback, refs: _References
) -> None:
    texts = {refs.contact: told.contact, refs.description: told.description}
    if refs.name and told.customer_name:
        texts[refs.name] = told.customer_name
    means.vault.store_all(session, customer_id, texts)


def _item(
    told: NewFeedback, key: int, known: Customer, refs: _References, at: datetime
) -> Feedback:
    return Feedback(
        id=key,
        number="",
        type=told.type,
        urgency=told.urgency,
        channel=told.channel,
        product=_plain(told.product),
        region=_plain(told.region),
        order_number=told.order_number,
        customer_id=known.id,
        name_ref=refs.name,
        contact_ref=refs.contact,
        description_ref=refs.description,
        submitted_at=told.submitted_at or at,
        received_at=at,
        demo=known.demo,
    )


def _variables(item: Feedback, known: Customer, refs: _References) -> dict[str, Any]:
    # What a customer may type freely stays in the item, which can be emptied: records cannot.
    named = ("number", "type", "urgency", "channel")
    return {
        "feedback": {name: getattr(item, name) for name in named}
        | {"customer_level": known.level, "category": None},
        "description": {"$ref": str(refs.description)},
        "contact": {"$ref": str(refs.contact)},
        "customer": {"id": str(known.id)},
    }
