"""What may follow an expression: operators, paths, filters, calls (中缀构造)."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from bpmn.feel.lexer import WORD, normalise
from bpmn.feel.parse_range import range_from
from bpmn.feel.parse_type import parse_type
from bpmn.feel.syntax import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    Filter,
    In,
    InstanceOf,
    Logic,
    Node,
    Path,
)

if TYPE_CHECKING:
    from bpmn.feel.parser import Parser

LEVELS = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 3,
    "<=": 3,
    ">": 3,
    ">=": 3,
    "between": 3,
    "in": 3,
    "+": 4,
    "-": 4,
    "*": 5,
    "/": 5,
    "**": 6,
    "instance of": 8,
    ".": 9,
    "[": 9,
    "(": 9,
}
"""How tightly each construct binds; negation (7) is a prefix."""

NEGATION_LEVEL = 7
_ARGUMENT_NAME = re.compile(r"\s*([^\s\d,:(){}\[\]\"@][^,:(){}\[\]\"]*):")
_Infix = Callable[["Parser", Node], Node]


def _arithmetic(parser: "Parser", left: Node) -> Node:
    operator = parser.take().text
    return Arithmetic(operator, left, parser.expression(LEVELS[operator]))


def _comparison(parser: "Parser", left: Node) -> Node:
    operator = parser.take().text
    return Comparison(operator, left, parser.expression(LEVELS[operator]))


def _logic(parser: "Parser", left: Node) -> Node:
    operator = parser.take().text
    return Logic(operator, left, parser.expression(LEVELS[operator]))


def _between(parser: "Parser", value: Node) -> Node:
    parser.take()
    low = parser.expression(LEVELS["between"])
    parser.expect("and")
    return Between(value, low, parser.expression(LEVELS["between"]))


def _in(parser: "Parser", value: Node) -> Node:
    parser.take()
    if not parser.at("("):
        return In(value, (_one_test(parser),))
    parser.take()
    inside, parser.in_range_end = parser.in_range_end, False
    tests = parser.tests(")", "..")
    parser.in_range_end = inside
    if parser.at("..") and len(tests) == 1:
        return In(value, (range_from(parser, tests[0], start_included=False),))
    parser.expect(")")
    if len(tests) > 1:
        return In(value, tests)
    # `(a + b) * c`: an expression that happens to begin with a parenthesis goes on.
    return In(value, (parser.rest(tests[0], LEVELS["in"]),))


def _one_test(parser: "Parser") -> Node:
    if parser.at("<", "<=", ">", ">=", "=", "!="):
        return parser.test()
    return parser.expression(LEVELS["in"])


def _instance_of(parser: "Parser", value: Node) -> Node:
    parser.take()
    return InstanceOf(value, parse_type(parser))


def _path(parser: "Parser", base: Node) -> Node:
    parser.take()
    token = parser.peek()
    if token.kind == "name":
        parser.take()
        return Path(base, token.text)
    found = WORD.match(parser.lexer.text, token.start)
    if not found:
        raise parser.error("name_expected")
    parser.seek(found.end())
    return Path(base, found[0])


def _filter(parser: "Parser", base: Node) -> Node:
    parser.take()
    inside, parser.in_range_end = parser.in_range_end, False
    condition = parser.expression()
    parser.in_range_end = inside
    parser.expect("]")
    return Filter(base, condition)


def _call(parser: "Parser", function: Node) -> Node:
    parser.take()
    inside, parser.in_range_end = parser.in_range_end, False
    names: list[str] = []
    arguments: list[Node] = []
    while not parser.at(")"):
        found = _ARGUMENT_NAME.match(parser.lexer.text, parser.position)
        if found:
            names.append(normalise(found[1]))
            parser.seek(found.end())
        arguments.append(parser.expression())
        if not parser.accept(","):
            break
    if names and len(names) != len(arguments):
        raise parser.error("mixed_arguments")
    parser.in_range_end = inside
    parser.expect(")")
    return Call(function, tuple(arguments), tuple(names))


INFIX: dict[str, _Infix] = {
    "or": _logic,
    "and": _logic,
    "between": _between,
    "in": _in,
    "instance of": _instance_of,
    ".": _path,
    "[": _filter,
    "(": _call,
    **dict.fromkeys(("=", "!=", "<", "<=", ">", ">="), _comparison),
    **dict.fromkeys(("+", "-", "*", "/", "**"), _arithmetic),
}
"""The construct each token begins when it follows an expression."""
