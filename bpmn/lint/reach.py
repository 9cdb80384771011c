"""Which elements of a process a token can come to, conditions apart (可达性)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.model import Element, Process


def reachable(process: Process) -> frozenset[str]:
    """Return the ids of the elements that some life of the process can enter."""
    inside: dict[str, list[Element]] = {}
    for element in process.elements.values():
        inside.setdefault(element.scope, []).append(element)
    found: set[str] = set()
    ahead = [process.id]
    while ahead:
        element = process.elements[ahead.pop()]
        if element.id not in found:
            found.add(element.id)
            ahead += _next(process, element, inside)
    return frozenset(found)


def _next(process: Process, element: Element, inside: dict[str, list[Element]]) -> Iterator[str]:
    for flow in element.outgoing:
        if process.flows[flow].condition != "false":
            yield process.flows[flow].target
    yield from (event.id for event in process.boundaries.get(element.id, ()))
    if handler := process.handlers.get(element.id):
        yield handler
    for child in inside.get(element.id, ()):
        if _begins(element, child):
            yield child.id


def _begins(scope: Element, child: Element) -> bool:
    """Tell whether a token of a scope can begin with this element of it."""
    if child.kind in {"startEvent", "eventSubProcess"}:
        return True
    alone = not child.incoming and not child.for_compensation and child.kind != "boundaryEvent"
    return scope.kind == "adHocSubProcess" and alone


def unreachable(process: Process) -> list[str]:
    """Return the ids of the elements that no life can enter, in the drawing's order."""
    found = reachable(process)
    return [key for key in process.elements if key not in found]
