"""Feedback numbers under concurrency."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models.feedback_number import NumberSerial, next_number

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class GaveUpError(Exception):
    """An intake that fails after it was given a number."""


def fail_sometimes(turn: int) -> None:
    if turn % 5 == 0:
        raise GaveUpError


def test_fifty_threads_get_two_hundred_numbers_without_gap_though_some_fail(
    app_engine: Engine,
) -> None:
    def intake(turn: int) -> str | None:
        try:
            with Session(app_engine) as session, session.begin():
                number = next_number(session, NOW)
                fail_sometimes(turn)
                return number
        except GaveUpError:
            return None

    with ThreadPoolExecutor(50) as pool:
        given = [number for number in pool.map(intake, range(250)) if number is not None]

    assert len(given) == 200
    assert sorted(given) == [f"202611-{serial:03d}" for serial in range(1, 201)]


def test_the_month_is_that_of_shanghai(session: Session) -> None:
    midnight = datetime(2026, 11, 30, 16, tzinfo=UTC)
    last_moment = midnight - timedelta(microseconds=1)
    new_year = datetime(2026, 12, 31, 16, tzinfo=UTC)

    numbers = [next_number(session, at) for at in (last_moment, midnight, last_moment, new_year)]

    # Whoever comes late with an earlier instant continues the month of that instant.
    assert numbers == ["202611-001", "202612-001", "202611-002", "202701-001"]


def test_the_serial_widens_at_one_thousand(session: Session) -> None:
    session.add(NumberSerial(month="202611", last=998))
    session.flush()

    assert [next_number(session, NOW) for _ in range(2)] == ["202611-999", "202611-1000"]
