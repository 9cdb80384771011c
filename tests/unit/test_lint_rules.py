"""Each rule finds the drawing that breaks it, and only that."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from activities.known import known
from bpmn.deployment import load
from bpmn.lint import ERROR, WARNING, Known, lint
from bpmn.lint.finding import WARNINGS
from settings import PROJECT
from tests.drawings import chain, flow, service, timer, user, xml
from tests.unit.test_lint_names import BREACHES as NAMES

# Small drawings have no picture, and their names are their ids.
UNDRAWN = {"diagram_missing", "label_missing"}
START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
TASK = '<bpmn:task id="a" name="a" />'
SOUND = START + TASK + END + chain("start", "a", "end")
MESSAGE = '<bpmn:message id="m" name="m" />'


def event(kind: str, key: str, definition: str = "", attributes: str = "", inside: str = "") -> str:
    content = f"<bpmn:{definition} />" if definition else inside
    return f'<bpmn:{kind} id="{key}" {attributes}>{content}</bpmn:{kind}>'


def gateway(kind: str, key: str, default: str = "") -> str:
    return f'<bpmn:{kind}Gateway id="{key}" {default and f"default={chr(34)}{default}{chr(34)}"} />'


def scope(kind: str, key: str, body: str, attributes: str = "") -> str:
    return f'<bpmn:{kind} id="{key}" {attributes}>{body}</bpmn:{kind}>'


def between(key: str, element: str, more: str = "") -> str:
    return START + element + END + chain("start", key, "end") + more


def inner(prefix: str = "i") -> str:
    start, end = f"{prefix}s", f"{prefix}e"
    return f'<bpmn:startEvent id="{start}" /><bpmn:endEvent id="{end}" />' + chain(start, end)


def nested(kind: str, body: str) -> str:
    """A scope `n` between a start and an end event of its own."""
    around = '<bpmn:startEvent id="ns" /><bpmn:endEvent id="ne" />'
    return around + scope(kind, "n", body) + chain("ns", "n", "ne")


def fork(kind: str, first: str = "", second: str = "", default: str = "") -> str:
    parts = gateway(kind, "g", default) + user("x") + user("y") + gateway(kind, "j")
    ways = flow("g", "x", first) + flow("g", "y", second) + flow("x", "j") + flow("y", "j")
    return START + parts + END + chain("start", "g") + ways + chain("j", "end")


def caught(key: str, host: str, definition: str) -> str:
    return event("boundaryEvent", key, definition, f'attachedToRef="{host}"')


def extended(kind: str, key: str, extension: str, inside: str = "") -> str:
    block = f"<bpmn:extensionElements>{extension}</bpmn:extensionElements>"
    return f'<bpmn:{kind} id="{key}" name="{key}">{block}{inside}</bpmn:{kind}>'


CANCELLABLE = (
    '<bpmn:startEvent id="is" /><bpmn:endEvent id="ie"><bpmn:cancelEventDefinition />'
    "</bpmn:endEvent>" + chain("is", "ie")
)
CANCELED = caught("u", "s", "cancelEventDefinition") + '<bpmn:endEvent id="z" />' + flow("u", "z")
CANCELLED_BY_EVENT = scope(
    "subProcess",
    "n",
    CANCELLABLE.replace('id="is" />', f'id="is">{timer()}</bpmn:startEvent>'),
    'triggeredByEvent="true"',
)
COMPENSATED = caught("c", "a", "compensateEventDefinition")
HANDLER = '<bpmn:task id="undo" name="undo" isForCompensation="true" />'
LINKED = '<bpmn:association id="l" sourceRef="c" targetRef="undo" />'
THROWN = event("intermediateThrowEvent", "t", "compensateEventDefinition")
UNDO = START + TASK + THROWN + END + chain("start", "a", "t", "end") + COMPENSATED
LINK = '<bpmn:intermediateCatchEvent id="{key}"><bpmn:linkEventDefinition name="far" /></bpmn:intermediateCatchEvent>'  # noqa: E501
JUMP = event("intermediateThrowEvent", "jump", inside='<bpmn:linkEventDefinition name="far" />')
WAIT = (
    '<bpmn:intermediateCatchEvent id="w"><bpmn:messageEventDefinition messageRef="m" />'
    "</bpmn:intermediateCatchEvent>"
)
AFTER_EVENTS = gateway("eventBased", "g") + event("intermediateCatchEvent", "w", inside=timer())

# code: (the element to name, the process, what stands outside it)
BREACHES: dict[str, tuple[str, str, str]] = {
    "start_event_missing": ("p", TASK + END + chain("a", "end"), ""),
    "start_event_typed": (
        "is",
        between(
            "s",
            scope(
                "subProcess",
                "s",
                event("startEvent", "is", inside=timer())
                + '<bpmn:startEvent id="ib" /><bpmn:endEvent id="ie" />'
                + chain("is", "ie")
                + flow("ib", "ie"),
            ),
        ),
        "",
    ),
    "start_event_untyped": (
        "is",
        SOUND + scope("subProcess", "s", inner(), 'triggeredByEvent="true"'),
        "",
    ),
    "start_events_many": ("p", SOUND + '<bpmn:startEvent id="more" />' + flow("more", "a"), ""),
    "end_event_missing": ("p", START + TASK + chain("start", "a"), ""),
    "ad_hoc_event": ("ie", between("s", scope("adHocSubProcess", "s", TASK + inner())), ""),
    "end_implicit": ("b", SOUND + service("b") + flow("start", "b"), ""),
    "end_event_left": (
        "end",
        SOUND + service("b") + END.replace('"end"', '"z"') + chain("end", "b", "z"),
        "",
    ),
    "start_event_entered": ("start", SOUND + flow("a", "start"), ""),
    "termination_superfluous": (
        "end",
        START
        + TASK
        + event("endEvent", "end", "terminateEventDefinition")
        + chain("start", "a", "end"),
        "",
    ),
    "element_disconnected": ("b", SOUND + service("b"), ""),
    "start_implicit": ("b", SOUND + service("b") + flow("b", "end"), ""),
    "element_unreachable": ("c", SOUND + service("b") + service("c") + chain("b", "c", "end"), ""),
    "flow_duplicate": (
        "twice",
        SOUND + '<bpmn:sequenceFlow id="twice" sourceRef="a" targetRef="end" />',
        "",
    ),
    "split_implicit": ("a", SOUND + service("b") + chain("a", "b", "end"), ""),
    "join_implicit": (
        "z",
        START
        + gateway("parallel", "g")
        + user("x")
        + user("y")
        + user("z")
        + END
        + chain("start", "g", "x", "z", "end")
        + chain("g", "y", "z"),
        "",
    ),
    "default_flow_missing": ("g", fork("exclusive", "amount &lt; 5", "amount &gt; 5"), ""),
    "flow_condition_missing": ("g_y", fork("exclusive", "amount &lt; 5"), ""),
    "default_flow_unknown": ("g", fork("exclusive", "a = 1", "b = 1", "x_j"), ""),
    "default_flow_conditional": ("g_y", fork("exclusive", "a = 1", "b = 1", "g_y"), ""),
    "condition_ignored": ("g_x", fork("parallel", "a = 1"), ""),
    "event_gateway_single": ("g", START + AFTER_EVENTS + END + chain("start", "g", "w", "end"), ""),
    "event_gateway_target": (
        "g_a",
        START
        + AFTER_EVENTS
        + TASK
        + END
        + chain("start", "g", "w", "end")
        + chain("g", "a", "end"),
        "",
    ),
    "event_gateway_condition": (
        "g_w",
        START
        + AFTER_EVENTS
        + event("intermediateCatchEvent", "q", inside=timer())
        + END
        + chain("start", "g")
        + flow("g", "w", "a = 1")
        + flow("g", "q")
        + flow("w", "end")
        + flow("q", "end"),
        "",
    ),
    "gateway_join_fork": (
        "g",
        fork("exclusive", "a = 1", "b = 1", "g_y").replace(flow("x", "j"), flow("x", "g")),
        "",
    ),
    "gateway_superfluous": ("g", between("g", gateway("exclusive", "g")), ""),
    "boundary_host_kind": (
        "b",
        fork("exclusive", "a = 1", "", "g_y")
        + caught("b", "g", "errorEventDefinition")
        + flow("b", "end"),
        "",
    ),
    "cancel_outside_transaction": (
        "ie",
        between("s", scope("subProcess", "s", CANCELLABLE)),
        "",
    ),
    "cancel_boundary_missing": (
        "s",
        between("s", scope("transaction", "s", nested("subProcess", CANCELLABLE))),
        "",
    ),
    "link_source_missing": ("far", SOUND + LINK.format(key="far") + flow("far", "end"), ""),
    "link_target_duplicate": (
        "two",
        START
        + JUMP
        + chain("start", "jump")
        + LINK.format(key="one")
        + LINK.format(key="two")
        + END
        + flow("one", "end")
        + flow("two", "end"),
        "",
    ),
    "compensation_handler_missing": ("c", UNDO, ""),
    "compensation_handler_unmarked": (
        "c",
        UNDO + HANDLER.replace(' isForCompensation="true"', "") + LINKED + flow("undo", "end"),
        "",
    ),
    "compensation_handler_unused": ("undo", SOUND + HANDLER, ""),
    "compensation_handler_connected": ("undo", UNDO + HANDLER + LINKED + flow("undo", "end"), ""),
    "compensation_target_missing": (
        "t",
        (UNDO + HANDLER + LINKED).replace(
            THROWN, THROWN.replace("Definition />", 'Definition activityRef="nothing" />')
        ),
        "",
    ),
    "compensation_unused": ("t", (UNDO).replace(COMPENSATED, ""), ""),
    "timer_invalid": (
        "w",
        between("w", event("intermediateCatchEvent", "w", inside=timer("soon"))),
        "",
    ),
    "correlation_key_missing": ("w", between("w", WAIT), MESSAGE),
    "called_process_missing": (
        "a",
        between("a", extended("callActivity", "a", '<zeebe:calledElement processId="other" />')),
        "",
    ),
    "called_process_start_missing": (
        "a",
        event("startEvent", "start", inside='<bpmn:signalEventDefinition signalRef="s" />')
        + extended("callActivity", "a", '<zeebe:calledElement processId="p" />')
        + END
        + chain("start", "a", "end"),
        '<bpmn:signal id="s" name="s" />',
    ),
    "decision_not_found": (
        "a",
        between(
            "a",
            extended(
                "businessRuleTask",
                "a",
                '<zeebe:calledDecision decisionId="x" resultVariable="y" />',
            ),
        ),
        "",
    ),
    "form_not_found": ("a", between("a", user("a", '<zeebe:formDefinition formId="none" />')), ""),
    "task_definition_missing": ("a", between("a", '<bpmn:serviceTask id="a" />'), ""),
    "job_type_unknown": ("nobody", between("nobody", service("nobody")), ""),
    "candidate_group_unknown": (
        "a",
        between(
            "a", user("a", '<zeebe:assignmentDefinition candidateGroups=\'=["technical", "x"]\' />')
        ),
        "",
    ),
    "expression_invalid": (
        "a",
        between(
            "a",
            user(
                "a", '<zeebe:ioMapping><zeebe:input source="=1 +" target="b" /></zeebe:ioMapping>'
            ),
        ),
        "",
    ),
    "expression_foreign": (
        "a",
        between("a", user("a", '<zeebe:assignmentDefinition assignee="${bean.who()}" />')),
        "",
    ),
    "task_foreign": ("a", between("a", '<bpmn:serviceTask id="a" camunda:class="org.Task" />'), ""),
    "listener_foreign": (
        "a",
        between(
            "a", extended("task", "a", '<camunda:executionListener class="org.L" event="end" />')
        ),
        "",
    ),
    "personal_read": (
        "a",
        between("a", user("a", '<zeebe:assignmentDefinition assignee="=description" />')),
        "",
    ),
    "status_illegal": ("a", between("a", '<bpmn:task id="a" bihuan:status="archived" />'), ""),
    "label_superfluous": (
        "start_a",
        SOUND.replace('id="start_a"', 'id="start_a" name="always"'),
        "",
    ),
    "global_name_missing": ("m", SOUND, '<bpmn:message id="m" />'),
    "global_unused": ("m", SOUND, MESSAGE),
    "global_name_not_unique": ("m", SOUND, MESSAGE + '<bpmn:message id="n" name="m" />'),
}
KNOWN = Known(
    job_types=frozenset({"a", "b", "c"}),
    groups=frozenset({"technical"}),
    personal=frozenset({"description"}),
    paths=known().paths,
)


def one_file(body: str, outside: str = "") -> dict[str, bytes]:
    camunda = b'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:bihuan='
    return {"p.bpmn": xml(body, outside=outside).replace(b"xmlns:bihuan=", camunda)}


@pytest.mark.parametrize("code", BREACHES)
def test_a_rule_names_the_element_that_breaks_it(code: str) -> None:
    element, body, outside = BREACHES[code]
    resources = one_file(body, outside)

    found = [one for one in lint(load("", resources), KNOWN, resources) if one.code == code]

    assert [one.element for one in found][:1] == [element]
    assert found[0].resource == "p.bpmn"
    assert found[0].line > 0
    assert found[0].severity == (WARNING if code in WARNINGS else ERROR)


@pytest.mark.parametrize(
    "body",
    [
        SOUND,
        fork("exclusive", "amount &lt; 5", "amount &gt;= 5"),
        fork("exclusive", "ready", "not(ready)"),
        fork("exclusive", "amount &lt; 5", "", "g_y"),
        fork("inclusive", "amount &lt; 5", "vip", "").replace('id="g" ', 'id="g" default="g_z"')
        + service("a")
        + flow("g", "a").replace("g_a", "g_z")
        + flow("a", "j"),
        fork("parallel"),
        SOUND + caught("b", "a", "errorEventDefinition") + flow("b", "a"),
        UNDO + HANDLER + LINKED,
        between("s", scope("transaction", "s", CANCELLABLE)) + CANCELED,
        between("s", scope("transaction", "s", nested("subProcess", CANCELLABLE))) + CANCELED,
        between("s", scope("transaction", "s", inner("o") + CANCELLED_BY_EVENT)) + CANCELED,
        START + JUMP + chain("start", "jump") + LINK.format(key="one") + END + flow("one", "end"),
        between("s", scope("adHocSubProcess", "s", TASK)),
    ],
)
def test_a_sound_drawing_breaks_no_rule(body: str) -> None:
    resources = one_file(body)

    found = lint(load("", resources), None, resources)

    assert {one.code for one in found} <= UNDRAWN


def test_every_code_of_a_rule_has_a_drawing_that_breaks_it() -> None:
    elsewhere = {"diagram_missing", "elements_overlap", "label_missing"}
    limits = {"limit_beyond_law", "limit_invalid", "limit_not_constant"}
    clocks = {"clock_unknown", "limit_unknown", "mark_invalid", "cron_on_working_time"}
    links = {"binding_not_supported", "called_version_missing"}
    known = {*BREACHES, *elsewhere, *limits, *clocks, *NAMES, *links} - {"status_illegal"}

    assert set(_codes("bpmn/lint")) == known


def _codes(folder: str) -> Iterator[str]:
    """Yield the first text with an underscore of every call that makes a finding."""
    for path in sorted((PROJECT / folder).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            call = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            told = isinstance(node, ast.Return) and path.name == "limits.py"
            if "inding" in call or call == "_at" or told:
                yield from _texts(node)


def _texts(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and re.fullmatch(r"[a-z]+(_[a-z]+)+", str(one.value)):
            yield str(one.value)
