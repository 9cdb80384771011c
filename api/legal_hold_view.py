"""Legal holds as auditors and administrators see them (法律保全视图)."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.masked import Personal, Standing, texts_for
from api.means import Means
from models import feedback
from models.legal_hold import LegalHold


class HoldView(BaseModel):
    """A hold; `number` is that of the item, null for a customer and for other instances."""

    id: UUID
    subject_kind: Literal["item", "customer"]
    instance: str | None
    number: str | None
    customer_id: UUID | None
    placed_by: str
    placed_at: AwareDatetime
    lifted_by: str | None
    lifted_at: AwareDatetime | None


class HoldWithReasons(HoldView):
    """A hold with why it was placed and lifted, masked; null when the customer was erased."""

    reason: str | None
    lift_reason: str | None


class Holds(BaseModel):
    """Holds, newest first."""

    items: list[HoldWithReasons]


EXAMPLE: dict[str, Any] = {
    "id": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90",
    "subject_kind": "item",
    "instance": "1048576",
    "number": "202405-001",
    "customer_id": None,
    "placed_by": "linmei",
    "placed_at": "2024-05-06T08:00:00Z",
    "lifted_by": None,
    "lifted_at": None,
}
LISTED = {"items": [EXAMPLE | {"reason": "客户起诉，案号另附", "lift_reason": None}]}


def view(session: Session, hold: LegalHold) -> HoldView:
    """Return a hold without its reasons."""
    item = None if hold.instance_key is None else feedback.find(session, hold.instance_key)
    return HoldView(
        id=hold.id,
        subject_kind="customer" if hold.instance_key is None else "item",
        instance=None if hold.instance_key is None else str(hold.instance_key),
        number=item.number if item else None,
        customer_id=hold.customer_id,
        placed_by=hold.placed_by,
        placed_at=hold.placed_at,
        lifted_by=hold.lifted_by,
        lifted_at=hold.lifted_at,
    )


def with_reasons(
    means: Means, session: Session, caller: Caller, hold: LegalHold
) -> HoldWithReasons:
    """Return a hold with its reasons as the caller may see them."""
    references = (hold.reason_ref, hold.lift_reason_ref)
    nobody: Standing = frozenset()
    wanted = {one: (Personal.TEXT, nobody) for one in references if one is not None}
    texts = texts_for(means, session, caller, wanted)
    lifted = hold.lift_reason_ref
    return HoldWithReasons(
        **view(session, hold).model_dump(),
        reason=texts[hold.reason_ref],
        lift_reason=texts[lifted] if lifted else None,
    )
