"""Our own rules: limits and their laws, personal texts, pictures, and the bundled drawings."""

from __future__ import annotations

from itertools import pairwise

import bpmn_io
import pytest
from bpmn_io.lint.linter import Linter
from bpmn_io.lint.resolver import NodeResolver
from bpmn_io.moddle.base import ModdleElement

from activities.known import known, laws
from api.form_fields import fields_of
from bpmn.deployment import DeploymentError, check, examine, load
from bpmn.lint import Finding, Known, Law, lint
from bpmn.lint.personal import personal_fields
from migrations.seeds.definitions import files
from tests.drawings import chain, drawing, flow, service, user, xml

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
# Rules of bpmnlint that we read more closely: alternatives may meet in an activity, the blank start
# of a sub-process needs no name, and a boundary event's flow may have one.
READ_CLOSER = {"fake-join", "label-required", "superfluous-label"}
THEIRS = {
    "no-gateway-join-fork": "gateway_join_fork",
    "no-implicit-end": "end_implicit",
    "end-event-required": "end_event_missing",
}


def found(process_body: str, **others: bytes) -> set[str]:
    definition = drawing(process_body, outside="", **others)
    return {f"{one.code} {one.found}" for one in lint(definition)}


def test_the_bundled_drawings_have_no_errors_and_the_warnings_that_they_deserve() -> None:
    findings = examine(files(), known())

    assert {(one.code, one.severity, one.element) for one in findings} == {
        ("end_implicit", "warning", "watch_progress"),
        ("gateway_join_fork", "warning", "satisfied"),
    }


def test_bpmnlint_finds_the_same_in_the_bundled_drawings() -> None:
    ours = {(one.code, one.element) for one in examine(files(), known())}
    theirs = set()

    for name, content in files().items():
        if name.endswith(".bpmn"):
            root = bpmn_io.create_moddle().from_xml(content.decode()).root_element
            linter = Linter({"resolver": NodeResolver()})
            assert isinstance(root, ModdleElement)
            report = linter.lint(root, {"extends": "bpmnlint:recommended"})
            theirs |= {(rule, one["id"]) for rule, all_ in report.items() for one in all_}

    assert {(THEIRS[r], e) for r, e in theirs if r not in READ_CLOSER} == ours


def with_limit(output: str, value: str) -> dict[str, bytes]:
    dmn = files()["limits.dmn"].decode()
    before = {
        "PT2H": f'<outputEntry id="limits_default_out_1"><text>{output}</text>',
        "3": f'<outputEntry id="limits_default_out_2"><text>{output}</text>',
    }[value]
    number = before[: before.index("<text>")]
    start = dmn.index(number)
    end = dmn.index("</outputEntry>", start)
    return files() | {"limits.dmn": (dmn[:start] + before + dmn[end:]).encode()}


@pytest.mark.parametrize(
    ("written", "column", "code"),
    [
        ("&quot;PT2H&quot;", "PT2H", ""),
        ("&quot;PT1H30M&quot;", "PT2H", ""),
        ("&quot;PT2H1M&quot;", "PT2H", "limit_beyond_law"),
        ("&quot;P1D&quot;", "PT2H", "limit_beyond_law"),
        ("&quot;soon&quot;", "PT2H", "limit_invalid"),
        ("2 + 2", "3", "limit_not_constant"),
        ("4", "3", "limit_beyond_law"),
        ("-1", "3", "limit_beyond_law"),
        ("0", "3", ""),
    ],
)
def test_a_limit_stays_within_its_law(written: str, column: str, code: str) -> None:
    findings = examine(with_limit(written, column), known())

    limits = [one for one in findings if one.code.startswith("limit_")]
    assert [one.code for one in limits] == ([code] if code else [])
    if code:
        assert (limits[0].resource, limits[0].element) == ("limits.dmn", "limits")


def test_a_limit_beyond_its_law_refuses_the_deployment() -> None:
    with pytest.raises(DeploymentError, match="limit_beyond_law"):
        check("", with_limit("&quot;P1D&quot;", "PT2H"), known())


