"""Cells of a decision table, made ready once: plain ones need no interpreter (单元格)."""

from collections.abc import Callable
from decimal import Decimal
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from bpmn.dmn.nodes import Check
from bpmn.feel.syntax import Literal, Negate, Node, RangeNode, UnaryComparison, UnaryTests

_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
_ORDERED = (Decimal, str)


def _always(value: Any) -> bool:
    del value
    return True


def _is_null(value: Any) -> bool:
    return value is None


def check_of(node: Node) -> Check | None:
    """The check of a cell that holds nothing but literals, comparisons and ranges of them."""
    if not isinstance(node, UnaryTests) or any(node.asking):
        return None
    if not node.tests:
        return _always
    checks = [_one(test) for test in node.tests]
    known = [check for check in checks if check is not None]
    if len(known) < len(checks):
        return None
    return known[0] if len(known) == 1 and not node.negated else _any_of(known, node.negated)


def _any_of(checks: list[Check], negated: bool) -> Check:
    def check(value: Any) -> bool | None:
        for one in checks:
            passed = one(value)
            if passed:
                return not negated
            if passed is None:
                return None
        return negated

    return check


def _one(test: Node) -> Check | None:
    if isinstance(test, UnaryComparison):
        return _comparison(test)
    if isinstance(test, RangeNode):
        return _range(test)
    known, literal = _literal(test)
    if known and literal is None:
        return _is_null
    return _compared(eq, literal) if known else None


def _literal(node: Node) -> tuple[bool, Any]:
    """Whether a node is a literal, and its value; a number may be negative."""
    if isinstance(node, Literal) and isinstance(node.value, Decimal | str | bool | None):
        return True, node.value
    if isinstance(node, Negate):
        known, value = _literal(node.operand)
        if known and isinstance(value, Decimal):
            return True, -value
    return False, None


def _compared(operator: Callable[[Any, Any], bool], literal: Any) -> Check:
    kind = type(literal)

    def check(value: Any) -> bool | None:
        return operator(value, literal) if type(value) is kind else None

    return check


def _comparison(test: UnaryComparison) -> Check | None:
    known, literal = _literal(test.operand)
    return _compared(_OPERATORS[test.operator], literal) if known and _has_order(literal) else None


def _has_order(literal: Any) -> bool:
    return isinstance(literal, _ORDERED)


def _range(test: RangeNode) -> Check | None:
    (low_known, low), (high_known, high) = _literal(test.start), _literal(test.end)
    kind = type(low)
    if not (low_known and high_known and _has_order(low) and kind is type(high) and low <= high):
        return None
    above = ge if test.start_included else gt
    below = le if test.end_included else lt

    def check(value: Any) -> bool | None:
        return (above(value, low) and below(value, high)) if type(value) is kind else None

    return check
