"""Standard loops, numbers of instances and ad-hoc sub-processes in the engine alone."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.commands import ActivateElements, Rejection, ResolveIncident, SetVariables
from tests.drawings import Life, chain, drawing, service, user

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'


def looping(key: str, loop: str) -> str:
    return user(key).replace("</bpmn:userTask>", f"{loop}</bpmn:userTask>")


def standard(condition: str = "", attributes: str = "") -> str:
    inner = f"<bpmn:loopCondition>={condition}</bpmn:loopCondition>" if condition else ""
    return (
        f"<bpmn:standardLoopCharacteristics {attributes}>{inner}</bpmn:standardLoopCharacteristics>"
    )


def cardinality(number: str, attributes: str = "") -> str:
    return (
        f"<bpmn:multiInstanceLoopCharacteristics {attributes}><bpmn:loopCardinality>{number}"
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )


def ad_hoc(body: str, *, elements: str = "", condition: str = "", attributes: str = "") -> str:
    active = (
        "<bpmn:extensionElements>"
        f"<zeebe:adHoc activeElementsCollection='={elements}' /></bpmn:extensionElements>"
        if elements
        else ""
    )
    done = f"<bpmn:completionCondition>={condition}</bpmn:completionCondition>" if condition else ""
    return f'<bpmn:adHocSubProcess id="ad" {attributes}>{active}{body}{done}</bpmn:adHocSubProcess>'


def life_of(middle: str, key: str = "a", **variables: Any) -> Life:
    body = START + middle + user("after") + END + chain("start", key, "after", "end")
    return Life(drawing(body), variables).start()


def test_a_loop_asks_after_each_time() -> None:
    life = life_of(looping("a", standard("not(good)")), good=False)

    life.task("a", good=False)
    assert life.waiting() == ["a"]
    life.task("a", good=True)

    assert life.waiting() == ["after"]


def test_a_loop_that_tests_before_may_do_nothing() -> None:
    life = life_of(looping("a", standard("more", 'testBefore="true"')), more=False)

    assert life.waiting() == ["after"]


def test_a_loop_ends_at_its_maximum() -> None:
    life = life_of(looping("a", standard("true", 'loopMaximum="2"')))

    life.task("a")
    life.task("a")

    assert life.waiting() == ["after"]


def test_a_loop_counts_for_its_condition() -> None:
    life = life_of(looping("a", standard("loopCounter &lt; 3")))

    for _ in range(3):
        life.task("a")

    assert life.waiting() == ["after"]


def test_a_loop_without_end_stops_at_an_incident_that_can_be_mended() -> None:
    loop = (
        f'<bpmn:subProcess id="a">{standard("again")}<bpmn:startEvent id="in" /></bpmn:subProcess>'
    )
    life = life_of(loop, again=True)
    assert [i.code for i in life.state.incidents.values()] == ["too_many_elements"]

    life.do(SetVariables(id="v", variables={"again": False}))
    life.do(ResolveIncident(id="r", key=next(iter(life.state.incidents))))

    assert life.waiting() == ["after"]
    assert not life.state.incidents


def test_a_number_of_instances_needs_no_list() -> None:
    life = life_of(looping("a", cardinality("= n")), n=3)
    assert life.waiting() == ["a", "a", "a"]

    for _ in range(3):
        life.task("a")

    assert life.waiting() == ["after"]


def test_a_number_of_instances_may_be_done_one_after_another() -> None:
    life = life_of(looping("a", cardinality("2", 'isSequential="true"')))

    assert life.waiting() == ["a"]
    life.task("a")
    assert life.waiting() == ["a"]
    life.task("a")

    assert life.waiting() == ["after"]


@pytest.mark.parametrize(
    ("number", "code"),
    [("1000000000", "too_many_instances"), ('= "many"', "cardinality_invalid")],
)
def test_a_number_of_instances_that_cannot_be_is_an_incident(number: str, code: str) -> None:
    life = life_of(looping("a", cardinality(number)))

    assert [i.code for i in life.state.incidents.values()] == [code]


def test_an_ad_hoc_sub_process_begins_what_its_list_names() -> None:
    inside = user("x") + user("y") + user("z")
    life = life_of(ad_hoc(inside, elements='["x", "z"]'), "ad")
    assert life.waiting() == ["x", "z"]

    life.task("x")
    assert life.waiting() == ["z"]
    life.task("z")

    assert life.waiting() == ["after"]


def test_an_ad_hoc_sub_process_with_nothing_to_do_is_done() -> None:
    assert life_of(ad_hoc(user("x"), elements="[]"), "ad").waiting() == ["after"]


def test_an_ad_hoc_sub_process_ends_when_its_condition_holds() -> None:
    inside = user("x") + user("y")
    life = life_of(ad_hoc(inside, elements='["x", "y"]', condition="enough = true"), "ad")

    life.task("x", enough=True)

    assert life.waiting() == ["after"]


def test_an_ad_hoc_sub_process_may_let_the_others_finish() -> None:
    inside = user("x") + user("y")
    attributes = 'cancelRemainingInstances="false"'
    life = life_of(
        ad_hoc(inside, elements='["x", "y"]', condition="true", attributes=attributes), "ad"
    )

    life.task("x")
    assert life.waiting() == ["y"]
    life.task("y")

    assert life.waiting() == ["after"]


def test_people_begin_what_they_need_in_an_ad_hoc_sub_process() -> None:
    inside = user("x") + service("y") + user("next") + chain("x", "next")
    life = life_of(ad_hoc(inside, condition="done = true"), "ad", done=False)
    assert life.waiting() == []
    key = next(e.key for e in life.state.elements.values() if e.element == "ad")

    asked: list[dict[str, Any]] = [{"element": "x", "variables": {"hint": 1}}, {"element": "y"}]
    life.do(ActivateElements(id="1", key=key, elements=asked))
    life.job("y")
    life.task("x")
    life.task("next", done=True)

    assert life.waiting() == ["after"]


def test_only_what_stands_in_the_ad_hoc_sub_process_can_begin() -> None:
    life = life_of(ad_hoc(user("x")), "ad")
    key = next(e.key for e in life.state.elements.values() if e.element == "ad")

    with pytest.raises(Rejection, match="element_not_found"):
        life.do(ActivateElements(id="1", key=key, elements=[{"element": "after"}]))
    with pytest.raises(Rejection, match="element_instance_not_active"):
        life.do(ActivateElements(id="2", key=1, elements=[{"element": "x"}]))


def test_a_list_that_names_nothing_known_is_an_incident() -> None:
    life = life_of(ad_hoc(user("x"), elements='["nothing"]'), "ad")

    assert [i.code for i in life.state.incidents.values()] == ["element_not_found"]


def test_a_runaway_drawing_stops_at_one_incident_and_goes_on_when_an_operator_says_so() -> None:
    body = (
        START
        + '<bpmn:exclusiveGateway id="in" />'
        + '<bpmn:parallelGateway id="fork" />'
        + "".join(f'<bpmn:task id="t{n}" />' for n in range(3))
        + chain("start", "in", "fork", "t0", "in")
        + chain("fork", "t1", "in")
        + chain("fork", "t2", "in")
    )
    life = Life(drawing(body)).start()

    assert [i.code for i in life.state.incidents.values()] == ["too_many_elements"]
    waiting = len(life.state.tokens)
    assert waiting
    number = life.state.number
    life.do(SetVariables(id="v", variables={"x": 1}))
    assert len(life.state.tokens) == waiting
    life.do(ResolveIncident(id="r", key=next(iter(life.state.incidents))))

    assert life.state.number > number + 1000
    assert [i.code for i in life.state.incidents.values()] == ["too_many_elements"]


def test_what_an_ad_hoc_sub_process_waits_for_ends_with_it() -> None:
    life = life_of(ad_hoc(user("x"), elements='["nothing"]'), "ad")
    key = next(e.key for e in life.state.elements.values() if e.element == "ad")

    with pytest.raises(Rejection, match="element_instance_waiting"):
        life.do(ActivateElements(id="1", key=key, elements=[{"element": "x"}]))


def test_the_expressions_of_a_batch_share_one_budget() -> None:
    body = (
        START
        + '<bpmn:exclusiveGateway id="in" />'
        + '<bpmn:scriptTask id="count"><bpmn:extensionElements>'
        + '<zeebe:script expression="=count(for i in 1..9000 return i)" resultVariable="n" />'
        + "</bpmn:extensionElements></bpmn:scriptTask>"
        + chain("start", "in", "count", "in")
    )

    life = Life(drawing(body)).start()

    assert [i.code for i in life.state.incidents.values()] == ["budget_exceeded"]
    assert life.completed.count("count") < 150
