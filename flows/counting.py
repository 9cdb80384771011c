"""Days, weeks and months counted, each in a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from flows.house import database, transaction
from models.measures import aggregation, period, staleness
from models.measures.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date


def count_period(one: Period) -> int:
    """Count one period in one transaction and return how many figures it has."""
    return count_periods([one])


def count_periods(
    some: Iterable[Period], tell: Callable[[Period, int], None] = lambda *_: None
) -> int:
    """Count periods one after another, each in one transaction.

    The same periods counted again, or the rest of them after a kill, give the same rows.

    Returns:
        How many figures were written.
    """
    total = 0
    with database() as pool:
        for one in some:
            with Session(pool) as session, session.begin():
                made = len(aggregation.aggregate(session, one))
            tell(one, made)
            total += made
    return total


def count_window(
    first: date, last: date, tell: Callable[[Period, int], None] = lambda *_: None
) -> int:
    """Count every day of a window (回填) and the weeks and months that they lie in."""
    return count_periods(period.over(period.days(first, last)), tell)


def periods_to_count(yesterday: date, again: int) -> Sequence[Period]:
    """Return what was missed and what may have changed since, days first."""
    with transaction() as session:
        return period.over(staleness.days_to_count(session, yesterday, again))
