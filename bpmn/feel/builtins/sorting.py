"""sort (排序)."""

from functools import cmp_to_key
from typing import Any

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.callables import Function, Overloads
from bpmn.feel.comparison import compare
from bpmn.feel.frame import Frame
from bpmn.feel.invocation import invoke


class _UnorderedError(ValueError):
    """Two items have no order."""


@builtin("sort(list: list, precedes: function)", framed=True)
def sort(frame: Frame, items: list[Any], precedes: Function | Overloads) -> list[Any]:
    """The items in the order of a function of two that says whether the first precedes."""

    def order(left: Any, right: Any) -> int:
        if invoke(frame, precedes, [left, right]) is True:
            return -1
        return 1 if invoke(frame, precedes, [right, left]) is True else 0

    return sorted(items, key=cmp_to_key(order))


@builtin("sort(list: list)")
def sort_plain(items: list[Any]) -> list[Any]:
    """The items in their own order, null when they have none."""

    def order(left: Any, right: Any) -> int:
        found = compare(left, right)
        if found is None:
            raise _UnorderedError
        return found

    return sorted(items, key=cmp_to_key(order))
