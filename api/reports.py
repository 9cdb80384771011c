"""`GET /api/reports`: the reports that were made, and their files (分析报告)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.figures import Span
from api.means import MeansHere
from api.permissions import Allowed
from api.problem import Problem
from api.visibility import reads_every_department
from models import access_record, report
from models.measures.period import Period
from models.report import MEDIA_TYPES, Report

router = APIRouter(prefix="/api/reports", tags=["figures"])
Reader = Annotated[Caller, Depends(Allowed("reports.read"))]


class ReportView(BaseModel):
    """A file of a report; an empty department is the whole house."""

    id: UUID
    period: str
    start: date
    name: str
    department: str
    kind: str
    size: int
    digest: str
    made_at: AwareDatetime


class Reports(BaseModel):
    """Reports, the latest period first and its newest file first."""

    items: list[ReportView]


_EXAMPLE = {
    "items": [
        {
            "id": "5a0c9a94-1f0e-5f0c-8f0e-0d5a3c1b7e21",
            "period": "month",
            "start": "2024-05-01",
            "name": "2024-05",
            "department": "",
            "kind": "pdf",
            "size": 81234,
            "digest": "9f2c0a7d",
            "made_at": "2024-06-01T22:00:09Z",
        }
    ]
}
_FILES: dict[int | str, Any] = {
    200: {"content": {media: {"example": "bytes"} for media in MEDIA_TYPES.values()}}
}


@router.get(
    "",
    operation_id="list_reports",
    responses={**for_staff("fields_invalid"), **example(200, _EXAMPLE)},
)
def list_reports(
    caller: Reader,
    means: MeansHere,
    period: Span | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Reports:
    """Return the reports that the caller may read; heads those of their department."""
    department = None if reads_every_department(caller) else caller.department
    with Session(means.engine) as session:
        found = report.listed(session, department=department, period=period, limit=limit)
        return Reports(items=[_view(one) for one in found])


@router.get(
    "/{report_id}",
    operation_id="get_report",
    response_class=Response,
    responses={**for_staff("fields_invalid", "report_not_found"), **_FILES},
)
def get_report(report_id: UUID, caller: Reader, means: MeansHere) -> Response:
    """Return a file; who read which report is recorded.

    One that was emptied, since it may have named an erased customer, is answered by the file that
    was made in its place.
    """
    with Session(means.engine) as session, session.begin():
        found = report.find(session, report_id)
        if found is None or not _may_read(caller, found):
            raise Problem("report_not_found")
        access_record.append(
            session,
            at=means.now(),
            actor=caller.username,
            action="read_report",
            subject=str(found.id),
            data={"period": found.period, "start": found.start.isoformat()},
        )
        name = f"bihuan-{_name(found)}{'-' if found.department else ''}{found.department}"
        headers = {"Content-Disposition": f'attachment; filename="{name}.{found.kind}"'}
        return Response(found.content, media_type=MEDIA_TYPES[found.kind], headers=headers)


def _may_read(caller: Caller, found: Report) -> bool:
    return reads_every_department(caller) or found.department == caller.department


def _name(found: Report) -> str:
    return Period(found.period, found.start).name


def _view(found: Report) -> ReportView:
    return ReportView(
        id=found.id,
        period=found.period,
        start=found.start,
        name=_name(found),
        department=found.department,
        kind=found.kind,
        size=found.size,
        digest=found.digest,
        made_at=found.made_at,
    )
