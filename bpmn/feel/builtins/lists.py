"""Functions of lists (列表函数)."""

from decimal import Decimal
from typing import Any

from bpmn.feel.builtins.registry import FunctionError, builtin
from bpmn.feel.callables import Function, Overloads
from bpmn.feel.comparison import equal
from bpmn.feel.frame import Frame
from bpmn.feel.invocation import invoke
from bpmn.feel.weight import LARGEST, is_heavy, weight

COMPARISONS_PER_STEP = 16
_FunctionValue = Function | Overloads


def same(left: Any, right: Any) -> bool:
    """Whether two values are equal for sure."""
    return equal(left, right) is True


def _size(item: Any) -> int:
    """How many parts a comparison with an item may look at."""
    return max(1, weight(item, LARGEST)) if is_heavy(item) else 1


def _index(items: list[Any], position: Decimal) -> int:
    """The Python index of a FEEL position, whose fraction does not count."""
    place = int(position)
    if not place or abs(place) > len(items):
        raise FunctionError("position_out_of_range")
    return place - 1 if place > 0 else len(items) + place


@builtin("list contains(list: list, element: any)")
def list_contains(items: list[Any], element: Any) -> bool:
    """Whether an equal element is in the list."""
    return any(same(item, element) for item in items)


@builtin("count(list: list)", "count(c...: any)")
def count(*items: Any) -> Decimal:
    """The number of items."""
    return Decimal(len(unpacked(items)))


def unpacked(items: tuple[Any, ...]) -> list[Any]:
    """The items of the one list, or the arguments themselves when they are several."""
    if len(items) == 1 and isinstance(items[0], list):
        return items[0]
    return list(items)


@builtin("sublist(list: list, start position: number, length?: number)")
def sublist(items: list[Any], start: Decimal, length: Decimal | None) -> list[Any]:
    """The items from a position on, so many of them."""
    begin = _index(items, start)
    if length is not None and not 0 <= length <= len(items) - begin:
        raise FunctionError("position_out_of_range")
    return items[begin:] if length is None else items[begin : begin + int(length)]


@builtin("append(list: list, item...: any)")
def append(items: list[Any], *more: Any) -> list[Any]:
    """The list with further items at its end."""
    return [*items, *more]


@builtin("concatenate(list...: list)")
def concatenate(*lists: list[Any]) -> list[Any]:
    """The items of all lists, one list after the other."""
    return [item for items in lists for item in items]


@builtin("insert before(list: list, position: number, newItem: any)")
def insert_before(items: list[Any], position: Decimal, item: Any) -> list[Any]:
    """The list with an item put in before a position."""
    index = _index(items, position)
    return [*items[:index], item, *items[index:]]


@builtin("remove(list: list, position: number)")
def remove(items: list[Any], position: Decimal) -> list[Any]:
    """The list without the item at a position."""
    index = _index(items, position)
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace(list: list, position: number, newItem: any)")
def list_replace(items: list[Any], position: Decimal, item: Any) -> list[Any]:
    """The list with the item at a position exchanged."""
    index = _index(items, position)
    return [*items[:index], item, *items[index + 1 :]]


@builtin("list replace(list: list, match: function, newItem: any)", framed=True)
def list_replace_matching(
    frame: Frame, items: list[Any], match: _FunctionValue, item: Any
) -> list[Any] | None:
    """The list with every item exchanged for which the function of (item, new item) is true."""
    verdicts = [invoke(frame, match, [old, item]) for old in items]
    if not all(isinstance(verdict, bool) for verdict in verdicts):
        return None
    return [item if hit else old for old, hit in zip(items, verdicts, strict=True)]


@builtin("reverse(list: list)")
def reverse(items: list[Any]) -> list[Any]:
    """The items from the last to the first."""
    return items[::-1]


@builtin("index of(list: list, match: any)")
def index_of(items: list[Any], match: Any) -> list[Decimal]:
    """The positions of all equal items."""
    return [Decimal(n) for n, item in enumerate(items, 1) if same(item, match)]


@builtin("union(list...: list)", framed=True)
def union(frame: Frame, *lists: list[Any]) -> list[Any]:
    """The items of all lists, each once."""
    return distinct_values(frame, concatenate(*lists))


@builtin("distinct values(list: list)", framed=True)
def distinct_values(frame: Frame, items: list[Any]) -> list[Any]:
    """Each item once, in the order of their first places."""
    found: list[Any] = []
    for item in items:
        frame.run.charge(len(found) * _size(item) // COMPARISONS_PER_STEP)
        if not list_contains(found, item):
            found.append(item)
    return found


@builtin("duplicate values(list: list)", framed=True)
def duplicate_values(frame: Frame, items: list[Any]) -> list[Any]:
    """The items that occur more than once, each once."""
    distinct = distinct_values(frame, items)
    size = max(map(_size, items), default=1)
    frame.run.charge(len(distinct) * len(items) * size // COMPARISONS_PER_STEP)
    return [item for item in distinct if len(index_of(items, item)) > 1]


@builtin("flatten(list: list)")
def flatten(items: list[Any]) -> list[Any]:
    """The items with the lists among them opened up."""
    flat: list[Any] = []
    for item in items:
        if isinstance(item, list):
            flat += flatten(item)
        else:
            flat.append(item)
    return flat


@builtin("is empty(list: list)")
def is_empty(items: list[Any]) -> bool:
    """Whether there are no items."""
    return not items


@builtin("partition(list: list, size: number)")
def partition(items: list[Any], size: Decimal) -> list[Any] | None:
    """The list cut into lists of a size."""
    step = int(size)
    if step < 1:
        return None
    return [items[begin : begin + step] for begin in range(0, len(items), step)]
