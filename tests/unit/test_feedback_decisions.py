"""The decision tables of the feedback process, row by row."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.clock import parse_duration
from bpmn.dmn import evaluate_decision
from tests.unit.feedback_life import MORNING, definition, item

LIMITS = {
    "acceptance": "PT2H",
    "extension_days": 3,
    "extension_decision": "P3D",
    "survey_delay": "PT24H",
    "survey_reminder": "P3D",
    "survey_expiry": "P7D",
    "second_followup": "PT48H",
    "second_followup_clock": "wall",
    "reopen_max": 2,
    "reopen_window": "P30D",
    "survey_link": "P37D",
    "quiet_from": 21,
    "quiet_until": 8,
}


def decide(name: str, **feedback: Any) -> Any:
    scope = {"feedback": item(**feedback), "limits": LIMITS}
    return evaluate_decision(definition().decisions[name], name, scope, now=MORNING).value


def test_the_limits_are_those_of_the_requirements() -> None:
    assert decide("limits") == LIMITS


@pytest.mark.parametrize(
    ("type_", "category", "department"),
    [
        ("repair", "fault", "technical"),
        ("repair", "performance", "technical"),
        ("complaint", "data_error", "technical"),
        ("repair", "compatibility", "technical"),
        ("complaint", "quality", "quality"),
        ("complaint", "logistics", "logistics"),
        ("complaint", "supply", "procurement"),
        ("complaint", "service_attitude", "operations"),
        ("complaint", "service_response", "operations"),
        ("complaint", "price", "operations"),
        ("complaint", "refund", "service"),
        ("consultation", "policy", "service"),
        ("consultation", "usage", "service"),
        ("complaint", "usability", "product"),
        ("request", "feature_request", "product"),
        ("repair", None, "technical"),
        ("complaint", None, "operations"),
        ("request", None, "product"),
        ("consultation", None, "service"),
        (None, None, "service"),
        (None, "nothing_known", "service"),
    ],
)
def test_category_and_then_type_lead_to_the_department(
    type_: str | None, category: str | None, department: str
) -> None:
    found = decide("routing", type=type_, category=category)

    assert (found["department"], found["candidate_group"]) == (department, department)


@pytest.mark.parametrize(
    ("given", "acceptance", "solution"),
    [
        ({"type": "consultation"}, "PT2H", "PT72H"),
        ({"type": "complaint"}, "PT2H", "PT72H"),
        ({"type": "repair"}, "PT2H", "PT72H"),
        ({"type": "request"}, "PT2H", "P7D"),
        ({"type": None}, "PT2H", "P7D"),
        ({"type": "repair", "category": "fault"}, "PT2H", "PT72H"),
        ({"type": "repair", "category": "fault", "urgency": "urgent"}, "PT1H", "PT24H"),
        ({"type": "consultation", "urgency": "urgent"}, "PT2H", "PT24H"),
        ({"type": "request", "urgency": "critical"}, "PT1H", "PT24H"),
        ({"type": "complaint", "category": "quality", "urgency": "urgent"}, "PT2H", "PT24H"),
        ({"type": "request", "customer_level": "high_value"}, "PT1H", "PT48H"),
    ],
)
def test_the_tightest_service_rule_wins(
    given: dict[str, Any], acceptance: str, solution: str
) -> None:
    found = decide("service_level", **{"category": None, **given})

    assert _length(found["acceptance"]) == _length(acceptance)
    assert _length(found["solution"]) == _length(solution)


def test_a_shorter_default_limit_shortens_every_service_level() -> None:
    scope = {"feedback": item(type="request"), "limits": LIMITS | {"acceptance": "PT30M"}}
    model = definition().decisions["service_level"]

    found = evaluate_decision(model, "service_level", scope, now=MORNING).value

    assert found["acceptance"] == "PT30M"


def _length(text: str) -> float:
    duration = parse_duration(text)
    return duration.days * 86400 + duration.time.total_seconds()
