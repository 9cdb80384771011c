"""Timers begin instances of the newest version, each time once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from activities import due_starts
from bpmn.deployment import DeploymentError
from tests.conftest import Database
from tests.drawings import chain, timer, user
from tests.wired_instances import World, started_by

pytestmark = pytest.mark.integration
END = '<bpmn:endEvent id="end" />'
ONE_TASK = user("a") + END + chain("start", "a", "end")
HOUR = timedelta(hours=1)


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    made = World.on(database.app_url)
    yield made
    made.close()


def on_timer(text: str, kind: str = "timeCycle") -> str:
    return started_by(timer(text, kind)) + ONE_TASK


async def test_a_cycle_starts_an_instance_each_time_and_stops_after_the_last(
    world: World,
) -> None:
    world.deploy(on_timer("R2/PT1H"))
    counts = []

    for _ in range(4):
        await world.settle()
        counts.append(len(world.of_process("p")))
        world.clock.at += HOUR

    assert counts == [0, 1, 2, 2]


async def test_a_cron_expression_starts_an_instance_at_each_time_that_it_names(
    world: World,
) -> None:
    world.deploy(on_timer("0 0 * * * *"))
    await world.settle()
    counts = []

    for _ in range(3):
        world.clock.at += HOUR
        await world.settle()
        counts.append(len(world.of_process("p")))

    assert counts == [1, 2, 3]


async def test_a_timer_is_fired_once_by_two_dispatchers(world: World) -> None:
    world.deploy(on_timer("R/PT1H"))
    await world.settle()
    dispatchers = [world.dispatcher, world.another_dispatcher()]

    for _ in range(5):
        world.clock.at += HOUR + timedelta(seconds=1)
        await asyncio.gather(*(one.once() for one in dispatchers))

    assert len(world.began()) == 5


async def test_a_timer_whose_row_another_dispatcher_holds_is_passed_over(world: World) -> None:
    world.deploy(on_timer("R/PT1H"))
    await world.settle()
    now = world.clock.at + 2 * HOUR

    with Session(world.house.engine) as one, Session(world.house.engine) as two:
        first = due_starts.fire_due(one, now, world.house.calendar)
        second = due_starts.fire_due(two, now, world.house.calendar)
        one.commit()
        after = due_starts.fire_due(two, now, world.house.calendar)

    assert (first, second, after) == (1, 0, 0)


async def test_what_an_outage_missed_is_not_made_up_for(world: World) -> None:
    world.deploy(on_timer("R/PT1H"))
    await world.settle()

    world.clock.at += timedelta(hours=10)
    await world.settle()

    assert len(world.began()) == 1
    [(_, due)] = world.starts()
    assert due is not None
    assert timedelta() < due - world.clock.at <= HOUR


async def test_a_date_starts_one_instance_even_if_it_is_deployed_again(world: World) -> None:
    at = world.clock.at + HOUR
    world.deploy(on_timer(at.isoformat(), "timeDate"))
    await world.settle()
    world.clock.at += 2 * HOUR
    await world.settle()

    changed = started_by(timer(at.isoformat(), "timeDate")) + user("b") + END
    world.deploy(changed + chain("start", "b", "end"))
    await world.settle()

    assert len(world.began()) == 1


async def test_the_same_deployment_again_leaves_a_timer_counting(world: World) -> None:
    world.deploy(on_timer("R/PT1H"))
    await world.settle()
    before = world.starts()

    world.clock.at += timedelta(minutes=30)
    world.deploy(on_timer("R/PT1H"))
    await world.settle()

    assert world.starts() == before


async def test_a_duration_counts_from_the_deployment(world: World) -> None:
    deployed_at = world.clock.at
    world.deploy(on_timer("PT2H", "timeDuration"))

    await world.settle()

    [(_, due)] = world.starts()
    assert due is not None
    assert due - deployed_at < 2 * HOUR + timedelta(seconds=1)


def test_a_timer_that_is_none_cannot_be_deployed(world: World) -> None:
    with pytest.raises(DeploymentError):
        world.deploy(on_timer("every now and then"))
