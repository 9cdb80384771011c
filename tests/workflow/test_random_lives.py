"""1 000 lives with random people: each ends, no timer fires twice, no status out of turn."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from bpmn.apply import replay
from bpmn.commands import CompleteUserTask, PublishMessage
from bpmn.records import Kind
from models import feedback
from tests.unit import random_life
from tests.unit.feedback_life import KEY, MORNING, NUMBER, Life, definition

LIVES = 1000
PARTS = 10
MOST_ACTS = 1500


def play(seed: int) -> Life:
    """Bring one item to its end, whatever people do."""
    random = Random(seed)
    life = Life(
        at=MORNING + timedelta(minutes=random.randrange(7 * 24 * 60)),
        answers=random_life.answers(random),
    )
    life.begin(**random_life.item(random))
    for done in range(MOST_ACTS):
        if life.state.ended:
            break
        act = random_life.choose(random, life.state, life.now, done)
        if act.kind == "task":
            life.do(
                CompleteUserTask(id=f"t{done}", actor="li", key=act.key, variables=act.variables)
            )
        elif act.kind == "message":
            life.do(
                PublishMessage(
                    id=f"m{done}", name=act.name, correlation_key=NUMBER, variables=act.variables
                )
            )
        else:
            life.wait(seconds=act.delay.total_seconds())
    return life


@pytest.mark.parametrize("part", range(PARTS))
def test_every_random_life_ends_in_order(part: int) -> None:
    for seed in range(part, LIVES, PARTS):
        try:
            check(play(seed))
        except Exception as error:
            raise AssertionError(f"seed {seed}") from error


def check(life: Life) -> None:
    assert life.state.ended
    assert not life.state.timers
    assert not life.state.user_tasks
    assert not life.state.subscriptions
    timers_fire_once_and_when_due(life)
    statuses_follow_the_machine(life)
    assert replay(KEY, [r.to_json() for r in life.records]).to_json() == life.state.to_json()


def timers_fire_once_and_when_due(life: Life) -> None:
    fired = [r for r in life.records if r.kind is Kind.TIMER_FIRED]
    assert max(Counter(r.key for r in fired).values(), default=1) == 1
    assert all(r.data["due"] <= r.at for r in fired)


def statuses_follow_the_machine(life: Life) -> None:
    item = feedback.Feedback(
        id=1, number="n", channel="web", submitted_at=MORNING, received_at=MORNING
    )
    for record in life.records:
        if record.kind is Kind.ELEMENT_ACTIVATED and record.data.get("status"):
            feedback.advance_status(item, record.data["status"], datetime.fromisoformat(record.at))
    assert item.status in {"archived", "withdrawn"}
    assert item.reopened == (life.variable("reopened") or 0)


def test_the_lives_reach_every_element_that_people_can_reach() -> None:
    reached = {element for seed in range(260) for element in play(seed).reached}

    drawn = {e for process in definition().processes.values() for e in process.elements}
    assert drawn - reached == set()
