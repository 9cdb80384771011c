"""Plain cells of a decision table need no interpreter, and never contradict it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.dmn import evaluate_decision, parse_decisions
from bpmn.dmn.cells import check_of
from bpmn.feel import parse_unary, unary_test

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PLAIN = (
    *("-", '"north"', '"north", "south"', 'not("north")', "null", "null, 3", "true", "-2"),
    *("> 2", "<= -1.5", '< "m"', "[1..3]", "(1..3)", "]1..3[", "[1..3), 7", 'not([1..3], "a")'),
    *("= 2", "!= 2", '["a".."c"]', "> 2, < -2", "not(> 2)", "false, true", "not(null)"),
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-4, max_value=8).map(Decimal),
    st.sampled_from([Decimal("-1.5"), Decimal("2.999"), "north", "a", "b", "m", "", [1, 2]]),
)


@given(text=st.sampled_from(PLAIN), value=VALUES)
def test_a_plain_cell_says_what_the_interpreter_says_or_leaves_it_to_it(
    text: str, value: Any
) -> None:
    check = check_of(parse_unary(text).node)

    assert check is not None
    passed = check(value)
    assert passed is None or passed is unary_test(text, value, {}, now=NOW).value


@pytest.mark.parametrize(
    "text", ["? > 2", "amount", "> amount", "[1..amount]", 'date("2026-01-01")', "[3..1]", "1 + 1"]
)
def test_a_cell_that_asks_for_more_is_left_to_the_interpreter(text: str) -> None:
    assert check_of(parse_unary(text).node) is None


def test_a_value_of_another_kind_is_warned_of_all_the_same() -> None:
    table = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
     namespace="n"><decision id="x" name="x"><variable name="x"/><decisionTable id="t">
     <input id="i"><inputExpression><text>amount</text></inputExpression></input>
     <output id="o" name="x"/><rule id="r"><inputEntry><text>&gt; 2</text></inputEntry>
     <outputEntry><text>1</text></outputEntry></rule></decisionTable></decision></definitions>"""
    model = parse_decisions(table.encode(), name="t")

    result = evaluate_decision(model, "x", {"amount": "three"}, now=NOW)

    assert result.value is None
    assert [warning.code for warning in result.warnings] == ["not_comparable", "no_rule_matches"]
