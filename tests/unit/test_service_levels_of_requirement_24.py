"""Requirement 24 sentence by sentence: the rows of service_level.dmn, and which of them wins."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities import tightest
from bpmn.clock import Clock
from bpmn.dmn import evaluate_decision
from models.service_clock import ACCEPTANCE, RESPONSE, SOLUTION
from tests.unit.feedback_life import MORNING, Life, calendar, definition, item

HOUR = timedelta(hours=1)
# Wednesday before the National Day holidays, 17:00 in Shanghai; the 10th of October is worked.
EVE = datetime(2026, 9, 30, 17, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
LIMITS = {"acceptance": "PT2H"}


def level(**feedback: Any) -> Any:
    model = definition().decisions["service_level"]
    scope = {"feedback": item(**{"category": None, **feedback}), "limits": LIMITS}
    return evaluate_decision(model, "service_level", scope, now=MORNING).value


def due(kind: str, at: datetime = MORNING, **feedback: Any) -> tuple[datetime, str]:
    """When a clock that begins now is due, and by which rule."""
    clock = Clock(at, calendar())
    starts = dict.fromkeys((ACCEPTANCE, RESPONSE, SOLUTION), at)
    chosen = tightest.choose(level(**feedback), clock, starts)
    return clock.after(at, chosen[kind], chosen["clocks"][kind]), chosen["rules"][kind]


@pytest.mark.parametrize("urgency", ["normal", "urgent"])
def test_a_system_fault_is_accepted_and_answered_within_one_hour(urgency: str) -> None:
    fault: dict[str, Any] = {"type": "repair", "category": "system_fault", "urgency": urgency}

    assert due(ACCEPTANCE, **fault) == (MORNING + HOUR, "system_fault")
    assert due(RESPONSE, **fault) == (MORNING + HOUR, "system_fault")


@pytest.mark.parametrize("urgency", ["urgent", "critical"])
@pytest.mark.parametrize("kind", ["consultation", "complaint", "repair", "request", None])
def test_high_priority_is_solved_within_24_hours_whatever_the_type(
    kind: str | None, urgency: str
) -> None:
    assert due(SOLUTION, type=kind, urgency=urgency)[0] == MORNING + 24 * HOUR


def test_negative_feedback_is_acknowledged_within_48_hours_and_solved_within_72() -> None:
    assert due(RESPONSE, type="complaint") == (MORNING + 48 * HOUR, "complaint")
    assert due(SOLUTION, type="complaint") == (MORNING + 72 * HOUR, "complaint")


def test_a_suggestion_has_progress_within_five_working_days_over_the_holidays() -> None:
    found, rule = due(RESPONSE, EVE, type="request")

    # The 8th, 9th, the make-up Saturday, the 12th and the 13th of October.
    assert found == datetime(2026, 10, 13, 9, 0, tzinfo=UTC)
    assert rule == "suggestion"


def test_a_suggestion_of_a_high_value_customer_waits_no_five_days() -> None:
    found, rule = due(RESPONSE, type="request", customer_level="high_value")

    assert (found, rule) == (MORNING + 4 * HOUR, "high_value")


def test_a_suggestion_is_acknowledged_at_once_and_only_once() -> None:
    request = {"classification": {"type": "request", "category": "feature_request"}}
    life = Life(answers={"feedback.classify": request}).begin(type="request")
    at_once = life.jobs.count("feedback.acknowledge")

    life.accept_and_process()
    life.wait(days=40)

    assert (at_once, life.jobs.count("feedback.acknowledge")) == (1, 1)


@pytest.mark.parametrize("kind", ["consultation", "complaint", "repair", None])
def test_nobody_else_gets_a_receipt(kind: str | None) -> None:
    assert level(type=kind)["receipt"] is False


def test_of_all_rules_that_apply_the_tightest_wins_clock_by_clock() -> None:
    fault: dict[str, Any] = {"category": "system_fault", "customer_level": "high_value"}

    assert due(RESPONSE, **fault) == (MORNING + HOUR, "system_fault")
    assert due(SOLUTION, **fault) == (MORNING + 48 * HOUR, "high_value")


def test_what_nobody_has_a_type_for_is_answered_within_48_hours() -> None:
    assert due(RESPONSE, type=None) == (MORNING + 48 * HOUR, "untyped")
