"""The figures of a day against a slow count of the same rows."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from threading import Barrier, Thread
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import daily_figure, feedback, survey
from models.daily_aggregation import aggregate_day, bounds, day_of, days_to_count
from models.daily_figure import DailyFigure
from models.feedback import Feedback
from models.survey import SCORES, Survey

pytestmark = pytest.mark.integration

DAY = date(2024, 5, 6)
SHANGHAI = ZoneInfo("Asia/Shanghai")
Figures = dict[tuple[str, str, str], Decimal]


def _moment(chance: Random) -> datetime:
    """A moment from two days before to two days after the day, often on its edges."""
    edge = datetime(2024, 5, 6, tzinfo=SHANGHAI)
    edges = [edge, edge + timedelta(days=1)]
    near = [at + timedelta(microseconds=step) for at in edges for step in (-1, 0, 1)]
    anywhere = edge + timedelta(seconds=chance.uniform(-2 * 86400, 3 * 86400))
    return chance.choice([*near, *[anywhere] * 12]).astimezone(UTC)


def _maybe(chance: Random) -> datetime | None:
    return _moment(chance) if chance.random() < 0.7 else None


def _item(number: int, chance: Random) -> Feedback:
    received = _moment(chance)
    return Feedback(
        id=number << 20,
        number=f"202405-{number:03}",
        type=chance.choice([None, "repair", "complaint"]),
        urgency=chance.choice(["normal", "urgent"]),
        channel=chance.choice(["phone", "email"]),
        product=chance.choice([None, "pump"]),
        category=chance.choice([None, "noise", "leak"]),
        region=chance.choice([None, "华东", "华南"]),
        status=chance.choice(["processing", "closed", "withdrawn"]),
        submitted_at=received,
        received_at=received,
        department=chance.choice([None, "technical", "service"]),
        due_at=_maybe(chance),
        extended_until=_moment(chance) if chance.random() < 0.3 else None,
        replied_at=_maybe(chance),
        closed_at=_maybe(chance),
        escalated_at=_maybe(chance),
        outcome=chance.choice([None, "unanswered", "satisfied"]),
    )


def _survey(number: int, item: Feedback, chance: Random) -> Survey:
    answered = _maybe(chance)
    return Survey(
        id=UUID(int=number),
        feedback_id=item.id,
        sent_at=_maybe(chance),
        answered_at=answered,
        expires_at=datetime(2024, 6, 1, tzinfo=UTC),
        score=chance.choice(SCORES) if answered else None,
    )


def _fill(engine: Engine, count: int, seed: int) -> tuple[list[Feedback], list[Survey]]:
    chance = Random(seed)
    items = [_item(number, chance) for number in range(1, count + 1)]
    surveys = [_survey(number, item, chance) for number, item in enumerate(items, 1)]
    with Session(engine, expire_on_commit=False) as session, session.begin():
        for item in items:
            feedback.create(session, item)
        for one in surveys:
            survey.create(session, one)
    return items, surveys


def _on_day(at: datetime | None) -> bool:
    return at is not None and at.astimezone(SHANGHAI).date() == DAY


class _SlowCount:
    """Adds up one row after another, as one would with a pencil."""

    def __init__(self, totals: Iterable[str]) -> None:
        self.figures: Figures = defaultdict(Decimal)
        for measure in totals:
            self.figures[measure, "total", ""] = Decimal(0)

    def add(
        self, measure: str, row: Feedback | Survey, dimensions: str, amount: Decimal | int = 1
    ) -> None:
        self.figures[measure, "total", ""] += amount
        for name in dimensions.split():
            self.figures[measure, name, getattr(row, name) or "unknown"] += amount

    def item(self, row: Feedback) -> None:
        if _on_day(row.received_at):
            self.add("volume", row, "type category product region department channel urgency")
        if _on_day(row.closed_at):
            dimensions = "type region department channel outcome"
            self.add("closed", row, dimensions)
            self.add("unanswered", row, dimensions, int(row.outcome == "unanswered"))
        if row.replied_at is not None and _on_day(row.replied_at):
            spent = (row.replied_at - row.received_at) / timedelta(microseconds=1)
            self.add("replied", row, "type department")
            self.add("handling_seconds", row, "type department", Decimal(int(spent)).scaleb(-6))
        if _on_day(row.escalated_at):
            self.add("escalated", row, "type department")
        self.limit(row)

    def limit(self, row: Feedback) -> None:
        limit = row.extended_until or row.due_at
        if limit is not None and _on_day(limit) and row.status != "withdrawn":
            kept = row.replied_at is not None and row.replied_at <= limit
            self.add("due", row, "type department")
            self.add("on_time", row, "type department", int(kept))

    def survey(self, row: Survey, item: Feedback) -> None:
        if _on_day(row.sent_at):
            self.add("surveys_sent", item, "department")
        if _on_day(row.answered_at):
            good = int(row.score in {"very_satisfied", "satisfied"})
            for measure, amount in (("surveys_answered", 1), ("satisfied", good)):
                self.add(measure, item, "type department", amount)
                self.figures[measure, "score", row.score or ""] += amount

    def means(self) -> None:
        for (measure, dimension, key), total in list(self.figures.items()):
            if measure == "handling_seconds" and (n := self.figures["replied", dimension, key]):
                mean = (total / n).quantize(Decimal("0.001"), ROUND_HALF_UP)
                self.figures["handling_seconds_mean", dimension, key] = mean


TOTALS = [
    *("volume", "closed", "unanswered", "replied", "handling_seconds", "escalated"),
    *("due", "on_time", "surveys_sent", "surveys_answered", "satisfied"),
]


def _slow(items: list[Feedback], surveys: list[Survey]) -> Figures:
    count = _SlowCount(TOTALS)
    by_id = {item.id: item for item in items}
    for item in items:
        count.item(item)
    for one in surveys:
        count.survey(one, by_id[one.feedback_id])
    count.means()
    return dict(count.figures)


def _stored(engine: Engine, day: date = DAY) -> Figures:
    with Session(engine) as session:
        rows = session.scalars(select(DailyFigure).where(col(DailyFigure.day) == day))
        return {(row.measure, row.dimension, row.key): row.value for row in rows}


def _figure(day: date, dimension: str, key: str) -> DailyFigure:
    return DailyFigure(day=day, measure="volume", dimension=dimension, key=key, value=Decimal(9))


def _aggregate(engine: Engine, day: date = DAY) -> list[DailyFigure]:
    with Session(engine) as session, session.begin():
        return aggregate_day(session, day)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_figures_are_those_of_a_slow_count(app_engine: Engine, seed: int) -> None:
    items, surveys = _fill(app_engine, 150, seed)

    figures = _aggregate(app_engine)

    expected = _slow(items, surveys)
    assert expected["volume", "total", ""] > 10
    assert _stored(app_engine) == expected
    assert len(figures) == len(expected)


def test_a_quiet_day_has_totals_of_nought_and_no_mean(app_engine: Engine) -> None:
    _aggregate(app_engine)

    assert _stored(app_engine) == {(measure, "total", ""): Decimal(0) for measure in TOTALS}


def test_counting_again_gives_the_same_and_follows_what_changed(app_engine: Engine) -> None:
    items, surveys = _fill(app_engine, 60, 4)
    with Session(app_engine) as session, session.begin():
        daily_figure.put(session, [_figure(DAY, "region", "火星")])

    _aggregate(app_engine)
    first = _stored(app_engine)
    _aggregate(app_engine)

    assert _stored(app_engine) == first == _slow(items, surveys)

    with Session(app_engine) as session, session.begin():
        session.execute(update(Feedback).values(region="华北"))
    for item in items:
        item.region = "华北"
    _aggregate(app_engine)

    assert _stored(app_engine) == _slow(items, surveys) != first


def test_a_day_counted_leaves_other_days_alone(app_engine: Engine) -> None:
    _fill(app_engine, 40, 5)
    _aggregate(app_engine, DAY - timedelta(days=1))
    before = _stored(app_engine, DAY - timedelta(days=1))

    _aggregate(app_engine)

    assert _stored(app_engine, DAY - timedelta(days=1)) == before
    assert before["volume", "total", ""] > 0


def test_two_counts_at_once_leave_one_set_of_figures(app_engine: Engine) -> None:
    items, surveys = _fill(app_engine, 40, 6)
    barrier = Barrier(2)
    failed: list[Exception] = []

    def run() -> None:
        barrier.wait(10)
        try:
            _aggregate(app_engine)
        except Exception as error:  # noqa: BLE001 (whatever it is, the test must fail)
            failed.append(error)

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert _stored(app_engine) == _slow(items, surveys)


def test_a_count_that_is_not_committed_leaves_the_figures_as_they_were(app_engine: Engine) -> None:
    _fill(app_engine, 20, 7)
    _aggregate(app_engine)
    before = _stored(app_engine)

    with Session(app_engine) as session, session.begin():
        session.execute(update(Feedback).values(region="华北"))
        aggregate_day(session, DAY)
        session.rollback()

    assert _stored(app_engine) == before


def test_a_day_begins_at_midnight_in_shanghai() -> None:
    start, end = bounds(DAY)

    assert start == datetime(2024, 5, 5, 16, 0, tzinfo=UTC)
    assert end == datetime(2024, 5, 6, 16, 0, tzinfo=UTC)
    assert day_of(start) == DAY
    assert day_of(end) == date(2024, 5, 7)


def test_the_first_count_begins_with_the_first_item(app_engine: Engine) -> None:
    yesterday = DAY + timedelta(days=10)

    with Session(app_engine) as session:
        assert days_to_count(session, yesterday, 0) == [yesterday]
    items, _ = _fill(app_engine, 30, 8)
    first = min(day_of(item.received_at) for item in items)

    with Session(app_engine) as session:
        days = days_to_count(session, yesterday, 3)
    assert (days[0], days[-1]) == (first, yesterday)
    assert len(days) == (yesterday - first).days + 1


@pytest.mark.parametrize(
    ("last", "counted"),
    [
        (date(2024, 5, 5), ["03", "04", "05", "06"]),
        (date(2024, 5, 6), ["03", "04", "05", "06"]),
        (date(2024, 5, 1), ["02", "03", "04", "05", "06"]),
    ],
)
def test_missed_days_are_counted_and_the_last_three_again(
    session: Session, last: date, counted: list[str]
) -> None:
    daily_figure.put(session, [_figure(last, "total", "")])

    days = days_to_count(session, DAY, 3)

    assert [day.strftime("%d") for day in days] == counted
