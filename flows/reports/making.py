"""Reports made and kept, each file in a transaction of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import settings
from flows.house import transaction
from flows.reports import document, item_list, source, workbook
from flows.reports.content import Writer
from models import department, report
from models.measures import figure
from models.measures.figure import EVERY_DEPARTMENT

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy.orm import Session

    from models.measures.period import Period


def make(period: Period) -> dict[str, list[UUID]]:
    """Make the reports (制作报告) of a period: one for all, and one for each department with items.

    Returns:
        The ids of the files by department; "" is the one for all.
    """
    with transaction() as session:
        departments = _with_items(session, period)
    made: dict[str, list[UUID]] = {}
    # That for all comes last: where it is, the others are.
    for code in (*departments, EVERY_DEPARTMENT):
        with transaction() as session:
            report.begin(session)
            made[code] = make_one(session, period, code, settings.load().locale)
    return made


def make_one(session: Session, period: Period, code: str, locale: str) -> list[UUID]:
    """Make both files of a report from the figures that are stored, and keep them."""
    names = {
        one.code: one.name_zh if locale.startswith("zh") else one.name_en
        for one in department.every(session)
    }
    content = Writer(source.read(session, period, code), locale, names).content()
    items = item_list.table(session, period, code, locale)
    files = {
        report.SPREADSHEET: workbook.workbook(content, items),
        report.DOCUMENT: document.document(content),
    }
    at = datetime.now(UTC)
    return [
        report.keep(session, period, kind, content, department=code, at=at)
        for kind, content in files.items()
    ]


def _with_items(session: Session, period: Period) -> list[str]:
    """Return the departments that have figures of their own in a period."""
    known = {one.code for one in department.every(session)}
    found = figure.departments(session, period)
    return [code for code in found if code in known]
