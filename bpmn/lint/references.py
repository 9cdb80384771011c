"""What a drawing names must be there: processes, decisions, forms, steps, groups (引用)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.camunda import is_foreign
from bpmn.camunda.values import CAMUNDA
from bpmn.extensions import ZEEBE
from bpmn.feel.syntax import ListNode, Literal
from bpmn.linking import LATEST, TAGGED, TOGETHER
from bpmn.lint.finding import Finding
from bpmn.lint.trees import tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.page import Page
    from bpmn.lint.view import View
    from bpmn.model import Element
    from bpmn.xml import Node

# What binds to a version, and how it may; the lower ones are attributes of Camunda 7.
_PLAIN = frozenset({"", LATEST, TOGETHER})
_BINDINGS = {
    "calledElement": _PLAIN | {TAGGED},
    "calledDecision": _PLAIN,
    "formDefinition": _PLAIN,
    "calledElementBinding": _PLAIN | {TAGGED},
    "decisionRefBinding": _PLAIN,
    "formRefBinding": _PLAIN,
}


def called_processes_exist(view: View) -> Iterator[Finding]:
    """A call activity names a process, deployed with it or before, that a call can begin."""
    for element in view.of("callActivity"):
        target = element.call.target if element.call else ""
        if target.startswith("=") or is_foreign(target):
            continue
        process = view.definition.processes.get(target)
        if process is None:
            yield view.finding("called_process_missing", element, target)
        elif process.none_start(process.id) is None:
            yield view.finding("called_process_start_missing", element, target)
        elif element.call and element.call.version_tag not in {"", process.version_tag}:
            yield view.finding("called_version_missing", element, element.call.version_tag)


def called_decisions_exist(view: View) -> Iterator[Finding]:
    """A business rule task names a decision, deployed with it or before, or a step."""
    for element in view.of("businessRuleTask"):
        if element.task is not None:
            continue
        target = element.call.target if element.call else ""
        dynamic = target.startswith("=") or is_foreign(target)
        if not dynamic and target not in view.definition.decisions:
            yield view.finding("decision_not_found", element, target)


def versions_can_be_bound(page: Page) -> Iterator[Finding]:
    """What is called is bound to a version in a way that holds here."""
    for node in page.nodes.values():
        for way, allowed in (*_zeebe_bindings(node), *_older_bindings(node)):
            if way not in allowed:
                told = (node.get("id"), node.get("name"), node.line, way, page.resource)
                yield Finding("binding_not_supported", "", *told)


def _zeebe_bindings(node: Node) -> Iterator[tuple[str, frozenset[str]]]:
    for extension in (one for block in node.children for one in block.children):
        if extension.namespace == ZEEBE and extension.name in _BINDINGS:
            yield extension.get("bindingType"), _BINDINGS[extension.name]


def _older_bindings(node: Node) -> Iterator[tuple[str, frozenset[str]]]:
    for (namespace, name), way in node.attributes.items():
        if namespace in CAMUNDA and name in _BINDINGS:
            yield way, _BINDINGS[name]


def forms_exist(view: View) -> Iterator[Finding]:
    """A user task's form is part of the deployment."""
    for element in view.of("userTask"):
        form = element.user_task.form if element.user_task else None
        if not form or form.startswith("=") or is_foreign(form):
            continue
        if form not in view.definition.forms:
            yield view.finding("form_not_found", element, form)


def tasks_name_their_step(view: View) -> Iterator[Finding]:
    """A service or send task says which step does the work."""
    for element in view.of("serviceTask", "sendTask"):
        if element.task is None or not element.task.type:
            yield view.finding("task_definition_missing", element)


def steps_exist(view: View) -> Iterator[Finding]:
    """Every job type is one of a step that there is."""
    known = view.known.job_types
    for element in view.nodes if known is not None else ():
        for name in _job_types(element):
            if not name.startswith("=") and not is_foreign(name) and name not in (known or ()):
                yield view.finding("job_type_unknown", element, name)


def _job_types(element: Element) -> Iterator[str]:
    if element.task and element.task.type:
        yield element.task.type
    yield from (listener.task.type for listener in element.listeners)


def groups_exist(view: View) -> Iterator[Finding]:
    """Every candidate group that is written out is one that people can be in."""
    known = view.known.groups
    for element in view.of("userTask") if known is not None else ():
        asked = element.user_task.candidate_groups if element.user_task else None
        for group in _groups(asked or ""):
            if group not in (known or ()):
                yield view.finding("candidate_group_unknown", element, group)


def _groups(text: str) -> Iterator[str]:
    """Yield what is certain: names with commas, or the literals of a FEEL list."""
    if is_foreign(text):
        return
    if not text.startswith("="):
        yield from (name for part in text.split(",") if (name := part.strip()))
        return
    node = tree(text.removeprefix("="))
    for one in node.items if isinstance(node, ListNode) else (node,):
        if isinstance(one, Literal) and isinstance(one.value, str):
            yield one.value
