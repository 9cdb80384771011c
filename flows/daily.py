"""The figures of the days that are over, and of the weeks and months around them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from prefect import flow, task

from flows import counting
from flows.failure import tell_administrators
from models.measures.period import Period, day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

# Half past midnight, when yesterday is over.
CRON = "30 0 * * *"
ZONE = "Asia/Shanghai"
AGAIN = 3


@task(name="count-period", retries=3, retry_delay_seconds=[10, 60, 300])
def count_period(kind: str, start: date) -> int:
    """Count one period in one transaction and return how many figures it has."""
    return counting.count_period(Period(kind, start))


@task(name="periods-to-count", retries=3, retry_delay_seconds=[10, 60, 300])
def periods_to_count(yesterday: date, again: int) -> Sequence[Period]:
    """Return what was missed, and what may have changed since."""
    return counting.periods_to_count(yesterday, again)


@flow(
    name="bihuan-daily",
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def daily(yesterday: date | None = None, again: int = AGAIN) -> dict[str, int]:
    """Count yesterday (每日汇总), what was missed before it, and the days before it once more.

    The weeks and months of these days follow, also those that are not over.

    Args:
        yesterday: the last day to count; by default the one that has just ended in Shanghai.
        again: how many days before it are counted anew.

    Returns:
        The number of figures by period.
    """
    last = yesterday or day_of(datetime.now(UTC)) - timedelta(days=1)
    # One after another: where a period fails, the next run goes on.
    return {one.name: count_period(one.kind, one.start) for one in periods_to_count(last, again)}
