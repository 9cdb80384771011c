"""Messages, signals, errors and escalations that stand outside the processes (全局声明)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bpmn.camunda.values import CAMUNDA
from bpmn.extensions import BPMN
from bpmn.lint.finding import Finding
from bpmn.lint.page import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.page import Page
    from bpmn.xml import Node

_REFERENCES = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}


def declarations_are_used_once(page: Page) -> Iterator[Finding]:
    """What is declared has a name, that no other of its kind has, and something refers to it."""
    declared = list(page.root.all(BPMN, *_REFERENCES))
    names = Counter((node.name, node.get("name").strip()) for node in declared)
    used = {
        (attribute, node.attributes["", attribute].rpartition(":")[2])
        for node in walk(page.root)
        for attribute in _REFERENCES.values()
        if ("", attribute) in node.attributes
    }
    for node in declared:
        name = node.get("name").strip()
        if not (name or node.get("errorCode") or node.get("escalationCode")):
            yield _finding(page, "global_name_missing", node)
        elif name and names[node.name, name] > 1:
            yield _finding(page, "global_name_not_unique", node, name)
        if (_REFERENCES[node.name], node.get("id")) not in used:
            yield _finding(page, "global_unused", node)


def _finding(page: Page, code: str, node: Node, found: str = "") -> Finding:
    return Finding(code, "", node.get("id"), node.get("name"), node.line, found, page.resource)


def flow_listeners_are_ours(page: Page) -> Iterator[Finding]:
    """No sequence flow has a listener of another engine, which nothing would call."""
    for node in page.nodes.values():
        if node.name != "sequenceFlow":
            continue
        for one in walk(node):
            if one.namespace in CAMUNDA and one.name == "executionListener":
                yield _finding(page, "listener_foreign", node, one.get("class") or one.name)
                break
