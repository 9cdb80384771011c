"""What mining finds of random lives is what a slow count of their records finds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from activities.project_elements import ElementProjection
from audit.mining import Mine
from audit.sample import Sample
from audit.span import Span
from bpmn.elements import LOOP_BODIES
from models import audit_record, calendar_version, process_instance
from tests.conftest import Database
from tests.drawings import INSTANCE, START, Life, chain, drawing, user
from tests.houses import quiet_house
from tests.integration.random_history import History
from tests.integration.slow_mining import Slow

pytestmark = pytest.mark.integration

BEGIN = datetime(2026, 8, 24, tzinfo=UTC)
LATER = datetime(2027, 6, 1, tzinfo=UTC)
PARALLEL = (
    '<bpmn:startEvent id="start" /><bpmn:parallelGateway id="split" />'
    '<bpmn:parallelGateway id="join" /><bpmn:endEvent id="end" />'
    + user("left")
    + user("right")
    + chain("start", "split", "left", "join", "end")
    + chain("split", "right", "join")
)


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    house = quiet_house(database.app_url)
    yield History(house, seed=5)
    house.engine.dispose()


def mine(session: Session, sample: Sample) -> Mine:
    version = calendar_version.latest(session)
    assert version is not None
    return Mine(session, sample, calendar_version.load(session, version), LATER)


def slow(session: Session, keys: list[int], process: str = "feedback") -> Slow:
    found = Slow(mine(session, Sample(process)).calendar, process)
    for key in keys:
        found.read(key, audit_record.read(session, key))
    return found


def rounded(*spans: Span | None) -> tuple[Any, ...]:
    return tuple(
        None if one is None else tuple(round(n, 2) for n in (one.median, one.p90, one.total))
        for one in spans
    )


def about(found: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=0.02)


def test_elements_flows_and_variants_are_those_of_a_slow_count(
    app_engine: Engine, history: History
) -> None:
    history.live(BEGIN, timedelta(days=20), 20)

    with Session(app_engine) as session, session.begin():
        expected = slow(session, list(history.intake))
        own = mine(session, Sample("feedback"))

        _same_elements(own, expected)
        assert {one.flow: one.taken for one in own.flows()} == +expected.flows
        _same_variants(own, expected)
        spans = [(one.wall, one.worked) for one in own.elements()]
        assert any(wall and worked and wall.p90 > worked.p90 > 0 for wall, worked in spans)


def _same_elements(own: Mine, expected: Slow) -> None:
    found = {one.element: one for one in own.elements()}
    assert set(found) == set(expected.elements)
    for name, runs in expected.elements.items():
        one = found[name]
        states = {"active": one.active, "completed": one.completed, "terminated": one.terminated}
        assert {state: n for state, n in states.items() if n} == dict(+runs.states), name
        assert one.instances == len(runs.instances)
        assert one.kind not in LOOP_BODIES
        if runs.spans:
            about(rounded(one.wall, one.worked), expected.figures(runs.spans))
        else:
            assert (one.wall, one.worked) == (None, None)


def _same_variants(own: Mine, expected: Slow) -> None:
    found = own.variants(200)
    assert found.total == len(found.items) == len(expected.ways)
    assert found.instances == sum(map(len, expected.ways.values()))
    assert {one.path: one.count for one in found.items} == {
        path: len(spans) for path, spans in expected.ways.items()
    }
    for one in found.items:
        about(rounded(one.wall, one.worked), expected.figures(expected.ways[one.path]))
        assert one.completed + one.terminated == one.count
    few = own.variants(2)
    assert (few.items, few.total) == (found.items[:2], found.total)


def test_a_sample_is_chosen_by_when_its_instances_began_and_by_their_version(
    app_engine: Engine, history: History
) -> None:
    history.live(BEGIN, timedelta(days=10), 8)
    middle = BEGIN + timedelta(days=5)

    with Session(app_engine) as session, session.begin():
        begun = {
            key: session.get_one(process_instance.ProcessInstance, key) for key in history.intake
        }
        early = [key for key, one in begun.items() if one.started_at < middle]
        digest = next(iter(begun.values())).digest
        before = mine(session, Sample("feedback", until=middle))
        after = mine(session, Sample("feedback", (digest,), since=middle))
        none = mine(session, Sample("feedback", ("0" * 64,)))

        assert before.counted().total == len(early) > 0
        assert after.counted().total == len(begun) - len(early) > 0
        assert {one.flow: one.taken for one in before.flows()} == +slow(session, early).flows
        assert (none.counted().total, none.elements(), none.flows()) == (0, [], [])
        assert none.variants(10).items == ()


def test_only_the_newest_instances_are_mined_if_that_is_asked_for(
    app_engine: Engine, history: History
) -> None:
    history.live(BEGIN, timedelta(days=10), 6)

    with Session(app_engine) as session, session.begin():
        begun = {
            session.get_one(process_instance.ProcessInstance, key).started_at: key
            for key in history.intake
        }
        newest = [begun[at] for at in sorted(begun)[-2:]]
        own = mine(session, Sample("feedback", newest=2))
        expected = slow(session, newest)

        _same_elements(own, expected)
        assert {one.flow: one.taken for one in own.flows()} == +expected.flows
        assert (own.counted().total, own.counted().mined) == (6, 2)
        assert own.variants(10).instances == sum(map(len, expected.ways.values()))


def test_tokens_that_wait_for_each_other_show_where_they_join(session: Session) -> None:
    definition = drawing(PARALLEL)
    life = Life(definition).start()
    life.task("left")
    life.wait(timedelta(days=1, hours=2))
    life.task("right")
    records = [one.to_json() for one in life.records]
    process_instance.create(
        session, key=INSTANCE, digest="d" * 64, process_id="p", started_at=START
    )
    audit_record.append(session, INSTANCE, records)
    projection = ElementProjection(INSTANCE)
    for one in life.records:
        projection.follow(one)
    projection.write(session)
    session.flush()

    own = mine(session, Sample("p"))
    waited = {one.flow: rounded(one.wall, one.worked) for one in own.flows()}

    expected = slow(session, [INSTANCE], "p")
    assert set(expected.waits) == {"start_split", "left_join", "right_join"}
    for flow, spans in expected.waits.items():
        about(waited[flow], expected.figures(spans))
    assert waited["left_join"][0][0] == 26 * 3600
    assert waited["left_join"][1][0] < 26 * 3600
    assert waited["join_end"] == (None, None)
