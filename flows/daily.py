"""The figures of the days that are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from prefect import flow, task

from flows.failure import tell_administrators
from flows.house import transaction
from models import daily_aggregation

# Half past midnight, when yesterday is over.
CRON = "30 0 * * *"
ZONE = "Asia/Shanghai"
AGAIN = 3


@task(name="count-day", retries=3, retry_delay_seconds=[10, 60, 300])
def count_day(day: date) -> int:
    """Count one day in one transaction and return how many figures it has."""
    with transaction() as session:
        return len(daily_aggregation.aggregate_day(session, day))


@task(name="days-to-count", retries=3, retry_delay_seconds=[10, 60, 300])
def days_to_count(yesterday: date, again: int) -> list[date]:
    """Return the days that were missed and the last ones, which may have changed since."""
    with transaction() as session:
        return daily_aggregation.days_to_count(session, yesterday, again)


@flow(
    name="bihuan-daily",
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def daily(yesterday: date | None = None, again: int = AGAIN) -> dict[str, int]:
    """Count yesterday (每日汇总), what was missed before it, and the days before it once more.

    Args:
        yesterday: the last day to count; by default the one that has just ended in Shanghai.
        again: how many days before it are counted anew.

    Returns:
        The number of figures by day.
    """
    last = yesterday or daily_aggregation.day_of(datetime.now(UTC)) - timedelta(days=1)
    # One after another: where a day fails, the next run goes on.
    return {day.isoformat(): count_day(day) for day in days_to_count(last, again)}
