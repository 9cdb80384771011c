"""Partitions of the record tables, made before they are needed."""

from __future__ import annotations

from datetime import UTC, datetime

from prefect import flow

from flows.failure import tell_administrators
from flows.house import transaction
from models.partition import make_ahead

CRON = "0 1 * * *"
MONTHS_AHEAD = 3


@flow(
    name="bihuan-partitions",
    retries=3,
    retry_delay_seconds=60,
    on_failure=[tell_administrators],
    on_crashed=[tell_administrators],
)
def partitions(months: int = MONTHS_AHEAD) -> list[str]:
    """Make the partitions (分区) of this month and of some more.

    Daily, since it costs nothing when there is nothing to do.

    Returns:
        The names of the new ones.
    """
    with transaction(as_owner=True) as session:
        return make_ahead(session, datetime.now(UTC).date(), months)
