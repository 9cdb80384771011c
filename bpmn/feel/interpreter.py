"""The evaluator: one small function per kind of node, counted step by step (求值器)."""

from collections.abc import Callable
from typing import Any, TypeVar

from bpmn.feel.frame import MAX_DEPTH, Frame
from bpmn.feel.result import BudgetExceededError
from bpmn.feel.syntax import Node

_Handler = Callable[[Any, Frame], Any]
_AnyHandler = TypeVar("_AnyHandler", bound=_Handler)
_HANDLERS: dict[type[Node], _Handler] = {}


def handles(node: type[Node]) -> Callable[[_AnyHandler], _AnyHandler]:
    """Make a function the meaning of a kind of node."""

    def register(handler: _AnyHandler) -> _AnyHandler:
        _HANDLERS[node] = handler
        return handler

    return register


def run(node: Node, frame: Frame) -> Any:
    """The value of a node in a frame.

    Raises:
        BudgetExceededError: no steps are left, or the nesting is too deep.
    """
    counter = frame.run
    counter.left -= 1
    if counter.left < 0 or counter.depth > MAX_DEPTH:
        raise BudgetExceededError
    counter.depth += 1
    try:
        return _HANDLERS[type(node)](node, frame)
    finally:
        counter.depth -= 1
