"""Days, weeks and months counted, each in a transaction of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flows.house import transaction
from models.measures import aggregation, period, staleness
from models.measures.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date


def count_period(one: Period) -> int:
    """Count one period in one transaction and return how many figures it has."""
    with transaction() as session:
        return len(aggregation.aggregate(session, one))


def count_window(
    first: date, last: date, tell: Callable[[Period, int], None] = lambda *_: None
) -> int:
    """Count every day of a window (回填) and the weeks and months that they lie in.

    The same window counted again, or the rest of one after a kill, gives the same rows.

    Returns:
        How many figures were written.
    """
    total = 0
    for one in period.over(period.days(first, last)):
        made = count_period(one)
        tell(one, made)
        total += made
    return total


def periods_to_count(yesterday: date, again: int) -> Sequence[Period]:
    """Return what was missed and what may have changed since, days first."""
    with transaction() as session:
        return period.over(staleness.days_to_count(session, yesterday, again))
