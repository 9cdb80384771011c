"""Constructs of the standard in combination, where engines tend to lose something."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.commands import (
    ActivateElements,
    CancelInstance,
    ModifyInstance,
    PublishMessage,
    Rejection,
    ResolveIncident,
    SetVariables,
)
from tests.drawings import Life, chain, drawing, flow, service, user

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
MESSAGE = '<bpmn:message id="m" name="stop" />'
COMPENSATE = "<bpmn:compensateEventDefinition />"


def undoable(key: str) -> str:
    return (
        service(key)
        + f'<bpmn:boundaryEvent id="b_{key}" attachedToRef="{key}">'
        + f"{COMPENSATE}</bpmn:boundaryEvent>"
        + service(f"undo_{key}")
        + f'<bpmn:association id="as_{key}" sourceRef="b_{key}" targetRef="undo_{key}" />'
    )


def many(key: str, attributes: str = "") -> str:
    loop = (
        f"<bpmn:multiInstanceLoopCharacteristics {attributes}><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=items" inputElement="item" '
        'outputCollection="results" outputElement="=item" />'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    return user(key).replace("</bpmn:userTask>", f"{loop}</bpmn:userTask>")


def on_message(body: str, *, interrupting: bool) -> str:
    flag = str(interrupting).lower()
    return (
        '<bpmn:subProcess id="esp" triggeredByEvent="true">'
        f'<bpmn:startEvent id="on" isInterrupting="{flag}">'
        f'<bpmn:messageEventDefinition messageRef="m" /></bpmn:startEvent>{body}</bpmn:subProcess>'
    )


def on_condition(condition: str, body: str) -> str:
    return (
        '<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="on">'
        "<bpmn:conditionalEventDefinition>"
        f"<bpmn:condition>={condition}</bpmn:condition></bpmn:conditionalEventDefinition>"
        f"</bpmn:startEvent>{body}</bpmn:subProcess>"
    )


def stop(life: Life) -> None:
    life.do(PublishMessage(id=f"stop:{life.state.number}", name="stop"))


def incidents(life: Life) -> list[str]:
    return [incident.code for incident in life.state.incidents.values()]


@pytest.mark.parametrize("overwritten", ["x", None, []])
def test_a_list_of_results_that_was_overwritten_is_an_incident_that_can_be_mended(
    overwritten: Any,
) -> None:
    body = START + many("a") + user("after") + chain("start", "a", "after")
    life = Life(drawing(body), {"items": [1, 2]}).start()
    loop = next(e for e in life.state.elements.values() if e.kind == "multiInstance")

    life.task("a", results=overwritten)
    assert incidents(life) == ["output_collection_invalid"]
    life.do(SetVariables(id="v", scope=loop.key, variables={"results": [None, None]}, local=True))
    life.do(ResolveIncident(id="r", key=next(iter(life.state.incidents))))
    life.task("a")

    assert life.waiting() == ["after"]
    assert next(life.state.children(0)).variables["results"] == [1, 2]


@pytest.mark.parametrize("sequential", [True, False])
def test_counters_that_were_overwritten_do_not_confuse_a_loop(sequential: bool) -> None:
    body = START + many("a", f'isSequential="{str(sequential).lower()}"') + user("after")
    life = Life(drawing(body + chain("start", "a", "after")), {"items": [1, 2]}).start()

    confusion: dict[str, Any] = {
        "loopCounter": "x",
        "numberOfCompletedInstances": "y",
        "numberOfInstances": None,
    }
    life.task("a", **confusion)
    life.task("a")

    assert life.waiting() == ["after"]


def test_a_process_that_calls_itself_stops_at_an_incident_and_can_be_cancelled() -> None:
    call = (
        '<bpmn:callActivity id="again"><bpmn:extensionElements>'
        '<zeebe:calledElement processId="p" /></bpmn:extensionElements></bpmn:callActivity>'
    )
    life = Life(drawing(START + call + chain("start", "again"))).start()
    assert incidents(life) == ["call_depth_exceeded"]

    life.do(CancelInstance(id="c"))

    assert life.state.phase == "canceled"
    assert not life.state.elements


def test_nothing_begins_in_a_scope_whose_end_listeners_look() -> None:
    listener = (
        "<bpmn:extensionElements><zeebe:executionListeners>"
        '<zeebe:executionListener eventType="end" type="look" />'
        "</zeebe:executionListeners></bpmn:extensionElements>"
    )
    inside = '<bpmn:startEvent id="in" />' + on_message(
        user("u") + chain("on", "u"), interrupting=False
    )
    body = START + f'<bpmn:subProcess id="sub">{listener}{inside}</bpmn:subProcess>' + user("after")
    life = Life(drawing(body + chain("start", "sub", "after"), outside=MESSAGE)).start()

    with pytest.raises(Rejection, match="message_not_awaited"):
        stop(life)
    life.job("sub")

    assert life.waiting() == ["after"]


def test_a_scope_at_an_incident_waits_for_what_has_begun_inside_since() -> None:
    inside = '<bpmn:startEvent id="in" />' + on_message(
        user("u") + chain("on", "u"), interrupting=False
    )
    body = START + f'<bpmn:subProcess id="sub">{inside}</bpmn:subProcess>' + user("after")
    body += chain("start", "sub") + flow("sub", "after", "ok")
    life = Life(drawing(body, outside=MESSAGE)).start()
    assert incidents(life) == ["condition_not_boolean"]

    stop(life)
    life.do(SetVariables(id="v", variables={"ok": True}))
    life.do(ResolveIncident(id="r", key=next(iter(life.state.incidents))))
    assert life.waiting() == ["u"]
    life.task("u")

    assert life.waiting() == ["after"]


def test_a_condition_is_looked_at_before_the_scope_has_gone() -> None:
    body = START + user("w") + END + chain("start", "w", "end")
    body += on_condition("amount &gt; 1000", user("check") + chain("on", "check"))
    life = Life(drawing(body)).start()

    life.task("w", amount=2000)

    assert life.waiting() == ["check"]


def test_a_condition_on_a_boundary_that_holds_from_the_start_happens() -> None:
    body = (
        START
        + '<bpmn:subProcess id="sub"><bpmn:startEvent id="in" /></bpmn:subProcess>'
        + '<bpmn:boundaryEvent id="b" attachedToRef="sub"><bpmn:conditionalEventDefinition>'
        + "<bpmn:condition>=true</bpmn:condition></bpmn:conditionalEventDefinition>"
        + "</bpmn:boundaryEvent>"
        + user("u")
        + user("z")
        + chain("start", "sub", "z")
        + chain("b", "u")
    )

    assert Life(drawing(body)).start().waiting() == ["u"]


def test_what_an_interrupted_compensation_has_not_undone_is_undone_by_the_next() -> None:
    throw = f'<bpmn:intermediateThrowEvent id="undo">{COMPENSATE}</bpmn:intermediateThrowEvent>'
    ends = f'<bpmn:endEvent id="undo_rest">{COMPENSATE}</bpmn:endEvent>'
    body = START + undoable("a") + undoable("c") + throw + END
    body += chain("start", "a", "c", "undo", "end")
    body += on_message(ends + chain("on", "undo_rest"), interrupting=True)
    life = Life(drawing(body, outside=MESSAGE)).start()
    life.job("a")
    life.job("c")
    assert life.waiting() == ["undo_c"]

    stop(life)
    assert life.waiting() == ["undo_c"]
    life.job("undo_c")
    life.job("undo_a")

    assert life.state.phase == "completed"


def transaction(inside: str, loop: str = "") -> str:
    return (
        f'<bpmn:transaction id="t">{loop}<bpmn:startEvent id="in" />{inside}</bpmn:transaction>'
        '<bpmn:boundaryEvent id="cancelled" attachedToRef="t"><bpmn:cancelEventDefinition />'
        "</bpmn:boundaryEvent>"
    )


NO = '<bpmn:endEvent id="no"><bpmn:cancelEventDefinition /></bpmn:endEvent>'


def test_cancelling_one_instance_of_a_transaction_undoes_all_of_them() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:loopCardinality>2</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    inside = undoable("book") + user("u") + NO + chain("in", "book", "u", "no")
    body = START + transaction(inside, loop) + user("told") + chain("start", "t")
    life = Life(drawing(body + chain("cancelled", "told"))).start()
    life.job("book")
    life.job("book")

    life.task("u")
    life.job("undo_book")
    life.job("undo_book")

    assert life.waiting() == ["told"]


def test_a_transaction_is_cancelled_from_a_sub_process_inside_it() -> None:
    nested = f'<bpmn:subProcess id="s"><bpmn:startEvent id="i2" />{undoable("pay")}{NO}'
    nested += chain("i2", "pay", "no") + "</bpmn:subProcess>"
    inside = undoable("book") + nested + chain("in", "book", "s")
    body = START + transaction(inside) + user("told") + chain("start", "t")
    life = Life(drawing(body + chain("cancelled", "told"))).start()
    life.job("book")
    life.job("pay")

    life.job("undo_pay")
    life.job("undo_book")

    assert life.waiting() == ["told"]


def test_an_event_sub_process_waits_for_its_start_listener_with_what_was_brought() -> None:
    listener = (
        "<bpmn:extensionElements><zeebe:executionListeners>"
        '<zeebe:executionListener eventType="start" type="look" />'
        "</zeebe:executionListeners></bpmn:extensionElements>"
    )
    sub = on_message(user("u") + chain("on", "u"), interrupting=True)
    sub = sub.replace('triggeredByEvent="true">', f'triggeredByEvent="true">{listener}')
    body = START + user("a") + chain("start", "a") + sub
    life = Life(drawing(body, outside=MESSAGE)).start()

    life.do(PublishMessage(id="1", name="stop", variables={"why": 1}))
    assert life.waiting() == ["esp"]
    life.job("esp")

    assert life.waiting() == ["u"]
    instance = next(e for e in life.state.elements.values() if e.element == "esp")
    assert instance.variables == {"why": 1}


def test_the_incident_of_an_event_gateway_goes_with_it() -> None:
    body = (
        START
        + '<bpmn:eventBasedGateway id="g" />'
        + '<bpmn:intermediateCatchEvent id="c"><bpmn:conditionalEventDefinition>'
        + "<bpmn:condition>=1 +</bpmn:condition></bpmn:conditionalEventDefinition>"
        + "</bpmn:intermediateCatchEvent>"
        + '<bpmn:intermediateCatchEvent id="m1"><bpmn:messageEventDefinition messageRef="m" />'
        + "</bpmn:intermediateCatchEvent>"
        + user("after")
        + chain("start", "g", "c")
        + chain("g", "m1", "after")
    )
    life = Life(drawing(body, outside=MESSAGE)).start()
    assert incidents(life) == ["expression_invalid"]

    stop(life)

    assert life.waiting() == ["after"]
    assert incidents(life) == []


def test_only_what_can_stand_alone_begins_in_an_ad_hoc_sub_process() -> None:
    esp = on_message(user("u") + chain("on", "u"), interrupting=False)
    body = START + f'<bpmn:adHocSubProcess id="ad">{user("x")}{esp}</bpmn:adHocSubProcess>'
    life = Life(drawing(body + chain("start", "ad"), outside=MESSAGE)).start()
    key = next(e.key for e in life.state.elements.values() if e.element == "ad")

    with pytest.raises(Rejection, match="element_cannot_begin"):
        life.do(ActivateElements(id="1", key=key, elements=[{"element": "esp"}]))


@pytest.mark.parametrize("scope", ["abc", {}, [1]])
def test_a_modification_that_names_no_scope_is_refused(scope: Any) -> None:
    life = Life(drawing(START + user("a") + chain("start", "a"))).start()

    with pytest.raises(Rejection, match="command_malformed"):
        life.do(ModifyInstance(id="1", activate=[{"element": "a", "scope": scope}]))


def test_a_compensation_that_nobody_waits_for_is_refused() -> None:
    event = '<bpmn:compensateEventDefinition waitForCompletion="false" />'
    body = START + f'<bpmn:endEvent id="e">{event}</bpmn:endEvent>' + chain("start", "e")

    with pytest.raises(Exception, match="element_not_supported"):
        drawing(body)
