"""`POST /api/customers/{id}/erasure` and `GET /api/erasures`: customers erased (删除个人信息)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.erasure_course import begin_course
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from audit.erasure import CustomerHeldError, CustomerUnknownError, begin
from audit.erasure_certificate import ErasureIncompleteError, certified
from models import erasure
from models.erasure import Erasure, Ground
from nlp.masking import mask_text
from proof.signing import Signer, SigningKeyError

router = APIRouter(tags=["erasures"])
Reader = Annotated[Caller, Depends(Allowed("erasure.read"))]


class ErasureRequest(BaseModel):
    """Why a customer is erased, and by which paper (删除依据); no name, since this stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"ground": "consent_withdrawn", "request": "PI-2024-17"}]},
    )

    ground: Ground
    request: Annotated[
        str | None, Field(max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9_./\-]*$")
    ] = None


class ErasureView(BaseModel):
    """An erasure, and when each of its steps ended (删除进度); null: still to be done.

    From `begun_at` nobody reads anything about the customer. Then every key that could open what
    backups hold is destroyed, the ledger for restored systems is written, files are taken off the
    disk, and tables and log are rewritten.
    """

    customer_id: UUID
    ground: Ground
    request: str | None
    asked_by: str
    begun_at: AwareDatetime
    keys_at: AwareDatetime | None
    ledger_at: AwareDatetime | None
    files_at: AwareDatetime | None
    traces_at: AwareDatetime | None
    completed_at: AwareDatetime | None
    counts: dict[str, int]


class Erasures(BaseModel):
    """Erasures, newest first."""

    items: list[ErasureView]


_EXAMPLE = {
    "customer_id": "5f0c2f0e-7a51-4a3e-9a51-0f4f1b1c2d3e",
    "ground": "consent_withdrawn",
    "request": "PI-2024-17",
    "asked_by": "admin",
    "begun_at": "2024-05-06T02:00:00Z",
    "keys_at": "2024-05-06T02:00:01Z",
    "ledger_at": "2024-05-06T02:00:01Z",
    "files_at": "2024-05-06T02:00:01Z",
    "traces_at": None,
    "completed_at": None,
    "counts": {"customer": 1, "feedback": 3, "personal_value": 14},
}


@router.post(
    "/api/customers/{customer_id}/erasure",
    status_code=202,
    operation_id="erase_customer",
    responses={
        **for_staff(
            "body_malformed",
            "fields_invalid",
            "body_too_large",
            "customer_not_found",
            "customer_held",
        ),
        **example(202, _EXAMPLE),
    },
)
def erase_customer(
    customer_id: UUID,
    asked: ErasureRequest,
    caller: Annotated[Caller, Depends(Allowed("customer.erase"))],
    means: MeansHere,
) -> ErasureView:
    """Erase a customer for good; asked again, it answers how far the erasure has come."""
    wanted = Erasure(
        person_id=customer_id,
        ground=asked.ground,
        # A telephone number fits the pattern as well.
        request=mask_text(asked.request) if asked.request else None,
        asked_by=caller.username,
        begun_at=means.now(),
        counts={},
    )
    try:
        with Session(means.engine) as session, session.begin():
            begin(session, wanted)
    except CustomerUnknownError:
        raise Problem("customer_not_found") from None
    except CustomerHeldError as error:
        raise Problem("customer_held", holds=[str(one) for one in error.holds]) from None
    means.vault.evict(customer_id)
    begin_course(means)
    with Session(means.engine) as session:
        return _view(session.get_one(Erasure, customer_id))


@router.get(
    "/api/erasures",
    operation_id="list_erasures",
    responses={**for_staff("fields_invalid"), **example(200, {"items": [_EXAMPLE]})},
)
def list_erasures(
    caller: Reader,
    means: MeansHere,
    before: Annotated[AwareDatetime | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Erasures:
    """Return erasures, newest first, those begun before a moment."""
    del caller
    with Session(means.engine) as session:
        found = erasure.of_all(session, before=before, limit=limit)
        return Erasures(items=[_view(one) for one in found])


@router.get(
    "/api/erasures/{customer_id}/certificate",
    operation_id="get_erasure_certificate",
    response_class=Response,
    responses={
        **for_staff(
            "fields_invalid", "erasure_not_found", "erasure_incomplete", "signing_key_missing"
        ),
        200: {"content": {"application/zip": {"example": "bytes"}}},
    },
)
def get_erasure_certificate(customer_id: UUID, caller: Reader, means: MeansHere) -> Response:
    """Return a ZIP of the certificate and of its signature, once every step has ended."""
    at = means.now()
    with Session(means.engine) as session, session.begin():
        found = erasure.find(session, customer_id)
        if found is None:
            raise Problem("erasure_not_found")
        try:
            signer = Signer.read(means.chosen.secrets_path)
            packed = certified(session, signer, found, at, caller.username)
        except SigningKeyError:
            raise Problem("signing_key_missing") from None
        except ErasureIncompleteError:
            raise Problem("erasure_incomplete") from None
    headers = {"Content-Disposition": f'attachment; filename="erasure-{customer_id}.zip"'}
    return Response(packed, media_type="application/zip", headers=headers)


def _view(one: Erasure) -> ErasureView:
    shown = one.model_dump(exclude={"person_id"})
    return ErasureView(customer_id=one.person_id, completed_at=one.completed_at, **shown)
