"""Regular expressions that cannot hold a worker."""

import re
import string
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpmn.feel import evaluate
from bpmn.feel.regex import PatternError, compiled, search

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ATOMS = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "(a|ab)", "(b*)"])
PIECES = st.tuples(ATOMS, st.sampled_from(["", "?", "*", "+", "*?", "+?", "{2}", "{1,2}"]))
PATTERNS = st.lists(PIECES, min_size=1, max_size=5).map(lambda ps: "".join(a + q for a, q in ps))


def run(text: str, /, **scope: Any) -> Any:
    return evaluate(text, scope, now=NOW)


@given(PATTERNS, st.text(alphabet="ab", max_size=12))
def test_the_first_match_is_the_one_python_finds(pattern: str, text: str) -> None:
    expected = re.compile(pattern).search(text)

    found = search(compiled(pattern, ""), text, 0, lambda _: None)

    assert (found[:2] if found else None) == (expected.span() if expected else None)


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*x", "^(([a-z])+.)+[A-Z]$"]
)
def test_patterns_that_hang_other_engines_end_at_once(pattern: str) -> None:
    result = run("matches(text, pattern)", text="a" * 2000 + "!", pattern=pattern)

    assert result.value is False


def test_much_work_stops_at_the_budget() -> None:
    result = run("matches(text, pattern)", text="a" * 20_000, pattern="(a?){400}(a?){400}b")

    assert [warning.code for warning in result.warnings] == ["budget_exceeded"]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"(a)\1", "backreference"),
        ("(?=a)", "unknown_group"),
        ("a{2000}", "bad_quantifier"),
        ("((a{100}){100}){100}", "too_large"),
        ("(" * 50 + ")" * 50, "too_deep"),
        ("[a", "unexpected_end"),
        ("a)", "unbalanced_parenthesis"),
        ("a**", "double_quantifier"),
        ("[z-a]", "reversed_range"),
        (r"\y", "unknown_escape"),
        ("a" * 2000, "too_long"),
    ],
)
def test_a_pattern_that_cannot_run_safely_is_refused_with_the_reason(
    pattern: str, reason: str
) -> None:
    with pytest.raises(PatternError) as caught:
        compiled(pattern, "")
    result = run("matches(text, pattern)", text="a", pattern=pattern)

    assert caught.value.code == reason
    assert (result.value, result.warnings[0].data["reason"]) == (None, reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'matches("13800138000", "^1[3-9]\d{9}$")', True),
        (r'matches("订单号 202405-001", "\d{6}-\d{3,}")', True),
        ('matches("ABC", "b", "i")', True),
        ('matches("O", "[A-Z-[IO]]")', False),
        (r'matches("中", "\p{IsCJKUnifiedIdeographs}")', True),
        ('replace("abracadabra", "a(.)", "a$1$1")', "abbraccaddabbra"),
        ('replace("a", "a", "$")', None),
        ('split("a;b;;", ";")', ["a", "b", "", ""]),
        ('extract("1, 22, x3", "[0-9]+")', ["1", "22", "3"]),
    ],
)
def test_patterns_do_what_they_are_for(text: str, expected: Any) -> None:
    assert run(text).value == expected


@given(st.text(alphabet=string.ascii_letters + r"()[]{}|*+?\^$.-,0123456789", max_size=20))
def test_no_pattern_breaks_the_evaluation(pattern: str) -> None:
    result = run("matches(text, pattern)", text="aab1", pattern=pattern)

    assert result.value in (True, False, None)
