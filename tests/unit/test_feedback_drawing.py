"""The feedback process as drawn, walked through in the pure engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bpmn.records import Kind
from models import feedback
from tests.unit.feedback_life import MORNING, Life, definition

SECOND = timedelta(seconds=1)


def answered(satisfaction: str) -> Life:
    life = Life().begin()
    life.accept_and_process()
    life.wait(hours=24)
    life.publish("survey_answered", satisfaction=satisfaction)
    return life


def accepted() -> Life:
    life = Life().begin()
    life.complete("accept")
    return life


def replied() -> Life:
    life = Life().begin()
    life.accept_and_process()
    return life


def outcome(life: Life) -> str | None:
    """Return the outcome that the step which closed the item was given."""
    found = [
        r.data["variables"]["outcome"]
        for r in life.records
        if r.kind is Kind.VARIABLES_SET and "outcome" in r.data["variables"]
    ]
    return found[-1] if found else None


STAGES: dict[str, Callable[[], Life]] = {
    "accept": lambda: Life().begin(),
    "process": accepted,
    "survey": replied,
    "second_followup": lambda: answered("dissatisfied"),
}


def test_a_smooth_item_goes_from_receipt_to_closed() -> None:
    life = Life().begin()

    life.accept_and_process()
    life.wait(hours=24)
    life.publish("survey_answered", satisfaction="satisfied")

    assert life.statuses == ["pending", "processing", "resolved", "closed"]
    assert life.jobs == [
        "feedback.receive",
        "feedback.classify",
        "feedback.assign",
        "feedback.accept",
        "feedback.check",
        "feedback.reply",
        "survey.send",
        "survey.record",
        "feedback.close",
    ]


def test_the_item_goes_to_the_department_that_its_category_asks_for() -> None:
    life = Life().begin()

    assert life.created("accept")["candidate_groups"] == ["technical"]
    assert life.variable("feedback")["category"] == "fault"


def test_the_member_who_was_chosen_has_the_task_to_accept() -> None:
    chosen = {"assignment": {"assignee": "zhang.san"}}

    life = Life(answers={"feedback.assign": chosen}).begin()

    assert life.task("accept").assignee == "zhang.san"


def test_who_accepts_an_item_processes_it() -> None:
    life = Life().begin()

    life.complete("accept", actor="wang.wu")

    assert life.task("process").assignee == "wang.wu"


def test_the_task_to_process_is_due_when_the_item_is() -> None:
    life = Life().begin()

    life.complete("accept")

    assert life.created("process")["due_date"] == "2026-09-24T02:00:00.000000+00:00"


def test_an_item_not_accepted_is_escalated_after_two_hours_and_not_a_second_before() -> None:
    life = Life().begin()
    due = life.due("accept_overdue")

    life.wait(seconds=(due - MORNING - SECOND).total_seconds())
    before = list(life.jobs)
    life.wait(seconds=1)

    assert due == MORNING + timedelta(hours=2)
    assert "feedback.escalate" not in before
    assert life.jobs[-1] == "feedback.escalate"


def test_an_escalated_item_can_still_be_accepted() -> None:
    life = Life().begin()
    life.wait(hours=3)

    life.complete("accept", actor="head")

    assert life.task("process").assignee == "head"


def test_an_item_accepted_in_time_is_not_escalated() -> None:
    life = Life().begin()
    life.wait(hours=1, minutes=59, seconds=59)

    life.complete("accept")
    life.wait(hours=5)

    assert "feedback.escalate" not in life.jobs


def test_a_critical_item_is_escalated_after_one_hour() -> None:
    life = Life().begin(urgency="critical")

    assert life.due("accept_overdue") == MORNING + timedelta(hours=1)


def test_the_survey_goes_out_24_hours_after_the_reply_and_not_a_second_before() -> None:
    life = Life().begin()
    life.wait(minutes=30)
    life.accept_and_process()
    replied = life.now

    life.wait(hours=23, minutes=59, seconds=59)
    before = list(life.jobs)
    life.wait(seconds=1)

    assert life.due("survey_due") == replied + timedelta(hours=24)
    assert "survey.send" not in before
    assert life.jobs[-1] == "survey.send"


@pytest.mark.parametrize("score", ["very_satisfied", "satisfied"])
def test_a_satisfied_customer_closes_the_item(score: str) -> None:
    life = answered(score)

    assert life.statuses[-1] == "closed"
    assert outcome(life) == "satisfied"


@pytest.mark.parametrize("score", ["neutral", "dissatisfied", "very_dissatisfied"])
def test_any_other_answer_opens_a_second_followup_by_a_specialist(score: str) -> None:
    life = answered(score)

    assert life.open == ["second_followup"]
    assert life.created("second_followup")["candidate_groups"] == ["role.specialist"]
    assert life.statuses[-1] == "second_followup"


def test_the_second_followup_is_due_in_48_hours_and_then_closes_the_item() -> None:
    life = answered("dissatisfied")
    due = datetime.fromisoformat(life.created("second_followup")["due_date"])

    life.complete("second_followup", followup="resolved", followup_record={"$ref": "record"})

    assert due == life.now + timedelta(hours=48)
    assert life.statuses[-1] == "closed"
    assert outcome(life) == "followed_up"


def test_an_item_without_answer_is_closed_as_unanswered_after_seven_days() -> None:
    life = Life().begin()
    life.accept_and_process()
    life.wait(hours=24)
    asked = life.now

    life.wait(days=6, hours=23, minutes=59, seconds=59)
    before = life.statuses[-1]
    life.wait(seconds=1)

    assert life.due("no_answer") == asked + timedelta(days=7)
    assert before == "resolved"
    assert life.statuses[-1] == "closed"
    assert outcome(life) == "unanswered"


def test_an_answer_for_another_item_is_not_taken() -> None:
    life = Life().begin()
    life.accept_and_process()
    life.wait(hours=24)

    with pytest.raises(Exception, match="message_not_awaited"):
        life.publish("survey_answered", number="202609-002", satisfaction="satisfied")


@pytest.mark.parametrize("stage", STAGES)
def test_a_customer_may_withdraw_at_any_stage(stage: str) -> None:
    life = STAGES[stage]()

    life.publish("feedback_withdrawn")

    assert life.state.phase == "completed"
    assert life.statuses[-1] == "withdrawn"
    assert outcome(life) == "withdrawn"
    assert life.open == []
    assert not life.state.timers
    assert not life.state.subscriptions


@pytest.mark.parametrize("satisfaction", ["satisfied", "dissatisfied", None])
def test_no_way_through_the_drawing_asks_for_an_illegal_status(satisfaction: str | None) -> None:
    life = replied()
    life.wait(hours=24)
    if satisfaction is None:
        life.wait(days=7)
    else:
        life.publish("survey_answered", satisfaction=satisfaction)
    if "second_followup" in life.open:
        life.complete("second_followup", followup="explained")

    item = feedback.Feedback(
        id=1, number="n", channel="web", submitted_at=MORNING, received_at=MORNING
    )
    for record in life.records:
        if record.kind is Kind.ELEMENT_ACTIVATED and record.data.get("status"):
            at = datetime.fromisoformat(record.at)
            feedback.advance_status(item, record.data["status"], at)

    assert item.status == "closed"


def test_every_step_that_the_drawings_ask_for_has_an_answer() -> None:
    asked = {
        element.task.type
        for process in definition().processes.values()
        for element in process.elements.values()
        if element.task
    }

    assert asked == set(Life()._answers)
