"""BPMN 2.0 XML -> `Process`; every error names the element and the line (解析)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from bpmn import extensions
from bpmn.extensions import BPMN, expression
from bpmn.model import Element, EventDefinition, Message, Process, SequenceFlow
from bpmn.xml import Node, XmlError, read

if TYPE_CHECKING:
    from collections.abc import Iterator

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
GATEWAYS = ("exclusiveGateway", "parallelGateway", "eventBasedGateway")
EVENTS = (
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
)
SCOPES = ("subProcess",)
SUPPORTED = frozenset((*TASKS, *GATEWAYS, *EVENTS, *SCOPES, "callActivity"))
EVENT_KINDS = ("message", "timer", "error", "escalation", "terminate")
_ARTIFACTS = frozenset(
    {
        "sequenceFlow",
        "laneSet",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "textAnnotation",
        "association",
        "group",
        "category",
        "extensionElements",
        "documentation",
        "ioSpecification",
        "property",
        "incoming",
        "outgoing",
        "dataInputAssociation",
        "dataOutputAssociation",
    }
)


class ParseError(ValueError):
    """The drawing cannot run: `code`, the element's id, its line and what was found."""

    def __init__(self, code: str, element: str = "", line: int = 0, found: str = "") -> None:
        super().__init__(f"{code}: element {element or '-'} line {line} {found}".rstrip())
        self.code = code
        self.element = element
        self.line = line
        self.found = found


