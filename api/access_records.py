"""`POST /api/access-records/search`: who logged in, looked, and did what (访问记录)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.cursor_paging import CursorRequest, Key, fetch
from api.means import Means, MeansHere
from api.paging import Page
from api.permissions import Allowed
from models import access_record, person
from models.access_record import AccessRecord
from models.access_search import Wanted, matching

router = APIRouter(prefix="/api/access-records", tags=["records"])
_Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
_ORDER = (
    Key(col(AccessRecord.at), datetime, descending=True),
    Key(col(AccessRecord.id), int, descending=True),
)


class AccessFilter(BaseModel):
    """What the records have in common; `to` is not part of the time."""

    model_config = ConfigDict(extra="forbid")

    actor: _Word | None = None
    action: Annotated[list[_Word], Field(max_length=20)] = Field(default_factory=list)
    subject: _Word | None = None
    from_: Annotated[AwareDatetime | None, Field(alias="from")] = None
    to: AwareDatetime | None = None


class AccessSearch(BaseModel):
    """Filter and page of a search, newest first."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "filter": {"action": ["reveal"], "from": "2024-05-01T00:00:00+08:00"},
                    "page": {"limit": 50},
                }
            ]
        },
    )

    filter: AccessFilter = Field(default_factory=AccessFilter)
    page: CursorRequest = Field(default_factory=CursorRequest)


class AccessRecordView(BaseModel):
    """One look or act: codes, numbers and references, nobody's personal data (访问记录)."""

    id: str
    at: AwareDatetime
    actor: str
    action: str
    subject: str | None
    data: dict[str, Any]


class AccessRecords(BaseModel):
    """A page of records, newest first."""

    items: list[AccessRecordView]
    page: Page


_RECORD = {
    "id": "4711",
    "at": "2024-05-06T08:00:00Z",
    "actor": "linmei",
    "action": "reveal",
    "subject": "202405-001",
    "data": {
        "field": "contact",
        "reason": {"$ref": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90"},
    },
}
_PAGE = {
    "totalItems": 1,
    "hasMoreTotalItems": False,
    "startCursor": "WyJpZCIsIDQ3MTFd",
    "endCursor": None,
}


@router.post(
    "/search",
    operation_id="search_access_records",
    responses={
        **for_staff("body_malformed", "fields_invalid", "request_invalid", "body_too_large"),
        **example(200, {"items": [_RECORD], "page": _PAGE}),
    },
)
def search_access_records(
    caller: Annotated[Caller, Depends(Allowed("access_record.read"))],
    means: MeansHere,
    asked: AccessSearch | None = None,
) -> AccessRecords:
    """Return logins, looks and other acts, newest first; each page that is read is one itself.

    Reasons are references: the texts are in the vault, and this opens none.
    """
    asked = asked or AccessSearch()
    with Session(means.engine) as session, session.begin():
        found = select(AccessRecord).where(*matching(_wanted(asked.filter)))
        rows, page = fetch(session, found, _ORDER, asked.page)
        shown = AccessRecords(items=[_view(row) for row in rows], page=page)
        # Afterwards, so that nobody finds the look in its own answer.
        _record(session, means, caller, asked.filter, len(rows))
    return shown


def _wanted(asked: AccessFilter) -> Wanted:
    return Wanted(asked.actor, asked.action, asked.subject, asked.from_, asked.to)


def _view(row: AccessRecord) -> AccessRecordView:
    return AccessRecordView(
        id=str(row.id),
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        data=row.data,
    )


def _record(
    session: Session, means: Means, caller: Caller, asked: AccessFilter, shown: int
) -> None:
    # What was typed may be anything, a telephone number as well: only people of ours are named.
    known = person.find(session, asked.actor) if asked.actor else None
    by = sorted(asked.model_dump(by_alias=True, exclude_defaults=True))
    access_record.append(
        session,
        at=means.now(),
        actor=caller.username,
        action="search_access_records",
        subject=None if known is None else known.username,
        data={"by": by, "shown": shown},
    )
