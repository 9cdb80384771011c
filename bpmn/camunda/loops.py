"""Repetition and listeners as `camunda:` (7) and the standard's own elements word them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.camunda import values
from bpmn.camunda.attributes import BPMN, attribute, extensions
from bpmn.camunda.tasks import implementation
from bpmn.model import Listener, MultiInstance, TaskDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.xml import Node

# What the engine never calls is kept beside updating, so that a foreign listener is refused.
_TASK_EVENTS = {
    "create": "creating",
    "assignment": "assigning",
    "update": "updating",
    "complete": "completing",
    "delete": "updating",
    "timeout": "updating",
}
_ELEMENT_EVENTS = {"start": "start", "end": "end", "take": "end"}


def multi_instance(node: Node) -> MultiInstance | None:
    """Return `bpmn:multiInstanceLoopCharacteristics`: a collection or a number of instances."""
    loop = node.first(BPMN, "multiInstanceLoopCharacteristics")
    if loop is None:
        return None
    collection = attribute(loop, "collection") or _text(loop, "loopDataInputRef")
    gathered = _text(loop, "loopDataOutputRef")
    item = _item(loop, "outputDataItem")
    return MultiInstance(
        input_collection=values.name_or_expression(collection) or None,
        cardinality=_expression(loop, "loopCardinality"),
        input_element=attribute(loop, "elementVariable") or _item(loop, "inputDataItem") or None,
        output_collection=gathered or None,
        output_element=(item or None) if gathered else None,
        sequential=loop.get("isSequential") == "true",
        completion_condition=_expression(loop, "completionCondition"),
    )


def _text(node: Node, name: str) -> str:
    found = node.first(BPMN, name)
    return found.text.strip() if found else ""


def _item(node: Node, name: str) -> str:
    found = node.first(BPMN, name)
    return (found.get("name") or found.get("id")) if found else ""


def _expression(node: Node, name: str) -> str | None:
    found = node.first(BPMN, name)
    if found is None or not found.text.strip():
        return None
    return expression(found)


def expression(node: Node) -> str:
    """Return FEEL of a standard expression: a condition, cardinality or date."""
    found = node.text.strip()
    if language := node.get("language"):
        return values.scripted(language, found)
    return values.name_or_expression(found.removeprefix("=").strip())


def listeners(node: Node) -> tuple[Listener, ...]:
    """Return execution and task listeners; those of other engines have a foreign marker as type."""
    return (
        *_listening(node, "executionListener", _ELEMENT_EVENTS, "start"),
        *_listening(node, "taskListener", _TASK_EVENTS, "create"),
    )


def _listening(node: Node, name: str, events: dict[str, str], usual: str) -> Iterator[Listener]:
    for one in extensions(node, name):
        script = next((child for child in one.children if child.name == "script"), None)
        kind = script.get("scriptFormat") if script else ""
        marker = values.foreign(kind or "script") if script else implementation(one)
        wanted = one.get("event") or usual
        # `all` stands for every event of a task.
        for event in dict.fromkeys(events.values()) if wanted == "all" else [events.get(wanted)]:
            if event:
                yield Listener(event, TaskDefinition(marker or values.foreign("listener")))
