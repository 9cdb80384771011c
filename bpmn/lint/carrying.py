"""What an expression does with some of its variables: passes them on or reads them (传递与读取)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.dmn.nodes import BoxedContext, DecisionTable, Typed
from bpmn.feel.expression import children
from bpmn.feel.syntax import (
    Call,
    Comparison,
    ContextNode,
    Filter,
    For,
    If,
    ListNode,
    Literal,
    Name,
    Path,
    Quantified,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bpmn.feel.syntax import Node

# Functions that hand on what they are given without looking at it.
_PASSING = frozenset({"append", "concatenate", "flatten", "is defined", "reverse"})
_Aliases = dict[str, str]


def origin(node: Node, aliases: Mapping[str, str]) -> str | None:
    """Return the path of variables that a node takes its value from, None for anything else."""
    if isinstance(node, Name):
        return aliases.get(node.name, node.name)
    if isinstance(node, Path):
        base = origin(node.base, aliases)
        return None if base is None else f"{base}.{node.name}"
    return origin(node.base, aliases) if isinstance(node, Filter) else None


def carried(
    node: Node, personal: frozenset[str], aliases: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield where in the value of an expression personal parts lie, empty for all of it."""
    known = dict(aliases or {})
    path = origin(node, known)
    if path is not None:
        yield from _inside(path, personal)
    elif isinstance(node, ContextNode):
        for key, value in node.entries:
            for way in carried(value, personal, known):
                yield f"{key}.{way}".rstrip(".")
    else:
        for part in _handed_on(node, known):
            yield from carried(part, personal, known)


def _inside(path: str, personal: frozenset[str]) -> Iterator[str]:
    """Yield what is personal of the value at a path: all of it, or parts by their way."""
    for one in personal:
        if path == one or path.startswith(f"{one}."):
            yield ""
        elif one.startswith(f"{path}."):
            yield one.removeprefix(f"{path}.")


def _handed_on(node: Node, aliases: _Aliases) -> tuple[Node, ...]:
    """Return the parts that can be the value of a node or lie in it."""
    if isinstance(node, ListNode):
        return node.items
    if isinstance(node, If):
        return (node.then, node.otherwise)
    if isinstance(node, For):
        _bind(node, aliases)
        return (node.body,)
    passes = isinstance(node, Call) and _name(node) in _PASSING
    return node.arguments if isinstance(node, Call) and passes else ()


def _name(node: Call) -> str:
    return node.function.name if isinstance(node.function, Name) else ""


def _bind(node: For | Quantified, aliases: _Aliases) -> None:
    """Let the variable of a loop stand for the elements of what it runs over."""
    for iterator in node.iterators:
        aliases[iterator.name] = origin(iterator.start, aliases) or f"{iterator.name} "


def read(
    node: Node, personal: frozenset[str], *, passing: bool, aliases: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the personal paths that an expression looks into.

    Args:
        node: the expression.
        personal: dotted paths of the variables in question.
        passing: whether the expression's own value is handed on and not looked at.
        aliases: what loop variables stand for.
    """
    known = dict(aliases or {})
    path = origin(node, known)
    if path is not None and not passing:
        yield from (one for one in personal if path == one or path.startswith(f"{one}."))
    for part, hands_on in _PARTS.get(type(node), _looked_at)(node, passing, known):
        yield from read(part, personal, passing=hands_on, aliases=known)


_Parts = list[tuple["Node", bool]]


def _looked_at(node: Node, _: bool, __: _Aliases) -> _Parts:
    return [(child, False) for child in children(node)]


def _comparison(node: Comparison, _: bool, __: _Aliases) -> _Parts:
    # Whether there is anything at all may be asked: an erased text answers the same.
    absent = node.operator in {"=", "!="} and Literal(None) in (node.left, node.right)
    return [(node.left, absent), (node.right, absent)]


def _if(node: If, passing: bool, _: _Aliases) -> _Parts:
    return [(node.condition, False), (node.then, passing), (node.otherwise, passing)]


def _same(node: Node, passing: bool, _: _Aliases) -> _Parts:
    return [(child, passing) for child in children(node)]


def _context(node: ContextNode, passing: bool, _: _Aliases) -> _Parts:
    return [(value, passing) for _, value in node.entries]


def _call(node: Call, passing: bool, _: _Aliases) -> _Parts:
    hands_on = _name(node) == "is defined" or (passing and _name(node) in _PASSING)
    return [(argument, hands_on) for argument in node.arguments]


def _filter(node: Filter, passing: bool, aliases: _Aliases) -> _Parts:
    aliases["item"] = origin(node.base, aliases) or "item"
    # A path was looked at as a whole already.
    base = [] if origin(node.base, aliases) else [(node.base, passing)]
    return [*base, (node.condition, False)]


def _path(node: Path, _: bool, aliases: _Aliases) -> _Parts:
    return [] if origin(node, aliases) else [(node.base, False)]


def _loop(node: For | Quantified, passing: bool, aliases: _Aliases) -> _Parts:
    starts = [(iterator.start, True) for iterator in node.iterators]
    _bind(node, aliases)
    body = (node.body, passing) if isinstance(node, For) else (node.condition, False)
    return [*starts, body]


def _table(node: DecisionTable, passing: bool, _: _Aliases) -> _Parts:
    inputs = [(column.expression, False) for column in node.inputs]
    tests = [(test, False) for rule in node.rules for test in rule.tests]
    return [*inputs, *tests, *((one, passing) for rule in node.rules for one in rule.outputs)]


def _boxed(node: BoxedContext, passing: bool, _: _Aliases) -> _Parts:
    result = [(node.result, passing)] if node.result else []
    return [*((value, passing) for _, value in node.entries), *result]


_PARTS: dict[type, Callable[..., _Parts]] = {
    BoxedContext: _boxed,
    Call: _call,
    Comparison: _comparison,
    ContextNode: _context,
    DecisionTable: _table,
    Filter: _filter,
    For: _loop,
    If: _if,
    ListNode: _same,
    Path: _path,
    Quantified: _loop,
    Typed: _same,
}
