"""What an expression may begin with (前缀构造)."""

from collections.abc import Callable
from decimal import DecimalException
from typing import TYPE_CHECKING

from bpmn.feel.decimals import CONTEXT
from bpmn.feel.lexer import Token
from bpmn.feel.literals import at_literal
from bpmn.feel.parse_blocks import BLOCKS
from bpmn.feel.parse_infix import NEGATION_LEVEL
from bpmn.feel.parse_range import range_from
from bpmn.feel.strings import unescape
from bpmn.feel.syntax import (
    ListNode,
    Literal,
    Name,
    Negate,
    Node,
    UnaryComparison,
)

if TYPE_CHECKING:
    from bpmn.feel.parser import Parser

_CONSTANTS = {"true": True, "false": False, "null": None}
_OPERATORS = ("<", "<=", ">", ">=", "=", "!=")


def prefix(parser: "Parser") -> Node:
    """The first part of an expression, before any operator.

    Raises:
        FeelSyntaxError: no expression begins here.
    """
    token = parser.peek()
    reader = _READERS.get(token.kind)
    if reader is None:
        raise parser.error("expression_expected")
    return reader(parser, token)


def _number(parser: "Parser", token: Token) -> Node:
    parser.take()
    try:
        return Literal(CONTEXT.create_decimal(token.text))
    except DecimalException:
        return Literal(None)


def _string(parser: "Parser", token: Token) -> Node:
    parser.take()
    return Literal(unescape(token.text))


def _name(parser: "Parser", token: Token) -> Node:
    parser.take()
    return Name(token.text)


def _keyword(parser: "Parser", token: Token) -> Node:
    if token.text in _CONSTANTS:
        parser.take()
        return Literal(_CONSTANTS[token.text])
    block = BLOCKS.get(token.text)
    if block is None:
        raise parser.error("expression_expected")
    parser.take()
    return block(parser)


def _operator(parser: "Parser", token: Token) -> Node:
    reader = _SIGNS.get(token.text)
    if reader is None:
        raise parser.error("expression_expected")
    parser.take()
    return reader(parser)


def _negation(parser: "Parser") -> Node:
    return Negate(parser.expression(NEGATION_LEVEL))


def _at(parser: "Parser") -> Node:
    token = parser.peek()
    if token.kind != "string":
        raise parser.error("string_expected")
    parser.take()
    return Literal(at_literal(unescape(token.text)))


def _inside(parser: "Parser") -> Node:
    inside, parser.in_range_end = parser.in_range_end, False
    node = parser.expression()
    parser.in_range_end = inside
    return node


def _list(parser: "Parser") -> Node:
    items: list[Node] = []
    while not parser.at("]"):
        items.append(_item(parser))
        if parser.at("..") and len(items) == 1:
            return range_from(parser, items[0], start_included=True)
        if not parser.accept(","):
            break
    parser.expect("]")
    return ListNode(tuple(items))


def _item(parser: "Parser") -> Node:
    # A list given to `in` may hold tests: `5 in [< 3, > 4]`.
    return parser.test() if parser.at(*_OPERATORS) else _inside(parser)


def _parenthesis(parser: "Parser") -> Node:
    if parser.at(*_OPERATORS):
        operator = parser.take().text
        node: Node = UnaryComparison(operator, _inside(parser))
        parser.expect(")")
        return node
    node = _inside(parser)
    if parser.at(".."):
        return range_from(parser, node, start_included=False)
    parser.expect(")")
    return node


def _open_range(parser: "Parser") -> Node:
    return range_from(parser, _inside(parser), start_included=False)


_READERS: dict[str, Callable[["Parser", Token], Node]] = {
    "number": _number,
    "string": _string,
    "name": _name,
    "keyword": _keyword,
    "operator": _operator,
}
_SIGNS: dict[str, Callable[["Parser"], Node]] = {
    "-": _negation,
    "@": _at,
    "[": _list,
    "(": _parenthesis,
    "]": _open_range,
    "{": BLOCKS["{"],
}
