"""`GET /api/customers`: one customer, and lists of them, masked (客户查询)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.customer_view import (
    DETAIL_EXAMPLE,
    SUMMARY_EXAMPLE,
    CustomerDetail,
    CustomerSummary,
    past_views,
    purchase_views,
    summaries,
)
from api.means import MeansHere
from api.paging import from_cursor, to_cursor
from api.permissions import Allowed, may
from api.problem import FieldError, Problem
from api.relation import Relation
from api.visibility import sees_customer
from models import customer, customer_search, feedback_search, purchase_order
from models.customer_search import CustomerFilter

router = APIRouter(prefix="/api/customers", tags=["customers"])
Reader = Annotated[Caller, Depends(Allowed("customer.read"))]
Level = Literal["high_value", "at_risk", "price_sensitive"]
_Word = Annotated[str | None, Field(max_length=100)]


def _place(cursor: object) -> object:
    if isinstance(cursor, str):
        _after(cursor)
    return cursor


def _after(cursor: str) -> UUID:
    match from_cursor(cursor):
        case str(found):
            try:
                return UUID(found)
            except ValueError:
                raise FieldError("cursor_invalid") from None
        case _:
            raise FieldError("cursor_invalid")


class WantedCustomers(BaseModel):
    """Which customers, and which part of the list."""

    model_config = ConfigDict(extra="forbid")

    number: Annotated[str | None, Field(max_length=64)] = None
    level: Level | None = None
    region: _Word = None
    account_manager: _Word = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    after: Annotated[str | None, BeforeValidator(_place)] = None


class CustomerPageInfo(BaseModel):
    """How many customers there are, and the cursor that the next page comes after."""

    total: int
    limit: int
    next: str | None


class CustomerPage(BaseModel):
    """A page of customers."""

    items: list[CustomerSummary]
    page: CustomerPageInfo


_LIST = {"items": [SUMMARY_EXAMPLE], "page": {"total": 1, "limit": 50, "next": None}}


@router.get(
    "",
    operation_id="list_customers",
    responses={**for_staff("fields_invalid"), **example(200, _LIST)},
)
def list_customers(
    wanted: Annotated[WantedCustomers, Query()], caller: Reader, means: MeansHere
) -> CustomerPage:
    """Return the customers that the caller may see; account managers see their own."""
    with Session(means.engine) as session:
        chosen = _filter(wanted, caller)
        found, total = customer_search.search(session, chosen, limit=wanted.limit)
        items = summaries(means, session, caller, found)
        following = to_cursor(str(found[-1].id)) if len(found) == wanted.limit else None
    page = CustomerPageInfo(total=total, limit=wanted.limit, next=following)
    return CustomerPage(items=items, page=page)


@router.get(
    "/{customer_id}",
    operation_id="get_customer",
    responses={
        **for_staff("fields_invalid", "customer_not_found", "customer_not_yours"),
        **example(200, DETAIL_EXAMPLE),
    },
)
def get_customer(customer_id: UUID, caller: Reader, means: MeansHere) -> CustomerDetail:
    """Return a customer with their newest purchases and items."""
    with Session(means.engine) as session:
        known = customer.find(session, customer_id)
        if known is None:
            raise Problem("customer_not_found")
        if not sees_customer(caller, known):
            raise Problem("customer_not_yours")
        [summary] = summaries(means, session, caller, [known])
        orders = purchase_order.of_customer(session, customer_id)
        return CustomerDetail(
            **summary.model_dump(),
            purchases=purchase_views(session, orders),
            past_feedback=past_views(feedback_search.of_customer(session, customer_id)),
        )


def _filter(wanted: WantedCustomers, caller: Caller) -> CustomerFilter:
    chosen = CustomerFilter(
        number=wanted.number,
        level=wanted.level,
        region=wanted.region,
        account_manager=wanted.account_manager,
        after=_after(wanted.after) if wanted.after else None,
    )
    if may(caller, "customer.read", Relation.ANY):
        return chosen
    return replace(chosen, own_of=caller.username)
