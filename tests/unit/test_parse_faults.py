"""A drawing that cannot run says everything that is wrong with it at once."""

from __future__ import annotations

import pytest

from bpmn.deployment import DeploymentError, check, examine
from bpmn.parse import ParseError, parse_processes
from tests.drawings import chain, flow, timer, user, xml
from tests.unit.test_lint_names import decision, dmn

SOUND = '<bpmn:startEvent id="start" />' + user("a") + '<bpmn:endEvent id="end" />'
SOUND += chain("start", "a", "end")
COMPLEX = '<bpmn:complexGateway id="complex" />'
CATCH = '<bpmn:intermediateCatchEvent id="{key}">{inside}</bpmn:intermediateCatchEvent>'
LOOP = '<bpmn:task id="loop"><bpmn:multiInstanceLoopCharacteristics /></bpmn:task>'


def told(*elements: str, beside: bytes = b"") -> list[tuple[str, str, int]]:
    """Return the faults of a process whose elements stand on lines of their own."""
    source = xml("\n" + SOUND + "\n" + "\n".join(elements))
    with pytest.raises(ParseError) as refused:
        parse_processes(source.replace(b"</bpmn:definitions>", beside + b"</bpmn:definitions>"))
    every = (refused.value, *refused.value.others)
    return [(one.code, one.element, one.line) for one in every]


def test_every_fault_is_told_with_its_element_and_line() -> None:
    inner = (
        '<bpmn:subProcess id="sub">\n' + CATCH.format(key="deep", inside="") + "</bpmn:subProcess>"
    )

    found = told(
        COMPLEX, CATCH.format(key="blank", inside=""), "<bpmn:task />", user("a"), LOOP, inner
    )

    assert found == [
        ("element_not_supported", "complex", 3),
        ("event_definition_missing", "blank", 4),
        ("id_missing", "", 5),
        ("id_not_unique", "a", 6),
        ("input_collection_missing", "loop", 7),
        ("event_definition_missing", "deep", 9),
    ]


def test_what_follows_from_a_fault_is_not_told_as_another() -> None:
    attached = f'<bpmn:boundaryEvent id="b" attachedToRef="complex">{timer()}</bpmn:boundaryEvent>'
    link = '<bpmn:linkEventDefinition name="far" />'
    jump = f'<bpmn:intermediateThrowEvent id="jump">{link}</bpmn:intermediateThrowEvent>'
    far = CATCH.format(key="far", inside=link + timer())

    found = told(COMPLEX, attached, flow("a", "complex"), jump, far)

    assert [code for code, *_ in found] == ["element_not_supported", "event_definitions_many"]


def test_flows_and_boundaries_that_lead_nowhere_are_all_told() -> None:
    attached = f'<bpmn:boundaryEvent id="b" attachedToRef="gone">{timer()}</bpmn:boundaryEvent>'

    found = told(flow("a", "nowhere"), flow("nobody", "end"), attached)

    assert sorted(element for _, element, _ in found) == ["a_nowhere", "b", "nobody_end"]


def test_the_faults_of_every_process_in_a_file_are_told() -> None:
    other = f'\n<bpmn:process id="other" isExecutable="true">{COMPLEX}</bpmn:process>'.encode()

    found = told(CATCH.format(key="blank", inside=""), beside=other)

    assert [code for code, *_ in found] == ["event_definition_missing", "element_not_supported"]


def test_a_deployment_tells_the_faults_of_all_its_files() -> None:
    unconnected = xml(SOUND + user("lonely"), process="q")
    broken = dmn("d", decision("one", "1 +") + decision("two", "(2"))
    files = {
        "a.bpmn": xml(SOUND + COMPLEX + LOOP),
        "b.bpmn": unconnected,
        "c.bpmn": b"<no xml",
        "d.dmn": broken,
        "e.form": b"{",
    }

    found = [one for one in examine(files) if one.severity == "error"]

    assert sorted((one.resource, one.code, one.element) for one in found) == [
        ("a.bpmn", "element_not_supported", "complex"),
        ("a.bpmn", "input_collection_missing", "loop"),
        ("b.bpmn", "element_disconnected", "lonely"),
        ("c.bpmn", "xml_malformed", ""),
        ("d.dmn", "feel_syntax", "one"),
        ("d.dmn", "feel_syntax", "two"),
        ("e.form", "form_malformed", ""),
    ]
    with pytest.raises(DeploymentError) as refused:
        check("", files)
    assert len(refused.value.problems) == len(found)


def test_a_drawing_that_is_far_too_large_is_not_read_to_its_end() -> None:
    tasks = "".join(f'<bpmn:task id="t{number}" />' for number in range(5100))

    assert [code for code, *_ in told(COMPLEX, tasks)] == ["drawing_too_large"]
