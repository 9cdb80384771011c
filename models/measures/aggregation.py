"""The figures of a period, counted from items and surveys.

Weeks and months are counted from the items as days are: means cannot be added up, and who comes
twice within a month with one problem counts once in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, select, text, tuple_

from models.measures import figure
from models.measures.catalogue import MEASURES
from models.measures.figure import EVERY_DEPARTMENT, TOTAL, Figure
from models.measures.measure import DEPARTMENT, Measure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import RowMapping
    from sqlalchemy.orm import Session

    from models.measures.period import Period


def aggregate(session: Session, period: Period) -> list[Figure]:
    """Count a period anew and replace its figures, in the caller's transaction.

    Every sum has a total, also when it is 0, so that a quiet period differs from one that was
    never counted. A mean of nothing is left out.
    """
    figure.lock(session)
    found = [one for measure in MEASURES.values() for one in count(session, measure, period)]
    figure.replace(session, period, found)
    return found


def count(session: Session, measure: Measure, period: Period) -> Iterator[Figure]:
    """Count one measure: in total, by each dimension, and both again within departments."""
    for row in session.execute(_query(measure, *period.bounds())).mappings():
        if row["value"] is None:
            continue
        for department, dimension, key in _places(measure, row):
            yield Figure(
                period=period.kind,
                start=period.start,
                measure=measure.name,
                department=department,
                dimension=dimension,
                key=key,
                value=row["value"],
                items=row["items"],
            )


def _query(measure: Measure, start: datetime, end: datetime) -> Select[Any]:
    rows = measure.rows(start, end).subquery("rows_of_window")
    department = rows.c[DEPARTMENT]
    keys = [rows.c[name] for name in measure.dimensions]
    sets = [text("()"), tuple_(department)]
    sets += [tuple_(*own) for key in keys for own in ((key,), (department, key))]
    return select(
        department,
        *keys,
        measure.value(rows.c.amount).label("value"),
        func.count(rows.c.id).label("items"),
    ).group_by(func.grouping_sets(*sets))


def _places(measure: Measure, row: RowMapping) -> Iterator[tuple[str, str, str]]:
    """Yield department, dimension and key; a column that a row was not grouped by is null."""
    department = row[DEPARTMENT]
    present = ((name, row[name]) for name in measure.dimensions if row[name] is not None)
    dimension, key = next(present, (TOTAL, ""))
    if department is not None and dimension == TOTAL:
        yield EVERY_DEPARTMENT, DEPARTMENT, department
    yield (EVERY_DEPARTMENT if department is None else department), dimension, key
