"""Inclusive gateways in the engine alone, BPMN 2.0 section 13.4.3."""

from __future__ import annotations

from datetime import timedelta

from bpmn.records import Kind
from tests.drawings import Life, chain, drawing, flow, timer, user

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'


def inclusive(key: str, default: str = "") -> str:
    attribute = f' default="{default}"' if default else ""
    return f'<bpmn:inclusiveGateway id="{key}"{attribute} />'


FORK = (
    START
    + inclusive("fork", "fork_c")
    + user("a")
    + user("b")
    + user("c")
    + inclusive("join")
    + user("after")
    + END
    + chain("start", "fork")
    + flow("fork", "a", "x &gt; 1")
    + flow("fork", "b", "x &gt; 2")
    + flow("fork", "c")
    + chain("a", "join")
    + chain("b", "join")
    + chain("c", "join", "after", "end")
)


def test_every_flow_whose_condition_holds_is_taken() -> None:
    assert Life(drawing(FORK), {"x": 3}).start().waiting() == ["a", "b"]
    assert Life(drawing(FORK), {"x": 2}).start().waiting() == ["a"]


def test_the_default_is_taken_when_no_condition_holds() -> None:
    assert Life(drawing(FORK), {"x": 0}).start().waiting() == ["c"]


def test_joining_waits_for_what_can_still_come_and_no_longer() -> None:
    life = Life(drawing(FORK), {"x": 3}).start()

    life.task("a")
    assert life.waiting() == ["b"]
    life.task("b")

    assert life.waiting() == ["after"]
    life.task("after")
    assert life.completed.count("join") == 1
    assert life.state.phase == "completed"


def test_a_single_path_passes_the_join_at_once() -> None:
    life = Life(drawing(FORK), {"x": 2}).start()

    life.task("a")

    assert life.waiting() == ["after"]


def test_without_a_way_out_it_stands_at_an_incident() -> None:
    body = START + inclusive("fork") + user("a") + chain("start", "fork")
    body += flow("fork", "a", "x &gt; 1")

    life = Life(drawing(body), {"x": 0}).start()

    assert [i.code for i in life.state.incidents.values()] == ["no_flow_taken"]


def test_a_path_that_ends_elsewhere_is_not_waited_for() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="fork" />'
        + user("a")
        + user("b")
        + '<bpmn:exclusiveGateway id="x" default="x_join" />'
        + user("elsewhere")
        + inclusive("join")
        + user("after")
        + chain("start", "fork", "a", "join", "after")
        + chain("fork", "b", "x", "join")
        + flow("x", "elsewhere", "leave")
    )
    life = Life(drawing(body), {"leave": True}).start()

    life.task("a")
    assert life.waiting() == ["b"]
    life.task("b")

    assert life.waiting() == ["after", "elsewhere"]


def test_a_token_that_would_only_queue_is_not_waited_for() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="fork" />'
        + user("a")
        + user("b")
        + '<bpmn:exclusiveGateway id="merge" />'
        + user("c")
        + inclusive("join")
        + user("after")
        + chain("start", "fork", "a", "merge", "join", "after")
        + chain("fork", "b", "merge")
        + chain("c", "join")
    )
    life = Life(drawing(body)).start()

    life.task("a")

    # `b` can only come by the flow on which a token waits already.
    assert life.waiting() == ["after", "b"]


def test_what_may_come_by_a_boundary_event_is_waited_for() -> None:
    body = (
        START
        + '<bpmn:parallelGateway id="fork" />'
        + user("a")
        + user("b")
        + f'<bpmn:boundaryEvent id="late" attachedToRef="b">{timer("PT1H")}</bpmn:boundaryEvent>'
        + inclusive("join")
        + user("after")
        + END
        + chain("start", "fork", "a", "join", "after")
        + chain("fork", "b", "end")
        + chain("late", "join")
    )
    life = Life(drawing(body)).start()

    life.task("a")
    assert life.waiting() == ["b"]
    life.wait(timedelta(hours=1))

    assert life.waiting() == ["after"]
    assert life.completed.count("join") == 1


def test_a_loop_behind_the_join_does_not_hold_it_up() -> None:
    body = (
        START
        + inclusive("join")
        + user("a")
        + '<bpmn:exclusiveGateway id="again" default="again_end" />'
        + END
        + chain("start", "join", "a", "again", "end")
        + flow("again", "join", "more")
    )
    life = Life(drawing(body), {"more": True}).start()

    life.task("a")
    assert life.waiting() == ["a"]
    life.task("a", more=False)

    assert life.state.phase == "completed"


def test_scopes_are_joined_apart() -> None:
    inside = (
        '<bpmn:startEvent id="in" />'
        + inclusive("f", "f_v")
        + user("u")
        + user("v")
        + inclusive("j")
        + user("w")
        + chain("in", "f")
        + flow("f", "u", "item = 1")
        + flow("f", "v")
        + chain("u", "j")
        + chain("v", "j", "w")
    )
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=[1, 2]" inputElement="item" />'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    body = START + f'<bpmn:subProcess id="s">{loop}{inside}</bpmn:subProcess>' + chain("start", "s")
    life = Life(drawing(body)).start()

    life.task("u")

    assert life.waiting() == ["v", "w"]
    assert life.of(Kind.INCIDENT_CREATED) == []
