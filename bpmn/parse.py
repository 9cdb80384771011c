"""BPMN 2.0 XML -> `Process`; every error names the element and the line (解析)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bpmn import extensions
from bpmn.extensions import BPMN
from bpmn.model import Element, Process, SequenceFlow
from bpmn.parse_error import ParseError
from bpmn.parse_events import EventReader
from bpmn.xml import Node, XmlError, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bpmn.model import EventDefinition

TASKS = (
    "userTask",
    "serviceTask",
    "businessRuleTask",
    "scriptTask",
    "sendTask",
    "receiveTask",
    "manualTask",
    "task",
)
GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway")
EVENTS = (
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
)
SCOPES = ("subProcess", "transaction", "adHocSubProcess")
SUPPORTED = frozenset((*TASKS, *GATEWAYS, *EVENTS, *SCOPES, "callActivity"))
# Flow nodes that the standard knows and that are refused; whatever else stands in a scope (lanes,
# data, annotations, loop characteristics) is no step of its own.
REFUSED = frozenset(
    {
        "complexGateway",
        "choreographyTask",
        "subChoreography",
        "callChoreography",
        "implicitThrowEvent",
    }
)

# Nobody can read a drawing of that size, and checking it would take long.
MAX_FLOW_NODES = 5000

__all__ = ["ParseError", "parse_processes"]


class _Parser:
    """Reads processes and collects what is wrong instead of stopping at the first.

    What follows from a fault that was told is none of its own: a flow to an element that was
    refused, a boundary event on it, a link to it.
    """

    def __init__(self, root: Node) -> None:
        self.faults: list[ParseError] = []
        self._refused: set[str] = set()
        self._events = EventReader(root)
        # Modelers put associations into the process or into the collaboration around it.
        around = [a for c in root.all(BPMN, "collaboration") for a in c.all(BPMN, "association")]
        self._associations = [(a.get("sourceRef"), a.get("targetRef")) for a in around]
        self._elements: dict[str, Element] = {}
        self._flows: dict[str, SequenceFlow] = {}

    def process(self, node: Node) -> Process | None:
        """Return a process, or nothing where it holds a fault."""
        # The process itself is the outermost element: its scope holds the others.
        root = replace(self._flow_node(node, ""), kind="process")
        self._elements, self._flows = {root.id: root}, {}
        before = len(self.faults)
        self._scope(node, root)
        self._join_links()
        self._check_ends(node)
        if len(self.faults) > before:
            return None
        self._connect()
        elements = self._elements
        return Process(
            id=root.id,
            name=node.get("name") or root.id,
            elements=elements,
            flows=self._flows,
            boundaries=_grouped(elements.values(), lambda e: e.attached_to),
            event_sub_processes=_grouped(
                elements.values(), lambda e: e.scope if e.kind == "eventSubProcess" else None
            ),
            starts=_grouped(
                elements.values(), lambda e: e.scope if e.kind == "startEvent" else None
            ),
            handlers=self._handlers(),
            version_tag=extensions.version_tag(node),
        )

    def _scope(self, node: Node, around: Element) -> None:
        for child in node.children:
            if child.namespace != BPMN:
                continue
            if child.name == "sequenceFlow":
                self._flow(child, around.id)
            elif child.name == "association":
                self._associations.append((child.get("sourceRef"), child.get("targetRef")))
            elif child.name in SUPPORTED:
                self._element(child, around)
            elif child.name in REFUSED:
                self._fault("element_not_supported", child.get("id"), child.line, child.name)
                self._refused.add(child.get("id"))

    def _fault(self, code: str, element: str, line: int, found: str = "") -> None:
        self.faults.append(ParseError(code, element, line, found))

    def _flow(self, node: Node, scope: str) -> None:
        # Many modelers leave out the id of a sequence flow: its ends name it.
        key = node.get("id") or f"{node.get('sourceRef')}->{node.get('targetRef')}"
        if key in self._flows or key == scope:
            self._fault("id_not_unique", key, node.line)
        self._flows[key] = SequenceFlow(
            key, node.get("sourceRef"), node.get("targetRef"), extensions.condition(node)
        )

    def _element(self, node: Node, around: Element) -> None:
        if not node.get("id"):
            self._fault("id_missing", "", node.line, node.name)
        elif node.get("id") in self._elements:
            self._fault("id_not_unique", node.get("id"), node.line)
        element = replace(self._flow_node(node, around.id), event=self._event(node, around))
        loop = element.multi_instance
        if loop and not (loop.input_collection or loop.cardinality):
            self._fault("input_collection_missing", element.id, node.line)
        self._elements[element.id] = element
        if len(self._elements) > MAX_FLOW_NODES:
            raise ParseError("drawing_too_large", element.id, node.line, str(MAX_FLOW_NODES))
        if node.name in SCOPES:
            self._scope(node, element)

    def _event(self, node: Node, around: Element) -> EventDefinition | None:
        inside = around.kind == "eventSubProcess" and node.name == "startEvent"
        try:
            return self._events.event(node, in_event_sub_process=inside)
        except ParseError as error:
            self.faults.append(error)
            self._refused.add(node.get("id"))
            return None

    @staticmethod
    def _flow_node(node: Node, scope: str) -> Element:
        cancels = node.get("cancelActivity") if node.name == "boundaryEvent" else ""
        return Element(
            id=node.get("id"),
            kind="eventSubProcess" if node.get("triggeredByEvent") == "true" else node.name,
            name=node.get("name"),
            scope=scope,
            line=node.line,
            default=node.get("default") or None,
            attached_to=node.get("attachedToRef") or None,
            interrupting=(cancels or node.get("isInterrupting", "true")) != "false",
            inputs=extensions.mappings(node, "input"),
            outputs=extensions.mappings(node, "output"),
            task=extensions.task_definition(node),
            user_task=extensions.user_task_definition(node) if node.name == "userTask" else None,
            call=extensions.call(node),
            multi_instance=extensions.multi_instance(node),
            loop=extensions.standard_loop(node),
            ad_hoc=extensions.ad_hoc(node),
            listeners=extensions.listeners(node),
            for_compensation=node.get("isForCompensation") == "true",
            status=extensions.status(node),
        )

    def _join_links(self) -> None:
        """Turn each pair of link events (链接事件) into the sequence flow that it stands for."""
        links = [e for e in self._elements.values() if e.event_kind == "link"]
        catching = {
            (e.scope, e.event.link): e
            for e in links
            if e.event and e.kind == "intermediateCatchEvent"
        }
        for element in links:
            if element.event is None or element.kind != "intermediateThrowEvent":
                continue
            target = catching.get((element.scope, element.event.link))
            if target is None:
                if not self._refused:
                    found = element.event.link or ""
                    self._fault("link_target_missing", element.id, element.line, found)
                continue
            key = f"{element.id}->{target.id}"
            self._flows[key] = SequenceFlow(key, element.id, target.id)

    def _check_ends(self, process: Node) -> None:
        known = self._elements.keys() | self._refused
        for flow in self._flows.values():
            for end in (flow.source, flow.target):
                if end not in known:
                    self._fault("flow_end_missing", flow.id, process.line, end)
            ends = [self._elements.get(end) for end in (flow.source, flow.target)]
            if ends[0] and ends[1] and ends[0].scope != ends[1].scope:
                self._fault("flow_leaves_scope", flow.id, ends[0].line)
        for element in self._elements.values():
            if element.attached_to and element.attached_to not in known:
                host = element.attached_to
                self._fault("boundary_host_missing", element.id, element.line, host)

    def _connect(self) -> None:
        incoming: dict[str, list[str]] = defaultdict(list)
        outgoing: dict[str, list[str]] = defaultdict(list)
        for flow in self._flows.values():
            outgoing[flow.source].append(flow.id)
            incoming[flow.target].append(flow.id)
        for key in [*incoming.keys() | outgoing.keys()]:
            self._elements[key] = replace(
                self._elements[key], incoming=tuple(incoming[key]), outgoing=tuple(outgoing[key])
            )

    def _handlers(self) -> dict[str, str]:
        """Return the compensation handler of each activity, by the association from its event."""
        events = {
            e.id: e.attached_to
            for e in self._elements.values()
            if e.kind == "boundaryEvent" and e.event_kind == "compensate" and e.attached_to
        }
        return {
            events[source]: target
            for source, target in self._associations
            if source in events and target in self._elements
        }


def _grouped(
    elements: Iterable[Element], by: Callable[[Element], str | None]
) -> Mapping[str, tuple[Element, ...]]:
    found: dict[str, list[Element]] = defaultdict(list)
    for element in elements:
        if key := by(element):
            found[key].append(element)
    return {key: tuple(group) for key, group in found.items()}


def _processes(root: Node) -> Iterator[Node]:
    return (n for n in root.all(BPMN, "process") if n.get("isExecutable") != "false")


def parse_processes(source: bytes) -> dict[str, Process]:
    """Return the executable processes of a BPMN 2.0 file by id; each pool's process is one.

    Raises:
        ParseError: with the element id and the line of what cannot run, and all other faults.
    """
    try:
        root = read(source)
    except XmlError as error:
        raise ParseError(error.code, line=error.line) from error
    if (root.namespace, root.name) != (BPMN, "definitions"):
        raise ParseError("not_bpmn", root.name, root.line)
    parser = _Parser(root)
    nodes = list(_processes(root))
    read_processes = {node.get("id"): parser.process(node) for node in nodes}
    if not nodes:
        raise ParseError("process_missing", line=root.line)
    if parser.faults:
        first, *others = sorted(parser.faults, key=lambda one: one.line)
        first.others = tuple(others)
        raise first
    return {key: process for key, process in read_processes.items() if process is not None}
