"""Signers that are done without (减签), before the task is done and after."""

from __future__ import annotations

import pytest

from bpmn.commands import AddSigner, AssignUserTask, Rejection, RemoveSigner, UnassignUserTask
from bpmn.commands import CompleteUserTask as Complete
from bpmn.records import Kind
from tests.drawings import Life, chain, drawing, user

START = '<bpmn:startEvent id="start" />'
LISTENS = '<zeebe:taskListeners><zeebe:taskListener eventType="completing" type="look" />'


def signed(*positions: tuple[str, str], extra: str = "") -> tuple[Life, int]:
    """A draft that li has and these people sign, and a review after it."""
    body = START + user("draft", extra) + user("review") + chain("start", "draft", "review")
    life = Life(drawing(body)).start()
    key = life.task_key("draft")
    life.do(AssignUserTask(id="assign", key=key, assignee="li"))
    for who, position in positions:
        life.do(AddSigner(id=f"add:{who}", key=key, assignee=who, position=position))
    return life, key


def signature_of(life: Life, key: int) -> int:
    return next(task.key for task in life.state.user_tasks.values() if task.signs == key)


def complete(life: Life, key: int) -> None:
    life.do(Complete(id=f"done:{key}", actor="li", key=key))


def remove(life: Life, key: int, who: str = "", signature: int = 0) -> None:
    name = f"remove:{who}:{life.state.number}"
    life.do(RemoveSigner(id=name, actor="li", key=key, assignee=who, signature=signature))


@pytest.mark.parametrize("position", ["parallel", "after"])
def test_a_signature_that_is_open_after_the_task_is_done_without_and_the_process_goes_on(
    position: str,
) -> None:
    life, key = signed(("wang", position))
    complete(life, key)
    assert life.waiting() == ["draft"]

    remove(life, key, "wang")

    assert life.waiting() == ["review"]
    assert [r.data.get("by") for r in life.records if r.kind is Kind.USER_TASK_CANCELED] == ["li"]


def test_the_process_waits_until_the_last_signature_is_removed_or_given() -> None:
    life, key = signed(("wang", "parallel"), ("zhao", "after"), ("sun", "after"))
    complete(life, key)

    remove(life, key, "zhao")
    assert life.waiting() == ["draft", "draft"]
    complete(life, signature_of(life, key))
    assert life.waiting() == ["draft"]
    remove(life, key, "sun")

    assert life.waiting() == ["review"]


def test_who_does_not_sign_or_has_signed_is_not_removed() -> None:
    life, key = signed(("wang", "parallel"), ("zhao", "parallel"))
    complete(life, key)
    complete(life, signature_of(life, key))

    for who in ("wang", "li", "nobody", ""):
        with pytest.raises(Rejection, match="signer_not_found"):
            remove(life, key, who)
    remove(life, key, "zhao")
    with pytest.raises(Rejection, match="user_task_not_active"):
        remove(life, key, "zhao")


def test_a_signature_that_nobody_has_is_removed_by_its_key() -> None:
    life, key = signed(("wang", "parallel"))
    signature = signature_of(life, key)
    life.do(UnassignUserTask(id="left", key=signature))
    complete(life, key)

    remove(life, key, signature=signature)

    assert life.waiting() == ["review"]


def test_the_signature_of_another_task_is_not_removed() -> None:
    both = START + user("a") + user("b") + '<bpmn:parallelGateway id="g" />'
    life = Life(drawing(both + chain("start", "g", "a") + chain("g", "b"))).start()
    first, second = life.task_key("a"), life.task_key("b")
    for key in (first, second):
        life.do(AddSigner(id=f"add:{key}", key=key, assignee="wang"))
    other = signature_of(life, second)

    with pytest.raises(Rejection, match="signer_not_found"):
        remove(life, first, signature=other)
    remove(life, first, "wang")

    assert [t.signs for t in life.state.user_tasks.values() if t.signs] == [second]


def test_a_signature_that_listeners_look_at_is_not_removed_under_them() -> None:
    life, key = signed(("wang", "parallel"), extra=LISTENS + "</zeebe:taskListeners>")
    signature = signature_of(life, key)
    complete(life, signature)

    with pytest.raises(Rejection, match="user_task_busy"):
        remove(life, key, "wang")
    life.job("draft")

    assert [task.key for task in life.state.user_tasks.values()] == [key]
