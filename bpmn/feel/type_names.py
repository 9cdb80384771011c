"""FEEL types as written in `instance of`, function signatures and DMN item definitions (类型)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FeelType:
    """A type: a name and, for list, range, context and function, its parts (类型).

    `parts` is (element,) for list and range, the parameters for function; `fields` belong to
    context; `result` to function; `tests` are the unary tests of a DMN item definition, as nodes.
    """

    name: str
    parts: "tuple[FeelType, ...]" = ()
    fields: "tuple[tuple[str, FeelType], ...]" = ()
    result: "FeelType | None" = None
    tests: tuple[Any, ...] = ()


ANY = FeelType("Any")
NAMES = {
    "Any": "Any",
    "any": "Any",
    "Null": "null",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date and time",
    "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "list": "list",
    "context": "context",
    "function": "function",
    "range": "range",
}
"""What may be written for a type, and the name it has here."""
