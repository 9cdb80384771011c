"""Expressions as trees, for rules that ask what an expression does (表达式树)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from bpmn import feel
from bpmn.camunda import is_foreign
from bpmn.feel.syntax import Call, Comparison, Literal, Name, Negate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bpmn.feel.syntax import Node

_OPPOSITES = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def tree(text: str, names: Iterable[str] = ()) -> Node | None:
    """Return the tree of FEEL, None for a text that is none."""
    if is_foreign(text):
        return None
    try:
        return feel.parse(text, names).node
    except feel.FeelSyntaxError:
        return None


def opposite(one: Node, other: Node) -> bool:
    """Tell whether of two conditions one is false exactly when the other is true."""
    if _negated(one) == other or _negated(other) == one:
        return True
    if not isinstance(one, Comparison) or not isinstance(other, Comparison):
        return False
    same = (one.left, one.right) == (other.left, other.right)
    return same and _OPPOSITES.get(one.operator) == other.operator


def _negated(node: Node) -> Node | None:
    """Return what `not(...)` holds."""
    named = isinstance(node, Call) and isinstance(node.function, Name)
    if isinstance(node, Call) and named and node.function == Name("not"):
        return node.arguments[0] if len(node.arguments) == 1 else None
    return None


def constant(node: Node) -> object:
    """Return the value of a literal, also of a negative number, None for anything else."""
    if isinstance(node, Negate) and isinstance(node.operand, Literal):
        value = node.operand.value
        return -value if isinstance(value, Decimal) else None
    return node.value if isinstance(node, Literal) else None
