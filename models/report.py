"""Reports that were made, with their bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Index, LargeBinary, select, text
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
_MAKING = text("LOCK TABLE report IN ROW EXCLUSIVE MODE")
_ALONE = text("LOCK TABLE report IN SHARE ROW EXCLUSIVE MODE")
_NAMESPACE = UUID("6c1e1f0a-9a55-5d0e-8a0b-2f5d1b7d3c44")


class Report(SQLModel, table=True):
    """One file of one period (报告), for the whole house or one department.

    A count that comes out differently makes a further row: what was sent stays as it was, unless
    it may name somebody who was erased: then `content` is None, and the file is made anew.
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
    content: bytes | None = Field(default=None, sa_type=LargeBinary)


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
    newest = {"made_at": new.excluded.made_at, "content": new.excluded.content}
    session.execute(new.on_conflict_do_update(index_elements=["id"], set_=newest))
    return row.id


def begin(session: Session) -> None:
    """Keep erasures waiting until what is read from here on is kept, or wait for one (互斥)."""
    session.execute(_MAKING)


def alone(session: Session) -> None:
    """Wait for the reports that are being made, and keep others waiting."""
    session.execute(_ALONE)


def find(session: Session, report_id: UUID) -> Report | None:
    """Return a report; for one that was emptied the newest that was made in its place."""
    found = session.get(Report, report_id)
    if found is None or found.content is not None:
        return found
    same = [
        col(getattr(Report, name)) == getattr(found, name)
        for name in ("period", "start", "department", "kind")
    ]
    again = select(Report).where(*same, col(Report.content).is_not(None))
    return session.scalars(again.order_by(col(Report.made_at).desc()).limit(1)).first()


def to_make_anew(session: Session) -> list[Period]:
    """Return the periods whose reports were emptied and are not made anew yet (待重制).

    The report for all is made last of a period: where it is, the others are.
    """
    whole = select(col(Report.period), col(Report.start)).where(col(Report.department) == "")
    emptied = whole.where(col(Report.content).is_(None))
    there = whole.where(col(Report.content).is_not(None))
    return [Period(kind, start) for kind, start in session.execute(emptied.except_(there))]


def listed(
    session: Session,
    *,
    department: str | None = None,
    period: str | None = None,
    limit: int = 100,
) -> Sequence[Report]:
    """Return reports without their bytes, the latest period first; None for any department."""
    found = select(Report).options(defer(Report.content))  # type: ignore[arg-type]
    found = found.where(col(Report.content).is_not(None))
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
