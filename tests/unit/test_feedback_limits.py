"""Every limit and rule of the feedback process as drawn, to the second, in the pure engine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.step import StepError
from bpmn.records import Kind
from tests.unit.feedback_life import MORNING, Life, dates, happens_after, processing, rungs

HOUR = timedelta(hours=1)


def asked(**changes: Any) -> Life:
    """A customer who was asked."""
    life = Life().begin(**changes)
    life.accept_and_process()
    life.wait(hours=24)
    return life


def closed() -> Life:
    life = asked()
    life.publish("survey_answered", satisfaction="satisfied")
    return life


def dissatisfied_again(life: Life) -> None:
    """Bring a reopened item back to the second follow-up."""
    life.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})
    life.wait(hours=24)
    life.publish("survey_answered", satisfaction="dissatisfied")


def reopened(times: int) -> Life:
    life = asked()
    life.publish("survey_answered", satisfaction="dissatisfied")
    for _ in range(times):
        life.complete("second_followup", followup="unresolved")
        dissatisfied_again(life)
    return life


def test_a_critical_item_alerts_the_duty_manager_at_once() -> None:
    assert Life().begin(urgency="critical").notices == ["feedback_critical"]


@pytest.mark.parametrize("urgency", ["normal", "urgent"])
def test_other_items_alert_no_duty_manager(urgency: str) -> None:
    assert "alert" not in Life().begin(urgency=urgency).reached


def test_the_ladder_goes_from_the_head_over_the_duty_manager_to_management_each_once() -> None:
    life = Life().begin()

    reached = []
    for _ in range(5):
        life.wait(hours=2)
        reached.append(list(rungs(life)))

    assert reached[0] == ["technical.head"]
    assert reached[1] == ["technical.head", "role.duty_manager"]
    assert reached[2] == ["technical.head", "role.duty_manager", "role.management"]
    assert reached[4] == reached[2]
    assert life.open == ["accept"]


def test_an_accepted_item_climbs_no_further() -> None:
    life = Life().begin()
    life.wait(hours=2)

    life.complete("accept", actor="head")
    life.wait(hours=12)

    assert rungs(life) == ["technical.head"]


@pytest.mark.parametrize(("urgency", "hours"), [("normal", 24), ("urgent", 4), ("critical", 2)])
def test_progress_is_due_by_urgency_first_the_owner_then_the_head_is_told(
    urgency: str, hours: int
) -> None:
    life = processing(urgency=urgency)
    interval = hours * HOUR

    assert happens_after(life, interval, "progress_due")
    assert happens_after(life, interval, "progress_missed")
    assert happens_after(life, interval, "progress_missed")
    assert life.notices.count("progress_due") == 1


def test_a_progress_entry_sets_the_clock_back() -> None:
    life = processing(urgency="critical")
    life.wait(minutes=119)

    life.publish("progress_recorded")

    assert happens_after(life, 2 * HOUR, "progress_due")


def test_an_entry_after_a_reminder_begins_with_the_owner_again() -> None:
    life = processing(urgency="critical")
    life.wait(hours=3)

    life.publish("progress_recorded")

    assert happens_after(life, 2 * HOUR, "progress_due")
    assert "progress_missed" not in life.notices


def test_nobody_is_reminded_of_what_is_processed() -> None:
    life = processing(urgency="critical")
    life.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})

    life.wait(hours=12)

    assert "progress_due" not in life.notices
    assert {t.element for t in life.state.timers.values()} == {"survey_due"}


def test_each_collaborating_department_has_a_task_of_its_own() -> None:
    life = Life().begin()
    life.complete("accept", collaborators=["quality", "logistics", "technical"])

    created = [
        r.data["candidate_groups"]
        for r in life.records
        if r.kind is Kind.USER_TASK_CREATED and r.element == "collaborate"
    ]

    # The department in charge does not collaborate with itself.
    assert created == [["quality"], ["logistics"]]
    assert sorted(life.open) == ["collaborate", "collaborate", "process"]


def test_the_reply_waits_for_every_department() -> None:
    life = Life().begin()
    life.complete("accept", collaborators=["quality", "logistics"])

    life.complete("process", plan={"$ref": "p"}, reply={"$ref": "r"})
    life.complete("collaborate", finding={"$ref": "q"})
    before = list(life.jobs)
    life.complete("collaborate", finding={"$ref": "l"})

    assert "feedback.reply" not in before
    assert life.jobs[-1] == "feedback.reply"
    assert life.variable("findings_of_departments") == [
        {"department": "quality", "finding": {"$ref": "q"}},
        {"department": "logistics", "finding": {"$ref": "l"}},
    ]


def test_the_routing_names_departments_that_collaborate() -> None:
    quality = {"classification": {"type": "complaint", "category": "quality"}}
    life = Life(answers={"feedback.classify": quality}).begin()

    life.complete("accept")

    assert sorted(life.open) == ["collaborate", "process"]


def test_urgent_quality_complaints_go_to_the_senior_team_within_two_hours() -> None:
    quality = {"classification": {"type": "complaint", "category": "quality"}}

    life = Life(answers={"feedback.classify": quality}).begin(urgency="urgent")

    assert life.created("accept")["candidate_groups"] == ["quality.head"]
    assert life.due("accept_overdue") == MORNING + 2 * HOUR


def test_a_plan_that_breaks_a_rule_comes_back_with_the_findings() -> None:
    findings = [{"field": "plan", "code": "phrase_vague", "advice": "name_step"}]
    verdicts = iter([StepError("plan_refused", findings=findings), {}])
    life = processing({"feedback.check": lambda _: next(verdicts)})

    life.complete("process", plan={"$ref": "vague"}, reply={"$ref": "r"})
    back = (life.open, life.variable("findings"))
    life.complete("process", plan={"$ref": "better"}, reply={"$ref": "r"})

    assert back == (["process"], findings)
    assert life.jobs[-1] == "feedback.reply"


@pytest.mark.parametrize("times", [0, 1])
def test_a_customer_still_unsatisfied_reopens_processing_at_most_twice(times: int) -> None:
    life = reopened(times)

    life.complete("second_followup", followup="unresolved")

    assert life.open == ["process"]
    assert life.variable("reopened") == times + 1


def test_after_two_reopenings_the_head_decides() -> None:
    life = reopened(2)

    life.complete("second_followup", followup="unresolved")

    assert life.open == ["decide_dispute"]
    assert life.created("decide_dispute")["candidate_groups"] == ["technical.head"]
    assert life.variable("reopened") == 2


@pytest.mark.parametrize(("decision", "then"), [("close", "closed"), ("reopen", "processing")])
def test_what_the_head_decides_is_done(decision: str, then: str) -> None:
    life = reopened(2)
    life.complete("second_followup", followup="unresolved")

    life.complete("decide_dispute", head_decision=decision, head_reason={"$ref": "reason"})

    asked_for = [r.data["status"] for r in life.records if r.data.get("status")]
    assert asked_for[-1] == then


def test_a_reopened_item_has_a_new_due_time() -> None:
    life = reopened(0)
    life.wait(days=1)

    life.complete("second_followup", followup="unresolved")

    assert life.variable("due_at") == dates(life.now)["due_at"]
    assert happens_after(life, 36 * HOUR, "solution_due")


def test_the_result_of_the_second_followup_is_recorded() -> None:
    life = reopened(0)

    life.complete("second_followup", followup="explained", followup_record={"$ref": "told"})

    assert "followup.record" in life.jobs
    assert life.variable("followup") == "explained"
    assert life.variable("followup_record") == {"$ref": "told"}


def test_a_second_followup_not_done_in_48_hours_is_told_to_the_team_lead() -> None:
    life = reopened(0)

    life.wait(seconds=48 * 3600 - 1)
    early = life.jobs.count("followup.escalate")
    life.wait(seconds=1)

    assert (early, life.jobs.count("followup.escalate")) == (0, 1)
    assert life.open == ["second_followup"]


def test_the_customer_is_reminded_once_after_three_days() -> None:
    life = asked()

    life.wait(days=2, hours=23, minutes=59, seconds=59)
    before = life.jobs.count("survey.remind")
    life.wait(seconds=1)
    after = life.jobs.count("survey.remind")
    life.wait(days=3)

    assert (before, after, life.jobs.count("survey.remind")) == (0, 1, 1)


@pytest.mark.parametrize(
    ("replied", "sent"),
    [
        ((10, 0), (10, 0)),
        ((20, 59), (20, 59)),
        ((21, 0), (21, 0)),
        ((23, 30), (21, 0)),
        ((3, 0), (21, 0)),
        ((8, 0), (8, 0)),
    ],
)
def test_quiet_hours_move_the_survey_earlier_and_never_later(
    replied: tuple[int, int], sent: tuple[int, int]
) -> None:
    at = datetime(2026, 9, 21, replied[0], replied[1], tzinfo=UTC) - 8 * HOUR
    life = Life(at=at).begin()
    life.accept_and_process()

    there = life.due("survey_due") + 8 * HOUR

    assert (there.hour, there.minute) == sent
    assert timedelta(hours=13) <= life.due("survey_due") - at <= 24 * HOUR


def test_an_answer_after_closing_is_recorded_and_a_satisfied_one_changes_nothing_else() -> None:
    life = asked()
    life.wait(days=7)
    before = life.statuses[-1]

    life.publish("survey_answered", satisfaction="satisfied")

    assert before == life.statuses[-1] == "closed"
    assert life.jobs[-1] == "survey.record"


def test_a_dissatisfied_answer_after_closing_opens_the_second_followup() -> None:
    life = asked()
    life.wait(days=17)

    life.publish("survey_answered", satisfaction="very_dissatisfied")

    assert life.open == ["second_followup"]


def test_a_message_to_a_closed_item_reopens_it_within_30_days() -> None:
    life = closed()
    life.wait(days=29, hours=23)

    life.publish("customer_message", message={"$ref": "again"})

    assert life.open == ["process"]
    assert life.variable("reopened") == 1


def test_a_message_is_one_of_the_two_reopenings() -> None:
    life = reopened(2)
    life.complete("second_followup", followup="resolved")

    life.publish("customer_message", message={"$ref": "again"})

    assert life.open == []
    assert life.variable("reopened") == 2


def test_a_closed_item_is_archived_after_30_days_and_not_a_second_before() -> None:
    life = closed()
    life.wait(days=10)
    life.wait(days=19, hours=23, minutes=59, seconds=59)
    before = life.state.phase

    life.wait(seconds=1)

    assert (before, life.state.phase) == ("active", "completed")
    assert life.statuses[-1] == "archived"


def test_a_late_answer_does_not_lengthen_the_30_days() -> None:
    life = asked()
    life.wait(days=7)
    life.wait(days=20)

    life.publish("survey_answered", satisfaction="satisfied")
    life.wait(days=10)

    assert life.state.phase == "completed"
