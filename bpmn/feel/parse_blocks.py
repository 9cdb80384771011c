"""Constructs that bring names of their own: context, if, for, some, every, function (块构造)."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bpmn.feel.expression import mentions
from bpmn.feel.parse_type import parse_type
from bpmn.feel.strings import unescape
from bpmn.feel.syntax import (
    ContextNode,
    For,
    FunctionNode,
    If,
    Iterator,
    Node,
    Quantified,
)
from bpmn.feel.type_names import FeelType

if TYPE_CHECKING:
    from bpmn.feel.parser import Parser

_KEY_END = re.compile(r"[:,{}\[\]()\"]")
_ITERATOR_END = re.compile(r"\bin\b|[,(){}\[\]\"]")
_PARAMETER_END = re.compile(r"[:,)]")


def _context(parser: "Parser") -> Node:
    inside, parser.in_range_end = parser.in_range_end, False
    entries: list[tuple[str, Node]] = []
    while not parser.at("}"):
        key = _key(parser)
        parser.expect(":")
        entries.append((key, parser.expression()))
        parser.know([key])
        if not parser.accept(","):
            break
    parser.in_range_end = inside
    parser.expect("}")
    return ContextNode(tuple(entries))


def _key(parser: "Parser") -> str:
    token = parser.peek()
    if token.kind == "string":
        parser.take()
        return unescape(token.text)
    return parser.raw_name(_KEY_END)


def _if(parser: "Parser") -> Node:
    condition = parser.expression()
    parser.expect("then")
    then = parser.expression()
    parser.expect("else")
    return If(condition, then, parser.expression())


def _iterators(parser: "Parser", end: str) -> tuple[Iterator, ...]:
    found: list[Iterator] = []
    while not found or parser.accept(","):
        name = parser.raw_name(_ITERATOR_END)
        parser.expect("in")
        start = parser.expression()
        stop = parser.expression() if parser.accept("..") else None
        found.append(Iterator(name, start, stop))
        parser.know([name])
    parser.expect(end)
    return tuple(found)


def _for(parser: "Parser") -> Node:
    iterators = _iterators(parser, "return")
    body = parser.expression()
    return For(iterators, body, mentions(body, "partial"))


def _some(parser: "Parser") -> Node:
    iterators = _iterators(parser, "satisfies")
    return Quantified(every=False, iterators=iterators, condition=parser.expression())


def _every(parser: "Parser") -> Node:
    iterators = _iterators(parser, "satisfies")
    return Quantified(every=True, iterators=iterators, condition=parser.expression())


def _function(parser: "Parser") -> Node:
    parser.expect("(")
    parameters: list[tuple[str, FeelType | None]] = []
    while not parser.at(")"):
        name = parser.raw_name(_PARAMETER_END)
        parameters.append((name, parse_type(parser) if parser.accept(":") else None))
        if not parser.accept(","):
            break
    parser.expect(")")
    parser.know([name for name, _ in parameters])
    external = parser.accept("external")
    body = parser.expression()
    return FunctionNode(tuple(parameters), None if external else body)


BLOCKS: dict[str, Callable[["Parser"], Node]] = {
    "{": _context,
    "if": _if,
    "for": _for,
    "some": _some,
    "every": _every,
    "function": _function,
}
