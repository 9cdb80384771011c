"""Functions that make one figure of a list: sum, mean, min and the like (统计函数)."""

from collections import Counter
from decimal import Decimal
from functools import reduce
from typing import Any

from bpmn.feel.arithmetic import operate
from bpmn.feel.builtins.lists import unpacked
from bpmn.feel.builtins.registry import FunctionError, builtin, required
from bpmn.feel.comparison import compare
from bpmn.feel.decimals import CONTEXT


def _numbers(items: tuple[Any, ...]) -> list[Decimal] | None:
    """The numbers given, None when there is none."""
    found = unpacked(items)
    if not all(isinstance(item, Decimal) for item in found):
        raise FunctionError("not_numbers")
    return found or None


@builtin("min(list: list)", "min(c...: any)")
def minimum(*items: Any) -> Any:
    """The least of comparable items."""
    return _extreme(unpacked(items), 1)


@builtin("max(list: list)", "max(c...: any)")
def maximum(*items: Any) -> Any:
    """The greatest of comparable items."""
    return _extreme(unpacked(items), -1)


def _extreme(items: list[Any], sign: int) -> Any:
    best = items[0] if items else None
    for item in items:
        order = compare(best, item)
        if order is None:
            raise FunctionError("not_comparable")
        best = item if order * sign > 0 else best
    return best


@builtin("sum(list: list)", "sum(n...: any)")
def total(*items: Any) -> Any:
    """The sum of numbers, or of durations of one kind."""
    found = unpacked(items)
    if not found:
        return None
    if isinstance(found[0], str) or operate("+", found[0], found[0]) is None:
        raise FunctionError("not_numbers")
    return reduce(lambda left, right: required(operate("+", left, right), "not_numbers"), found)


@builtin("mean(list: list)", "mean(n...: any)")
def mean(*items: Any) -> Any:
    """The sum divided by the number of items."""
    return operate("/", total(*items), Decimal(len(unpacked(items))))


@builtin("product(list: list)", "product(n...: any)")
def product(*items: Any) -> Decimal | None:
    """All numbers multiplied."""
    numbers = _numbers(items)
    return reduce(CONTEXT.multiply, numbers) if numbers else None


@builtin("median(list: list)", "median(n...: any)")
def median(*items: Any) -> Decimal | None:
    """The middle number, or the mean of the two in the middle."""
    numbers = sorted(_numbers(items) or ())
    if not numbers:
        return None
    low, high = numbers[(len(numbers) - 1) // 2], numbers[len(numbers) // 2]
    return low if low == high else CONTEXT.divide(CONTEXT.add(low, high), Decimal(2))


@builtin("stddev(list: list)", "stddev(n...: any)")
def standard_deviation(*items: Any) -> Decimal | None:
    """The standard deviation of a sample."""
    numbers = _numbers(items)
    if not numbers or len(numbers) == 1:
        return None
    middle = CONTEXT.divide(reduce(CONTEXT.add, numbers), Decimal(len(numbers)))
    squares = [CONTEXT.power(CONTEXT.subtract(number, middle), 2) for number in numbers]
    return CONTEXT.sqrt(CONTEXT.divide(reduce(CONTEXT.add, squares), Decimal(len(numbers) - 1)))


@builtin("mode(list: list)", "mode(n...: any)")
def mode(*items: Any) -> list[Decimal] | None:
    """The numbers that occur most often, in order."""
    if not unpacked(items):
        return []
    numbers = _numbers(items)
    counts = Counter(numbers)
    most = max(counts.values())
    return sorted(number for number, times in counts.items() if times == most)


@builtin("all(list: list)", "all(b...: any)", "and(list: list)", "and(b...: any)")
def every(*items: Any) -> bool | None:
    """False if any item is, true if all are, null otherwise."""
    found = unpacked(items)
    if any(item is False for item in found):
        return False
    return True if all(item is True for item in found) else None


@builtin("any(list: list)", "any(b...: any)", "or(list: list)", "or(b...: any)")
def some(*items: Any) -> bool | None:
    """True if any item is, false if all are false, null otherwise."""
    found = unpacked(items)
    if any(item is True for item in found):
        return True
    return False if all(item is False for item in found) else None
