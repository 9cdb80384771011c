"""Figures of random lives against a slow count of their audit records."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import audit_record
from models.measures.aggregation import aggregate
from models.measures.catalogue import MEASURES
from models.measures.figure import Figure
from models.measures.items import Cut, behind
from models.measures.period import Period, days, over
from tests.conftest import Database
from tests.houses import quiet_house
from tests.integration.random_history import History
from tests.integration.slow_figures import Life, Place, SlowCount, read_life

pytestmark = pytest.mark.integration

# Two months and the end of a year's week in between; everybody's clock is Shanghai's.
FIRST, LAST = date(2026, 8, 20), date(2026, 10, 20)
BEGIN = datetime(2026, 8, 24, tzinfo=UTC)


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    house = quiet_house(database.app_url)
    yield History(house, seed=11)
    house.engine.dispose()


def lives(engine: Engine, history: History) -> list[Life]:
    with Session(engine) as session:
        return [
            read_life(key, intake, audit_record.read(session, key))
            for key, intake in history.intake.items()
        ]


def stored(engine: Engine) -> dict[tuple[str, date], dict[Place, tuple[Decimal, int]]]:
    found: dict[tuple[str, date], dict[Place, tuple[Decimal, int]]] = {}
    with Session(engine) as session:
        for row in session.scalars(select(Figure)):
            place = (row.measure, row.department, row.dimension, row.key)
            found.setdefault((row.period, row.start), {})[place] = (row.value, row.items)
    return found


def count(engine: Engine, periods: list[Period]) -> None:
    for one in periods:
        with Session(engine) as session, session.begin():
            aggregate(session, one)


def test_figures_of_random_lives_are_those_of_a_slow_count_of_the_records(
    app_engine: Engine, history: History
) -> None:
    history.live(BEGIN, timedelta(days=35), 70)

    periods = over(days(FIRST, LAST))
    count(app_engine, periods)

    lived = lives(app_engine, history)
    found = stored(app_engine)
    expected = {
        (one.kind, one.start): SlowCount(lived, one.start, one.last).figures() for one in periods
    }
    assert found == expected
    september = expected["month", date(2026, 9, 1)]
    nowhere = [name for name in MEASURES if not september.get((name, "", "total", ""), (0, 0))[1]]
    assert nowhere == []
    assert any(life.replies > 1 for life in lived), "no item was processed again"
    late = [life for life in lived if life.due_at and life.due_at != life.first_due_at]
    assert late, "no extension was granted"
    assert september["problems", "", "total", ""][0] < september["volume", "", "total", ""][0]
    _every_figure_leads_to_its_items(app_engine, Period("month", date(2026, 9, 1)))


def _every_figure_leads_to_its_items(engine: Engine, period: Period) -> None:
    with Session(engine) as session:
        for row in session.scalars(select(Figure).where(Figure.start == period.start)).all():  # type: ignore[arg-type]
            if row.period != period.kind:
                continue
            cut = Cut(period.start, period.last, row.dimension, row.key, row.department)
            found = behind(session, MEASURES[row.measure], cut, limit=1000)
            assert (found.value, found.total) == (row.value, row.items), row
            assert len(found.rows) == found.total
