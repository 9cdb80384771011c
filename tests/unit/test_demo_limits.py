from datetime import UTC, datetime
from typing import Any

import pytest

from activities.known import known
from bpmn import deployment
from bpmn.clock import Clock
from bpmn.dmn import evaluate_decision
from bpmn.lint import ERROR
from stack.demo.limits import SCALE, SECONDS, bundle, with_limits

NOW = datetime(2024, 5, 6, 2, tzinfo=UTC)


def limits(scale: float) -> dict[str, Any]:
    definition = deployment.check("", with_limits(bundle(), scale))
    scope = {"feedback": {"urgency": "normal", "type": "repair", "category": "fault"}}
    found = evaluate_decision(definition.decisions["limits"], "limits", scope, now=NOW).value
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("scale", [SCALE, 1.0, 0.01])
def test_the_limits_take_seconds_whatever_the_time_scale_of_the_stack(scale: float) -> None:
    clock = Clock(NOW, scale=scale)

    found = limits(scale)

    for name in ("acceptance", "survey_delay", "survey_expiry"):
        took = clock.after(NOW, found[name]) - NOW
        assert took.total_seconds() == pytest.approx(SECONDS[name], abs=0.01)


def test_every_rule_of_a_limit_is_changed_so_that_urgent_items_are_played_alike() -> None:
    files = with_limits(bundle(), 1.0)
    model = deployment.check("", files).decisions["service_level"]
    results = []

    for urgency in ("normal", "urgent", "critical"):
        item = {"type": "complaint", "category": "quality", "urgency": urgency}
        scope = {"feedback": item | {"customer_level": None}, "limits": limits(1.0)}
        results.append(evaluate_decision(model, "service_level", scope, now=NOW).value)

    wanted = Clock(NOW).after(NOW, f"PT{SECONDS['acceptance']}S")
    assert all(isinstance(one, dict) for one in results)
    assert {Clock(NOW).after(NOW, one["acceptance"]) for one in results} == {wanted}


def test_a_stack_in_real_time_does_not_wait_for_the_next_working_day() -> None:
    files = with_limits(bundle(), 1.0)

    assert b'bihuan:clock="working"' not in files["extension.bpmn"]
    assert b'bihuan:clock="working"' in with_limits(bundle(), SCALE)["extension.bpmn"]


@pytest.mark.parametrize("scale", [SCALE, 1.0, 0.0001])
def test_the_files_of_the_demonstration_may_be_deployed_on_a_stack_of_any_scale(
    scale: float,
) -> None:
    found = deployment.examine(with_limits(bundle(), scale), known(None, scale))

    assert [one.code for one in found if one.severity == ERROR] == []


def test_in_earnest_a_limit_of_the_demonstration_is_beyond_its_law() -> None:
    found = deployment.examine(with_limits(bundle(), SCALE), known())

    assert "limit_beyond_law" in {one.code for one in found}


def test_a_number_beyond_its_law_is_refused_however_fast_time_is_played() -> None:
    files = bundle()
    files["limits.dmn"] = files["limits.dmn"].replace(b"<text>3</text>", b"<text>4</text>")

    found = deployment.examine(files, known(None, SCALE))

    assert "limit_beyond_law" in {one.code for one in found}
