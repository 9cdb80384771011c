"""Ids that are there twice, scopes that are mixed up: legal XML that says two things at once."""

from __future__ import annotations

import pytest

from bpmn.deployment import DeploymentError, check, examine, load
from tests.drawings import Life, chain, drawing, flow, timer, user, xml

SOUND = '<bpmn:startEvent id="start" /><bpmn:endEvent id="end" />' + user("a")
SOUND += chain("start", "a", "end")
INNER = '<bpmn:startEvent id="is" /><bpmn:endEvent id="ie" />' + chain("is", "ie")
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def sub(body: str, attributes: str = "") -> str:
    return f'<bpmn:subProcess id="s" {attributes}>{body}</bpmn:subProcess>'


def on_timer(key: str) -> str:
    return f'<bpmn:startEvent id="{key}">{timer()}</bpmn:startEvent>'


def event_sub_process(*starts: str) -> str:
    ways = "".join(flow(key, "ie") for key in starts)
    body = "".join(map(on_timer, starts)) + '<bpmn:endEvent id="ie" />' + ways
    return sub(body, 'triggeredByEvent="true"')


def boundary(host: str) -> str:
    attached = f'<bpmn:boundaryEvent id="b" attachedToRef="{host}">{timer()}</bpmn:boundaryEvent>'
    return attached + flow("b", "ie")


def dmn(namespace: str, inside: str) -> bytes:
    head = f'<definitions xmlns="{DMN}" id="d_{namespace}" name="n" namespace="{namespace}">'
    return f"{head}{inside}</definitions>".encode()


def decision(key: str, text: str = "1", more: str = "") -> str:
    logic = f"<literalExpression><text>{text}</text></literalExpression>"
    return f'<decision id="{key}" name="{key}"><variable name="{key}" />{more}{logic}</decision>'


def twice(attributes: str) -> bytes:
    other = f'<bpmn:process {attributes} isExecutable="true">{SOUND}</bpmn:process>'
    return xml(SOUND).replace(b"</bpmn:definitions>", f"{other}</bpmn:definitions>".encode())


def table(attributes: str) -> str:
    inside = '<output id="o" /><rule id="r"><outputEntry><text>1</text></outputEntry></rule>'
    logic = f'<decisionTable id="t" {attributes}>{inside}</decisionTable>'
    return f'<decision id="x" name="x"><variable name="x" />{logic}</decision>'


IMPORT = f'<import namespace="far" name="far" importType="{DMN}" />'
# code: (the file, the element, all files)
BREACHES: dict[str, tuple[str, str, dict[str, bytes]]] = {
    "boundary_host_elsewhere": (
        "p.bpmn",
        "b",
        {"p.bpmn": xml(SOUND + sub(INNER + boundary("a")) + chain("a", "s", "end"))},
    ),
    "decision_id_not_unique": (
        "b.dmn",
        "x",
        {"p.bpmn": xml(SOUND), "a.dmn": dmn("a", decision("x")), "b.dmn": dmn("b", decision("x"))},
    ),
    "decision_import_missing": (
        "a.dmn",
        "",
        {"p.bpmn": xml(SOUND), "a.dmn": dmn("a", IMPORT + decision("x"))},
    ),
    "event_sub_process_connected": (
        "p.bpmn",
        "s",
        {"p.bpmn": xml(SOUND + event_sub_process("one") + flow("a", "s"))},
    ),
    "event_sub_process_starts_many": (
        "p.bpmn",
        "s",
        {"p.bpmn": xml(SOUND + event_sub_process("one", "two"))},
    ),
    "form_id_not_unique": (
        "b.form",
        "f",
        {"p.bpmn": xml(SOUND), "a.form": b'{"id": "f"}', "b.form": b'{"id": "f"}'},
    ),
    "hit_policy_unknown": (
        "a.dmn",
        "t",
        {"p.bpmn": xml(SOUND), "a.dmn": dmn("a", table('hitPolicy="SOME"'))},
    ),
    "id_missing": ("p.bpmn", "", {"p.bpmn": twice("")}),
    "process_id_not_unique": ("p.bpmn", "p", {"p.bpmn": twice('id="p"')}),
}


@pytest.mark.parametrize("code", BREACHES)
def test_what_says_two_things_at_once_is_refused_and_named(code: str) -> None:
    resource, element, files = BREACHES[code]

    found = [one for one in examine(files) if one.code == code]

    assert [(one.resource, one.element) for one in found] == [(resource, element)]
    assert found[0].line > 0 or resource.endswith(".form")
    with pytest.raises(DeploymentError, match=code):
        check("", files)


@pytest.mark.parametrize("code", BREACHES)
def test_what_was_deployed_before_it_was_refused_still_loads(code: str) -> None:
    assert load("", BREACHES[code][2]).processes


@pytest.mark.parametrize("attributes", ["", 'hitPolicy="COLLECT" aggregation="SUM"'])
def test_a_hit_policy_of_the_standard_is_taken(attributes: str) -> None:
    assert examine({"a.dmn": dmn("a", table(attributes))}) == []


def test_an_import_that_is_no_dmn_is_passed_over() -> None:
    foreign = IMPORT.replace(DMN, "http://www.w3.org/2001/XMLSchema")
    files = {"p.bpmn": xml(SOUND), "a.dmn": dmn("a", foreign + decision("x"))}

    assert "decision_import_missing" not in {one.code for one in examine(files)}


def test_a_decision_uses_knowledge_of_a_file_that_holds_no_decision() -> None:
    knowledge = (
        '<businessKnowledgeModel id="twice" name="twice"><variable name="twice" />'
        '<encapsulatedLogic><formalParameter name="n" /><literalExpression><text>n * 2</text>'
        "</literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )
    needs = '<knowledgeRequirement><requiredKnowledge href="far#twice" /></knowledgeRequirement>'
    using = IMPORT + decision("x", "far.twice(21)", needs)
    task = (
        '<bpmn:businessRuleTask id="rule"><bpmn:extensionElements><zeebe:calledDecision '
        'decisionId="x" resultVariable="y" /></bpmn:extensionElements></bpmn:businessRuleTask>'
    )
    body = '<bpmn:startEvent id="start" />' + task + user("a") + chain("start", "rule", "a")

    life = Life(drawing(body, a_dmn=dmn("a", using), b_dmn=dmn("far", knowledge))).start()

    assert next(life.state.children(0)).variables == {"y": 42}
