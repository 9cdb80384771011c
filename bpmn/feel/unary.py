"""Unary tests: whether the input `?` passes the tests of a cell (一元测试)."""

from bpmn.feel import syntax
from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import handles, run
from bpmn.feel.operators import passes

INPUT = "?"


@handles(syntax.UnaryTests)
def holds_for(node: syntax.Node, frame: Frame) -> bool | None:
    """Whether `?` in the frame passes one of the tests (none of them if negated)."""
    if not isinstance(node, syntax.UnaryTests) or not node.tests:
        return True
    holder = frame.holder(INPUT)
    value = None if holder is None else holder[INPUT]
    passed: bool | None = False
    for test, asks in zip(node.tests, node.asking, strict=True):
        one = _asked(frame, test) if asks else passes(frame, value, test)
        if one:
            return not node.negated
        passed = None if one is None else passed
    return (None if passed is None else True) if node.negated else passed


def _asked(frame: Frame, test: syntax.Node) -> bool | None:
    verdict = run(test, frame)
    return verdict if isinstance(verdict, bool) else None
