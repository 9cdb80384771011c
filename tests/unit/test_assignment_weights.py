"""The weights of an assignment: a table that process owners edit, within its law."""

from __future__ import annotations

import pytest

from activities.known import known
from activities.scoring import PARTS, Weights
from bpmn.deployment import examine
from bpmn.dmn import evaluate_decision
from bpmn.feel.values import to_json
from migrations.seeds.definitions import files
from tests.unit.feedback_life import MORNING, definition, item

LAW = "load+on_time+skill+shift+fairness"


def weights(urgency: str) -> Weights:
    model = definition().decisions["assignment_weights"]
    scope = {"feedback": item(urgency=urgency)}
    found = evaluate_decision(model, "assignment_weights", scope, now=MORNING)
    assert set(found.value) == set(Weights().to_json())
    return Weights.read(to_json(found.value))


def findings(rule: str, column: int, text: str) -> list[tuple[str, str]]:
    dmn = files()["assignment.dmn"].decode()
    cell = f'<outputEntry id="assignment_weights_{rule}_out_{column}"><text>'
    start = dmn.index(cell) + len(cell)
    changed = dmn[:start] + text + dmn[dmn.index("</text>", start) :]
    found = examine(files() | {"assignment.dmn": changed.encode()}, known())
    return [(one.code, one.found) for one in found if one.element == "assignment_weights"]


def test_an_ordinary_item_goes_by_load_and_a_loud_one_by_duty_and_skill() -> None:
    normal, critical = weights("normal"), weights("critical")

    assert normal == Weights()
    assert normal.total == critical.total == 100
    assert critical.shift > normal.shift
    assert critical.skill > normal.skill
    assert weights("urgent") == critical


def test_weights_that_do_not_sum_up_to_a_hundred_are_refused() -> None:
    assert findings("loud", 1, "40") == [("limit_beyond_law", f"{LAW}: 105 (100 .. 100)")]


@pytest.mark.parametrize(
    ("column", "text", "code", "found"),
    [
        (7, "1", "limit_beyond_law", "critical_load: 1 (2 .. 10)"),
        (6, "0", "limit_beyond_law", "urgent_load: 0 (1 .. 5)"),
        (10, "10", "limit_beyond_law", "history_days: 10 (30 .. 366)"),
        (8, "feedback.hours", "limit_not_constant", "soon_hours: ? (0 .. 24)"),
    ],
)
def test_what_goes_beyond_its_law_is_refused(column: int, text: str, code: str, found: str) -> None:
    assert findings("otherwise", column, text) == [(code, found)]


def test_a_weight_that_is_not_written_out_leaves_the_sum_unknown() -> None:
    assert ("limit_invalid", f"{LAW}: ? (100 .. 100)") in findings("loud", 2, "null")


def test_every_part_of_the_score_has_a_weight() -> None:
    assert set(PARTS) <= set(Weights().to_json())
