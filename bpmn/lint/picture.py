"""The picture: everything is drawn, and nothing lies on something else (图形)."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.finding import Finding
    from bpmn.lint.page import Box, Page
    from bpmn.lint.view import View
    from bpmn.model import Element

# A drawing in which many more lie on one another needs no longer list.
_MOST_OVERLAPS = 50


def everything_is_drawn(view: View, page: Page) -> Iterator[Finding]:
    """Every element and sequence flow has its shape in the diagram."""
    if not page.shapes:
        yield view.finding("diagram_missing", view.process.elements[view.process.id])
        return
    for element in view.nodes:
        if element.id not in page.shapes:
            yield view.finding("diagram_missing", element)
    for flow in view.process.flows.values():
        if flow.id not in page.edges and not view.links(flow):
            yield view.flow_finding("diagram_missing", flow)


def nothing_overlaps(view: View, page: Page) -> Iterator[Finding]:
    """No two elements of a scope lie on one another."""
    groups: dict[tuple[str, str], list[tuple[Box, Element]]] = defaultdict(list)
    for element in view.nodes:
        if element.id in page.shapes and element.kind != "boundaryEvent":
            plane, box = page.shapes[element.id]
            groups[plane, element.scope].append((box, element))
    found = 0
    for group in groups.values():
        for one, other in _overlapping(group):
            yield view.finding("elements_overlap", one, other.id)
            found += 1
            if found == _MOST_OVERLAPS:
                return


def _overlapping(group: list[tuple[Box, Element]]) -> Iterator[tuple[Element, Element]]:
    """Sweep from left to right: only what reaches as far right as the next can lie under it."""
    open_boxes: list[tuple[Box, Element]] = []
    for box, element in sorted(group, key=lambda one: one[0][0]):
        open_boxes = [one for one in open_boxes if one[0][2] > box[0]]
        for other_box, other in open_boxes:
            if other_box[1] < box[3] and box[1] < other_box[3]:
                yield element, other
        open_boxes.append((box, element))
