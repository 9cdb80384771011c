"""Statuses named in a drawing are held against the status machine before it is deployed."""

from __future__ import annotations

from activities.status_walk import illegal_steps
from bpmn import deployment
from migrations.seeds.definitions import files
from tests.drawings import chain, drawing, xml

START = '<bpmn:startEvent id="start" />'


def task(key: str, status: str) -> str:
    return f'<bpmn:task id="{key}" bihuan:status="{status}" />'


def found(body: str, child: bytes = b"") -> list[object]:
    definition = drawing(body, child_bpmn=child) if child else drawing(body)
    return [step["found"] for step in illegal_steps(definition)]


def test_the_bundled_feedback_process_asks_for_legal_steps_only() -> None:
    assert illegal_steps(deployment.check("", files())) == []


def test_a_step_that_the_machine_refuses_is_named_with_its_element_and_line() -> None:
    body = START + task("a", "processing") + task("b", "resolved") + task("c", "archived")

    [step] = illegal_steps(drawing(body + chain("start", "a", "b", "c")))

    assert (step["element"], step["found"], step["line"]) == ("c", "resolved -> archived", 1)


def test_elements_without_a_status_lie_between() -> None:
    body = START + task("a", "processing") + '<bpmn:task id="x" />' + task("c", "archived")

    assert found(body + chain("start", "a", "x", "c")) == ["processing -> archived"]


def test_an_unknown_status_is_no_legal_step() -> None:
    assert found(START + task("a", "done") + chain("start", "a")) == ["pending -> done"]


def test_called_processes_and_sub_processes_are_walked_inside_their_caller() -> None:
    child = xml(START + task("inner", "archived") + chain("start", "inner"), process="child")
    call = (
        '<bpmn:callActivity id="call"><bpmn:extensionElements>'
        '<zeebe:calledElement processId="child" /></bpmn:extensionElements></bpmn:callActivity>'
    )
    sub = (
        '<bpmn:subProcess id="s"><bpmn:startEvent id="s1" />'
        + task("x", "processing")
        + chain("s1", "x")
        + "</bpmn:subProcess>"
    )

    body = START + sub + call + chain("start", "s", "call")

    assert found(body, child) == ["processing -> archived"]


def test_an_event_that_interrupts_may_come_from_wherever_the_item_stands() -> None:
    withdrawal = (
        '<bpmn:subProcess id="w" triggeredByEvent="true"><bpmn:startEvent id="w1">'
        '<bpmn:messageEventDefinition messageRef="m1" /></bpmn:startEvent>'
        + task("x", "archived")
        + chain("w1", "x")
        + "</bpmn:subProcess>"
    )
    body = (
        START
        + '<bpmn:userTask id="a" bihuan:status="processing" />'
        + chain("start", "a")
        + withdrawal
    )
    definition = drawing(body, outside='<bpmn:message id="m1" name="withdrawn" />')

    steps = {str(step["found"]) for step in illegal_steps(definition)}

    assert "processing -> archived" in steps
