"""A day of the house that does not end while a test counts in it."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from models.measures.period import DAY, Period, day_of

_ENOUGH = timedelta(minutes=5)


def begin_in_a_whole_day() -> None:
    """Wait over midnight if that is near."""
    now = datetime.now(UTC)
    _, midnight = Period(DAY, day_of(now)).bounds()
    left = midnight - now
    if left < _ENOUGH:
        time.sleep(left.total_seconds() + 1)
