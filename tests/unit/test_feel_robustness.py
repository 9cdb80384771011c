"""Whatever text a drawing holds, it is refused or ends with a value and warnings."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpmn.feel import FeelSyntaxError, evaluate, names_in, unary_test
from bpmn.feel.values import to_json

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
VOCABULARY = (
    'a b.c 1 2.5 -1 "x" null true false + - * / ** < <= = != and or not( ( ) [ ] { } : , .. . in '
    "between if then else for return some satisfies every item partial function(x) sum( count( "
    '@"P1D" @"2024-01-01" date( duration( string( sort( matches( instance_of number ? x'
)
WORDS = st.sampled_from(VOCABULARY.replace("_", " ").split())
SCOPE = {"a": [1, None, "x", {"c": 2}], "b": {"c": [3]}, "x": 1.5}


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14).map(" ".join))
def test_every_text_is_refused_or_has_a_value(text: str) -> None:
    with suppress(FeelSyntaxError):
        to_json(evaluate(text, SCOPE, now=NOW, budget=2_000).value)
    with suppress(FeelSyntaxError):
        assert unary_test(text, 1, SCOPE, now=NOW, budget=2_000).value in (True, False, None)


@pytest.mark.parametrize(
    "text",
    [
        "1 in (" * 60 + "1" + ") + 1" * 60,
        "1" + " + 1" * 5_000,
        "a" + ".b" * 5_000,
        "x instance of " + "list<" * 5_000 + "number" + ">" * 5_000,
        "x instance of a" + ".b" * 5_000,
        "f(" + " " * 60_000 + "a" + " " * 5_000,
        "{" * 5_000,
        "if " * 5_000,
        "/*" * 30_000,
        '"' + "\\" * 30_000,
    ],
)
def test_texts_made_to_hurt_are_refused_at_once(text: str) -> None:
    outcome = names_or_code(text)

    with suppress(FeelSyntaxError):
        assert evaluate(text, SCOPE, now=NOW).warnings
    assert outcome


def names_or_code(text: str) -> set[str]:
    try:
        return {"names", *names_in(text)}
    except FeelSyntaxError as error:
        return {error.code}


@settings(deadline=None)
@given(st.text(max_size=40))
def test_the_parser_refuses_with_its_own_error_only(text: str) -> None:
    try:
        names = names_in(text)
    except FeelSyntaxError:
        return

    assert all(names)
