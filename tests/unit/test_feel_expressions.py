"""FEEL expressions as conditions and tables use them."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bpmn.feel import FeelSyntaxError, evaluate, names_in, parse

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def value_of(text: str, **scope: Any) -> Any:
    return evaluate(text, scope, now=NOW).value


def codes_of(text: str, **scope: Any) -> list[str]:
    return [warning.code for warning in evaluate(text, scope, now=NOW).warnings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("0.1 + 0.2 = 0.3", True),
        ("-2 ** 2", Decimal(4)),
        ('"退" + "款"', "退款"),
        ("2 between 1 and 3", True),
        ("5 in (1..5]", True),
        ("5 in [1..5)", False),
        ("5 in (< 2, >= 5)", True),
        ("if false then 1 else 2", Decimal(2)),
        ("for i in 1..3 return i * i", [Decimal(1), Decimal(4), Decimal(9)]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("every x in [1, 2] satisfies x > 1", False),
        ("[1, 2, 3][-1]", Decimal(3)),
        ("[1, 2, 3][item >= 2]", [Decimal(2), Decimal(3)]),
        ("[{a: 1}, {a: 2}].a", [Decimal(1), Decimal(2)]),
        ("{a: 1, b: a + 1}.b", Decimal(2)),
        ("(function(a, b) a - b)(b: 1, a: 5)", Decimal(4)),
        ('"a" instance of string', True),
        ("[1] instance of list<number>", True),
        # The same values, and not the same range.
        ("(< 8) = (null..8)", False),
        ("(>= 8) = (>= 8)", True),
        ("(= 8) = [8..8]", False),
        ('range("(..8]") = (null..8]', True),
        ('range("[..8]")', None),
        ('range("[8..]")', None),
        # Moments are told apart by milliseconds.
        ('time("08:15:30.0003") = time("08:15:30.0009")', True),
        ('time("08:15:30.003") = time("08:15:30.009")', False),
        ('some x in ["?", true] satisfies x', None),
        ("some x in [null, true] satisfies x", True),
    ],
)
def test_an_expression_has_the_value_the_standard_gives_it(text: str, expected: Any) -> None:
    assert value_of(text) == expected


def test_a_condition_reads_the_variables_of_the_process() -> None:
    scope = {"feedback": {"urgency": "high", "amount": 120.5}, "reopened": 2}

    assert value_of('feedback.urgency = "high" and feedback.amount > 100', **scope) is True
    assert value_of("reopened > 2", **scope) is False


def test_logic_knows_a_third_value() -> None:
    assert value_of("null and false") is False
    assert value_of("null and true") is None
    assert value_of("null or true") is True
    assert value_of("null or false") is None


def test_a_missing_variable_is_null_and_a_warning() -> None:
    result = evaluate("customer.level > 3", {}, now=NOW)

    assert result.value is None
    assert [warning.code for warning in result.warnings] == [
        "unknown_name",
        "no_such_member",
        "not_comparable",
    ]


def test_wrong_kinds_are_null_and_a_warning_without_the_values() -> None:
    result = evaluate("secret + 1", {"secret": "13800138000"}, now=NOW)

    assert result.value is None
    assert dict(result.warnings[0].data) == {"operator": "+", "left": "string", "right": "number"}


def test_a_text_that_is_no_feel_is_refused_with_its_position() -> None:
    with pytest.raises(FeelSyntaxError) as parsed:
        parse("1 + ")
    with pytest.raises(FeelSyntaxError) as evaluated:
        evaluate("1 + ", {}, now=NOW)

    assert parsed.value.position == evaluated.value.position == 4
    assert evaluated.value.code == "expression_expected"


def test_names_may_hold_spaces_operators_and_keywords_when_they_are_in_scope() -> None:
    scope = {"Terms and Conditions": True, "order-id": 7, "order": 1, "id": 1, "total sum": 9}

    assert value_of("Terms and Conditions and true", **scope) is True
    assert value_of("order-id", **scope) == 7
    assert value_of("total   sum + 1", **scope) == 10
    assert value_of("order-id", order=5, id=2) == 3


def test_a_loop_without_end_stops_at_its_budget() -> None:
    assert codes_of("for i in 1..100000000 return i") == ["budget_exceeded"]
    assert codes_of("(function(f) f(f))(function(f) f(f))") == ["budget_exceeded"]


def test_doubling_a_string_stops_at_its_budget() -> None:
    text = 'for i in 1..100 return if i = 1 then "aaaaaaaa" else partial[-1] + partial[-1]'

    assert codes_of(text) == ["budget_exceeded"]


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1"])
def test_deep_nesting_is_refused_instead_of_breaking_the_interpreter(text: str) -> None:
    with pytest.raises(FeelSyntaxError) as caught:
        evaluate(text, {}, now=NOW)

    assert caught.value.code == "too_deep"


def test_moments_come_back_as_pythons_own() -> None:
    assert value_of('@"2024-01-31" + @"P1M"') == date(2024, 2, 29)
    assert value_of('@"PT2H"') == timedelta(hours=2)
    assert value_of("due + limit", due=NOW, limit=timedelta(hours=2)) == NOW + timedelta(hours=2)


def test_the_names_an_expression_takes_are_known_without_running_it() -> None:
    text = "feedback.status = s and count(for x in items return x.price * rate)[1] > {k: 1, v: k}.v"

    assert names_in(text) == {"feedback.status", "s", "items", "rate"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a: b + 1, b: c + 1, c: 1}", {"a": 3, "b": 2, "c": 1}),
        ("{a: {x: c}, c: 3}.a.x", 3),
        ("{f: function(n) if n = 0 then k else f(n - 1), k: 9, r: f(3)}.r", 9),
        # What lies around comes first, so that a context may name its entries after it.
        ("{outer: outer, a: outer}", {"outer": 7, "a": 7}),
        ("{a: outer, outer: 1}.a", 7),
        ("{a: b, b: a}", {"a": None, "b": None}),
        ("{a: a}.a", None),
    ],
)
def test_an_entry_may_ask_for_one_that_stands_after_it(text: str, expected: Any) -> None:
    assert value_of(text, outer=7) == expected
