"""The standard functions of FEEL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bpmn.feel import evaluate
from bpmn.feel.values import to_json

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def json_of(text: str, /, **scope: Any) -> Any:
    return to_json(evaluate(text, scope, now=NOW).value)


def codes_of(text: str, **scope: Any) -> list[str]:
    return [warning.code for warning in evaluate(text, scope, now=NOW).warnings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('substring("客户反馈", 3)', "反馈"),
        ('substring("foobar", -3, 2)', "ba"),
        ('string length("客户")', 2),
        ('contains("不是很满意", "满意")', True),
        ('substring before("a-b", "-")', "a"),
        ('string join(["a", null, "b"], ", ")', "a, b"),
        ('string([1, "a", {b: @"P1D"}])', '[1, "a", {b: P1D}]'),
        ('number("1 000,5", " ", ",")', 1000.5),
        ("decimal(2.5, 0)", 2),
        ("round half up(2.5, 0)", 3),
        ("modulo(-12, 5)", 3),
        ("floor(-1.5)", -2),
        ("sum([1, 2, 3]) = sum(1, 2, 3)", True),
        ("mean([1, 2])", 1.5),
        ("median([3, 1, 2])", 2),
        ("mode([1, 2, 2])", [2]),
        ("min([])", None),
        ('max("a", "b")', "b"),
        ("count([1, null])", 2),
        ("sublist([1, 2, 3], -2)", [2, 3]),
        ("distinct values([1, 1, 2])", [1, 2]),
        ("flatten([[1], [[2]]])", [1, 2]),
        ("sort([2, 3, 1], function(a, b) a > b)", [3, 2, 1]),
        ("list replace([1, 2], function(old, new) old = 2, 9)", [1, 9]),
        ("all([true, null])", None),
        ("any([null, true])", True),
        ('get value({a: 1}, "a")', 1),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', {"a": {"b": 2}}),
        ('context([{key: "a", value: 1}])', {"a": 1}),
        ("context merge([{a: 1}, {a: 2, b: 3}])", {"a": 2, "b": 3}),
        ("not(null)", None),
        ('is(@"10:00:00Z", @"10:00:00+00:00")', True),
        ("before(1, [2..3])", True),
        ("overlaps before([1..3], [2..4])", True),
        ("during(2, (2..3])", False),
        ("coincides([1..2], [1..2])", True),
        ('2 in range("[1..3)")', True),
        ('range("[a..3)")', None),
        ('5 in range("[2..)")', True),
        ('range("[..]")', None),
        ('range("[3..1]")', None),
        ('string(range("(@\\"P1D\\"..@\\"P2D\\"]"))', "(P1D..P2D]"),
    ],
)
def test_a_function_answers_as_the_standard_says(text: str, expected: Any) -> None:
    assert json_of(text) == expected


@pytest.mark.parametrize("text", ["substring(1, 2)", "abs()", 'floor("a", 1, 2)'])
def test_arguments_that_do_not_fit_are_null_and_a_warning(text: str) -> None:
    result = evaluate(text, {}, now=NOW)

    assert result.value is None
    assert [warning.code for warning in result.warnings] == ["invalid_arguments"]


def test_a_sum_of_what_is_no_number_is_null_and_says_why() -> None:
    result = evaluate('sum([1, "2"])', {}, now=NOW)

    assert result.value is None
    assert dict(result.warnings[0].data) == {"function": "sum", "reason": "not_numbers"}


def test_arguments_may_be_named() -> None:
    assert json_of('substring(start position: 2, string: "abc")') == "bc"
    assert codes_of('substring(begin: 2, string: "abc")') == ["invalid_arguments"]


def test_a_function_that_fails_warns_with_its_name() -> None:
    result = evaluate("sqrt(-1)", {}, now=NOW)

    assert result.value is None
    assert result.warnings[0].data["function"] == "sqrt"


def test_comparing_all_items_with_all_others_stops_at_the_budget() -> None:
    assert codes_of("distinct values(for i in 1..9000 return i)") == ["budget_exceeded"]


def test_numbers_keep_34_digits() -> None:
    assert evaluate("1 / 3", {}, now=NOW).value == Decimal("0." + "3" * 34)
    assert evaluate("10 ** 7000", {}, now=NOW).value is None
