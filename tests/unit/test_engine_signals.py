"""Signals, conditions and links in the engine alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bpmn.commands import BroadcastSignal, PublishMessage, Rejection, SetVariables
from bpmn.parse import ParseError
from bpmn.records import Kind
from tests.drawings import Life, chain, drawing, flow, timer, user

START = '<bpmn:startEvent id="start" />'
SIGNAL = '<bpmn:signal id="s1" name="recall" />'
ON_SIGNAL = '<bpmn:signalEventDefinition signalRef="s1" />'


def on_condition(condition: str) -> str:
    return (
        "<bpmn:conditionalEventDefinition>"
        f"<bpmn:condition>={condition}</bpmn:condition></bpmn:conditionalEventDefinition>"
    )


def catch(key: str, definition: str) -> str:
    return f'<bpmn:intermediateCatchEvent id="{key}">{definition}</bpmn:intermediateCatchEvent>'


def throw(key: str, definition: str) -> str:
    return f'<bpmn:intermediateThrowEvent id="{key}">{definition}</bpmn:intermediateThrowEvent>'


def boundary(key: str, host: str, definition: str, *, interrupting: bool = True) -> str:
    flag = str(interrupting).lower()
    return (
        f'<bpmn:boundaryEvent id="{key}" attachedToRef="{host}" cancelActivity="{flag}">'
        f"{definition}</bpmn:boundaryEvent>"
    )


def event_sub_process(definition: str, *, interrupting: bool, inside: str) -> str:
    flag = str(interrupting).lower()
    return (
        '<bpmn:subProcess id="sub" triggeredByEvent="true">'
        f'<bpmn:startEvent id="on" isInterrupting="{flag}">{definition}</bpmn:startEvent>'
        f"{inside}</bpmn:subProcess>"
    )


def broadcast(life: Life, **variables: object) -> None:
    command = BroadcastSignal(
        id=f"signal:{life.state.number}", name="recall", variables=dict(variables)
    )
    life.do(command)


def test_a_signal_reaches_everything_that_waits_for_it() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="fork" />'
        + catch("one", ON_SIGNAL)
        + catch("two", ON_SIGNAL)
        + user("after_one")
        + user("after_two")
        + chain("start", "fork", "one", "after_one")
        + chain("fork", "two", "after_two")
    )
    life = Life(drawing(body, outside=SIGNAL)).start()

    broadcast(life, batch="B7")

    assert life.waiting() == ["after_one", "after_two"]
    root = next(life.state.children(0))
    assert root.variables == {"batch": "B7"}


def test_a_signal_that_nothing_waits_for_is_refused() -> None:
    life = Life(drawing(START + user("a") + chain("start", "a"))).start()

    with pytest.raises(Rejection, match="signal_not_awaited"):
        broadcast(life)


def test_a_thrown_signal_is_caught_in_the_same_instance_and_told_to_the_others() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="fork" />'
        + user("a")
        + boundary("stop", "a", ON_SIGNAL)
        + user("stopped")
        + user("b")
        + throw("tell", ON_SIGNAL)
        + chain("start", "fork", "a")
        + chain("stop", "stopped")
        + chain("fork", "b", "tell")
    )
    life = Life(drawing(body, outside=SIGNAL)).start()

    life.task("b")

    assert life.waiting() == ["stopped"]
    thrown = [r for r in life.records if r.kind is Kind.SIGNAL_THROWN]
    assert [r.data["name"] for r in thrown] == ["recall"]


def test_a_signal_that_ends_its_own_thrower_goes_no_further_there() -> None:
    inside = (
        '<bpmn:subProcess id="outer"><bpmn:startEvent id="in" />'
        + throw("tell", ON_SIGNAL)
        + user("never")
        + chain("in", "tell", "never")
        + "</bpmn:subProcess>"
    )
    body = (
        START
        + inside
        + boundary("stop", "outer", ON_SIGNAL)
        + user("stopped")
        + chain("start", "outer")
        + chain("stop", "stopped")
    )

    life = Life(drawing(body, outside=SIGNAL)).start()

    assert life.waiting() == ["stopped"]


def test_a_non_interrupting_signal_begins_its_event_sub_process_each_time() -> None:
    body = (
        START
        + user("a")
        + chain("start", "a")
        + event_sub_process(
            ON_SIGNAL, interrupting=False, inside=user("note") + chain("on", "note")
        )
    )
    life = Life(drawing(body, outside=SIGNAL)).start()

    broadcast(life)
    broadcast(life)

    assert life.waiting() == ["a", "note", "note"]


def test_the_first_of_signal_message_and_condition_after_an_event_gateway_wins() -> None:
    body = (
        START
        + '<bpmn:eventBasedGateway id="wait" />'
        + catch("by_signal", ON_SIGNAL)
        + catch("by_condition", on_condition("amount &gt; 10"))
        + catch("by_time", timer("PT1H"))
        + user("x")
        + user("y")
        + chain("start", "wait", "by_signal", "x")
        + chain("wait", "by_condition", "y")
        + chain("wait", "by_time")
    )
    life = Life(drawing(body, outside=SIGNAL), {"amount": 1}).start()

    life.do(SetVariables(id="v", variables={"amount": 11}))

    assert life.waiting() == ["y"]
    assert not life.state.subscriptions
    assert not life.state.timers


def test_a_condition_that_holds_from_the_start_happens_at_once() -> None:
    body = (
        START + catch("when", on_condition("amount = 1")) + user("a") + chain("start", "when", "a")
    )

    life = Life(drawing(body), {"amount": 1}).start()

    assert life.waiting() == ["a"]


def test_a_condition_waits_until_its_variable_is_there() -> None:
    body = START + catch("when", on_condition("approved")) + user("a") + chain("start", "when", "a")
    life = Life(drawing(body)).start()
    assert life.waiting() == []

    life.do(SetVariables(id="1", variables={"approved": False}))
    assert life.waiting() == []
    life.do(SetVariables(id="2", variables={"approved": True}))

    assert life.waiting() == ["a"]


def test_a_condition_must_become_false_before_it_happens_again() -> None:
    body = (
        START
        + user("a")
        + chain("start", "a")
        + event_sub_process(
            on_condition("level &gt; 3"),
            interrupting=False,
            inside=user("note") + chain("on", "note"),
        )
    )
    life = Life(drawing(body), {"level": 1}).start()

    for number, level in enumerate((4, 5, 2, 6)):
        life.do(SetVariables(id=str(number), variables={"level": level}))

    assert life.waiting() == ["a", "note", "note"]


def test_an_interrupting_condition_on_a_boundary_ends_its_activity() -> None:
    body = (
        START
        + user("a")
        + boundary("done", "a", on_condition("cancelled = true"))
        + user("b")
        + chain("start", "a")
        + chain("done", "b")
    )
    life = Life(drawing(body)).start()

    life.do(SetVariables(id="1", variables={"cancelled": True}))

    assert life.waiting() == ["b"]


def test_a_condition_that_is_no_feel_stands_at_one_incident() -> None:
    body = START + catch("when", on_condition("1 +")) + user("a") + chain("start", "when", "a")
    life = Life(drawing(body)).start()

    life.do(SetVariables(id="1", variables={"x": 1}))
    life.do(SetVariables(id="2", variables={"x": 2}))

    assert [i.code for i in life.state.incidents.values()] == ["expression_invalid"]


def test_a_link_goes_on_at_the_event_of_its_name() -> None:
    body = (
        START
        + throw("leave", '<bpmn:linkEventDefinition name="A" />')
        + catch("arrive", '<bpmn:linkEventDefinition name="A" />')
        + user("a")
        + chain("start", "leave")
        + chain("arrive", "a")
    )

    life = Life(drawing(body)).start()

    assert life.waiting() == ["a"]
    assert "leave->arrive" in life.of(Kind.SEQUENCE_FLOW_TAKEN)


def test_a_link_without_its_other_half_is_refused() -> None:
    body = START + throw("leave", '<bpmn:linkEventDefinition name="A" />') + chain("start", "leave")

    with pytest.raises(Exception, match="link_target_missing"):
        drawing(body)


def test_an_event_may_not_have_what_the_standard_forbids_there() -> None:
    body = START + f'<bpmn:endEvent id="e">{timer()}</bpmn:endEvent>' + chain("start", "e")

    with pytest.raises(Exception, match="event_kind_not_allowed"):
        drawing(body)
    assert issubclass(ParseError, ValueError)


def test_a_message_goes_to_the_subscription_that_it_names() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="fork" />'
        + catch("one", '<bpmn:messageEventDefinition messageRef="m" />')
        + catch("two", '<bpmn:messageEventDefinition messageRef="m" />')
        + user("after_one")
        + user("after_two")
        + chain("start", "fork", "one", "after_one")
        + chain("fork", "two", "after_two")
    )
    life = Life(drawing(body, outside='<bpmn:message id="m" name="paid" />')).start()
    second = next(s.key for s in life.state.subscriptions.values() if s.element == "two")

    life.do(PublishMessage(id="1", name="paid", subscription=second))

    assert life.waiting() == ["after_two"]


def test_a_process_begins_at_the_start_event_that_was_triggered() -> None:
    body = (
        '<bpmn:startEvent id="by_signal">'
        + ON_SIGNAL
        + "</bpmn:startEvent>"
        + START
        + user("a")
        + user("b")
        + chain("start", "a")
        + chain("by_signal", "b")
    )
    life = Life(drawing(body, outside=SIGNAL), begin="by_signal").start()

    assert life.waiting() == ["b"]
    assert life.state.start == "by_signal"


def test_a_process_without_such_a_start_is_refused() -> None:
    body = f'<bpmn:startEvent id="s">{ON_SIGNAL}</bpmn:startEvent>' + user("a") + chain("s", "a")
    definition = drawing(body, outside=SIGNAL)

    with pytest.raises(Rejection, match="start_event_missing"):
        Life(definition).start()
    with pytest.raises(Rejection, match="element_not_found"):
        Life(definition, begin="nowhere").start()


def test_a_flow_into_another_scope_is_refused() -> None:
    body = (
        START
        + '<bpmn:subProcess id="sub"><bpmn:startEvent id="in" /></bpmn:subProcess>'
        + flow("start", "in")
    )

    with pytest.raises(Exception, match="flow_leaves_scope"):
        drawing(body)


def test_a_timer_in_an_event_sub_process_still_fires_beside_a_signal() -> None:
    body = (
        START
        + user("a")
        + chain("start", "a")
        + event_sub_process(
            timer("PT1H"), interrupting=True, inside=user("late") + chain("on", "late")
        )
        + boundary("seen", "a", ON_SIGNAL, interrupting=False)
        + user("note")
        + chain("seen", "note")
    )
    life = Life(drawing(body, outside=SIGNAL)).start()

    broadcast(life)
    life.wait(timedelta(hours=1))

    assert life.waiting() == ["late"]
