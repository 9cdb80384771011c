"""Reports that were made, with their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Index, LargeBinary, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer
from sqlmodel import Field, SQLModel, col

from models.columns import Timestamp
from models.measures.period import Period

SPREADSHEET, DOCUMENT = "xlsx", "pdf"
KINDS = (SPREADSHEET, DOCUMENT)
MEDIA_TYPES = {
    SPREADSHEET: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    DOCUMENT: "application/pdf",
}
_NAMESPACE = UUID("6c1e1f0a-9a55-5d0e-8a0b-2f5d1b7d3c44")


class Report(SQLModel, table=True):
    """One file of one period (报告), for the whole house or one department.

    A count that comes out differently makes a further row: what was sent stays as it was.
    """

    __tablename__ = "report"
    __table_args__ = (Index("report_period_idx", "period", "start", "department"),)

    id: UUID = Field(primary_key=True)
    period: str
    start: date
    department: str
    kind: str
    digest: str = Field(max_length=64)
    size: int
    made_at: datetime = Field(sa_type=Timestamp)
    content: bytes = Field(sa_type=LargeBinary)


class ReportSending(SQLModel, table=True):
    """A report that went out (报告发送): a period is sent once."""

    __tablename__ = "report_sending"

    period: str = Field(primary_key=True)
    start: date = Field(primary_key=True)
    sent_at: datetime = Field(sa_type=Timestamp)


def identity(period: Period, name: str) -> UUID:
    """Return an id that follows from a period and a name, the same whenever it is asked for."""
    return uuid5(_NAMESPACE, f"{period.kind}|{period.start.isoformat()}|{name}")


def keep(
    session: Session, period: Period, kind: str, content: bytes, *, department: str, at: datetime
) -> UUID:
    """Store a file; the same bytes again are the same row, and the newest once more."""
    digest = sha256(content).hexdigest()
    row = Report(
        id=identity(period, f"{department}|{kind}|{digest}"),
        period=period.kind,
        start=period.start,
        department=department,
        kind=kind,
        digest=digest,
        size=len(content),
        made_at=at,
        content=content,
    )
    new = insert(Report).values(row.model_dump())
    newest = {"made_at": new.excluded.made_at}
    session.execute(new.on_conflict_do_update(index_elements=["id"], set_=newest))
    return row.id


def listed(
    session: Session,
    *,
    department: str | None = None,
    period: str | None = None,
    limit: int = 100,
) -> Sequence[Report]:
    """Return reports without their bytes, the latest period first; None for any department."""
    found = select(Report).options(defer(Report.content))  # type: ignore[arg-type]
    if department is not None:
        found = found.where(col(Report.department) == department)
    if period is not None:
        found = found.where(col(Report.period) == period)
    order: tuple[Any, ...] = (
        col(Report.start).desc(),
        col(Report.period),
        col(Report.department),
        col(Report.kind),
        col(Report.made_at).desc(),
    )
    return session.scalars(found.order_by(*order).limit(limit)).all()


def was_sent(session: Session, period: Period) -> bool:
    """Say whether the reports of a period went out."""
    return session.get(ReportSending, (period.kind, period.start)) is not None


def sent(session: Session, period: Period, at: datetime) -> bool:
    """Note that the reports of a period go out with this transaction; False if they did before."""
    row = {"period": period.kind, "start": period.start, "sent_at": at}
    new = insert(ReportSending).values(row).on_conflict_do_nothing()
    return session.execute(new.returning(col(ReportSending.start))).first() is not None
