"""Attributes and extension elements of `camunda:` (7) and its ancestor `activiti:`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.camunda.values import CAMUNDA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.xml import Node

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def attribute(node: Node, *names: str) -> str:
    """Return the first of these attributes that is set."""
    for name in names:
        for namespace in CAMUNDA:
            if found := node.get(name, namespace=namespace).strip():
                return found
    return ""


def extensions(node: Node, *names: str) -> Iterator[Node]:
    """Yield the extension elements of these names, in the file's order."""
    for block in node.all(BPMN, "extensionElements"):
        for child in block.children:
            if child.namespace in CAMUNDA and child.name in names:
                yield child
