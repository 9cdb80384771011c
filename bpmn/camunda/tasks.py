"""Who works on a task: external topics, people, forms, dates and what cannot run here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bpmn.camunda import values
from bpmn.camunda.attributes import BPMN, attribute, extensions
from bpmn.camunda.forms import form_id
from bpmn.model import TaskDefinition, UserTaskDefinition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.xml import Node

_RETRIES = re.compile(r"R(\d+)/")
_OWNER = re.compile(r"\s*(?:(user|group)\(([^()]*)\)|([^,()]+))\s*(?:,|\Z)")
_DURATION = re.compile(r"P[\dYMWDTHS.]+\Z")


def task_definition(node: Node) -> TaskDefinition | None:
    """Return which step does the work of a service-like task or throwing message event.

    An external task names its topic; a class, bean or expression leaves a foreign marker as type.
    """
    for one in (node, *node.all(BPMN, "messageEventDefinition")):
        if attribute(one, "type") == "external" and (topic := attribute(one, "topic")):
            return TaskDefinition(values.text(topic), _retries(node))
        if found := implementation(one):
            return TaskDefinition(found, _retries(node))
    return None


def implementation(node: Node) -> str:
    """Return the marker of code of another engine that a task or listener names, or nothing."""
    for name in ("class", "delegateExpression", "expression", "type"):
        if found := attribute(node, name) or (_listener(node) and node.get(name).strip()):
            return values.foreign(name, found)
    return ""


def _listener(node: Node) -> bool:
    return node.namespace in values.CAMUNDA


def _retries(node: Node) -> str:
    for one in extensions(node, "failedJobRetryTimeCycle"):
        if cycle := _RETRIES.match(one.text.strip()):
            return cycle[1]
    return "3"


def user_task_definition(node: Node) -> UserTaskDefinition:
    """Return form, assignment, schedule and priority of a user task."""
    owners = list(_owners(node, "potentialOwner"))
    performers = [name for kind, name in _owners(node, "humanPerformer") if kind != "group"]
    users = [*_names(attribute(node, "candidateUsers")), *(n for k, n in owners if k == "user")]
    groups = [*_names(attribute(node, "candidateGroups")), *(n for k, n in owners if k != "user")]
    assignee = attribute(node, "assignee") or next(iter(performers), "")
    return UserTaskDefinition(
        form=form_id(node) or None,
        assignee=values.text(assignee) or None,
        candidate_groups=_people(groups),
        candidate_users=_people(users),
        due_date=_date(attribute(node, "dueDate")),
        follow_up_date=_date(attribute(node, "followUpDate")),
        priority=values.text(attribute(node, "priority")) or None,
    )


def _owners(node: Node, kind: str) -> Iterator[tuple[str, str]]:
    """Yield `user(a), group(b), c` of the standard's resource roles as pairs (kind, name)."""
    for role in node.all(BPMN, kind):
        for assigned in role.all(BPMN, "resourceAssignmentExpression"):
            for one in assigned.all(BPMN, "formalExpression"):
                for part in _OWNER.finditer(one.text.strip()):
                    yield part[1] or "", (part[2] or part[3]).strip()


def _names(text: str) -> list[str]:
    if values.looks_foreign(text):
        # A comma inside an expression is none between names: only whole ones are taken apart.
        parts = text.split(",")
        whole = all(part.count("{") == part.count("}") for part in parts)
        return [part.strip() for part in parts] if whole else [text]
    return [name for part in text.split(",") if (name := part.strip())]


def _people(names: list[str]) -> str | None:
    """Return one text for a list of names: with commas, or FEEL when one is an expression."""
    if not any(values.looks_foreign(name) for name in names):
        return ",".join(names) or None
    sources = [values.source(name) for name in names]
    for one in sources:
        if values.is_foreign(one):
            return one
    return f"={sources[0]}" if len(sources) == 1 else f"=flatten([{', '.join(sources)}])"


def _date(text: str) -> str | None:
    if _DURATION.match(text):
        return f'=now() + duration("{text}")'
    return values.text(text) or None