class _Parser:
    def __init__(self, root: Node) -> None:
        self._messages = {n.get("id"): n for n in root.all(BPMN, "message")}
        self._codes = {
            n.get("id"): n.get("errorCode") or n.get("escalationCode") or n.get("name")
            for n in root.all(BPMN, "error", "escalation")
        }
        self._elements: dict[str, Element] = {}
        self._flows: dict[str, SequenceFlow] = {}

    def process(self, node: Node) -> Process:
        # The process itself is the outermost element: its scope holds the others.
        root = Element(node.get("id"), "process", node.get("name"), "", node.line)
        self._elements, self._flows = {root.id: root}, {}
        self._scope(node, node.get("id"))
        self._check_flows(node)
        elements = {key: self._connected(element) for key, element in self._elements.items()}
        boundaries: dict[str, list[Element]] = defaultdict(list)
        subs: dict[str, list[Element]] = defaultdict(list)
        starts: dict[str, list[Element]] = defaultdict(list)
        for element in elements.values():
            if element.attached_to:
                boundaries[element.attached_to].append(element)
            if element.kind == "eventSubProcess":
                subs[element.scope].append(element)
            if element.kind == "startEvent":
                starts[element.scope].append(element)
        return Process(
            id=node.get("id"),
            name=node.get("name") or node.get("id"),
            elements=elements,
            flows=self._flows,
            boundaries={key: tuple(found) for key, found in boundaries.items()},
            event_sub_processes={key: tuple(found) for key, found in subs.items()},
            starts={key: tuple(found) for key, found in starts.items()},
        )

    def _scope(self, node: Node, scope: str) -> None:
        for child in node.children:
            if child.namespace != BPMN:
                continue
            if child.name == "sequenceFlow":
                self._flow(child, scope)
            elif child.name in SUPPORTED:
                self._element(child, scope)
            elif child.name not in _ARTIFACTS:
                raise ParseError("element_not_supported", child.get("id"), child.line, child.name)

    def _flow(self, node: Node, scope: str) -> None:
        condition = node.first(BPMN, "conditionExpression")
        text = expression(condition.text) if condition else ""
        # Many modelers leave out the id of a sequence flow: its ends name it.
        key = node.get("id") or f"{node.get('sourceRef')}->{node.get('targetRef')}"
        if key in self._flows or key == scope:
            raise ParseError("id_not_unique", key, node.line)
        self._flows[key] = SequenceFlow(
            key, node.get("sourceRef"), node.get("targetRef"), text or None
        )

    def _element(self, node: Node, scope: str) -> None:
        key = node.get("id")
        if not key:
            raise ParseError("id_missing", "", node.line, node.name)
        if key in self._elements:
            raise ParseError("id_not_unique", key, node.line)
        self._refuse_unsupported_markers(node)
        cancels = node.get("cancelActivity") if node.name == "boundaryEvent" else ""
        self._elements[key] = Element(
            id=key,
            kind="eventSubProcess" if node.get("triggeredByEvent") == "true" else node.name,
            name=node.get("name"),
            scope=scope,
            line=node.line,
            default=node.get("default") or None,
            event=self._event(node),
            attached_to=node.get("attachedToRef") or None,
            interrupting=(cancels or node.get("isInterrupting", "true")) != "false",
            inputs=extensions.mappings(node, "input"),
            outputs=extensions.mappings(node, "output"),
            task=extensions.task_definition(node),
            user_task=extensions.user_task_definition(node) if node.name == "userTask" else None,
            call=extensions.call(node),
            multi_instance=extensions.multi_instance(node),
            status=extensions.status(node),
        )
        if node.name in SCOPES:
            self._scope(node, key)

    @staticmethod
    def _refuse_unsupported_markers(node: Node) -> None:
        for child in node.all(BPMN, "standardLoopCharacteristics"):
            raise ParseError("element_not_supported", node.get("id"), child.line, child.name)
        for child in node.all(BPMN, "multiInstanceLoopCharacteristics"):
            found = extensions.multi_instance(node)
            if found is None or not found.input_collection:
                raise ParseError("input_collection_missing", node.get("id"), child.line)

    def _event(self, node: Node) -> EventDefinition | None:
        if node.name == "receiveTask":
            return self._message_event(node, node)
        definitions = [c for c in node.children if c.name.endswith("EventDefinition")]
        if not definitions:
            return None
        if len(definitions) > 1:
            raise ParseError("event_definitions_many", node.get("id"), node.line)
        definition = definitions[0]
        kind = definition.name.removesuffix("EventDefinition")
        if kind not in EVENT_KINDS:
            raise ParseError(
                "element_not_supported", node.get("id"), definition.line, definition.name
            )
        if kind == "message":
            return self._message_event(node, definition)
        if kind == "timer":
            timer = extensions.timer(definition)
            if timer is None or not timer.expression:
                raise ParseError("timer_missing", node.get("id"), definition.line)
            return EventDefinition("timer", timer=timer)
        reference = definition.get("errorRef") or definition.get("escalationRef")
        return EventDefinition(kind, code=self._codes.get(reference))

    def _message_event(self, node: Node, definition: Node) -> EventDefinition:
        message = self._messages.get(definition.get("messageRef"))
        throws = node.name in {"endEvent", "intermediateThrowEvent"}
        if message is None:
            if throws:
                return EventDefinition("message")
            raise ParseError("message_missing", node.get("id"), definition.line)
        return EventDefinition(
            "message", message=Message(message.get("name"), extensions.correlation_key(message))
        )

    def _check_flows(self, process: Node) -> None:
        for flow in self._flows.values():
            for end in (flow.source, flow.target):
                if end not in self._elements:
                    raise ParseError("flow_end_missing", flow.id, process.line, end)
        for element in self._elements.values():
            if element.attached_to and element.attached_to not in self._elements:
                raise ParseError(
                    "boundary_host_missing", element.id, element.line, element.attached_to
                )

    def _connected(self, element: Element) -> Element:
        return replace(
            element,
            incoming=tuple(f.id for f in self._flows.values() if f.target == element.id),
            outgoing=tuple(f.id for f in self._flows.values() if f.source == element.id),
        )


def _processes(root: Node) -> Iterator[Node]:
    return (n for n in root.all(BPMN, "process") if n.get("isExecutable") != "false")


def parse_processes(source: bytes) -> dict[str, Process]:
    """Return the executable processes of a BPMN 2.0 file by id.

    Raises:
        ParseError: with the element id and the line of what cannot run.
    """
    try:
        root = read(source)
    except XmlError as error:
        raise ParseError(error.code, line=error.line) from error
    if (root.namespace, root.name) != (BPMN, "definitions"):
        raise ParseError("not_bpmn", root.name, root.line)
    parser = _Parser(root)
    found = {node.get("id"): parser.process(node) for node in _processes(root)}
    if not found:
        raise ParseError("process_missing", line=root.line)
    return found
