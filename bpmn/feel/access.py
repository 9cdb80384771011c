"""Paths and filters (路径与过滤)."""

from decimal import Decimal
from typing import Any

from bpmn.feel import syntax
from bpmn.feel.decimals import is_integral
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import handles, run
from bpmn.feel.properties import PROPERTIES
from bpmn.feel.values import kind


@handles(syntax.Path)
def _path(node: syntax.Path, frame: Frame) -> Any:
    return member_of(frame, run(node.base, frame), node.name)


def member_of(frame: Frame, base: Any, name: str) -> Any:
    """`base.name`; of a list, the list of its elements' members."""
    if isinstance(base, dict):
        if name in base:
            return base[name]
    elif isinstance(base, list):
        frame.run.charge(len(base))
        return [member_of(frame, item, name) for item in base]
    else:
        reader = PROPERTIES.get((type(base), name))
        if reader is not None:
            return reader(base)
    frame.run.warn("no_such_member", name=name, of=kind(base))
    return None


@handles(syntax.Filter)
def _filter(node: syntax.Filter, frame: Frame) -> Any:
    base = run(node.base, frame)
    items = base if isinstance(base, list) else [] if base is None else [base]
    index = _index(node.condition, frame)
    if index is not None:
        return element(frame, items, index)
    return _matching(node, frame, items)


def _index(condition: syntax.Node, frame: Frame) -> Decimal | None:
    """The index when it is written as a number."""
    plain = condition.operand if isinstance(condition, syntax.Negate) else condition
    if isinstance(plain, syntax.Literal) and isinstance(plain.value, Decimal):
        found: Decimal = run(condition, frame)
        return found
    return None


def element(frame: Frame, items: list[Any], index: Decimal) -> Any:
    """The element at an index from 1, or from -1 at the end."""
    if not is_integral(index) or not 1 <= abs(index) <= len(items):
        frame.run.warn("index_out_of_range", length=len(items))
        return None
    return items[int(index) - 1 if index > 0 else int(index)]


def _matching(node: syntax.Filter, frame: Frame, items: list[Any]) -> Any:
    found = []
    for item in items:
        verdict = run(node.condition, frame.child(_names_of(item)))
        if isinstance(verdict, Decimal):
            return element(frame, items, verdict)
        if node.strict and not isinstance(verdict, bool):
            frame.run.warn("not_boolean", operator="filter", operand=kind(verdict))
            return None
        if verdict is True:
            found.append(item)
    return found


def _names_of(item: Any) -> dict[str, Any]:
    return {"item": item, **item} if isinstance(item, dict) else {"item": item}
