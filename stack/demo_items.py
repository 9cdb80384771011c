"""Items of invented customers, told through the public API as anybody would (演示反馈)."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from sqlmodel import col

from migrations.seeds.demo import DemoText
from models.customer import Customer
from models.imports import Tools
from models.purchase_order import PurchaseOrder
from stack.errors import StackError

_CREATED = 201
_PATIENCE = 300.0
_EVERY = 100


@dataclass(frozen=True)
class _Customer:
    """An invented customer: who they are, and their orders by product."""

    id: UUID
    name: str
    contact: str
    orders: dict[str, str]


def receive(
    engine: Engine,
    tools: Tools,
    api: str,
    texts: Sequence[DemoText],
    *,
    say: Callable[[str], None],
) -> int:
    """Tell texts as items, each by a customer who bought what it is about, if there is one.

    A customer tells a text once however often this runs.
    """
    with Session(engine) as session:
        customers = _customers(session, tools)
    with httpx.Client(base_url=api, timeout=30) as client:
        for number, text in enumerate(texts, start=1):
            who = _teller(customers, text, number)
            _tell(client, who, text, number)
            if number % _EVERY == 0:
                say(f"items: {number} of {len(texts)}")
    return len(texts)


def _customers(session: Session, tools: Tools) -> list[_Customer]:
    own = select(Customer).where(col(Customer.demo)).order_by(col(Customer.number))
    found = session.scalars(own).all()
    references = [ref for one in found for ref in (one.name_ref, one.contact_ref) if ref]
    texts = tools.vault.reveal_all(session, references)
    orders: dict[UUID, dict[str, str]] = {}
    for order in session.scalars(select(PurchaseOrder).where(col(PurchaseOrder.demo))):
        orders.setdefault(order.customer_id, {})[order.product] = order.number
    return [
        _Customer(one.id, name, contact, orders.get(one.id, {}))
        for one in found
        if one.name_ref and (name := texts[one.name_ref])
        if one.contact_ref and (contact := texts[one.contact_ref])
    ]


def _teller(customers: Sequence[_Customer], text: DemoText, number: int) -> _Customer:
    buyers = [one for one in customers if text.product in one.orders] or customers
    return buyers[number * 7 % len(buyers)]


def _tell(client: httpx.Client, who: _Customer, text: DemoText, number: int) -> None:
    body: dict[str, Any] = {
        "customer_name": who.name,
        "contact": who.contact,
        "type": text.type,
        "product": text.product,
        "description": text.text,
        "urgency": text.urgency,
        "channel": text.channel,
        "region": text.region,
        "order_number": who.orders.get(text.product or ""),
    }
    headers = {"Idempotency-Key": f"demo-{who.id}-{number}"}
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            answer = client.post("/api/feedback", json=body, headers=headers)
        except httpx.HTTPError as error:
            raise StackError(f"the API does not answer ({type(error).__name__})") from None
        if answer.status_code == _CREATED:
            return
        if "retry-after" not in answer.headers:
            raise StackError(f"the API refused an item: {answer.status_code}")
        time.sleep(float(answer.headers["retry-after"]))
    raise StackError("the API was too busy for the items")
