"""Event definitions (事件定义), BPMN 2.0 section 10.5.5: which event may have which, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn import camunda, extensions
from bpmn.extensions import BPMN
from bpmn.model import EventDefinition, Message
from bpmn.parse_error import ParseError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bpmn.xml import Node

EVENT_KINDS = (
    "message",
    "timer",
    "signal",
    "error",
    "escalation",
    "conditional",
    "link",
    "compensate",
    "cancel",
    "terminate",
)
# BPMN 2.0 table 10.93; errors, escalations and compensation begin event sub-processes only.
ALLOWED: Mapping[str, frozenset[str]] = {
    "startEvent": frozenset({"message", "timer", "signal", "conditional"}),
    "eventSubProcessStart": frozenset(
        {"message", "timer", "signal", "conditional", "error", "escalation", "compensate"}
    ),
    "intermediateCatchEvent": frozenset({"message", "timer", "signal", "conditional", "link"}),
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "link", "compensate"}),
    "boundaryEvent": frozenset(EVENT_KINDS) - {"link", "terminate"},
    "endEvent": frozenset(EVENT_KINDS) - {"timer", "conditional", "link"},
}
_CATCHING = frozenset({"intermediateCatchEvent", "boundaryEvent"})
_THROWING = frozenset({"endEvent", "intermediateThrowEvent", "sendTask"})


class EventReader:
    """Reads what events react to or bring; holds the names that stand outside the processes."""

    def __init__(self, root: Node) -> None:
        self._messages = {n.get("id"): n for n in root.all(BPMN, "message")}
        self._signals = {n.get("id"): n.get("name") for n in root.all(BPMN, "signal")}
        self._codes = {
            n.get("id"): n.get("errorCode") or n.get("escalationCode") or n.get("name")
            for n in root.all(BPMN, "error", "escalation")
        }
        self._definitions = {
            n.get("id"): n for n in root.children if n.name.endswith("EventDefinition")
        }
        self._readers: Mapping[str, Callable[[Node, Node], EventDefinition]] = {
            "message": self._message,
            "timer": self._timer,
            "signal": self._signal,
            "conditional": self._conditional,
            "link": self._link,
            "compensate": self._compensate,
        }

    def event(self, node: Node, *, in_event_sub_process: bool = False) -> EventDefinition | None:
        """Return the event definition of a flow node, None where it has none.

        Raises:
            ParseError: a kind that cannot stand there, several, or one that says too little.
        """
        if node.name == "receiveTask":
            return self._message(node, node)
        definitions = self._definitions_of(node)
        if not definitions:
            if node.name in _CATCHING:
                raise ParseError("event_definition_missing", node.get("id"), node.line)
            return None
        if len(definitions) > 1:
            raise ParseError("event_definitions_many", node.get("id"), node.line)
        definition = definitions[0]
        kind = definition.name.removesuffix("EventDefinition")
        place = "eventSubProcessStart" if in_event_sub_process else node.name
        if kind not in ALLOWED.get(place, ()):
            raise ParseError("event_kind_not_allowed", node.get("id"), definition.line, kind)
        return self._readers.get(kind, self._coded)(node, definition)

    def _definitions_of(self, node: Node) -> list[Node]:
        own = [c for c in node.children if c.name.endswith("EventDefinition")]
        named = [c.text.strip() for c in node.all(BPMN, "eventDefinitionRef")]
        return own + [self._definitions[name] for name in named if name in self._definitions]

    def _coded(self, _: Node, definition: Node) -> EventDefinition:
        kind = definition.name.removesuffix("EventDefinition")
        reference = _local(definition.get("errorRef") or definition.get("escalationRef"))
        # A reference to nothing that is declared is the code itself, as older modelers write it.
        return EventDefinition(kind, code=self._codes.get(reference, reference or None))

    def _message(self, node: Node, definition: Node) -> EventDefinition:
        message = self._messages.get(_local(definition.get("messageRef")))
        if message is None:
            if node.name in _THROWING:
                return EventDefinition("message")
            raise ParseError("message_missing", node.get("id"), definition.line)
        name = camunda.text(message.get("name") or message.get("id"))
        return EventDefinition(
            "message", message=Message(name, extensions.correlation_key(message))
        )

    def _timer(self, node: Node, definition: Node) -> EventDefinition:
        timer = extensions.timer(definition)
        if timer is None or not timer.expression:
            raise ParseError("timer_missing", node.get("id"), definition.line)
        return EventDefinition("timer", timer=timer)

    def _signal(self, node: Node, definition: Node) -> EventDefinition:
        reference = _local(definition.get("signalRef"))
        name = self._signals.get(reference) or reference
        if not name:
            raise ParseError("signal_missing", node.get("id"), definition.line)
        return EventDefinition("signal", signal=camunda.text(name))

    def _conditional(self, node: Node, definition: Node) -> EventDefinition:
        condition = definition.first(BPMN, "condition")
        text = camunda.expression(condition) if condition else ""
        if not text:
            raise ParseError("condition_missing", node.get("id"), definition.line)
        return EventDefinition("conditional", condition=text)

    def _link(self, node: Node, definition: Node) -> EventDefinition:
        name = definition.get("name") or node.get("name")
        if not name:
            raise ParseError("link_name_missing", node.get("id"), definition.line)
        return EventDefinition("link", link=name)

    def _compensate(self, node: Node, definition: Node) -> EventDefinition:
        if definition.get("waitForCompletion") == "false":
            raise ParseError(
                "element_not_supported", node.get("id"), definition.line, "waitForCompletion"
            )
        return EventDefinition("compensate", activity=_local(definition.get("activityRef")) or None)


def _local(reference: str) -> str:
    """Return a reference without its namespace prefix: references are qualified names."""
    return reference.rpartition(":")[2]
