"""Feedback items as staff see them: customers masked (反馈视图)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.clock_view import CLOCK_EXAMPLE, ClockView, clock_views
from api.customer_view import (
    PAST_EXAMPLE,
    PURCHASE_EXAMPLE,
    PastFeedback,
    PurchaseView,
    past_views,
    purchase_views,
)
from api.item_actions import item_actions
from api.masked import Personal, standing, standings, texts_for, who_told
from api.means import Means
from api.problem import Problem
from api.visibility import sees_feedback, sees_task
from models import (
    customer,
    feedback,
    feedback_search,
    purchase_order,
    service_clock,
    survey,
    user_task_search,
)
from models.customer import Customer
from models.feedback import Feedback
from models.service_clock import ServiceClock
from models.survey import Survey
from models.user_task import UserTask
from models.user_task_search import UserTaskFilter


class CustomerView(BaseModel):
    """Who told it, masked; None where nothing was told or all was erased."""

    name: str | None
    contact: str | None


class FeedbackView(BaseModel):
    """An item as a list shows it (反馈)."""

    number: str
    process_instance_key: str
    status: str
    type: str | None
    urgency: str
    channel: str
    category: str | None
    product: str | None
    region: str | None
    order_number: str | None
    customer: CustomerView
    submitted_at: AwareDatetime
    received_at: AwareDatetime
    department: str | None
    collaborators: list[str]
    assignee: str | None
    accepted_at: AwareDatetime | None
    due_at: AwareDatetime | None
    extended_until: AwareDatetime | None
    escalation_level: int
    escalated_at: AwareDatetime | None
    replied_at: AwareDatetime | None
    satisfaction: str | None
    reopened: int
    outcome: str | None
    closed_at: AwareDatetime | None
    clocks: list[ClockView]


class StatePassedView(BaseModel):
    """A status that the item reached (状态轨迹)."""

    status: str
    at: AwareDatetime
    record: int


class OpenTask(BaseModel):
    """A task of the item that waits for somebody (待办)."""

    user_task_key: str
    element_id: str
    name: str
    assignee: str | None
    candidate_groups: list[str]
    due_date: AwareDatetime | None
    visible: bool


class SurveyView(BaseModel):
    """A round of asking the customer (满意度)."""

    round: int
    sent_at: AwareDatetime | None
    expires_at: AwareDatetime
    answered_at: AwareDatetime | None
    score: str | None
    comment: str | None


class KnownCustomer(CustomerView):
    """Who told it, and what the house knows of them (客户信息).

    `purchases` are those of the 90 days before the item and since, with the order that it names.
    """

    id: UUID | None
    number: str | None
    level: str | None
    account_manager: str | None
    purchases: list[PurchaseView]
    past_feedback: list[PastFeedback]


class FeedbackDetail(FeedbackView):
    """An item with what was told, what happened, and what is open (反馈详情).

    `actions` are those of `docs/permissions.md` that the caller may do with it, whatever its state.
    """

    customer: KnownCustomer
    preferred_channel: str | None
    description: str | None
    states_passed: list[StatePassedView]
    open_tasks: list[OpenTask]
    surveys: list[SurveyView]
    actions: list[str]


EXAMPLE: dict[str, Any] = {
    "number": "202405-001",
    "process_instance_key": "1048576",
    "status": "processing",
    "type": "repair",
    "urgency": "urgent",
    "channel": "web",
    "category": "fault",
    "product": "X200",
    "region": "华东",
    "order_number": "SO-20240501-88",
    "customer": {"name": "张*", "contact": "138****5678"},
    "submitted_at": "2024-05-06T02:00:00Z",
    "received_at": "2024-05-06T02:00:01Z",
    "department": "technical",
    "collaborators": [],
    "assignee": "wangqiang",
    "accepted_at": "2024-05-06T02:20:00Z",
    "due_at": "2024-05-07T02:00:01Z",
    "extended_until": None,
    "escalation_level": 0,
    "escalated_at": None,
    "replied_at": None,
    "satisfaction": None,
    "reopened": 0,
    "outcome": None,
    "closed_at": None,
    "clocks": [CLOCK_EXAMPLE],
}
DETAIL_EXAMPLE: dict[str, Any] = EXAMPLE | {
    "customer": {
        "name": "张*",
        "contact": "138****5678",
        "id": "5a6e0a0e-5c0f-4d0e-9f6b-0c9a3d9f1b22",
        "number": "C10086",
        "level": "high_value",
        "account_manager": "yejing",
        "purchases": [PURCHASE_EXAMPLE],
        "past_feedback": [PAST_EXAMPLE],
    },
    "preferred_channel": "wechat",
    "description": "机器无法开机，请致电 138****5678。",
    "states_passed": [
        {"status": "pending", "at": "2024-05-06T02:00:02Z", "record": 4},
        {"status": "processing", "at": "2024-05-06T02:20:00Z", "record": 41},
    ],
    "open_tasks": [
        {
            "user_task_key": "1048590",
            "element_id": "process",
            "name": "处理并拟写回复",
            "assignee": "wangqiang",
            "candidate_groups": ["technical"],
            "due_date": "2024-05-07T02:00:01Z",
            "visible": True,
        }
    ],
    "surveys": [],
    "actions": ["feedback.read", "feedback.progress", "feedback.extend"],
}
_PLAIN = tuple(
    name
    for name in FeedbackView.model_fields
    if name not in {"process_instance_key", "customer", "clocks"}
)


def visible_item(session: Session, caller: Caller, number: str) -> Feedback:
    """Return an item that the caller may see.

    Raises:
        Problem: `feedback_not_found` or `feedback_not_yours`.
    """
    item = feedback.by_number(session, number)
    if item is None:
        raise Problem("feedback_not_found", number=number)
    if not sees_feedback(session, caller, item):
        raise Problem("feedback_not_yours")
    return item


def views(
    means: Means, session: Session, caller: Caller, items: Iterable[Feedback]
) -> list[FeedbackView]:
    """Return items as a list shows them; all their texts are looked up at once."""
    shown = list(items)
    related = standings(session, caller, shown)
    wanted = {
        found: (kind, related[item.id]) for item in shown for found, kind in who_told(item).items()
    }
    texts = texts_for(means, session, caller, wanted)
    clocks = service_clock.limits_of(session, [item.id for item in shown])
    return [FeedbackView(**_members(item, texts, clocks.get(item.id, {}))) for item in shown]


def detail(means: Means, session: Session, caller: Caller, item: Feedback) -> FeedbackDetail:
    """Return an item with all that belongs to it."""
    rounds = survey.of_feedback(session, item.id)
    related = standing(session, caller, item)
    kinds = who_told(item) | _texts_of(item, rounds)
    wanted = {found: (kind, related) for found, kind in kinds.items()}
    texts = texts_for(means, session, caller, wanted)
    known = customer.find(session, item.customer_id) if item.customer_id else None
    clocks = service_clock.limits_of(session, [item.id]).get(item.id, {})
    return FeedbackDetail(
        **_members(item, texts, clocks)
        | {"customer": _known_customer(session, item, known, texts)},
        preferred_channel=known.preferred_channel if known else None,
        description=texts.get(item.description_ref) if item.description_ref else None,
        states_passed=[
            StatePassedView(status=one.status, at=one.at, record=one.number)
            for one in feedback.states_passed(session, item.id)
        ],
        open_tasks=[_open_task(caller, task) for task in _open_tasks(session, item)],
        surveys=[_round(one, texts) for one in rounds],
        actions=item_actions(session, caller, item),
    )


def _members(
    item: Feedback, texts: dict[UUID, str | None], clocks: Mapping[str, ServiceClock]
) -> dict[str, Any]:
    found = {name: getattr(item, name) for name in _PLAIN}
    return found | {
        "process_instance_key": str(item.id),
        "customer": CustomerView(**_who(item, texts)),
        "clocks": clock_views(clocks.values()),
    }


def _who(item: Feedback, texts: dict[UUID, str | None]) -> dict[str, Any]:
    return {
        "name": texts.get(item.name_ref) if item.name_ref else None,
        "contact": texts.get(item.contact_ref) if item.contact_ref else None,
    }


def _known_customer(
    session: Session, item: Feedback, known: Customer | None, texts: dict[UUID, str | None]
) -> KnownCustomer:
    orders = past = None
    if known is not None:
        orders = purchase_order.recent(session, known.id, item.received_at, item.order_number)
        past = feedback_search.of_customer(session, known.id, without=item.id)
    return KnownCustomer(
        **_who(item, texts),
        id=known.id if known else None,
        number=known.number if known else None,
        level=known.level if known else None,
        account_manager=known.account_manager if known else None,
        purchases=purchase_views(session, orders or ()),
        past_feedback=past_views(past or ()),
    )


def _texts_of(item: Feedback, rounds: Iterable[Survey]) -> dict[UUID, Personal]:
    references = (item.description_ref, *(one.comment_ref for one in rounds))
    return {found: Personal.TEXT for found in references if found is not None}


def _open_tasks(session: Session, item: Feedback) -> Iterable[UserTask]:
    wanted = UserTaskFilter(state="CREATED", instance_key=item.id)
    return user_task_search.search(session, wanted, sort=[("created_at", False)])[0]


def _open_task(caller: Caller, task: UserTask) -> OpenTask:
    return OpenTask(
        user_task_key=str(task.key),
        element_id=task.element_id,
        name=task.name,
        assignee=task.assignee,
        candidate_groups=task.candidate_groups,
        due_date=task.due_date,
        visible=sees_task(caller, task),
    )


def _round(one: Survey, texts: dict[UUID, str | None]) -> SurveyView:
    return SurveyView(
        round=one.round,
        sent_at=one.sent_at,
        expires_at=one.expires_at,
        answered_at=one.answered_at,
        score=one.score,
        comment=texts.get(one.comment_ref) if one.comment_ref else None,
    )
