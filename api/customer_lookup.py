"""`POST /api/customers/lookup`: who is it that calls (来电识别)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.customer_view import (
    DETAIL_EXAMPLE,
    CustomerDetail,
    past_views,
    purchase_views,
    summaries,
)
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.texts import Clean, Filled
from api.visibility import sees_customer
from models import access_record, customer, feedback_search, purchase_order

router = APIRouter(prefix="/api/customers", tags=["customers"])
Reader = Annotated[Caller, Depends(Allowed("customer.read"))]


class Contact(BaseModel):
    """A telephone number or address, as it is typed; in the body, so that no log has it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"contact": "138 0000 5678"}]}
    )

    contact: Annotated[str, StringConstraints(min_length=3, max_length=200), Filled, Clean]


@router.post(
    "/lookup",
    operation_id="look_up_customer",
    responses={
        **for_staff("fields_invalid", "body_malformed", "body_too_large", "customer_not_found"),
        **example(200, DETAIL_EXAMPLE),
    },
)
def look_up_customer(asked: Contact, caller: Reader, means: MeansHere) -> CustomerDetail:
    """Return the customer with this contact, masked; that one looked is recorded.

    Whoever may not see the customer learns as little as of one who does not exist.
    """
    index = customer.contact_index(means.key_source, asked.contact)
    with Session(means.engine) as session, session.begin():
        known = customer.by_contact(session, index)
        if known is None or not sees_customer(caller, known):
            raise Problem("customer_not_found")
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="look_up_customer",
            subject=str(known.id),
            data={},
        )
        [summary] = summaries(means, session, caller, [known])
        orders = purchase_order.of_customer(session, known.id)
        return CustomerDetail(
            **summary.model_dump(),
            purchases=purchase_views(session, orders),
            past_feedback=past_views(feedback_search.of_customer(session, known.id)),
        )
