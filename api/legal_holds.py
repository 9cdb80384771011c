"""`/api/legal-holds`: nothing of an item or a customer is deleted until it is lifted (法律保全)."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.held_subject import Subject, find_subject, keep_reason
from api.idempotency import KeyHeader
from api.legal_hold_view import EXAMPLE, LISTED, Holds, HoldView, view, with_reasons
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.staff_acts import POST_CODES, Act, post
from api.texts import Reason
from models import access_record, legal_hold
from models.legal_hold import LegalHold

router = APIRouter(prefix="/api/legal-holds", tags=["records"])
Holder = Annotated[Caller, Depends(Allowed("legal_hold.manage"))]
_MOST = 500


class HoldRequest(BaseModel):
    """What is held, and why: an item by its number or instance key, a customer by their id."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"subject_kind": "item", "subject": "202405-001", "reason": "客户起诉，案号另附"}
            ]
        },
    )

    subject_kind: Literal["item", "customer"]
    subject: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,40}$")]
    reason: Reason


class Lifting(BaseModel):
    """Why a hold is lifted (解除理由)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reason": "已结案"}]}
    )

    reason: Reason


@router.get(
    "",
    operation_id="list_legal_holds",
    responses={**for_staff("fields_invalid"), **example(200, LISTED)},
)
def list_legal_holds(
    caller: Holder,
    means: MeansHere,
    *,
    active: Annotated[bool, Query(description="Only those not lifted")] = True,
) -> Holds:
    """Return the newest 500 holds; the look is recorded."""
    with Session(means.engine) as session, session.begin():
        found = legal_hold.of_all(session, active=active, limit=_MOST)
        items = [with_reasons(means, session, caller, one) for one in found]
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="legal_hold.list",
            data={"active": active, "shown": len(items)},
        )
        return Holds(items=items)


@router.post(
    "",
    status_code=201,
    response_model=HoldView,
    operation_id="place_legal_hold",
    responses={
        **for_staff(
            *POST_CODES,
            "feedback_not_found",
            "process_instance_not_found",
            "customer_not_found",
            "customer_erased",
        ),
        **example(201, EXAMPLE),
    },
)
def place_legal_hold(
    asked: HoldRequest, caller: Holder, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Hold an item, or a customer with all their items: erasing and tidying pass them by."""
    act = Act(means, caller, "legal_hold.place", asked.subject, asked, key)

    def work(session: Session) -> tuple[BaseModel, None]:
        # Who is erased at this moment is known as erased afterwards.
        legal_hold.alone(session)
        subject = find_subject(session, asked.subject_kind, asked.subject)
        return _place(session, replace(act, subject=subject.name), subject, asked.reason), None

    return post(act, work)


@router.post(
    "/{hold_id}/lifting",
    response_model=HoldView,
    operation_id="lift_legal_hold",
    responses={
        **for_staff(*POST_CODES, "legal_hold_not_found", "legal_hold_lifted"),
        **example(200, EXAMPLE | {"lifted_by": "linmei", "lifted_at": "2024-09-02T08:00:00Z"}),
    },
)
def lift_legal_hold(
    hold_id: UUID, asked: Lifting, caller: Holder, means: MeansHere, key: KeyHeader = None
) -> Response:
    """Lift a hold; another one on the same item or customer goes on holding it."""
    act = Act(means, caller, "legal_hold.lift", str(hold_id), asked, key)
    return post(act, lambda session: (_lift(session, act, hold_id, asked.reason), None), status=200)


def _place(session: Session, act: Act, subject: Subject, reason: str) -> HoldView:
    hold_id = uuid4()
    kept = keep_reason(session, act.means, subject, f"legal_hold:{hold_id}:place", reason)
    hold = LegalHold(
        id=hold_id,
        instance_key=subject.instance_key,
        customer_id=subject.customer_id,
        reason_ref=kept,
        placed_by=act.caller.username,
        placed_at=act.means.now(),
    )
    legal_hold.place(session, hold)
    act.record(session, **_told(hold_id, kept))
    return view(session, hold)


def _lift(session: Session, act: Act, hold_id: UUID, reason: str) -> HoldView:
    hold = legal_hold.find(session, hold_id)
    if hold is None:
        raise Problem("legal_hold_not_found")
    subject = Subject.of(session, hold)
    kept = keep_reason(session, act.means, subject, f"legal_hold:{hold_id}:lift", reason)
    by, at = act.caller.username, act.means.now()
    if not legal_hold.lift(session, hold_id, by=by, reason=kept, at=at):
        raise Problem("legal_hold_lifted")
    session.refresh(hold)
    replace(act, subject=subject.name).record(session, **_told(hold_id, kept))
    return view(session, hold)


def _told(hold_id: UUID, reason: UUID) -> dict[str, Any]:
    return {"hold": str(hold_id), "reason": {"$ref": str(reason)}}
