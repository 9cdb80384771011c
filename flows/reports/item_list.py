"""The items behind the figures of a report, by number and without personal data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.reports.table import Cell, Kind, Table, number, text
from flows.reports.wording import key_word, words
from models.measures.catalogue import MEASURES
from models.measures.items import Behind, Cut, behind
from models.measures.measure import Measure
from models.measures.period import ZONE

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.measures.period import Period

# A sheet ends somewhere; what is beyond is found through the API, page by page.
LONGEST = 20_000
_COLUMNS = ("measure", "number", "at", "amount", "type", "category", "product", "region")


def table(session: Session, period: Period, department: str, locale: str) -> Table:
    """Return a row for each item behind each measure (明细)."""
    said = words(locale)
    rows: list[tuple[Cell, ...]] = []
    for measure in MEASURES.values():
        cut = Cut(period.start, period.last, department=department)
        found = behind(session, measure, cut, limit=LONGEST)
        rows.extend(_row(measure, row, locale) for row in found.rows)
    headers = (*_COLUMNS, "department", "status")
    return Table("items", tuple(said["columns"][one] for one in headers), tuple(rows))


def _row(measure: Measure, row: Behind, locale: str) -> tuple[Cell, ...]:
    name = str(words(locale)["measures"][measure.name]["name"])
    amount = number(measure.unit, row.amount)
    if amount.kind is Kind.SHARE:
        amount = Cell(Kind.COUNT, int(row.amount))
    split = {one: getattr(row, one) or "unknown" for one in ("type", "category")}
    return (
        text(name),
        text(row.number),
        text(row.at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")),
        amount,
        *(text(key_word(locale, dimension, key)) for dimension, key in split.items()),
        text(row.product or ""),
        text(row.region or ""),
        text(row.department or ""),
        text(key_word(locale, "status", row.status)),
    )
