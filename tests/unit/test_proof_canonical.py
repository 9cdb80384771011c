"""The canonical form: the same bytes for the same value, other bytes for any other."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.canonical import canonical

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


def stored(value: Any) -> Any:
    """What jsonb makes of a value: exact decimals, written without an exponent."""

    def number(text: str) -> Any:
        digits = f"{Decimal(text):f}"
        return float(digits) if "." in digits else int(digits)

    return json.loads(json.dumps(value), parse_float=number)


@given(JSON)
def test_a_value_that_was_stored_and_read_has_the_same_bytes(value: Any) -> None:
    assert canonical(stored(value)) == canonical(json.loads(json.dumps(value)))


@given(JSON, JSON)
def test_two_values_have_the_same_bytes_only_if_they_are_equal(one: Any, other: Any) -> None:
    same = canonical(one) == canonical(other)

    assert same == (plain(one) == plain(other))


def plain(value: Any) -> Any:
    """Values by which Python's own equality tells booleans from numbers, and knows no float."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, bool):
        return str(value), "boolean"
    return Decimal(repr(value)) if isinstance(value, int | float) else value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1e22, 10**22),
        (1e23, 10**23),
        (-0.0, 0),
        (1.0, 1),
        (1.50, 1.5),
        (5e-324, float("5e-324")),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
    ],
)
def test_what_is_equal_has_the_same_bytes(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1", 1),
        (True, 1),
        (None, "null"),
        ([], {}),
        (["ab"], ["a", "b"]),
        ([["a"], "b"], [["a", "b"]]),
        ({"a": "b"}, ["a", "b"]),
        ("\u00e9", "e\u0301"),
    ],
)
def test_what_differs_has_other_bytes(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800"])
def test_what_no_database_holds_has_no_form(value: Any) -> None:
    with pytest.raises(ValueError, match=r"finite|surrogates"):
        canonical(value)


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set is no JSON"):
        canonical({"a": {1}})
