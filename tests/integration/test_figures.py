"""Counting the figures of a period: edges, repetition, what changes afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

import models.tables  # noqa: F401 (a table must be known before another may refer to it)
from models import audit_record, feedback
from models.customer import Customer
from models.feedback import Feedback
from models.measures import figure
from models.measures.aggregation import aggregate
from models.measures.catalogue import MEASURES
from models.measures.figure import Figure
from models.measures.items import Cut, behind
from models.measures.measure import MEANS
from models.measures.period import Period, bounds, day_of, days, over
from models.measures.staleness import days_to_count

pytestmark = pytest.mark.integration

DAY = date(2024, 5, 6)
MAY = Period("month", date(2024, 5, 1))
MIDNIGHT = datetime(2024, 5, 5, 16, tzinfo=UTC)
NOON = MIDNIGHT + timedelta(hours=12)
STEP = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
Place = tuple[str, str, str, str]
MONDAY = Period("day", DAY)


def put(engine: Engine, **changes: Any) -> int:
    """Store an item that was received at noon of the day; return its key."""
    with Session(engine) as session, session.begin():
        number = len(session.scalars(select(Feedback)).all()) + 1
        given: dict[str, Any] = {
            "received_at": NOON,
            "channel": "phone",
            "department": "technical",
        } | changes
        row = Feedback(
            id=number << 20,
            number=f"202405-{number:03}",
            submitted_at=given["received_at"],
            **given,
        )
        feedback.create(session, row)
    return number << 20


def customer(engine: Engine, number: int) -> UUID:
    with Session(engine) as session, session.begin():
        session.add(Customer(id=UUID(int=number), created_at=NOON))
    return UUID(int=number)


def counted(engine: Engine, period: Period = MONDAY) -> dict[Place, tuple[float, int]]:
    """Count a period and return what is stored of it."""
    with Session(engine) as session, session.begin():
        aggregate(session, period)
    return stored(engine, period)


def stored(engine: Engine, period: Period) -> dict[Place, tuple[float, int]]:
    with Session(engine) as session:
        return {
            (row.measure, row.department, row.dimension, row.key): (float(row.value), row.items)
            for row in session.scalars(select(Figure))
            if (row.period, row.start) == (period.kind, period.start)
        }


def total(figures: dict[Place, tuple[float, int]], measure: str) -> tuple[float, int]:
    return figures[measure, "", "total", ""]


def test_a_day_begins_at_midnight_in_shanghai(app_engine: Engine) -> None:
    end = MIDNIGHT + timedelta(days=1)
    for at in (MIDNIGHT - STEP, MIDNIGHT, end - STEP, end):
        put(app_engine, received_at=at)

    assert bounds(DAY, DAY) == (MIDNIGHT, end)
    assert (day_of(MIDNIGHT), day_of(end)) == (DAY, date(2024, 5, 7))
    assert total(counted(app_engine), "volume") == (2, 2)


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    newest = over(days(date(2024, 12, 30), date(2025, 1, 2)))

    assert [one.name for one in newest[4:]] == ["2025-W01", "2024-12", "2025-01"]
    assert Period.holding("week", date(2025, 1, 1)).last == date(2025, 1, 5)
    assert Period("month", date(2024, 2, 1)).days[-1] == date(2024, 2, 29)
    assert Period("month", date(2025, 1, 1)).previous == Period("month", date(2024, 12, 1))


def test_a_quiet_day_has_sums_of_nought_and_no_mean(app_engine: Engine) -> None:
    sums = {name for name, one in MEASURES.items() if one.unit not in MEANS}

    assert counted(app_engine) == {(name, "", "total", ""): (0, 0) for name in sums}


def test_the_same_customer_with_the_same_problem_counts_once_a_period(app_engine: Engine) -> None:
    first, second = customer(app_engine, 1), customer(app_engine, 2)
    same = {"category": "fault", "product": "X200"}
    put(app_engine, customer_id=first, region="华东", **same)
    put(app_engine, customer_id=first, region="华南", received_at=NOON + HOUR, **same)
    put(app_engine, customer_id=first, received_at=NOON + timedelta(days=1), **same)
    put(app_engine, customer_id=first, category="fault", product="Y30")
    put(app_engine, customer_id=first, category="refund", product="X200")
    put(app_engine, customer_id=second, **same)

    day, month = counted(app_engine), counted(app_engine, MAY)

    assert total(day, "volume") == (5, 5)
    assert total(day, "problems") == (4, 5)
    assert total(month, "problems") == (4, 6)
    assert [day["problems", "", "category", "fault"]] == [(3, 4)]
    # A problem counts where its first item does, so that the parts add up to the whole.
    regions = [day["problems", "", "region", name] for name in ("华东", "华南")]
    assert regions == [(1, 1), (0, 1)]


def test_items_of_nobody_and_of_no_category_are_never_the_same_problem(app_engine: Engine) -> None:
    known = customer(app_engine, 1)
    for who, category in ((None, "fault"), (None, "fault"), (known, None), (known, None)):
        put(app_engine, customer_id=who, category=category)

    assert total(counted(app_engine), "problems") == (4, 4)


def test_unanswered_and_withdrawn_items_are_counted_apart(app_engine: Engine) -> None:
    for outcome in ("satisfied", "followed_up", "unanswered", "withdrawn", "withdrawn"):
        put(app_engine, closed_at=NOON, replied_at=NOON + HOUR, due_at=NOON, outcome=outcome)

    found = counted(app_engine)

    assert [total(found, name)[0] for name in ("closed", "unanswered", "withdrawn")] == [2, 1, 2]
    # Nobody is late for what the customer took back.
    assert total(found, "on_time_rate") == (0, 3)
    assert total(found, "handling_time") == (3600, 3)


@pytest.mark.parametrize(
    ("replied", "extended", "kept"),
    [
        (NOON, None, 1),
        (NOON + STEP, None, 0),
        (NOON + STEP, NOON + HOUR, 1),
        (None, None, 0),
    ],
)
def test_on_time_is_a_reply_by_the_limit_or_by_the_granted_extension(
    app_engine: Engine, replied: datetime | None, extended: datetime | None, kept: int
) -> None:
    put(app_engine, due_at=NOON, extended_until=extended, replied_at=replied)

    found = counted(app_engine)

    assert total(found, "on_time_rate") == (kept, 1)
    assert found["on_time_rate", "", "department", "technical"] == (kept, 1)


def test_no_figure_is_about_a_person() -> None:
    split = {name for one in MEASURES.values() for name in one.dimensions}

    assert split == {
        *("type", "category", "product", "region", "channel", "urgency", "outcome", "score")
    }


def test_counting_again_replaces_what_is_no_longer_so(app_engine: Engine) -> None:
    put(app_engine, region="华东")
    first = counted(app_engine)

    assert counted(app_engine) == first

    with Session(app_engine) as session, session.begin():
        session.execute(update(Feedback).values(region="华北"))
    again = counted(app_engine)
    assert ("volume", "", "region", "华东") in first.keys() - again.keys()


def test_two_counts_at_once_leave_one_set_of_figures(app_engine: Engine) -> None:
    for _ in range(20):
        put(app_engine)
    alone = counted(app_engine)
    barrier = Barrier(2)
    failed: list[Exception] = []

    def run() -> None:
        barrier.wait(120)
        try:
            counted(app_engine)
        except Exception as error:  # noqa: BLE001 (whatever it is, the test must fail)
            failed.append(error)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert stored(app_engine, MONDAY) == alone


def test_the_first_count_begins_with_the_first_item(app_engine: Engine) -> None:
    yesterday = DAY + timedelta(days=10)
    with Session(app_engine) as session:
        assert days_to_count(session, yesterday, 0) == [yesterday]

    put(app_engine)

    with Session(app_engine) as session:
        assert days_to_count(session, yesterday, 3) == days(DAY, yesterday)


@pytest.mark.parametrize(
    ("last", "first"), [("2024-05-05", 3), ("2024-05-06", 3), ("2024-05-01", 2)]
)
def test_missed_days_are_counted_and_the_last_three_again(
    app_engine: Engine, last: str, first: int
) -> None:
    counted(app_engine, Period("day", date.fromisoformat(last)))

    with Session(app_engine) as session:
        assert days_to_count(session, DAY, 3) == days(date(2024, 5, first), DAY)


def test_a_second_reply_has_the_day_of_the_first_counted_again(app_engine: Engine) -> None:
    key = put(app_engine, replied_at=NOON, due_at=NOON - timedelta(days=2))
    before = counted(app_engine)
    later = NOON + timedelta(days=20)
    due = {"variables": {"due_at": (NOON - timedelta(days=4)).isoformat()}}
    record = {"kind": "VARIABLES_SET", "element": "feedback", "key": key}
    with Session(app_engine) as session, session.begin():
        for number, (at, data) in enumerate([(NOON, {}), (NOON, due), (later, {})]):
            told = record | {"number": number, "at": at.isoformat(), "data": data}
            audit_record.append(session, key, [told])
        session.get_one(Feedback, key).replied_at = later
    counted(app_engine, Period("day", day_of(later)))

    with Session(app_engine) as session:
        again = days_to_count(session, day_of(later), 1)

    # Received and replied, due, due at first, and now.
    expected = [DAY - timedelta(days=4), DAY - timedelta(days=2), DAY]
    assert again == [*expected, *days(day_of(later) - timedelta(days=1), day_of(later))]
    assert ("handling_time", "", "total", "") in before.keys() - counted(app_engine).keys()


def test_a_figure_leads_to_its_items_page_by_page(app_engine: Engine) -> None:
    for hours in range(5):
        put(app_engine, received_at=NOON + hours * HOUR, region="华东" if hours else "华南")
    cut = Cut(DAY, DAY, "region", "华东", "technical")

    with Session(app_engine) as session:
        first = behind(session, MEASURES["volume"], cut, limit=3)
        second = behind(session, MEASURES["volume"], cut, limit=3, skip=3)

    assert (first.total, float(first.value or 0)) == (4, 4)
    numbers = [row.number for row in (*first.rows, *second.rows)]
    assert numbers == ["202405-002", "202405-003", "202405-004", "202405-005"]


def test_figures_are_read_by_kind_dimension_and_department(session: Session) -> None:
    def one(start: date, department: str, value: int) -> Figure:
        return Figure(
            period="day",
            start=start,
            measure="volume",
            department=department,
            dimension="type",
            key="repair",
            value=Decimal(value),
            items=value,
        )

    figure.replace(session, Period("day", DAY), [one(DAY, "", 9), one(DAY, "technical", 4)])
    figure.replace(session, Period("day", DAY + timedelta(days=1)), [])

    found = figure.read(session, "volume", "day", DAY, DAY, dimension="type")
    own = figure.read(session, "volume", "day", DAY, DAY, dimension="type", department="technical")
    assert [row.value for row in (*found, *own)] == [9, 4]
    assert figure.read(session, "volume", "week", DAY, DAY, dimension="type") == []
