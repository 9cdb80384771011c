"""Departments that help, as drawn (协同): asked later too, reminded, escalated, waited for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bpmn.records import Kind
from tests.unit.feedback_life import Life, processing
from tests.unit.test_limits_over_national_day import EVE, fires

HOUR = timedelta(hours=1)


def helped(*departments: str, **changes: Any) -> Life:
    life = Life(at=EVE).begin(**changes)
    life.complete("accept", collaborators=list(departments))
    return life


def groups(life: Life) -> list[list[str]]:
    kind = Kind.USER_TASK_CREATED
    found = [r for r in life.records if r.kind is kind and r.element == "collaborate"]
    return [r.data["candidate_groups"] for r in found]


@pytest.mark.parametrize(("urgency", "hours"), [("normal", 24), ("urgent", 4), ("critical", 2)])
def test_a_department_that_helps_is_reminded_and_then_escalated_rung_by_rung(
    urgency: str, hours: int
) -> None:
    life = helped("quality", urgency=urgency)

    assert fires(life, "collaboration_half", EVE + hours / 2 * HOUR)
    assert fires(life, "collaboration_nearing", EVE + hours * 0.8 * HOUR)
    assert fires(life, "collaboration_overdue", EVE + hours * HOUR)
    assert fires(life, "collaboration_silent", EVE + 2 * hours * HOUR)
    assert fires(life, "collaboration_silent", EVE + 3 * hours * HOUR)
    life.wait(hours=2 * hours)
    rungs = [
        r.data["result"]
        for r in life.records
        if r.kind is Kind.DECISION_EVALUATED and r.element == "collaboration_rung"
    ]
    assert rungs == ["quality.head", "role.duty_manager", "role.management", None]
    assert life.jobs.count("collaboration.remind") == 2
    assert life.jobs.count("collaboration.escalate") == 3


def test_a_department_that_has_helped_is_escalated_no_more() -> None:
    life = helped("quality", "logistics")
    life.wait(hours=24)

    life.complete("collaborate", finding={"$ref": "q"})
    life.complete("collaborate", finding={"$ref": "l"})
    life.wait(days=5)

    assert life.jobs.count("collaboration.escalate") == 2
    assert life.open == ["process"]


def test_a_department_may_be_asked_to_help_while_the_item_is_processed_and_the_reply_waits() -> (
    None
):
    life = processing()

    life.publish("collaborator_added", collaborator="quality")
    life.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})
    before = list(life.jobs)
    life.complete("collaborate", finding={"$ref": "q"})

    assert groups(life) == [["quality"]]
    assert "feedback.reply" not in before
    assert life.jobs[-1] == "feedback.reply"
    assert life.variable("added_findings") == [{"department": "quality", "finding": {"$ref": "q"}}]
    assert life.variable("collaborators") == ["quality"]


def test_departments_asked_at_first_and_later_keep_their_findings_apart() -> None:
    life = helped("logistics")

    life.publish("collaborator_added", collaborator="quality")
    life.publish("collaborator_added", collaborator="service")
    life.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})
    for word in ("l", "q", "s"):
        life.complete("collaborate", finding={"$ref": word})

    assert groups(life) == [["logistics"], ["quality"], ["service"]]
    assert life.variable("findings_of_departments") == [
        {"department": "logistics", "finding": {"$ref": "l"}}
    ]
    assert [one["department"] for one in life.variable("added_findings")] == ["quality", "service"]
    assert life.jobs[-1] == "feedback.reply"


def test_nobody_can_be_asked_once_the_reply_is_on_its_way() -> None:
    life = processing()
    life.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})

    with pytest.raises(Exception, match="message_not_awaited"):
        life.publish("collaborator_added", collaborator="quality")


def test_a_reopened_item_asks_every_department_again() -> None:
    life = processing()
    life.publish("collaborator_added", collaborator="quality")
    life.complete("collaborate", finding={"$ref": "q"})
    life.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})
    life.wait(hours=24)
    life.publish("survey_answered", satisfaction="dissatisfied")

    life.complete("second_followup", followup="unresolved")

    assert sorted(life.open) == ["collaborate", "process"]
    assert groups(life) == [["quality"], ["quality"]]
