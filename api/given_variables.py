"""Variables that come from outside without a form: checked before a process sees them (变量校验).

A process holds codes and numbers, and references to personal texts (DESIGN 3.9). No form says of
these what is personal, so a text that shows personal data is refused instead of stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from api.problem import Problem
from nlp.masking import mask_text

DEEPEST = 50
LONGEST_NAME = 200
Fault = tuple[str, str]


def check_variables(variables: Mapping[str, Any]) -> None:
    """Refuse what must not or cannot enter a process.

    Raises:
        Problem: `variables_invalid`, with every place: `key_reserved` for names that begin with
            `$`, `name_invalid`, `personal_data`, `characters_invalid`, `number_invalid`,
            `too_deep`.
    """
    faults = [fault for name, value in variables.items() for fault in _member(name, value, name, 0)]
    if faults:
        errors = [{"field": place, "code": code} for place, code in faults]
        raise Problem("variables_invalid", errors=errors)


def _member(name: str, value: Any, place: str, depth: int) -> Iterator[Fault]:
    if name.startswith("$"):
        yield place, "key_reserved"
    elif not name or len(name) > LONGEST_NAME or _unreadable(name):
        # The place would repeat what cannot be written.
        yield "variables", "name_invalid"
    else:
        yield from _value(value, place, depth)


def _value(value: Any, place: str, depth: int) -> Iterator[Fault]:
    if depth > DEEPEST:
        yield place, "too_deep"
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _member(name, one, f"{place}.{name}", depth + 1)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _value(one, f"{place}.{index}", depth + 1)
    elif isinstance(value, str):
        yield from _text(value, place)
    elif isinstance(value, float) and not isfinite(value):
        yield place, "number_invalid"


def _text(value: str, place: str) -> Iterator[Fault]:
    if _unreadable(value):
        yield place, "characters_invalid"
    elif mask_text(value) != value:
        yield place, "personal_data"


def _unreadable(text: str) -> bool:
    """Say whether the database could not store a text: a zero, or half of a character."""
    return "\0" in text or any("\ud800" <= character <= "\udfff" for character in text)
