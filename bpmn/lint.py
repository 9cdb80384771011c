"""What a drawing must not contain, one function a rule (检查); run at deployment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpmn import feel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.model import Definition, Element, Process


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach of a rule: where, which, and what was found."""

    process: str
    code: str
    element: str
    line: int
    found: str = ""


def lint(definition: Definition) -> list[Finding]:
    """Return everything in the drawings that could not run."""
    return [
        finding
        for process in definition.processes.values()
        for rule in RULES
        for finding in rule(process, definition)
    ]


def _finding(process: Process, code: str, element: Element, found: str = "") -> Finding:
    return Finding(process.id, code, element.id, element.line, found)


def start_events_exist(process: Process, _: Definition) -> Iterator[Finding]:
    """Every process and sub-process begins somewhere."""
    for element in process.elements.values():
        if element.kind in {"process", "subProcess"} and process.none_start(element.id) is None:
            yield _finding(process, "start_event_missing", element)
        if element.kind == "eventSubProcess" and not process.starts.get(element.id):
            yield _finding(process, "start_event_missing", element)


def called_processes_exist(process: Process, definition: Definition) -> Iterator[Finding]:
    """A call activity names a process of the same deployment."""
    for element in process.elements.values():
        if element.kind != "callActivity":
            continue
        target = element.call.target if element.call else ""
        if not target.startswith("=") and target not in definition.processes:
            yield _finding(process, "called_process_missing", element, target)


def called_decisions_exist(process: Process, definition: Definition) -> Iterator[Finding]:
    """A business rule task names a decision of the same deployment, or a step."""
    for element in process.elements.values():
        if element.kind != "businessRuleTask" or element.task is not None:
            continue
        target = element.call.target if element.call else ""
        if not target.startswith("=") and target not in definition.decisions:
            yield _finding(process, "decision_not_found", element, target)


def forms_exist(process: Process, definition: Definition) -> Iterator[Finding]:
    """A user task's form is part of the deployment."""
    for element in process.elements.values():
        form = element.user_task.form if element.user_task else None
        if form and not form.startswith("=") and form not in definition.forms:
            yield _finding(process, "form_not_found", element, form)


def tasks_name_their_step(process: Process, _: Definition) -> Iterator[Finding]:
    """A service or send task says which step does the work."""
    for element in process.elements.values():
        if element.kind in {"serviceTask", "sendTask"} and element.task is None:
            yield _finding(process, "task_definition_missing", element)


def conditions_have_a_way_out(process: Process, _: Definition) -> Iterator[Finding]:
    """An exclusive gateway whose flows all have conditions needs a default flow."""
    for element in process.elements.values():
        if element.kind != "exclusiveGateway" or element.default or not element.outgoing:
            continue
        flows = [process.flows[flow] for flow in element.outgoing]
        if len(flows) > 1 and all(flow.condition for flow in flows):
            yield _finding(process, "default_flow_missing", element)


def expressions_are_feel(process: Process, _: Definition) -> Iterator[Finding]:
    """Conditions, mappings and `=...` texts can be read as FEEL."""
    for element in process.elements.values():
        for expression in _expressions(process, element):
            try:
                feel.parse(expression)
            except feel.FeelSyntaxError:
                yield _finding(process, "expression_invalid", element, expression)


def _expressions(process: Process, element: Element) -> Iterator[str]:
    for flow in element.outgoing:
        if condition := process.flows[flow].condition:
            yield condition
    for mapping in (*element.inputs, *element.outputs):
        yield mapping.source
    if element.kind == "scriptTask" and element.call:
        yield element.call.target
    for text in _texts(element):
        if text and text.startswith("="):
            yield text.removeprefix("=")


def _texts(element: Element) -> Iterator[str | None]:
    if element.event and element.event.timer:
        yield element.event.timer.expression
    if element.event and element.event.message:
        yield element.event.message.name
    if asked := element.user_task:
        yield from (asked.form, asked.assignee, asked.candidate_groups, asked.candidate_users)
        yield from (asked.due_date, asked.follow_up_date, asked.priority)
    if element.task:
        yield from (element.task.type, element.task.retries)


RULES = (
    start_events_exist,
    called_processes_exist,
    called_decisions_exist,
    forms_exist,
    tasks_name_their_step,
    conditions_have_a_way_out,
    expressions_are_feel,
)
