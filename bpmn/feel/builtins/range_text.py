"""range: a range from its text (区间文本)."""

import re
from typing import Any

from bpmn.feel import syntax
from bpmn.feel.builtins.registry import FunctionError, builtin, required
from bpmn.feel.comparison import compare
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import run
from bpmn.feel.parser import parse_expression
from bpmn.feel.ranges import Range
from bpmn.feel.result import FeelSyntaxError
from bpmn.feel.syntax import Node

_RANGE = re.compile(r"([\[(\]])\s*(.*?)\s*\.\.\s*(.*?)\s*([\])\[])", re.DOTALL)
_MAKERS = frozenset({"date", "time", "date and time", "duration"})


@builtin("range(from: string)", framed=True)
def range_from_text(frame: Frame, text: str) -> Range:
    """The range a text such as `[1..5)` or `[1..)` stands for; its ends are values only."""
    found = _RANGE.fullmatch(text.strip())
    if found is None or not (found[2] or found[3]):
        raise FunctionError("no_range")
    # An end that is left out is open: `[..2]` says that it holds a value which it does not name.
    if (found[1] == "[" and not found[2]) or (found[4] == "]" and not found[3]):
        raise FunctionError("no_range")
    start, end = _end(frame, found[2]), _end(frame, found[3])
    order = compare(start, end)
    if start is not None and end is not None and (order is None or order > 0):
        raise FunctionError("no_range")
    closed = found[1] == "[" and start is not None, found[4] == "]" and end is not None
    return Range(start, end, *closed)


def _end(frame: Frame, text: str) -> Any:
    """The value of an end, null when it is left out."""
    if not text:
        return None
    try:
        node = parse_expression(text, ())
    except FeelSyntaxError as error:
        raise FunctionError("no_range") from error
    # Run apart from the caller's names: the text is data.
    value = run(node, Frame(frame.run, {})) if _plain(node) else None
    return required(value, "no_range")


def _plain(node: Node) -> bool:
    if isinstance(node, syntax.Negate):
        node = node.operand
    if isinstance(node, syntax.Call):
        maker = isinstance(node.function, syntax.Name) and node.function.name in _MAKERS
        return maker and all(isinstance(one, syntax.Literal) for one in node.arguments)
    return isinstance(node, syntax.Literal)
