"""Where a task can be sent back to, told by the records of its instance."""

from __future__ import annotations

from typing import Any

from bpmn.commands import ModifyInstance
from bpmn.way_back import Target, targets
from tests.drawings import Life, chain, drawing, flow, service, user

START, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'


def found(life: Life, element: str) -> dict[str, Target]:
    host = next(e.key for e in life.state.elements.values() if e.element == element)
    records = [one.to_json() for one in life.records]
    return {one.element: one for one in targets(life.definition, life.state, records, host)}


def send_back(life: Life, target: Target) -> None:
    asked: dict[str, Any] = {"element": target.element, "scope": target.scope}
    life.do(
        ModifyInstance(
            id=f"back:{life.state.number}",
            activate=[asked],
            terminate=list(target.terminate),
            discard=list(target.discard),
            expected_number=life.state.number,
        )
    )


def test_whatever_was_done_on_the_way_is_a_target_the_newest_first() -> None:
    body = START + user("draft") + service("check") + user("review") + user("send") + END
    life = Life(drawing(body + chain("start", "draft", "check", "review", "send", "end"))).start()
    life.task("draft")
    life.job("check")

    places = found(life, "review")

    assert list(places) == ["check", "draft"]
    assert [work.element for work in places["draft"].work] == ["check"]
    send_back(life, places["draft"])
    assert life.waiting() == ["draft"]


def forked() -> Life:
    gate = '<bpmn:parallelGateway id="{}" />'
    body = START + user("draft") + gate.format("fork") + user("left") + user("more")
    body += user("right") + gate.format("join") + user("send") + END
    body += chain("start", "draft", "fork", "left", "more", "join", "send", "end")
    body += chain("fork", "right", "join")
    life = Life(drawing(body)).start()
    life.task("draft")
    return life


def test_going_back_before_a_fork_ends_every_branch_and_what_waits_to_be_joined() -> None:
    life = forked()
    life.task("left")
    life.task("right")

    send_back(life, found(life, "more")["draft"])

    assert life.waiting() == ["draft"]
    for element in ("draft", "left", "more", "right", "send"):
        life.task(element)
    assert life.state.phase == "completed"


def test_going_back_inside_a_branch_leaves_the_other_one_alone() -> None:
    life = forked()
    life.task("left")
    life.task("right")

    places = found(life, "more")
    assert "right" not in places
    send_back(life, places["left"])

    assert life.waiting() == ["left"]
    life.task("left")
    life.task("more")
    assert life.waiting() == ["send"]


def test_a_branch_that_has_been_joined_is_no_target_but_what_lies_before_it_is() -> None:
    life = forked()
    for element in ("left", "right", "more"):
        life.task(element)

    assert list(found(life, "send")) == ["draft"]


def nested() -> Life:
    inside = '<bpmn:startEvent id="in" />' + user("a") + user("b") + user("beside")
    inside += chain("in", "a", "b") + flow("in", "beside")
    body = START + user("first") + f'<bpmn:subProcess id="sub">{inside}</bpmn:subProcess>'
    body += user("after") + chain("start", "first", "sub", "after")
    life = Life(drawing(body)).start()
    life.task("first")
    return life


def test_leaving_a_sub_process_ends_it_whole() -> None:
    life = nested()
    life.task("a")

    places = found(life, "b")
    assert list(places) == ["a", "first"]
    send_back(life, places["first"])

    assert life.waiting() == ["first"]


def test_a_task_inside_a_sub_process_that_has_ended_is_a_target() -> None:
    life = nested()
    for element in ("a", "b", "beside"):
        life.task(element)

    send_back(life, found(life, "after")["a"])

    assert life.waiting() == ["a"]
    life.task("a")
    life.task("b")
    assert life.waiting() == ["after"]


def test_a_single_run_of_many_is_no_target_but_all_of_them_are() -> None:
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" />'
        "</bpmn:extensionElements></bpmn:multiInstanceLoopCharacteristics>"
    )
    asks = user("ask").replace("</bpmn:userTask>", f"{loop}</bpmn:userTask>")
    body = START + asks + user("send") + chain("start", "ask", "send")
    life = Life(drawing(body), {"people": ["li", "wang"]}).start()
    life.task("ask")
    assert found(life, "ask") == {}
    life.task("ask")

    send_back(life, found(life, "send")["ask"])

    assert life.waiting() == ["ask", "ask"]
