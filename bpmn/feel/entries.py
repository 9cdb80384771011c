"""The entries of a context, each worked out when it is needed (上下文条目)."""

from collections.abc import Sequence
from typing import Any

from bpmn.feel.frame import Frame
from bpmn.feel.interpreter import run
from bpmn.feel.syntax import Node


class Growing(dict[str, Any]):
    """The entries so far, and those that are still to be worked out."""

    def __init__(self, entries: Sequence[tuple[str, Node]]) -> None:
        super().__init__()
        self.waiting = dict(entries)


def evaluated(entries: Sequence[tuple[str, Node]], frame: Frame) -> tuple[dict[str, Any], Frame]:
    """The values of entries, and the frame that sees them.

    An entry sees those before it, then what lies around, then those after it: DMN 1.5 section
    10.3.2.11.1 works entries out in the order in which they depend on one another.
    """
    names = Growing(entries)
    inner = frame.child(names)
    for name, _ in entries:
        _work_out(name, names, inner)
    return {name: names[name] for name, _ in entries}, inner


def _work_out(name: str, names: Growing, inner: Frame) -> None:
    node = names.waiting.pop(name, None)
    if node is not None:
        names[name] = run(node, inner)


def later(name: str, frame: Frame) -> Frame | None:
    """The nearest layer whose entry of that name comes later, worked out now."""
    layer: Frame | None = frame
    while layer is not None:
        if isinstance(layer.names, Growing) and name in layer.names.waiting:
            _work_out(name, layer.names, layer)
            return layer
        layer = layer.parent
    return None
