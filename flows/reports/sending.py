"""Those who must read a report are told where it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import settings
from flows.house import transaction
from models import candidate_group, notice, notice_delivery, report
from models.measures.figure import EVERY_DEPARTMENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from sqlalchemy.orm import Session

    from models.measures.period import Period

CODE = "report_ready"
MANAGEMENT = "role.management"


def was_sent(period: Period) -> bool:
    """Say whether the reports of a period went out."""
    with transaction() as session:
        return report.was_sent(session, period)


def send(period: Period, made: Mapping[str, Sequence[UUID]]) -> bool:
    """Tell management and the heads of the departments (发送报告); a period is sent once.

    Everybody gets a notice in the inbox with a link to their report, the configured addresses one
    with a link to the report for all. Who opens it must log in: a link alone shows nothing.

    Returns:
        Whether it went out now.
    """
    at = datetime.now(UTC)
    with transaction() as session:
        if not report.sent(session, period, at):
            return False
        for department, files in made.items():
            _tell(session, period, department, files, at)
        cause = report.identity(period, CODE)
        data = _data(period, made[EVERY_DEPARTMENT])
        addresses = len(settings.load().notice_urls)
        notice_delivery.owe(session, cause, code=CODE, data=data, at=at, addresses=addresses)
    return True


def _tell(
    session: Session, period: Period, department: str, files: Sequence[UUID], at: datetime
) -> None:
    group = f"{department}.head" if department else MANAGEMENT
    rows = {
        report.identity(period, f"{CODE}|{department}|{name}"): name
        for name in candidate_group.on_hand(session, group, at)
    }
    data = _data(period, files) | {"department": department}
    notice.put(session, rows, code=CODE, data=data, instance_key=None, at=at)


def _data(period: Period, files: Sequence[UUID]) -> dict[str, Any]:
    """Return what the words of the notice need; the last file is the document to read."""
    link = f"{settings.load().public_url}/api/reports/{files[-1]}"
    reports = [str(one) for one in files]
    return {"period": period.name, "span": period.kind, "reports": reports, "link": link}
