"""`GET /api/audit/{instance}/records`: the records of an instance, a line each (审计记录)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.audit_look import ERRORS, Auditor, open_instance
from api.keys import PathKey
from api.means import MeansHere
from models.audit_record import AuditRecord

router = APIRouter(prefix="/api/audit", tags=["records"])


class RecordLine(BaseModel):
    """A record without its data: who did it where known, and the status that it brought."""

    number: int
    kind: str
    at: AwareDatetime
    element: str
    key: str
    actor: str | None
    status: str | None


class RecordLines(BaseModel):
    """Records in order; `next` is the number that the following page comes after."""

    items: list[RecordLine]
    total: int
    next: int | None


_EXAMPLE = {
    "items": [
        {
            "number": 41,
            "kind": "USER_TASK_ASSIGNED",
            "at": "2024-05-06T02:20:00Z",
            "element": "accept",
            "key": "1048590",
            "actor": "wangqiang",
            "status": None,
        }
    ],
    "total": 58,
    "next": None,
}


@router.get(
    "/{instance}/records",
    operation_id="list_audited_records",
    responses={**for_staff(*ERRORS), **example(200, _EXAMPLE)},
)
def list_audited_records(
    instance: PathKey,
    caller: Auditor,
    means: MeansHere,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=2000)] = 500,
) -> RecordLines:
    """Return the records after number `after`; a line holds codes, keys and usernames only."""
    with Session(means.engine) as session, session.begin():
        total = open_instance(session, means, caller, instance).instance.last_number
        items = _lines(session, instance, after, limit)
    last = items[-1].number if items else total
    return RecordLines(items=items, total=total, next=last if last < total else None)


def _lines(session: Session, key: int, after: int, limit: int) -> list[RecordLine]:
    data = col(AuditRecord.data)
    named = [getattr(AuditRecord, name) for name in ("number", "kind", "at", "element", "key")]
    told = [data["by"].astext.label("actor"), data["status"].astext.label("status")]
    lines = select(*named, *told).where(
        col(AuditRecord.instance_key) == key, col(AuditRecord.number) > after
    )
    rows = session.execute(lines.order_by(col(AuditRecord.number)).limit(limit))
    return [RecordLine(**{**row, "key": str(row["key"])}) for row in rows.mappings()]
