"""Verbs asked by the wrong people, too late or at once: refused, and nothing is lost."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.api.door import PEOPLE, Door
from tests.api.office import REASON, claimed, code, done, office, open_of, open_tasks, verb

pytestmark = pytest.mark.integration
GIVEN = {"assignee": "log", "reason": REASON}
VERBS: dict[str, Any] = {
    "reassignment": GIVEN,
    "delegation": GIVEN,
    "signers": GIVEN,
    "return": {},
    "send-back": {"elementId": "draft", "reason": REASON},
    "take-back": {"reason": REASON},
    "urging": None,
    "completion": {},
}


async def standing(door: Door) -> tuple[str, str, str]:
    """A draft that was done and a review that `tech_two` has; return instance and both keys."""
    instance = await office(door)
    first = await claimed(door, instance, "draft")
    await done(door, first)
    return instance, first, await claimed(door, instance, "review", "tech_two")


@pytest.mark.parametrize("name", VERBS)
async def test_whoever_has_nothing_to_do_with_a_task_does_nothing_with_it(
    door: Door, name: str
) -> None:
    instance, first, second = await standing(door)
    before = await open_tasks(door, instance)
    strangers = [who for who in PEOPLE if who.startswith("the_")]
    directing = {"the_team_lead", "the_administrator"}
    sees = {*directing, "the_duty_manager"}

    for who in {*strangers, "spec", "log", "owner"} - (sees if name == "urging" else directing):
        answer = await verb(door, who, first if name == "take-back" else second, name, VERBS[name])
        refused = code(answer)
        assert refused[0] == 403 or (name, refused[1]) == ("return", "user_task_not_delegated"), (
            who,
            answer.text,
        )

    assert await open_tasks(door, instance) == before


@pytest.mark.parametrize("name", [one for one in VERBS if one != "take-back"])
async def test_nothing_is_done_with_a_task_that_is_done_or_was_canceled(
    door: Door, name: str
) -> None:
    instance, first, second = await standing(door)

    answer = await verb(door, "tech", first, name, VERBS[name])
    assert code(answer) == (409, "user_task_not_active")
    back = await verb(door, "tech_two", second, "send-back", VERBS["send-back"])
    assert back.status_code == 200, back.text
    answer = await verb(door, "tech_two", second, name, VERBS[name])
    assert code(answer) == (409, "user_task_not_active")
    assert [one["elementId"] for one in await open_tasks(door, instance)] == ["draft"]


async def test_of_a_completion_and_a_step_back_at_once_one_wins(door: Door) -> None:
    instance, _, second = await standing(door)

    answers = await asyncio.gather(
        verb(door, "tech_two", second, "completion", {}),
        verb(door, "tech_two", second, "send-back", VERBS["send-back"]),
    )

    assert sorted(one.is_success for one in answers) == [False, True], [a.text for a in answers]
    assert next(a for a in answers if not a.is_success).status_code == 409
    left = [one["elementId"] for one in await open_tasks(door, instance)]
    assert left == (["send"] if answers[0].is_success else ["draft"])


async def test_a_chain_of_delegation_ends_at_its_first_link(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    own = await verb(door, "tech", key, "delegation", {"assignee": "tech", "reason": REASON})
    assert code(own) == (409, "user_task_already_assigned")
    assert (await verb(door, "tech", key, "delegation", GIVEN)).status_code == 204

    for who, answer in {
        "log": (403, "task_not_yours"),
        "tech": (409, "user_task_delegated"),
    }.items():
        to = {"assignee": "spec", "reason": REASON}
        assert code(await verb(door, who, key, "delegation", to)) == answer
    task = await open_of(door, instance, "draft")

    assert (task["assignee"], task["owner"]) == ("log", "tech")


async def test_a_delegate_does_not_throw_the_task_of_somebody_else_away(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    await verb(door, "tech", key, "delegation", GIVEN)

    thrown = await door.call("log", "DELETE", f"/v2/user-tasks/{key}/assignee")
    claimed_again = await verb(door, "tech_two", key, "assignment", {"assignee": "tech_two"})

    assert code(thrown) == (409, "user_task_delegated")
    assert code(claimed_again) == (409, "user_task_already_assigned")
    assert (await open_of(door, instance, "draft"))["owner"] == "tech"


async def test_a_signature_is_neither_thrown_away_nor_given_to_somebody_else(door: Door) -> None:
    instance = await office(door)
    key = await claimed(door, instance, "draft")
    await verb(door, "tech", key, "signers", GIVEN | {"position": "before"})
    [signature] = [one for one in await open_tasks(door, instance) if one["signs"] == key]
    path = signature["userTaskKey"]

    thrown = await door.call("log", "DELETE", f"/v2/user-tasks/{path}/assignee")
    taken = await verb(door, "lead", path, "assignment", {"assignee": "lead"})
    passed = await verb(door, "lead", path, "delegation", {"assignee": "spec", "reason": REASON})

    refusal = (409, "user_task_is_signature")
    assert [code(one) for one in (thrown, taken, passed)] == [refusal] * 3
