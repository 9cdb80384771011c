"""The `zeebe:` and `bihuan:` extension elements of a flow node.

Where there is none, what a file of Camunda 7 says in its own words is taken (`bpmn.camunda`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn import camunda
from bpmn.model import (
    AdHoc,
    Call,
    Limit,
    Listener,
    MultiInstance,
    StandardLoop,
    TaskDefinition,
    Timer,
    UserTaskDefinition,
    VariableMapping,
)

if TYPE_CHECKING:
    from bpmn.xml import Node

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
BIHUAN = "https://bihuan.dev/schema/bpmn/1.0"


def expression(text: str) -> str:
    """Return FEEL without its leading `=`."""
    return text.strip().removeprefix("=").strip()


def block(node: Node) -> Node | None:
    """Return the `bpmn:extensionElements` of an element."""
    return node.first(BPMN, "extensionElements")


def _extension(node: Node, name: str) -> Node | None:
    extensions = block(node)
    return extensions.first(ZEEBE, name) if extensions else None


def mappings(node: Node, name: str) -> tuple[VariableMapping, ...]:
    """Return the `input` or `output` mappings of `zeebe:ioMapping`, in order."""
    found = _extension(node, "ioMapping")
    if found is None:
        return camunda.mappings(node, name)
    return tuple(
        VariableMapping(expression(child.get("source")), child.get("target"))
        for child in found.all(ZEEBE, name)
    )


def task_definition(node: Node) -> TaskDefinition | None:
    """Return which step does the work of a service-like task or throwing event."""
    found = _extension(node, "taskDefinition")
    if found is None:
        return camunda.task_definition(node)
    headers = _extension(node, "taskHeaders")
    pairs = headers.all(ZEEBE, "header") if headers else ()
    return TaskDefinition(
        type=found.get("type"),
        retries=found.get("retries", "3"),
        headers={pair.get("key"): pair.get("value") for pair in pairs},
    )


def user_task_definition(node: Node) -> UserTaskDefinition:
    """Return form, assignment, schedule and priority of a user task."""
    form = _extension(node, "formDefinition")
    people = _extension(node, "assignmentDefinition")
    schedule = _extension(node, "taskSchedule")
    priority = _extension(node, "priorityDefinition")
    owner = node.get("owner", namespace=BIHUAN) == "true"
    if not (form or people or schedule or priority or owner):
        return camunda.user_task_definition(node)
    return UserTaskDefinition(
        form=(form.get("formId") or form.get("formKey") or None) if form else None,
        assignee=(people.get("assignee") or None) if people else None,
        candidate_groups=(people.get("candidateGroups") or None) if people else None,
        candidate_users=(people.get("candidateUsers") or None) if people else None,
        due_date=(schedule.get("dueDate") or None) if schedule else None,
        follow_up_date=(schedule.get("followUpDate") or None) if schedule else None,
        priority=(priority.get("priority") or None) if priority else None,
        owner=owner,
    )


def _flag(node: Node, name: str) -> bool:
    return node.get(name, "true") != "false"


def call(node: Node) -> Call | None:
    """Return the called decision, process or script of an element."""
    if found := _extension(node, "calledDecision"):
        binding = found.get("bindingType")
        return Call(found.get("decisionId"), found.get("resultVariable") or None, binding=binding)
    if found := _extension(node, "script"):
        return Call(expression(found.get("expression")), found.get("resultVariable") or None)
    if found := _extension(node, "calledElement"):
        return Call(
            found.get("processId"),
            propagate_parent=_flag(found, "propagateAllParentVariables"),
            propagate_child=_flag(found, "propagateAllChildVariables"),
            binding=found.get("bindingType"),
            version_tag=found.get("versionTag"),
        )
    return camunda.call(node)


def version_tag(process: Node) -> str:
    """Return the tag that a process gives its version (`zeebe:versionTag`)."""
    found = _extension(process, "versionTag")
    return found.get("value") if found else ""


def correlation_key(message: Node) -> str | None:
    """Return the correlation key of a `bpmn:message`."""
    found = _extension(message, "subscription")
    return expression(found.get("correlationKey")) if found else None


def condition(flow: Node) -> str | None:
    """Return the FEEL condition of a sequence flow."""
    return _text_of(flow, "conditionExpression")


def _text_of(node: Node, name: str) -> str | None:
    found = node.first(BPMN, name)
    return (camunda.expression(found) or None) if found else None


def multi_instance(node: Node) -> MultiInstance | None:
    """Return `bpmn:multiInstanceLoopCharacteristics` with its `zeebe:loopCharacteristics`."""
    loop = node.first(BPMN, "multiInstanceLoopCharacteristics")
    found = _extension(loop, "loopCharacteristics") if loop else None
    if loop is None or found is None:
        return camunda.multi_instance(node)
    return MultiInstance(
        input_collection=expression(found.get("inputCollection")) or None,
        cardinality=_text_of(loop, "loopCardinality"),
        input_element=found.get("inputElement") or None,
        output_collection=found.get("outputCollection") or None,
        output_element=expression(found.get("outputElement")) or None,
        sequential=loop.get("isSequential") == "true",
        completion_condition=_text_of(loop, "completionCondition"),
    )


def standard_loop(node: Node) -> StandardLoop | None:
    """Return `bpmn:standardLoopCharacteristics`."""
    loop = node.first(BPMN, "standardLoopCharacteristics")
    if loop is None:
        return None
    maximum = loop.get("loopMaximum")
    return StandardLoop(
        condition=_text_of(loop, "loopCondition"),
        test_before=loop.get("testBefore") == "true",
        maximum=int(maximum) if maximum.isdecimal() else None,
    )


def ad_hoc(node: Node) -> AdHoc | None:
    """Return what an ad-hoc sub-process says of itself: `zeebe:adHoc` and the standard's part."""
    if node.name != "adHocSubProcess":
        return None
    found = _extension(node, "adHoc")
    active = expression(found.get("activeElementsCollection")) if found else ""
    return AdHoc(
        active_elements=active or None,
        completion_condition=_text_of(node, "completionCondition"),
        cancel_remaining=_flag(node, "cancelRemainingInstances"),
    )


def listeners(node: Node) -> tuple[Listener, ...]:
    """Return `zeebe:executionListeners` and `zeebe:taskListeners`, in order."""
    found: list[Listener] = []
    for group, name in (
        ("executionListeners", "executionListener"),
        ("taskListeners", "taskListener"),
    ):
        block_found = _extension(node, group)
        for child in block_found.all(ZEEBE, name) if block_found else ():
            task = TaskDefinition(child.get("type"), child.get("retries", "3"))
            found.append(Listener(child.get("eventType"), task))
    return (*found, *camunda.listeners(node))


def timer(node: Node) -> Timer | None:
    """Return a `bpmn:timerEventDefinition`; `bihuan:clock="working"` counts working days.

    `bihuan:limit` names the service clock, `bihuan:mark`, `since` and `rule` say more of it.
    """
    names = {"timeDuration": "duration", "timeDate": "date", "timeCycle": "cycle"}
    for child in node.all(BPMN, *names):
        return Timer(
            names[child.name],
            camunda.text(child.text.strip()),
            node.get("clock", "wall", BIHUAN),
            _limit(node),
        )
    return None


def _limit(node: Node) -> Limit | None:
    name = node.get("limit", "", BIHUAN)
    more = (node.get(word, "", BIHUAN) for word in ("mark", "since", "rule"))
    return Limit(name, *more) if name else None


def status(node: Node) -> str | None:
    """Return the feedback status that an element brings (`bihuan:status`)."""
    return node.get("status", namespace=BIHUAN) or None
