"""Literals, names, operators and tests as nodes (运算符)."""

from typing import Any

from bpmn.feel import syntax
from bpmn.feel.access import member_of
from bpmn.feel.arithmetic import negate, operate
from bpmn.feel.builtins.registry import BUILTINS
from bpmn.feel.comparison import compare, holds, member
from bpmn.feel.conformance import instance_of, is_known
from bpmn.feel.entries import evaluated, later
from bpmn.feel.frame import CHARACTERS_PER_STEP, Frame
from bpmn.feel.interpreter import handles, run
from bpmn.feel.ranges import Range
from bpmn.feel.values import kind


@handles(syntax.Literal)
def _literal(node: syntax.Literal, frame: Frame) -> Any:
    del frame
    return node.value


@handles(syntax.Name)
def _name(node: syntax.Name, frame: Frame) -> Any:
    if node.name in frame.names:
        return frame.names[node.name]
    holder = frame.holder(node.name)
    if holder is not None:
        return holder[node.name]
    if node.name in BUILTINS:
        return BUILTINS[node.name]
    layer = later(node.name, frame)
    if layer is not None:
        return layer.names[node.name]
    head, dot, rest = node.name.partition(".")
    if dot:
        # A parameter may be called `Person.Name`; where it is not in scope, this is a path.
        return member_of(frame, run(syntax.Name(head), frame), rest)
    frame.run.warn("unknown_name", name=node.name)
    return None


@handles(syntax.ListNode)
def _list(node: syntax.ListNode, frame: Frame) -> list[Any]:
    items = [run(item, frame) for item in node.items]
    frame.run.charge_for(items)
    return items


@handles(syntax.ContextNode)
def _context(node: syntax.ContextNode, frame: Frame) -> dict[str, Any] | None:
    names = {name for name, _ in node.entries}
    if len(names) < len(node.entries):
        frame.run.warn("duplicate_key")
        return None
    values, _ = evaluated(node.entries, frame)
    frame.run.charge_for(values)
    return values


@handles(syntax.Negate)
def _negate(node: syntax.Negate, frame: Frame) -> Any:
    value = run(node.operand, frame)
    result = negate(value)
    if result is None:
        frame.run.warn("invalid_operation", operator="-", operand=kind(value))
    return result


@handles(syntax.Arithmetic)
def _arithmetic(node: syntax.Arithmetic, frame: Frame) -> Any:
    left, right = run(node.left, frame), run(node.right, frame)
    result = operate(node.operator, left, right)
    if result is None:
        frame.run.warn(
            "invalid_operation", operator=node.operator, left=kind(left), right=kind(right)
        )
    elif isinstance(result, str):
        frame.run.charge(len(result) // CHARACTERS_PER_STEP)
    return result


@handles(syntax.Comparison)
def _comparison(node: syntax.Comparison, frame: Frame) -> bool | None:
    left, right = run(node.left, frame), node.right
    # What is compared with a literal, as most is, need not be run.
    right = right.value if isinstance(right, syntax.Literal) else run(right, frame)
    return _compared(frame, node.operator, left, right)


def _compared(frame: Frame, operator: str, left: Any, right: Any) -> bool | None:
    frame.run.charge_for(left)
    result = holds(operator, left, right)
    if result is None:
        frame.run.warn("not_comparable", operator=operator, left=kind(left), right=kind(right))
    return result


@handles(syntax.Logic)
def _logic(node: syntax.Logic, frame: Frame) -> bool | None:
    decisive = node.operator == "or"
    left = run(node.left, frame)
    if left is decisive:
        return bool(decisive)
    right = run(node.right, frame)
    if right is decisive:
        return bool(decisive)
    for value in (left, right):
        if value is not None and not isinstance(value, bool):
            frame.run.warn("not_boolean", operator=node.operator, operand=kind(value))
    return (not decisive) if left is right is (not decisive) else None


@handles(syntax.Between)
def _between(node: syntax.Between, frame: Frame) -> bool | None:
    value, low, high = (run(part, frame) for part in (node.value, node.low, node.high))
    above = _compared(frame, ">=", value, low)
    below = _compared(frame, "<=", value, high)
    return None if above is None or below is None else above and below


@handles(syntax.RangeNode)
def _range(node: syntax.RangeNode, frame: Frame) -> Range | None:
    start, end = run(node.start, frame), run(node.end, frame)
    order = compare(start, end)
    if start is not None and end is not None and (order is None or order > 0):
        frame.run.warn("invalid_range", start=kind(start), end=kind(end))
        return None
    return Range(start, end, node.start_included, node.end_included)


@handles(syntax.UnaryComparison)
def _unary_comparison(node: syntax.UnaryComparison, frame: Frame) -> Range:
    return Range.comparison(node.operator, run(node.operand, frame))


@handles(syntax.In)
def _in(node: syntax.In, frame: Frame) -> bool | None:
    value = run(node.value, frame)
    passed: bool | None = False
    for test in node.tests:
        one = passes(frame, value, test)
        if one:
            return True
        passed = None if one is None else passed
    return passed


def passes(frame: Frame, value: Any, test: syntax.Node) -> bool | None:
    """Whether a value passes one test written as a node."""
    if isinstance(test, syntax.UnaryComparison):
        return _compared(frame, test.operator, value, run(test.operand, frame))
    wanted = run(test, frame)
    frame.run.charge_for(wanted)
    result = None if _is_open(test, wanted) else member(value, wanted)
    if result is None:
        frame.run.warn("not_comparable", operator="in", left=kind(value), right=kind(wanted))
    return result


def _is_open(test: syntax.Node, wanted: Any) -> bool:
    """Whether a range was written with null as an end, which no value can be compared with."""
    written = isinstance(test, syntax.RangeNode) and isinstance(wanted, Range)
    return written and (wanted.start is None or wanted.end is None)


@handles(syntax.InstanceOf)
def _instance_of(node: syntax.InstanceOf, frame: Frame) -> bool | None:
    value = run(node.value, frame)
    if not is_known(node.type, frame.run.types):
        frame.run.warn("unknown_type")
        return None
    # The kit's reading: `instance of` asks for the base type, whatever values are allowed.
    return instance_of(value, node.type, frame.run.types)
