"""Timers, messages, event sub-processes and escalations in the engine alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bpmn.clock import TimerError, parse_cycle, parse_duration, parse_instant
from bpmn.commands import PublishMessage, Rejection
from bpmn.parse import parse_processes
from bpmn.records import Kind
from tests.drawings import START as NOW
from tests.drawings import Life, chain, drawing, flow, service, timer, user

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'
SECOND = timedelta(seconds=1)
MESSAGE = '<bpmn:message id="m1" name="answered" />'
ON_MESSAGE = '<bpmn:messageEventDefinition messageRef="m1" />'


def boundary(host: str, definition: str, *, interrupting: bool) -> str:
    flag = str(interrupting).lower()
    return (
        f'<bpmn:boundaryEvent id="late" attachedToRef="{host}" cancelActivity="{flag}">'
        f"{definition}</bpmn:boundaryEvent>"
    )


def due_of(life: Life, element: str) -> str:
    return next(
        str(r.data["due"])
        for r in life.records
        if r.kind is Kind.TIMER_CREATED and r.element == element
    )


def test_a_boundary_timer_fires_at_its_instant_and_not_a_second_before() -> None:
    body = (
        START
        + user("a")
        + boundary("a", timer("PT2H"), interrupting=False)
        + service("tell")
        + chain("start", "a")
        + chain("late", "tell")
    )
    life = Life(drawing(body)).start()
    due = parse_instant(due_of(life, "late"))
    assert due == NOW + timedelta(hours=2)

    assert life.wait(due - life.now - SECOND) == []
    life.wait(SECOND)

    assert life.waiting() == ["a", "tell"]
    assert not life.state.timers


def test_an_interrupting_timer_ends_its_activity() -> None:
    body = (
        START
        + user("a")
        + boundary("a", timer("PT1H"), interrupting=True)
        + user("b")
        + chain("start", "a")
        + chain("late", "b")
    )
    life = Life(drawing(body)).start()

    life.wait(timedelta(hours=1))

    assert life.waiting() == ["b"]


def test_completing_the_activity_stops_its_timer() -> None:
    body = (
        START
        + user("a")
        + boundary("a", timer("PT1H"), interrupting=False)
        + user("b")
        + user("c")
        + chain("start", "a", "c")
        + chain("late", "b")
    )
    life = Life(drawing(body)).start()

    life.task("a")

    assert life.of(Kind.TIMER_CANCELED) == ["late"]
    assert life.wait(timedelta(days=9)) == []


def test_a_cycle_repeats_as_often_as_it_says_and_does_not_make_up_for_an_outage() -> None:
    body = (
        START
        + user("a")
        + boundary("a", timer("R3/PT1H", "timeCycle"), interrupting=False)
        + END
        + chain("start", "a")
        + chain("late", "end")
    )
    life = Life(drawing(body)).start()

    life.wait(timedelta(hours=1))
    life.wait(timedelta(hours=5, minutes=30))
    [timer_left] = life.state.timers.values()
    assert parse_instant(timer_left.due) == NOW + timedelta(hours=7)
    life.wait(timedelta(hours=1))

    assert life.of(Kind.TIMER_FIRED) == ["late"] * 3
    assert not life.state.timers


def test_the_scale_shortens_every_duration() -> None:
    catch = f'<bpmn:intermediateCatchEvent id="c">{timer("PT24H")}</bpmn:intermediateCatchEvent>'
    life = Life(drawing(START + catch + END + chain("start", "c", "end")), scale=1 / 86400).start()

    assert parse_instant(due_of(life, "c")) == NOW + SECOND
    life.wait(SECOND)

    assert life.state.phase == "completed"


def test_a_timer_text_that_is_no_duration_is_an_incident() -> None:
    catch = f'<bpmn:intermediateCatchEvent id="c">{timer("=1 + 1")}</bpmn:intermediateCatchEvent>'
    life = Life(drawing(START + catch + chain("start", "c"))).start()

    [incident] = life.state.incidents.values()
    assert incident.code == "timer_invalid"


def gateway() -> str:
    return (
        START
        + '<bpmn:eventBasedGateway id="g" />'
        + f'<bpmn:intermediateCatchEvent id="m">{ON_MESSAGE}</bpmn:intermediateCatchEvent>'
        + f'<bpmn:intermediateCatchEvent id="t">{timer("P7D")}</bpmn:intermediateCatchEvent>'
        + user("told")
        + user("silent")
        + chain("start", "g", "m", "told")
        + chain("g", "t", "silent")
    )


def test_behind_an_event_based_gateway_the_message_wins_or_the_timer() -> None:
    answered = Life(drawing(gateway(), outside=MESSAGE)).start()
    answered.do(PublishMessage(id="m", name="answered", variables={"score": 5}))
    silent = Life(drawing(gateway(), outside=MESSAGE)).start()
    silent.wait(timedelta(days=7))

    assert (answered.waiting(), silent.waiting()) == (["told"], ["silent"])
    assert not answered.state.timers
    assert not silent.state.subscriptions
    assert not answered.state.tokens


def test_a_message_that_nobody_awaits_is_refused() -> None:
    life = Life(drawing(gateway(), outside=MESSAGE)).start()

    with pytest.raises(Rejection, match="message_not_awaited"):
        life.do(PublishMessage(id="x", name="unknown"))


def event_sub_process(flag: str) -> str:
    return (
        START
        + user("a")
        + END
        + chain("start", "a", "end")
        + '<bpmn:subProcess id="sub" triggeredByEvent="true">'
        + f'<bpmn:startEvent id="asked" isInterrupting="{flag}">{ON_MESSAGE}</bpmn:startEvent>'
        + user("b")
        + chain("asked", "b")
        + "</bpmn:subProcess>"
    )


def test_an_event_sub_process_runs_beside_as_often_as_it_is_asked() -> None:
    life = Life(drawing(event_sub_process("false"), outside=MESSAGE)).start()

    life.do(PublishMessage(id="1", name="answered"))
    life.do(PublishMessage(id="2", name="answered"))
    assert life.waiting() == ["a", "b", "b"]
    life.task("a")
    assert life.state.phase == "active"
    life.task("b")
    life.task("b")

    assert life.state.phase == "completed"


def test_an_interrupting_event_sub_process_replaces_what_was_going_on() -> None:
    life = Life(drawing(event_sub_process("true"), outside=MESSAGE)).start()

    life.do(PublishMessage(id="1", name="answered"))
    assert life.waiting() == ["b"]
    life.task("b")

    assert life.state.phase == "completed"
    assert not life.state.subscriptions


def test_an_escalation_is_told_to_the_boundary_and_the_path_goes_on() -> None:
    throw = (
        '<bpmn:intermediateThrowEvent id="up">'
        '<bpmn:escalationEventDefinition escalationRef="e1" /></bpmn:intermediateThrowEvent>'
    )
    on_escalation = '<bpmn:escalationEventDefinition escalationRef="e1" />'
    body = (
        START
        + '<bpmn:subProcess id="s"><bpmn:startEvent id="s1" />'
        + throw
        + user("x")
        + chain("s1", "up", "x")
        + "</bpmn:subProcess>"
        + boundary("s", on_escalation, interrupting=False)
        + user("head")
        + chain("start", "s")
        + flow("late", "head")
    )
    outside = '<bpmn:escalation id="e1" escalationCode="late" />'

    life = Life(drawing(body, outside=outside)).start()

    assert life.waiting() == ["head", "x"]


@pytest.mark.parametrize("text", ["", "P", "PT", "2H", "-PT1H", "P1DT", "PT1H30"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(TimerError):
        parse_duration(text)


def test_a_cycle_without_a_number_has_no_end() -> None:
    assert parse_cycle("R/PT4H") == (-1, "PT4H")


@pytest.mark.parametrize(
    ("begins", "due"),
    [
        ("2026-05-12T08:00:00Z", "2026-05-12T08:00:00+00:00"),
        # Begun before now: the next of its hours.
        ("2026-05-10T08:30:00Z", "2026-05-11T01:30:00+00:00"),
    ],
)
def test_a_cycle_with_a_start_keeps_to_its_hours(begins: str, due: str) -> None:
    definition = timer(f"R2/{begins}/PT1H", "timeCycle")
    body = START + user("a") + boundary("a", definition, interrupting=False) + chain("start", "a")

    life = Life(drawing(body)).start()

    assert parse_instant(due_of(life, "late")) == parse_instant(due)


def test_every_pool_of_a_collaboration_is_a_process_of_its_own() -> None:
    source = (
        b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        b'targetNamespace="t"><bpmn:collaboration id="c">'
        b'<bpmn:participant id="buyer" processRef="buy" />'
        b'<bpmn:participant id="seller" processRef="sell" />'
        b'<bpmn:participant id="customer" name="black box" />'
        b'<bpmn:messageFlow id="m" sourceRef="ask" targetRef="asked" /></bpmn:collaboration>'
        b'<bpmn:process id="buy" isExecutable="true"><bpmn:startEvent id="b" />'
        b'<bpmn:task id="ask" /><bpmn:sequenceFlow id="f" sourceRef="b" targetRef="ask" />'
        b'</bpmn:process><bpmn:process id="sell" isExecutable="true"><bpmn:startEvent id="asked" />'
        b"</bpmn:process></bpmn:definitions>"
    )

    assert list(parse_processes(source)) == ["buy", "sell"]


def test_a_reference_may_have_a_namespace_prefix() -> None:
    caught = '<bpmn:messageEventDefinition messageRef="t:m1" />'
    body = START + user("a") + boundary("a", caught, interrupting=True) + chain("start", "a")

    life = Life(drawing(body, outside=MESSAGE)).start()

    assert [s.name for s in life.state.subscriptions.values()] == ["answered"]
