"""Customers as staff see them: masked, with what they bought and told before (客户视图)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, PlainSerializer
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.masked import standing_to_customer, texts_for, who_told
from api.means import Means
from models.customer import Customer
from models.feedback import Feedback
from models.product_batch import ProductBatch
from models.purchase_order import PurchaseOrder

# A text, since a number would lose the last digits of large sums on its way.
Money = Annotated[Decimal, PlainSerializer(str, return_type=str)]


class BatchView(BaseModel):
    """The batch that a purchase came from (批次)."""

    number: str
    supplier: str | None
    produced_at: date | None


class PurchaseView(BaseModel):
    """A purchase (订单); the amount in yuan is a text with two decimals."""

    order_number: str
    product: str
    amount: Money | None
    ordered_at: AwareDatetime
    delivered_at: AwareDatetime | None
    batch: BatchView | None


class PastFeedback(BaseModel):
    """Another item of the same customer (历史反馈)."""

    number: str
    status: str
    type: str | None
    category: str | None
    product: str | None
    received_at: AwareDatetime
    satisfaction: str | None
    outcome: str | None


class CustomerSummary(BaseModel):
    """A customer as a list shows them (客户); None where nothing is known or all was erased."""

    id: UUID
    number: str | None
    name: str | None
    contact: str | None
    level: str | None
    region: str | None
    preferred_channel: str | None
    account_manager: str | None
    created_at: AwareDatetime


class CustomerDetail(CustomerSummary):
    """A customer with their newest purchases and items (客户详情)."""

    purchases: list[PurchaseView]
    past_feedback: list[PastFeedback]


PURCHASE_EXAMPLE: dict[str, Any] = {
    "order_number": "SO-20240501-88",
    "product": "X200",
    "amount": "1299.00",
    "ordered_at": "2024-05-01T02:00:00Z",
    "delivered_at": "2024-05-03T06:30:00Z",
    "batch": {"number": "B240418", "supplier": "华东电源", "produced_at": "2024-04-18"},
}
PAST_EXAMPLE: dict[str, Any] = {
    "number": "202404-017",
    "status": "closed",
    "type": "consultation",
    "category": "order",
    "product": "X200",
    "received_at": "2024-04-11T03:00:00Z",
    "satisfaction": "satisfied",
    "outcome": "satisfied",
}
SUMMARY_EXAMPLE: dict[str, Any] = {
    "id": "5a6e0a0e-5c0f-4d0e-9f6b-0c9a3d9f1b22",
    "number": "C10086",
    "name": "张*",
    "contact": "138****5678",
    "level": "high_value",
    "region": "华东",
    "preferred_channel": "wechat",
    "account_manager": "yejing",
    "created_at": "2024-01-05T08:00:00Z",
}
DETAIL_EXAMPLE: dict[str, Any] = SUMMARY_EXAMPLE | {
    "purchases": [PURCHASE_EXAMPLE],
    "past_feedback": [PAST_EXAMPLE],
}
_PLAIN = tuple(name for name in CustomerSummary.model_fields if name not in {"name", "contact"})


def summaries(
    means: Means, session: Session, caller: Caller, customers: Iterable[Customer]
) -> list[CustomerSummary]:
    """Return customers as a list shows them; all their texts are looked up at once."""
    shown = list(customers)
    wanted = {
        found: (kind, standing_to_customer(caller, one))
        for one in shown
        for found, kind in who_told(one).items()
    }
    texts = texts_for(means, session, caller, wanted)
    return [_summary(one, texts) for one in shown]


def _summary(one: Customer, texts: dict[UUID, str | None]) -> CustomerSummary:
    return CustomerSummary(
        **{name: getattr(one, name) for name in _PLAIN},
        name=texts.get(one.name_ref) if one.name_ref else None,
        contact=texts.get(one.contact_ref) if one.contact_ref else None,
    )


def purchase_views(session: Session, orders: Iterable[PurchaseOrder]) -> list[PurchaseView]:
    """Return purchases with the batches that they came from."""
    return [
        PurchaseView(
            order_number=one.number,
            product=one.product,
            amount=one.amount,
            ordered_at=one.ordered_at,
            delivered_at=one.delivered_at,
            batch=_batch(session.get(ProductBatch, one.batch)) if one.batch else None,
        )
        for one in orders
    ]


def _batch(found: ProductBatch | None) -> BatchView | None:
    if found is None:
        return None
    return BatchView(number=found.number, supplier=found.supplier, produced_at=found.produced_at)


def past_views(items: Iterable[Feedback]) -> list[PastFeedback]:
    """Return items as another item of their customer names them, without their texts."""
    return [
        PastFeedback(**{name: getattr(one, name) for name in PastFeedback.model_fields})
        for one in items
    ]
