"""Activities done once for each element of a list."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bpmn.parse import ParseError
from bpmn.records import Kind
from bpmn.variables import visible
from tests.drawings import Life, chain, drawing, timer, user

START = '<bpmn:startEvent id="start" />'
AFTER = user("after")


def each(*, sequential: bool = False, condition: str = "", collection: str = "=departments") -> str:
    flag = str(sequential).lower()
    complete = f"<bpmn:completionCondition>={condition}</bpmn:completionCondition>"
    return (
        '<bpmn:userTask id="ask"><bpmn:extensionElements><zeebe:userTask />'
        '<zeebe:assignmentDefinition candidateGroups="=[department]" />'
        "</bpmn:extensionElements>"
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{flag}">'
        f'<bpmn:extensionElements><zeebe:loopCharacteristics inputCollection="{collection}"'
        ' inputElement="department" outputCollection="answers"'
        ' outputElement="={d: department, a: answer}" /></bpmn:extensionElements>'
        f"{complete if condition else ''}"
        "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    )


def life(task: str, departments: list[str], extra: str = "") -> Life:
    body = START + task + AFTER + extra + chain("start", "ask", "after")
    return Life(drawing(body), {"departments": departments}).start()


def open_groups(one: Life) -> list[str]:
    created = {r.key: r.data for r in one.records if r.kind is Kind.USER_TASK_CREATED}
    asked = [t for t in one.state.user_tasks.values() if t.element == "ask"]
    return [created[task.key]["candidate_groups"][0] for task in asked]


def answers(one: Life) -> object:
    task = one.state.user_tasks[one.task_key("after")]
    return visible(one.state, task.host)["answers"]


def test_every_department_is_asked_at_once_and_all_answers_come_back_in_order() -> None:
    one = life(each(), ["a", "b", "c"])
    assert open_groups(one) == ["a", "b", "c"]

    for answer in (1, 2, 3):
        one.task("ask", answer=answer)

    assert one.waiting() == ["after"]
    assert answers(one) == [{"d": d, "a": n} for n, d in enumerate("abc", 1)]
    assert not [name for name in one.state.elements.values() if name.element == "ask"]


def test_one_after_another_when_the_drawing_says_sequential() -> None:
    one = life(each(sequential=True), ["a", "b"])
    assert open_groups(one) == ["a"]

    one.task("ask", answer=1)
    assert open_groups(one) == ["b"]
    one.task("ask", answer=2)

    assert answers(one) == [{"d": "a", "a": 1}, {"d": "b", "a": 2}]


def test_an_empty_list_is_done_at_once() -> None:
    one = life(each(), [])

    assert one.waiting() == ["after"]
    assert answers(one) == []


def test_the_completion_condition_ends_the_others() -> None:
    one = life(each(condition="numberOfCompletedInstances = 1"), ["a", "b", "c"])

    one.task("ask", answer=1)

    assert one.waiting() == ["after"]
    assert one.of(Kind.USER_TASK_CANCELED) == ["ask", "ask"]


def test_what_is_no_list_is_an_incident() -> None:
    one = life(each(collection="=missing"), [])

    [incident] = one.state.incidents.values()
    assert incident.code == "input_collection_not_a_list"


def test_one_boundary_timer_watches_over_all_instances() -> None:
    late = (
        f'<bpmn:boundaryEvent id="late" attachedToRef="ask">{timer("PT1H")}</bpmn:boundaryEvent>'
    ) + chain("late", "after")
    one = life(each(), ["a", "b"], late)
    assert len(one.state.timers) == 1

    one.wait(timedelta(hours=1))

    assert one.waiting() == ["after"]
    assert not one.state.timers


def test_a_loop_without_a_list_is_refused_with_its_element_and_line() -> None:
    task = '<bpmn:userTask id="ask"><bpmn:multiInstanceLoopCharacteristics /></bpmn:userTask>'

    with pytest.raises(ValueError, match="input_collection_missing") as refused:
        drawing(START + task)

    assert not isinstance(refused.value, ParseError)
