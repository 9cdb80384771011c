"""From a figure to the items behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlmodel import col

from models.feedback import Feedback
from models.measures.figure import EVERY_DEPARTMENT, TOTAL
from models.measures.measure import DEPARTMENT
from models.measures.period import bounds

if TYPE_CHECKING:
    from datetime import date, datetime
    from decimal import Decimal

    from sqlalchemy.orm import Session

    from models.measures.measure import Measure


@dataclass(frozen=True)
class Cut:
    """Which part of a measure (下钻): a window of days, one department, one key of a dimension."""

    first: date
    last: date
    dimension: str = TOTAL
    key: str = ""
    department: str = EVERY_DEPARTMENT


class Behind(NamedTuple):
    """One row behind a figure (明细): what it adds, and the item without any personal data."""

    amount: Decimal
    at: datetime
    number: str
    type: str | None
    category: str | None
    product: str | None
    region: str | None
    department: str | None
    urgency: str
    status: str
    received_at: datetime
    replied_at: datetime | None
    closed_at: datetime | None


class Found(NamedTuple):
    """A page of rows, how many there are, and the figure that all of them make."""

    rows: list[Behind]
    total: int
    value: Decimal | None


def behind(
    session: Session, measure: Measure, cut: Cut, *, limit: int = 100, skip: int = 0
) -> Found:
    """Return the rows behind a figure by their moment; together they give its value."""
    rows = _cut(measure, cut).subquery("cut")
    total, value = session.execute(
        select(func.count(rows.c.id), measure.value(rows.c.amount))
    ).one()
    item = {name: col(getattr(Feedback, name)) for name in Behind._fields[2:]}
    page = (
        select(rows.c.amount, rows.c.at, *item.values())
        .join_from(rows, Feedback, col(Feedback.id) == rows.c.id)
        .order_by(rows.c.at, rows.c.id)
    )
    found = session.execute(page.limit(limit).offset(skip))
    return Found([Behind(*row) for row in found], total, value)


def _cut(measure: Measure, cut: Cut) -> Select[Any]:
    # What a row adds may depend on the others of the window, so the cut comes after it.
    rows = measure.rows(*bounds(cut.first, cut.last)).subquery("rows_of_window")
    chosen = select(rows)
    if cut.department != EVERY_DEPARTMENT:
        chosen = chosen.where(rows.c[DEPARTMENT] == cut.department)
    if cut.dimension != TOTAL:
        chosen = chosen.where(rows.c[cut.dimension] == cut.key)
    return chosen
