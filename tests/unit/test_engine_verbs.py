"""What offices do with user tasks beyond completing them, in the engine alone."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.commands import (
    AddSigner,
    AssignUserTask,
    CompleteUserTask,
    DelegateUserTask,
    ModifyInstance,
    Rejection,
    RemoveSigner,
    ReturnUserTask,
)
from bpmn.records import Kind
from tests.drawings import Life, chain, drawing, user

START = '<bpmn:startEvent id="start" />'
END = '<bpmn:endEvent id="end" />'


def office(**variables: Any) -> Life:
    body = START + user("draft") + user("review") + user("send") + END
    body += chain("start", "draft", "review", "send", "end")
    life = Life(drawing(body), variables).start()
    assign(life, "draft", "li")
    return life


def assign(life: Life, element: str, who: str) -> int:
    key = life.task_key(element)
    life.do(AssignUserTask(id=f"assign:{key}:{life.state.number}", key=key, assignee=who))
    return key


def held_by(life: Life) -> list[str]:
    return sorted(str(t.assignee) for t in life.state.user_tasks.values())


def host_of(life: Life, element: str) -> int:
    return next(e.key for e in life.state.elements.values() if e.element == element)


def complete(life: Life, who: str, **variables: Any) -> None:
    key = next(t.key for t in life.state.user_tasks.values() if t.assignee == who)
    life.do(CompleteUserTask(id=f"done:{key}", actor=who, key=key, variables=variables))


def test_a_delegated_task_comes_back_to_its_owner() -> None:
    life = office()
    key = life.task_key("draft")

    life.do(DelegateUserTask(id="1", actor="li", key=key, assignee="wang"))
    assert held_by(life) == ["wang"]
    with pytest.raises(Rejection, match="user_task_delegated"):
        complete(life, "wang")
    life.do(ReturnUserTask(id="2", actor="wang", key=key, variables={"hint": 1}))

    assert held_by(life) == ["li"]
    complete(life, "li")
    assert life.waiting() == ["review"]


def test_only_what_somebody_has_can_be_delegated_and_only_once() -> None:
    life = office()
    key = life.task_key("draft")
    life.do(DelegateUserTask(id="1", key=key, assignee="wang"))

    with pytest.raises(Rejection, match="user_task_delegated"):
        life.do(DelegateUserTask(id="2", key=key, assignee="zhao"))
    life.do(AssignUserTask(id="3", key=key, assignee="li"))
    with pytest.raises(Rejection, match="user_task_not_delegated"):
        life.do(ReturnUserTask(id="4", key=key))
    with pytest.raises(Rejection, match="user_task_already_assigned"):
        life.do(DelegateUserTask(id="5", key=key, assignee="li"))


def test_whoever_signs_before_must_have_signed() -> None:
    life = office()
    life.do(AddSigner(id="1", key=life.task_key("draft"), assignee="wang", position="before"))
    assert held_by(life) == ["li", "wang"]

    with pytest.raises(Rejection, match="signature_missing"):
        complete(life, "li")
    complete(life, "wang", opinion="fine")
    complete(life, "li")

    assert life.waiting() == ["review"]


def test_signers_in_parallel_and_after_are_waited_for() -> None:
    life = office()
    key = life.task_key("draft")
    life.do(AddSigner(id="1", key=key, assignee="wang", position="parallel"))
    life.do(AddSigner(id="2", key=key, assignee="zhao", position="after"))

    complete(life, "li")
    assert held_by(life) == ["wang", "zhao"]
    complete(life, "zhao", opinion="late")
    complete(life, "wang", opinion="fine")

    assert life.waiting() == ["review"]


def test_what_signers_say_is_gathered_with_their_names() -> None:
    outputs = '<zeebe:ioMapping><zeebe:output source="=signatures" target="opinions" />'
    body = START + user("draft", outputs + "</zeebe:ioMapping>") + user("review")
    life = Life(drawing(body + chain("start", "draft", "review"))).start()
    key = assign(life, "draft", "li")
    life.do(AddSigner(id="1", key=key, assignee="wang", position="before"))

    complete(life, "wang", opinion="fine")
    complete(life, "li")

    root = next(life.state.children(0))
    opinion = {"assignee": "wang", "by": "wang", "variables": {"opinion": "fine"}}
    assert root.variables == {"opinions": [opinion]}


def test_a_signature_can_be_done_without_again() -> None:
    life = office()
    key = life.task_key("draft")
    life.do(AddSigner(id="1", key=key, assignee="wang", position="parallel"))
    life.do(AddSigner(id="2", key=key, assignee="zhao", position="after"))

    life.do(RemoveSigner(id="3", key=key, assignee="zhao"))
    complete(life, "li")
    assert held_by(life) == ["wang"]


def test_removing_the_last_open_signature_lets_the_element_go_on() -> None:
    life = office()
    key = life.task_key("draft")
    life.do(AddSigner(id="1", key=key, assignee="wang", position="parallel"))
    life.do(RemoveSigner(id="2", key=key, assignee="wang"))

    complete(life, "li")

    assert life.waiting() == ["review"]


@pytest.mark.parametrize("assignee", ["li", "wang"])
def test_nobody_signs_twice(assignee: str) -> None:
    life = office()
    key = life.task_key("draft")
    life.do(AddSigner(id="1", key=key, assignee="wang"))

    with pytest.raises(Rejection, match="signer_already_there"):
        life.do(AddSigner(id="2", key=key, assignee=assignee))


def test_a_task_is_sent_back_to_what_was_done_before() -> None:
    life = office()
    complete(life, "li")

    back = {"element": "draft", "variables": {"why": "vague"}}
    life.do(ModifyInstance(id="1", activate=[back], terminate=[host_of(life, "review")]))

    assert life.waiting() == ["draft"]
    assert life.of(Kind.ELEMENT_TERMINATED) == ["review"]
    life.task("draft")
    assert life.waiting() == ["review"]


def test_sending_back_what_has_moved_on_is_refused() -> None:
    life = office()
    number = life.state.number
    complete(life, "li")

    with pytest.raises(Rejection, match="process_instance_moved_on"):
        life.do(ModifyInstance(id="1", activate=[{"element": "draft"}], expected_number=number))


def nested() -> Life:
    inside = '<bpmn:startEvent id="in" />' + user("a") + user("b") + chain("in", "a", "b")
    body = START + f'<bpmn:subProcess id="sub">{inside}</bpmn:subProcess>' + user("after")
    return Life(drawing(body + chain("start", "sub", "after"))).start()


def test_an_element_begins_in_the_scope_around_it() -> None:
    life = nested()

    life.do(ModifyInstance(id="1", activate=[{"element": "b"}], terminate=[host_of(life, "a")]))

    assert life.waiting() == ["b"]
    assert len([e for e in life.state.elements.values() if e.element == "sub"]) == 1


def test_a_scope_that_has_ended_is_opened_again_without_its_start() -> None:
    life = nested()
    life.task("a")
    life.task("b")

    life.do(ModifyInstance(id="1", activate=[{"element": "b"}], terminate=[host_of(life, "after")]))

    assert life.waiting() == ["b"]
    life.task("b")
    assert life.waiting() == ["after"]


def test_ending_all_that_a_scope_holds_completes_it() -> None:
    life = nested()

    life.do(ModifyInstance(id="1", terminate=[host_of(life, "a")]))

    assert life.waiting() == ["after"]


@pytest.mark.parametrize("element", ["nowhere", "p", ""])
def test_what_cannot_begin_is_refused(element: str) -> None:
    life = nested()

    with pytest.raises(Rejection, match=r"element_not_found|element_cannot_begin"):
        life.do(ModifyInstance(id="1", activate=[{"element": element}]))
    assert life.waiting() == ["a"]


def vote(condition: str) -> Life:
    """Three people vote; `votes` gathers what they say."""
    loop = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:extensionElements>"
        '<zeebe:loopCharacteristics inputCollection="=people" inputElement="person" '
        'outputCollection="votes" outputElement="=approved" /></bpmn:extensionElements>'
        f"<bpmn:completionCondition>={condition}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    asks = (
        '<bpmn:userTask id="ask" name="ask"><bpmn:extensionElements><zeebe:userTask />'
        '<zeebe:assignmentDefinition assignee="=person" /><zeebe:ioMapping>'
        '<zeebe:input source="=null" target="approved" /></zeebe:ioMapping>'
        f"</bpmn:extensionElements>{loop}</bpmn:userTask>"
    )
    body = START + asks + user("after") + chain("start", "ask", "after")
    return Life(drawing(body), {"people": ["li", "wang", "zhao"]}).start()


def test_all_must_sign() -> None:
    life = vote("numberOfCompletedInstances = numberOfInstances")

    for who in ("zhao", "li"):
        complete(life, who, approved=True)
        assert "after" not in life.waiting()
    complete(life, "wang", approved=False)

    assert life.waiting() == ["after"]


def test_any_of_them_is_enough() -> None:
    life = vote("numberOfCompletedInstances &gt;= 1")

    complete(life, "wang", approved=True)

    assert life.waiting() == ["after"]


def test_a_majority_of_votes_is_enough() -> None:
    life = vote("count(votes[item = true]) * 2 &gt; numberOfInstances")

    complete(life, "wang", approved=True)
    assert "after" not in life.waiting()
    complete(life, "zhao", approved=True)

    assert life.waiting() == ["after"]