def test_every_law_bounds_an_output_that_there_is() -> None:
    model = load("", files()).decisions

    for law in laws():
        impossible = Law(law.decision, law.output, most="-1")
        findings = lint(load("", files()), Known(laws=(impossible,)))
        assert law.decision in model
        assert [one for one in findings if one.code == "limit_beyond_law"], law


FORM = (
    b'{"id": "f", "components": [{"type": "textarea", "key": "remark"},'
    b'{"type": "textfield", "key": "colour", "properties": {"personal": "no"}},'
    b'{"type": "group", "path": "inner", "components": [{"type": "textfield", "key": "side"}]}]}'
)


def asked(outputs: str = "", after: str = "", condition: str = "") -> set[str]:
    """What is found when a form's fields go on as told, and then are used."""
    mappings = "".join(
        f"<zeebe:output source='{one.split('->')[0]}' target='{one.split('->')[1]}' />"
        for one in outputs.split(";")
        if one
    )
    form = f'<zeebe:formDefinition formId="f" /><zeebe:ioMapping>{mappings}</zeebe:ioMapping>'
    used = f"<zeebe:ioMapping>{after}</zeebe:ioMapping>"
    ways = chain("start", "a", "b", "g") + flow("g", "end", condition or "true") + flow("g", "z")
    gateway = '<bpmn:exclusiveGateway id="g" default="g_z" /><bpmn:endEvent id="z" />'
    body = START + user("a", form) + service("b", used) + gateway + END + ways
    return {one for one in found(body, f_form=FORM) if one.startswith("personal")}


def input_of(source: str) -> str:
    return f"<zeebe:input source='={source}' target='x' />"


@pytest.mark.parametrize(
    "after",
    [
        "remark",
        "{a: remark, b: [remark]}",
        'if colour = "red" then remark else null',
        "if remark = null then 1 else 2",
        "is defined(remark)",
        "concatenate([remark], [])",
        'colour + "!"',
        "for one in [1, 2] return remark",
        "some other in [1] satisfies other = 1",
    ],
)
def test_a_personal_text_may_be_passed_on_whole(after: str) -> None:
    assert asked(after=input_of(after)) == set()


@pytest.mark.parametrize(
    "after",
    [
        'remark + "!"',
        'remark = "a"',
        "string length(remark)",
        "upper case(remark)",
        "if remark = colour then 1 else 2",
        'some one in [remark] satisfies one = "a" and remark > "a"',
        'remark in ("a", "b")',
        "inner.side between 1 and 2",
    ],
)
def test_a_personal_text_may_not_be_read(after: str) -> None:
    [one] = asked(after=input_of(after))

    assert one == f"personal_read {'inner.side' if 'side' in after else 'remark'}"


def test_a_condition_may_not_be_decided_by_a_personal_text() -> None:
    assert asked(condition='remark = "yes"') == {"personal_read remark"}
    assert asked(condition="remark != null") == set()
    assert asked(condition='colour = "red"') == set()


def test_a_personal_text_is_followed_through_mappings() -> None:
    renamed = asked(outputs="=remark->note.text;=colour->tint", condition='note.text = "yes"')
    wrapped = asked(outputs="={inner: [remark]}->note", condition='note.inner[1] = "yes"')
    left_behind = asked(outputs="=colour->tint", condition='remark = "yes"')
    hidden = asked(outputs="=remark->tint", condition='note.text = "yes"')

    assert renamed == {"personal_read note.text"}
    assert wrapped == {"personal_read note.inner"}
    assert left_behind == set()
    assert hidden == set()


def test_a_decision_may_not_read_a_personal_text() -> None:
    dmn = files()["limits.dmn"].replace(b"feedback.urgency", b"description")

    findings = examine(files() | {"limits.dmn": dmn}, known())

    [one] = [one for one in findings if one.code == "personal_read"]
    assert (one.resource, one.element, one.found) == ("limits.dmn", "limits", "description")


