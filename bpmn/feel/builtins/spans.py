"""How points and ranges lie to one another: before, meets, overlaps ... (区间函数)."""

from collections.abc import Callable
from typing import Any

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.comparison import compare
from bpmn.feel.ranges import Range

_Relation = Callable[[Range, Range], bool]


class _UnorderedError(ValueError):
    """Two ends have no order."""


def _order(left: Any, right: Any) -> int:
    found = compare(left, right)
    if found is None:
        raise _UnorderedError
    return found


def _before(a: Range, b: Range) -> bool:
    order = _order(a.end, b.start)
    return order < 0 or (order == 0 and not (a.end_included and b.start_included))


def _meets(a: Range, b: Range) -> bool:
    return a.end_included and b.start_included and _order(a.end, b.start) == 0


def _overlaps(a: Range, b: Range) -> bool:
    return not _before(a, b) and not _before(b, a)


def _starts_no_later(a: Range, b: Range) -> bool:
    order = _order(a.start, b.start)
    return order < 0 or (order == 0 and (a.start_included or not b.start_included))


def _ends_no_earlier(a: Range, b: Range) -> bool:
    order = _order(a.end, b.end)
    return order > 0 or (order == 0 and (a.end_included or not b.end_included))


def _overlaps_before(a: Range, b: Range) -> bool:
    first = _starts_no_later(a, b) and not _starts_no_later(b, a)
    return first and not _before(a, b) and _ends_no_earlier(b, a)


def _includes(a: Range, b: Range) -> bool:
    return _starts_no_later(a, b) and _ends_no_earlier(a, b)


def _same_end(a: Range, b: Range) -> bool:
    return a.end_included == b.end_included and _order(a.end, b.end) == 0


def _same_start(a: Range, b: Range) -> bool:
    return a.start_included == b.start_included and _order(a.start, b.start) == 0


def _finishes(a: Range, b: Range) -> bool:
    return _same_end(a, b) and _starts_no_later(b, a)


def _starts(a: Range, b: Range) -> bool:
    return _same_start(a, b) and _ends_no_earlier(b, a)


def _coincides(a: Range, b: Range) -> bool:
    return _same_start(a, b) and _same_end(a, b)


def _span(value: Any) -> Range:
    return value if isinstance(value, Range) else Range(value, value, True, True)


_RANGE_RANGE = "{0}(range1: range, range2: range)"
_POINT_RANGE = "{0}(point: any, range: range)"
_RANGE_POINT = "{0}(range: range, point: any)"
_POINT_POINT = "{0}(point1: any, point2: any)"
_ALL = (_RANGE_RANGE, _POINT_RANGE, _RANGE_POINT, _POINT_POINT)


def _declare(name: str, relation: _Relation, *shapes: str, swapped: bool = False) -> None:
    def decide(left: Any, right: Any) -> bool | None:
        if left is None or right is None:
            return None
        first, second = (right, left) if swapped else (left, right)
        return relation(_span(first), _span(second))

    builtin(*(shape.format(name) for shape in shapes))(decide)


def _pair(name: str, opposite: str, relation: _Relation, point: str, opposite_point: str) -> None:
    _declare(name, relation, _RANGE_RANGE, *([point] if point else []))
    mirrored = [opposite_point] if opposite_point else []
    _declare(opposite, relation, _RANGE_RANGE, *mirrored, swapped=True)


_declare("before", _before, *_ALL)
_declare("after", _before, *_ALL, swapped=True)
_pair("meets", "met by", _meets, "", "")
_declare("overlaps", _overlaps, _RANGE_RANGE)
_pair("overlaps before", "overlaps after", _overlaps_before, "", "")
_pair("finishes", "finished by", _finishes, _POINT_RANGE, _RANGE_POINT)
_pair("includes", "during", _includes, _RANGE_POINT, _POINT_RANGE)
_pair("starts", "started by", _starts, _POINT_RANGE, _RANGE_POINT)
_declare("coincides", _coincides, _RANGE_RANGE, _POINT_POINT)
