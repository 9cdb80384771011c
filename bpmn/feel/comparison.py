"""Equality and order of FEEL values in three-valued logic (相等与大小)."""

from decimal import Decimal
from typing import Any

from bpmn.feel.durations import DaysTimeDuration, YearsMonthsDuration
from bpmn.feel.moments import Date, DateTime, Time
from bpmn.feel.ranges import Range
from bpmn.feel.values import kind

_PLAIN = frozenset({Decimal, str, bool})
_ORDERED = (Decimal, str, Date, DaysTimeDuration, YearsMonthsDuration)


def _zoned_alike(left: Any, right: Any) -> bool:
    return (left.offset is None) == (right.offset is None)


def _milliseconds(moment: Time | DateTime) -> int:
    """The instant as finely as moments are told apart: whatever is finer is no difference."""
    return moment.instant // 1_000_000


def equal(left: Any, right: Any) -> bool | None:
    """Whether two values are equal; None when their kinds cannot be compared."""
    if left is None or right is None:
        return left is right
    if kind(left) != kind(right):
        return None
    if isinstance(left, list | dict):
        return _equal_parts(left, right)
    if isinstance(left, Time | DateTime):
        return _zoned_alike(left, right) and _milliseconds(left) == _milliseconds(right)
    if isinstance(left, Range):
        return _equal_ranges(left, right)
    return bool(left == right)


def _equal_parts(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return left.keys() == right.keys() and all(equal(left[k], right[k]) for k in left)


def _equal_ranges(left: Range, right: Range) -> bool:
    flags = left.start_included == right.start_included
    flags = flags and left.end_included == right.end_included and left.operator == right.operator
    ends = equal(left.start, right.start) is True and equal(left.end, right.end) is True
    return flags and ends


def compare(left: Any, right: Any) -> int | None:
    """Below, at or above zero as left is less, equal or greater; None when they have no order."""
    if type(left) is not type(right):
        return None
    if isinstance(left, _ORDERED):
        return int(left > right) - int(left < right)
    if isinstance(left, Time | DateTime) and _zoned_alike(left, right):
        before, after = _milliseconds(left), _milliseconds(right)
        return int(before > after) - int(before < after)
    return None


def holds(operator: str, left: Any, right: Any) -> bool | None:
    """Whether `left operator right` holds; None when the values cannot be compared."""
    if operator in ("=", "!="):
        plain = type(left) in _PLAIN and type(left) is type(right)
        same = left == right if plain else equal(left, right)
        return same if same is None or operator == "=" else not same
    order = compare(left, right)
    if order is None:
        return None
    if order == 0:
        return operator in ("<=", ">=")
    return operator[0] == ("<" if order < 0 else ">")


def in_range(value: Any, span: Range) -> bool | None:
    """Whether a range holds a value; None when they cannot be compared."""
    if span.negated or (span.start is span.end and span.start is not None):
        return holds("!=" if span.negated else "=", value, span.start)
    low: bool | None = True
    high: bool | None = True
    if span.start is not None:
        low = holds(">=" if span.start_included else ">", value, span.start)
    if span.end is not None:
        high = holds("<=" if span.end_included else "<", value, span.end)
    if span.start is None and span.end is None:
        return None
    return None if low is None or high is None else low and high


def member(value: Any, test: Any) -> bool | None:
    """Whether a value passes a test: a range, a list of tests, or an equal value."""
    if isinstance(test, Range) and not isinstance(value, Range):
        return in_range(value, test)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test):
            return True
        return any(member(value, one) is True for one in test)
    return equal(value, test)
