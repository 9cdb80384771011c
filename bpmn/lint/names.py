"""Ids that files share: whatever is called by its id is there once, and imports lead somewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bpmn.extensions import BPMN
from bpmn.lint.finding import Finding
from bpmn.xml import XmlError, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpmn.lint.page import Page
    from bpmn.xml import Node

# What an import of another DMN file says; those of Java, PMML or XML Schema are no files of ours.
_DMN = "/DMN/"


def processes_have_ids(page: Page) -> Iterator[Finding]:
    """A process has an id, and no other of its file has the same."""
    seen: set[str] = set()
    for node in page.root.all(BPMN, "process"):
        key = node.get("id")
        if not key:
            yield _finding("id_missing", page.resource, node, "process")
        elif key in seen:
            yield _finding("process_id_not_unique", page.resource, node, page.resource)
        seen.add(key)


def decisions_are_clear(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """A decision's id is that of one decision, and what a file imports is deployed with it."""
    roots = dict(_decision_files(files))
    namespaces = {root.get("namespace") for root in roots.values()}
    seen: dict[str, str] = {}
    for resource, root in roots.items():
        for node in root.all(root.namespace, "decision"):
            key = node.get("id") or node.get("name")
            if key in seen:
                yield _finding("decision_id_not_unique", resource, node, seen[key])
            seen.setdefault(key, resource)
        for node in root.all(root.namespace, "import"):
            foreign = _DMN not in node.get("importType")
            if not foreign and node.get("namespace") not in namespaces:
                yield _finding("decision_import_missing", resource, node, node.get("namespace"))


def forms_are_clear(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """A form's id is that of one file."""
    seen: dict[str, str] = {}
    for resource, content in sorted(files.items()):
        if not resource.endswith(".form"):
            continue
        key = str(json.loads(content)["id"])
        if key in seen:
            yield Finding("form_id_not_unique", element=key, found=seen[key], resource=resource)
        seen.setdefault(key, resource)


def _decision_files(files: Mapping[str, bytes]) -> Iterator[tuple[str, Node]]:
    for resource, content in sorted(files.items()):
        if resource.endswith(".dmn"):
            try:
                yield resource, read(content)
            except XmlError:
                continue


def _finding(code: str, resource: str, node: Node, found: str = "") -> Finding:
    return Finding(code, "", node.get("id"), node.get("name"), node.line, found, resource)
