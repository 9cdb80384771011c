"""The extension as drawn, over the National Day week of 2026 (10 October is a make-up day)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bpmn.commands import CompleteUserTask, FireTimers
from tests.unit.feedback_life import Life

# Wednesday, 30 September 2026, 10:00 in Shanghai: the last working day before the holidays.
EVE = datetime(2026, 9, 30, 2, 0, tzinfo=UTC)
# The holidays end on the 7th; Saturday the 10th is worked: the third working day.
THIRD_WORKING_DAY = datetime(2026, 10, 10, 2, 0, tzinfo=UTC)
REQUEST = {"until": "2026-10-09", "reason": {"$ref": "reason"}, "requested_by": "li.si"}


def asked(*, within_limit: bool = True, due_at: str = "2026-10-09T02:00:00+00:00") -> Life:
    checked = {"extension": REQUEST | {"within_limit": within_limit}}
    answers: dict[str, Any] = {"extension.check": checked, "extension.apply": {"due_at": due_at}}
    life = Life(at=EVE, answers=answers).begin()
    life.complete("accept")
    life.publish("extension_requested", extension=REQUEST)
    return life


def test_a_request_asks_the_head_of_the_department_while_processing_goes_on() -> None:
    life = asked()

    assert life.open == ["process", "approve_extension"]
    assert life.created("approve_extension")["candidate_groups"] == ["technical.head"]


def test_an_approved_extension_is_applied_and_brings_its_new_date() -> None:
    life = asked()

    life.complete("approve_extension", actor="head", decision="approved")

    assert life.jobs[-1] == "extension.apply"
    assert life.variable("due_at") == "2026-10-09T02:00:00+00:00"
    assert life.open == ["process"]


def test_a_refused_extension_leaves_the_old_date() -> None:
    life = asked()
    before = life.variable("due_at")

    life.complete("approve_extension", actor="head", decision="rejected")

    assert life.jobs[-1] == "extension.refuse"
    assert life.variable("due_at") == before
    assert life.open == ["process"]


def test_a_request_beyond_the_limit_is_refused_without_asking_the_head() -> None:
    life = asked(within_limit=False)

    assert life.jobs[-1] == "extension.refuse"
    assert life.open == ["process"]


def test_an_undecided_request_lapses_after_three_working_days_and_not_a_second_before() -> None:
    life = asked()
    due = life.due("undecided")

    life.wait(seconds=(due - EVE).total_seconds() - 1)
    before = list(life.open)
    life.wait(seconds=1)

    assert due == THIRD_WORKING_DAY
    assert "approve_extension" in before
    assert life.open == ["process"]
    assert "extension.lapse" in life.jobs


def test_a_lapsed_request_can_no_longer_be_approved() -> None:
    life = asked()
    task = life.task("approve_extension").key
    life.wait(days=11)

    late = CompleteUserTask(id="late", key=task, variables={"decision": "approved"})

    with pytest.raises(Exception, match="user_task_not_active"):
        life.do(late)


def test_an_extension_may_be_asked_for_again() -> None:
    life = asked()
    life.complete("approve_extension", decision="rejected")

    life.publish("extension_requested", extension=REQUEST)

    assert life.open == ["process", "approve_extension"]


def test_what_a_request_says_stays_inside_it() -> None:
    life = asked()

    assert life.variable("extension") is None


def test_processing_that_is_done_ends_an_undecided_request() -> None:
    life = asked()

    life.complete("process", plan={"$ref": "plan"}, reply={"$ref": "reply"})
    life.wait(hours=24)

    assert "approve_extension" not in life.open
    assert life.jobs[-1] == "survey.send"
    assert not [t for t in life.state.timers.values() if t.element == "undecided"]


def test_an_extension_is_not_awaited_before_the_item_is_accepted() -> None:
    life = Life().begin()

    with pytest.raises(Exception, match="message_not_awaited"):
        life.publish("extension_requested", extension=REQUEST)


def test_what_is_approved_in_the_very_second_of_the_lapse_is_approved_and_does_not_lapse() -> None:
    life = asked()
    life.now = THIRD_WORKING_DAY

    life.complete("approve_extension", actor="head", decision="approved")
    life.do(FireTimers(id="the same second"))

    assert life.jobs.count("extension.apply") == 1
    assert "extension.lapse" not in life.jobs


def test_what_lapses_in_the_very_second_of_the_approval_is_lapsed_and_not_applied() -> None:
    life = asked()
    task = life.task("approve_extension").key
    life.now = THIRD_WORKING_DAY
    life.do(FireTimers(id="first"))

    with pytest.raises(Exception, match="user_task_not_active"):
        life.do(CompleteUserTask(id="late", key=task, variables={"decision": "approved"}))

    assert life.jobs.count("extension.lapse") == 1
    assert "extension.apply" not in life.jobs
