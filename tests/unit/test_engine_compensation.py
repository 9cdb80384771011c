"""Compensation and transactions in the engine alone, BPMN 2.0 section 13.5.5."""

from __future__ import annotations

from bpmn.commands import SetVariables
from bpmn.records import Kind
from tests.drawings import Life, chain, drawing, service, user

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
COMPENSATE = "<bpmn:compensateEventDefinition />"


def undoable(key: str, loop: str = "") -> str:
    """A service task with a compensation handler `undo_<key>`."""
    return (
        service(key).replace("</bpmn:serviceTask>", f"{loop}</bpmn:serviceTask>")
        + f'<bpmn:boundaryEvent id="b_{key}" attachedToRef="{key}">{COMPENSATE}'
        + "</bpmn:boundaryEvent>"
        + service(f"undo_{key}").replace(
            "<bpmn:serviceTask ", '<bpmn:serviceTask isForCompensation="true" '
        )
        + f'<bpmn:association id="as_{key}" sourceRef="b_{key}" targetRef="undo_{key}" />'
    )


def throw(key: str = "undo", activity: str = "") -> str:
    reference = f' activityRef="{activity}"' if activity else ""
    return (
        f'<bpmn:intermediateThrowEvent id="{key}"><bpmn:compensateEventDefinition{reference} />'
        "</bpmn:intermediateThrowEvent>"
    )


def scope(key: str, body: str, kind: str = "subProcess") -> str:
    return f'<bpmn:{kind} id="{key}"><bpmn:startEvent id="in_{key}" />{body}</bpmn:{kind}>'


def test_what_was_done_is_undone_the_latest_first() -> None:
    body = (
        START
        + undoable("book")
        + undoable("pay")
        + throw()
        + user("after")
        + chain("start", "book", "pay", "undo", "after")
    )
    life = Life(drawing(body)).start()
    life.job("book")
    life.job("pay")

    assert life.waiting() == ["undo_pay"]
    life.job("undo_pay")
    assert life.waiting() == ["undo_book"]
    life.job("undo_book")

    assert life.waiting() == ["after"]
    assert not life.state.compensations


def test_only_the_activity_that_is_named_is_undone() -> None:
    body = (
        START
        + undoable("book")
        + undoable("pay")
        + throw(activity="book")
        + user("after")
        + chain("start", "book", "pay", "undo", "after")
    )
    life = Life(drawing(body)).start()
    life.job("book")
    life.job("pay")

    life.job("undo_book")

    assert life.waiting() == ["after"]


def test_what_was_never_done_is_not_undone() -> None:
    body = START + undoable("book") + throw() + user("after") + chain("start", "undo", "after")

    life = Life(drawing(body)).start()

    assert life.waiting() == ["after"]


def test_a_handler_sees_the_variables_as_they_were() -> None:
    inside = undoable("book").replace(
        '<zeebe:taskDefinition type="book" />',
        '<zeebe:taskDefinition type="book" />'
        '<zeebe:ioMapping><zeebe:input source="=seat" target="booked" /></zeebe:ioMapping>',
    ) + chain("in_s", "book")
    body = (
        START
        + scope("s", inside)
        + user("between")
        + throw()
        + chain("start", "s", "between", "undo")
    )
    life = Life(drawing(body), {"seat": 7}).start()
    life.job("book")
    life.do(SetVariables(id="v", variables={"seat": 9}))

    life.task("between")

    handler = next(e for e in life.state.elements.values() if e.element == "undo_book")
    assert handler.variables == {"booked": 7}


def test_a_completed_sub_process_is_undone_piece_by_piece() -> None:
    inside = undoable("book") + undoable("pay") + chain("in_s", "book", "pay")
    body = START + scope("s", inside) + throw() + chain("start", "s", "undo")
    life = Life(drawing(body)).start()
    life.job("book")
    life.job("pay")

    life.job("undo_pay")
    life.job("undo_book")

    assert life.state.phase == "completed"


