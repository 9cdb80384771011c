"""The cells of decision tables."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bpmn.feel import FeelSyntaxError, unary_test

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ('"complaint"', "complaint", True),
        ('"complaint", "repair"', "repair", True),
        ('not("complaint", "repair")', "repair", False),
        ("< 10", 9, True),
        ("[1..10[", 10, False),
        ("]1..10]", 10, True),
        ("? > 2 and ? < limit", 4, True),
        ("? > 2 and ? < limit", 6, False),
        ("null", None, True),
        ("false", False, True),
        ("true", False, False),
        ("levels", "vip", True),
        ("[1..3]", None, None),
    ],
)
def test_a_cell_passes_the_inputs_it_names(cell: str, value: Any, expected: bool | None) -> None:
    scope = {"limit": 5, "levels": ["vip", "gold"]}

    assert unary_test(cell, value, scope, now=NOW).value is expected


def test_a_cell_that_is_no_feel_is_refused() -> None:
    with pytest.raises(FeelSyntaxError):
        unary_test('"a" "b"', "a", {}, now=NOW)
