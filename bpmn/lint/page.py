"""A drawing as a file: what only its XML tells, such as labels of flows and the picture (图面)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bpmn.extensions import BPMN
from bpmn.xml import XmlError, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpmn.xml import Node

BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
Box = tuple[float, float, float, float]


@dataclass
class Page:
    """One BPMN file.

    Attributes:
        nodes: everything inside the processes that has an id.
        processes: the ids of the processes in it.
        shapes: the box of each drawn element and the plane it is drawn on.
        edges: the ids of the drawn flows.
    """

    resource: str
    root: Node
    nodes: dict[str, Node] = field(default_factory=dict)
    processes: set[str] = field(default_factory=set)
    shapes: dict[str, tuple[str, Box]] = field(default_factory=dict)
    edges: set[str] = field(default_factory=set)


def pages(files: Mapping[str, bytes]) -> list[Page]:
    """Return the drawings of a deployment that can be read."""
    found = []
    for name, content in sorted(files.items()):
        if name.endswith(".bpmn"):
            try:
                found.append(_page(name, read(content)))
            except XmlError:
                continue
    return found


def _page(name: str, root: Node) -> Page:
    page = Page(name, root)
    for process in root.all(BPMN, "process"):
        page.processes.add(process.get("id"))
        for node in walk(process):
            if node.namespace == BPMN and node.get("id"):
                page.nodes[node.get("id")] = node
    for diagram in root.all(BPMNDI, "BPMNDiagram"):
        for plane in diagram.all(BPMNDI, "BPMNPlane"):
            _pictures(page, plane)
    return page


def _pictures(page: Page, plane: Node) -> None:
    for drawn in plane.children:
        element = drawn.get("bpmnElement").rpartition(":")[2]
        if drawn.name == "BPMNEdge":
            page.edges.add(element)
        elif bounds := drawn.first(DC, "Bounds"):
            page.shapes[element] = (plane.get("bpmnElement"), _box(bounds))


def _box(bounds: Node) -> Box:
    try:
        x, y, width, height = (float(bounds.get(k, "0")) for k in ("x", "y", "width", "height"))
    except ValueError:
        return 0.0, 0.0, 0.0, 0.0
    return x, y, x + width, y + height


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and everything in it, in the file's order, whatever the depth."""
    ahead = [node]
    while ahead:
        one = ahead.pop()
        yield one
        ahead.extend(reversed(one.children))