def test_a_sub_process_with_a_handler_of_its_own_is_undone_as_a_whole() -> None:
    inside = undoable("book") + chain("in_s", "book")
    body = (
        START
        + scope("s", inside)
        + f'<bpmn:boundaryEvent id="b_s" attachedToRef="s">{COMPENSATE}</bpmn:boundaryEvent>'
        + service("undo_all")
        + '<bpmn:association id="as_s" sourceRef="b_s" targetRef="undo_all" />'
        + throw()
        + chain("start", "s", "undo")
    )
    life = Life(drawing(body)).start()
    life.job("book")

    assert life.waiting() == ["undo_all"]
    life.job("undo_all")

    assert life.state.phase == "completed"


def test_a_compensation_event_sub_process_may_undo_what_was_inside() -> None:
    event_sub = (
        '<bpmn:subProcess id="esp" triggeredByEvent="true">'
        f'<bpmn:startEvent id="on">{COMPENSATE}</bpmn:startEvent>'
        + user("ask")
        + throw("inner")
        + chain("on", "ask", "inner")
        + "</bpmn:subProcess>"
    )
    inside = undoable("book") + event_sub + chain("in_s", "book")
    body = (
        START + scope("s", inside) + throw() + user("after") + chain("start", "s", "undo", "after")
    )
    life = Life(drawing(body)).start()
    life.job("book")

    assert life.waiting() == ["ask"]
    life.task("ask")
    assert life.waiting() == ["undo_book"]
    life.job("undo_book")

    assert life.waiting() == ["after"]


def test_each_instance_of_a_multi_instance_activity_is_undone() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics>"
        "<bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    body = START + undoable("book", loop) + throw() + END + chain("start", "book", "undo", "end")
    life = Life(drawing(body)).start()
    for _ in range(3):
        life.job("book")

    for _ in range(3):
        life.job("undo_book")

    assert life.state.phase == "completed"


def test_a_cancel_end_event_undoes_the_transaction_and_leaves_by_the_boundary() -> None:
    inside = (
        '<bpmn:parallelGateway id="fork" />'
        + undoable("book")
        + user("slow")
        + '<bpmn:exclusiveGateway id="x" />'
        + '<bpmn:endEvent id="no"><bpmn:cancelEventDefinition /></bpmn:endEvent>'
        + chain("in_t", "fork", "book", "no")
        + chain("fork", "slow")
    )
    body = (
        START
        + scope("t", inside, "transaction")
        + '<bpmn:boundaryEvent id="cancelled" attachedToRef="t"><bpmn:cancelEventDefinition />'
        + "</bpmn:boundaryEvent>"
        + user("told")
        + END
        + chain("start", "t", "end")
        + chain("cancelled", "told")
    )
    life = Life(drawing(body)).start()

    life.job("book")
    assert life.waiting() == ["undo_book"]
    life.job("undo_book")

    assert life.waiting() == ["told"]
    assert life.of(Kind.ELEMENT_TERMINATED) == ["slow", "no", "t"]
    life.task("told")
    assert life.state.phase == "completed"
    assert "end" not in life.completed


def test_a_cancel_that_nobody_catches_is_an_incident() -> None:
    inside = '<bpmn:endEvent id="no"><bpmn:cancelEventDefinition /></bpmn:endEvent>' + chain(
        "in_t", "no"
    )
    body = START + scope("t", inside, "transaction") + chain("start", "t")

    life = Life(drawing(body)).start()

    assert [i.code for i in life.state.incidents.values()] == ["cancel_not_caught"]


def test_ending_the_thrower_ends_the_handlers() -> None:
    inside = undoable("book") + throw() + chain("in_s", "book", "undo")
    body = (
        START
        + scope("s", inside)
        + '<bpmn:boundaryEvent id="stop" attachedToRef="s">'
        + '<bpmn:errorEventDefinition errorRef="e" /></bpmn:boundaryEvent>'
        + user("after")
        + chain("start", "s")
        + chain("stop", "after")
    )
    life = Life(drawing(body, outside='<bpmn:error id="e" errorCode="broken" />')).start()
    life.job("book")
    key = next(j.key for j in life.state.jobs.values() if j.element == "undo_book")

    life.throw(key, "broken")

    assert life.waiting() == ["after"]
    assert not life.state.compensations
