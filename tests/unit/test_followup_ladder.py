"""The ladder of the second follow-up (升级): rung by rung, each once, and over when it is done."""

from __future__ import annotations

from typing import Any

from bpmn.records import Kind
from tests.unit.feedback_life import Life
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
