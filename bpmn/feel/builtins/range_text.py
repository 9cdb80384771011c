"""range: a range from its text (区间文本)."""

from typing import Any

from bpmn.feel import syntax
from bpmn.feel.builtins.registry import FunctionError, builtin
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import run
from bpmn.feel.parser import parse_expression
from bpmn.feel.ranges import Range
from bpmn.feel.result import FeelSyntaxError
from bpmn.feel.syntax import Node

_MAKERS = frozenset({"date", "time", "date and time", "duration"})


@builtin("range(from: string)", framed=True)
def range_from_text(frame: Frame, text: str) -> Range:
    """The range a text such as `[1..5)` stands for; its ends are values, not expressions."""
    try:
        node = parse_expression(text, ())
    except FeelSyntaxError as error:
        raise FunctionError("no_range") from error
    if not isinstance(node, syntax.RangeNode) or not (_plain(node.start) and _plain(node.end)):
        raise FunctionError("no_range")
    # Run apart from the caller's names: the text is data.
    found: Any = run(node, Frame(frame.run, {}))
    if not isinstance(found, Range):
        raise FunctionError("no_range")
    return found


def _plain(node: Node) -> bool:
    if isinstance(node, syntax.Negate):
        node = node.operand
    if isinstance(node, syntax.Call):
        maker = isinstance(node.function, syntax.Name) and node.function.name in _MAKERS
        return maker and all(isinstance(one, syntax.Literal) for one in node.arguments)
    return isinstance(node, syntax.Literal)
