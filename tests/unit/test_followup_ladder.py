"""The ladder of the second follow-up (升级): rung by rung, each once, and over when it is done."""

from __future__ import annotations

from typing import Any

from bpmn.commands import ModifyInstance
from bpmn.records import Kind
from bpmn.way_back import targets
from tests.unit.feedback_life import Life, definition
from tests.unit.test_feedback_limits import HOUR, dissatisfied_again, reopened
from tests.unit.test_limits_over_national_day import fires


def rungs(life: Life) -> list[Any]:
    kind = Kind.DECISION_EVALUATED
    asked = [r for r in life.records if r.kind is kind and r.element == "followup_rung"]
    return [one.data["result"] and one.data["result"]["group"] for one in asked]


def test_each_rung_is_told_once_48_hours_after_the_one_before() -> None:
    life = reopened(0)
    begun = life.now

    assert fires(life, "followup_overdue", begun + 48 * HOUR)
    assert rungs(life) == ["role.team_lead"]
    assert fires(life, "followup_silent", begun + 96 * HOUR)
    assert fires(life, "followup_silent", begun + 144 * HOUR)
    life.wait(days=60)

    assert rungs(life) == ["role.team_lead", "role.duty_manager", "role.management", None]
    assert life.jobs.count("followup.escalate") == 3
    assert life.open == ["second_followup"]


def test_nobody_further_is_told_once_the_followup_is_done() -> None:
    life = reopened(0)
    life.wait(hours=96 - 1)

    life.complete("second_followup", followup="resolved", followup_record={"$ref": "told"})
    life.wait(days=60)

    assert life.jobs.count("followup.escalate") == 1
    assert not life.state.user_tasks


def test_a_followup_after_the_second_answer_climbs_from_the_first_rung_again() -> None:
    life = reopened(0)
    life.wait(hours=100)
    life.complete("second_followup", followup="unresolved")
    before = len(rungs(life))
    dissatisfied_again(life)

    life.wait(hours=48)

    assert (before, rungs(life)[before:]) == (2, ["role.team_lead"])


def test_a_followup_that_the_head_sends_back_climbs_from_the_first_rung_again() -> None:
    life = reopened(2)
    life.wait(hours=100)
    life.complete("second_followup", followup="unresolved")
    before = len(rungs(life))
    host = next(t.host for t in life.state.user_tasks.values() if t.element == "decide_dispute")
    records = [one.to_json() for one in life.records]
    places = {one.element: one for one in targets(definition(), life.state, records, host)}

    back = places["second_followup"]
    life.do(
        ModifyInstance(
            id="back",
            activate=[{"element": back.element, "scope": back.scope}],
            terminate=list(back.terminate),
            discard=list(back.discard),
            expected_number=life.state.number,
        )
    )
    life.wait(hours=48)

    assert life.open == ["second_followup"]
    assert rungs(life)[before:] == ["role.team_lead"]
