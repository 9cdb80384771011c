"""Conversions: string, number, not, is (转换函数)."""

import re
from decimal import Decimal
from typing import Any

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.comparison import equal
from bpmn.feel.decimals import CONTEXT, decimal_text
from bpmn.feel.moments import DateTime, Time
from bpmn.feel.ranges import Range
from bpmn.feel.strings import quote
from bpmn.feel.values import TEMPORAL, kind

_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?")
_SEPARATORS = (None, " ", ",", ".")


@builtin("string(from: any)")
def string(value: Any) -> str | None:
    """The value as text; null stays null."""
    if value is None or isinstance(value, str):
        return value
    return text_of(value)


def text_of(value: Any) -> str:
    """The value as it is written in FEEL, strings in quotes."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, TEMPORAL):
        return value.iso()
    writer = _WRITERS.get(type(value))
    return "function" if writer is None else writer(value)


def _list_text(value: list[Any]) -> str:
    return f"[{', '.join(map(text_of, value))}]"


def _context_text(value: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{key}: {text_of(item)}" for key, item in value.items()) + "}"


def _range_text(value: Range) -> str:
    left, right = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{left}{text_of(value.start)}..{text_of(value.end)}{right}"


_WRITERS: dict[type, Any] = {list: _list_text, dict: _context_text, Range: _range_text}


@builtin("number(from: string, grouping separator?: string, decimal separator?: string)")
def number(text: str, grouping: str | None, point: str | None) -> Decimal | None:
    """The number a text stands for, given the separators it is written with."""
    if (
        grouping not in _SEPARATORS
        or point not in (None, ",", ".")
        or (point and grouping == point)
    ):
        return None
    plain = text.replace(grouping, "") if grouping else text
    plain = plain.replace(point, ".") if point else plain
    return CONTEXT.create_decimal(plain) if _NUMBER.fullmatch(plain) else None


@builtin("number(from: number)")
def same_number(value: Decimal) -> Decimal:
    """A number is itself."""
    return value


@builtin("not(negand: any)")
def negation(value: Any) -> bool | None:
    """The opposite of a boolean, null for everything else."""
    return not value if isinstance(value, bool) else None


@builtin("is(value1?: any, value2?: any)")
def identical(left: Any, right: Any) -> bool:
    """Whether the values are the same element of the same kind, zones included."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, Time | DateTime):
        return bool(left == right)
    return equal(left, right) is True


@builtin("get or else(value: any, default: any)")
def get_or_else(value: Any, default: Any) -> Any:
    """The value, or the default in place of null."""
    return default if value is None else value


@builtin("assert(value: any, condition: any)")
def asserted(value: Any, condition: Any) -> Any:
    """The value if the condition is true, null otherwise."""
    return value if condition is True else None


@builtin("is defined(value: any)")
def is_defined(value: Any) -> bool:
    """Whether the value is not null."""
    return value is not None
