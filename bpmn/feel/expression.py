"""A parsed expression and what can be told from it without running it (表达式)."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from bpmn.feel import syntax
from bpmn.feel.syntax import Node

_NO_NAMES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Expression:
    """A text with its tree (表达式)."""

    text: str
    node: Node


def _children(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _children(part)


def children(node: Node) -> Iterator[Node]:
    """The nodes directly inside a node."""
    for one in fields(node):  # type: ignore[arg-type]  # every node class is a dataclass
        yield from _children(getattr(node, one.name))


def mentions(node: Node, name: str) -> bool:
    """Whether a name stands anywhere in the tree."""
    if isinstance(node, syntax.Name):
        return node.name == name
    return any(mentions(child, name) for child in children(node))


def free_names(node: Node, bound: frozenset[str] = _NO_NAMES) -> Iterator[str]:
    """The names and dotted paths a tree takes from its scope; functions called are not named."""
    path = _dotted(node)
    if path is not None:
        if path.split(".", 1)[0] not in bound:
            yield path
        return
    reader = _SCOPED.get(type(node))
    if reader is not None:
        yield from reader(node, bound)
        return
    for child in children(node):
        yield from free_names(child, bound)


def _dotted(node: Node) -> str | None:
    if isinstance(node, syntax.Name):
        return node.name
    if isinstance(node, syntax.Path):
        base = _dotted(node.base)
        return None if base is None else f"{base}.{node.name}"
    return None


def _call(node: syntax.Call, bound: frozenset[str]) -> Iterator[str]:
    if not isinstance(node.function, syntax.Name):
        yield from free_names(node.function, bound)
    for argument in node.arguments:
        yield from free_names(argument, bound)


def _function(node: syntax.FunctionNode, bound: frozenset[str]) -> Iterator[str]:
    if node.body is not None:
        yield from free_names(node.body, bound | {name for name, _ in node.parameters})


def _context(node: syntax.ContextNode, bound: frozenset[str]) -> Iterator[str]:
    for key, value in node.entries:
        yield from free_names(value, bound)
        bound = bound | {key}


def _filter(node: syntax.Filter, bound: frozenset[str]) -> Iterator[str]:
    yield from free_names(node.base, bound)
    yield from free_names(node.condition, bound | {"item"})


def _loop(node: syntax.For | syntax.Quantified, bound: frozenset[str]) -> Iterator[str]:
    for iterator in node.iterators:
        yield from free_names(iterator.start, bound)
        if iterator.end is not None:
            yield from free_names(iterator.end, bound)
        bound = bound | {iterator.name}
    if isinstance(node, syntax.For):
        yield from free_names(node.body, bound | {"partial"})
    else:
        yield from free_names(node.condition, bound)


_SCOPED: dict[type[Node], Any] = {
    syntax.Call: _call,
    syntax.FunctionNode: _function,
    syntax.ContextNode: _context,
    syntax.Filter: _filter,
    syntax.For: _loop,
    syntax.Quantified: _loop,
}
