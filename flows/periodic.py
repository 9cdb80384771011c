"""The weekly and the monthly report: counted once more, made, sent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from prefect import flow, task

from flows import counting
from flows.failure import tell_administrators
from flows.reports import making, sending
from models.measures.period import DAY, MONTH, WEEK, Period, day_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

# The report goes out by the 5th. Every morning until then is a chance, and the first success wins.
MONTHLY = "0 6 1-5 * *"
WEEKLY = "0 6 * * 1-2"


@task(name="count-window", retries=3, retry_delay_seconds=[10, 60, 300])
def count_window(period: Period) -> int:
    """Count a period and its days, for what came late."""
    days = (Period(DAY, day) for day in period.days)
    return counting.count_periods((*days, period.previous, period))


@task(name="make-reports", retries=2, retry_delay_seconds=[10, 60])
def make_reports(period: Period) -> Mapping[str, Sequence[UUID]]:
    """Make the files of a period."""
    return making.make(period)


@task(name="send-reports", retries=3, retry_delay_seconds=[10, 60, 300])
def send_reports(period: Period, made: Mapping[str, Sequence[UUID]]) -> bool:
    """Tell those who must read them."""
    return sending.send(period, made)


@flow(
    name="bihuan-monthly",
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def monthly(day: date | None = None) -> bool:
    """Report the last month (月报) to management and departments.

    Args:
        day: any day of the month to report; by default of the one that has just ended.

    Returns:
        Whether the report went out with this run; False if it had gone out before.
    """
    return _report(MONTH, day)


@flow(
    name="bihuan-weekly",
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def weekly(day: date | None = None) -> bool:
    """Report the last week (周报), likewise."""
    return _report(WEEK, day)


def _report(kind: str, day: date | None) -> bool:
    current = Period.holding(kind, day_of(datetime.now(UTC)))
    period = current.previous if day is None else Period.holding(kind, day)
    if sending.was_sent(period):
        return False
    count_window(period)
    return send_reports(period, make_reports(period))