def test_the_rules_and_the_forms_agree_on_what_is_personal() -> None:
    for form in load("", files()).forms.values():
        fields = fields_of(form).values()

        assert personal_fields(form) == {one.name for one in fields if one.personal}


def shapes(*boxes: tuple[str, int, int]) -> str:
    return "".join(
        f'<di:BPMNShape bpmnElement="{key}"><dc:Bounds x="{x}" y="{y}" width="100" height="80" />'
        "</di:BPMNShape>"
        for key, x, y in boxes
    )


def pictured(*boxes: tuple[str, int, int]) -> list[Finding]:
    edges = "".join(
        f'<di:BPMNEdge bpmnElement="{a}_{b}" />' for a, b in pairwise(("start", "a", "b", "end"))
    )
    diagram = (
        '<di:BPMNDiagram xmlns:di="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><di:BPMNPlane bpmnElement="p">'
        f"{shapes(*boxes)}{edges}</di:BPMNPlane></di:BPMNDiagram>"
    )
    body = START + service("a") + service("b") + END + chain("start", "a", "b", "end")
    drawn = {"p.bpmn": xml(body).replace(b"</bpmn:process>", f"</bpmn:process>{diagram}".encode())}
    codes = {"diagram_missing", "elements_overlap"}
    return [one for one in lint(load("", drawn), None, drawn) if one.code in codes]


def test_what_lies_on_something_else_or_is_not_drawn_is_named() -> None:
    apart = [("start", 0, 0), ("a", 200, 0), ("b", 400, 0), ("end", 600, 0)]
    close = [("start", 0, 0), ("a", 200, 0), ("b", 290, 70), ("end", 600, 0)]

    assert pictured(*apart) == []
    assert [(one.code, one.element, one.found) for one in pictured(*close)] == [
        ("elements_overlap", "b", "a")
    ]
    assert [(one.code, one.element) for one in pictured(*apart[1:])] == [
        ("diagram_missing", "start")
    ]


def test_a_finding_names_file_element_name_and_line() -> None:
    drawing_ = files()["extension.bpmn"].replace(b'formId="approve_extension"', b'formId="gone"')

    [one] = [f for f in examine(files() | {"extension.bpmn": drawing_}) if f.severity == "error"]

    lines = drawing_.decode().splitlines()
    assert (one.code, one.resource, one.process) == (
        "form_not_found",
        "extension.bpmn",
        "extension",
    )
    assert (one.element, one.name, one.found) == ("approve_extension", "审批延期", "gone")
    assert 'id="approve_extension"' in lines[one.line - 1]


def test_what_cannot_be_read_is_named_too() -> None:
    content = files()["extension.bpmn"].replace(b'attachedToRef="approve_extension"', b"")
    content = content.replace(b"<bpmn:timeDuration", b"<bpmn:time").replace(
        b"</bpmn:timeDuration>", b"</bpmn:time>"
    )

    [one] = examine({"extension.bpmn": content})

    assert (one.code, one.element, one.name) == ("timer_missing", "undecided", "逾期未批")
    with pytest.raises(DeploymentError) as refused:
        load("", {"extension.bpmn": content})
    assert refused.value.problems == [one.to_json()]


def test_only_the_beginning_of_a_long_text_is_told() -> None:
    long = flow("start", "end", "a and " * 10_000)

    findings = lint(drawing(START + END + long))

    [one] = [one for one in findings if one.code == "expression_invalid"]
    assert len(one.to_json()["found"]) < 400
    assert one.to_json()["found"].endswith("…")


def test_one_unreadable_file_hides_nothing_in_the_others() -> None:
    broken = files() | {"survey.bpmn": b"<a>", "zz.txt": b""}
    broken["extension.bpmn"] = broken["extension.bpmn"].replace(b"=decision = ", b"=decision = = ")

    codes = {(one.resource, one.code) for one in examine(broken) if one.severity == "error"}

    assert codes == {
        ("survey.bpmn", "xml_malformed"),
        ("zz.txt", "resource_type_unknown"),
        ("extension.bpmn", "expression_invalid"),
    }
