"""Why somebody got an item: own scores, the comparison of the leads, and objections."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.access_record import AccessRecord
from models.assignment_contest import AssignmentContest
from tests.api.door import Door
from tests.api.office import code, told, verb

pytestmark = pytest.mark.integration
REASON = "我下午外出，请致电 13812345678"


def path(number: str, *more: str) -> str:
    return "/".join([f"/api/feedback/{number}/assignment", *more])


async def seen(door: Door, username: str, number: str) -> dict[str, Any]:
    answer = await door.get(username, path(number))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def contest(door: Door, username: str, number: str, **headers: str) -> httpx.Response:
    return await door.post(username, path(number, "contest"), {"reason": REASON}, **headers)


async def decide(door: Door, username: str, number: str, contest_id: str, said: str) -> Any:
    body = {"decision": said, "answer": "已了解"}
    return await door.post(username, path(number, "contests", contest_id, "decision"), body)


async def contested(door: Door) -> tuple[str, str]:
    number = await door.receive()
    answer = await contest(door, "tech", number)
    assert answer.status_code == 201, answer.text
    return number, answer.json()["id"]


def recorded(door: Door, action: str) -> list[tuple[str, str]]:
    with Session(door.engine) as session:
        found = session.scalars(select(AccessRecord))
        return [(one.actor, str(one.subject)) for one in found if one.action == action]


async def test_who_got_an_item_sees_every_part_of_their_own_score(door: Door) -> None:
    number = await door.receive()

    found = await seen(door, "tech", number)

    assert (found["assignee"], found["candidates"], found["absent"]) == ("tech", 2, 0)
    own = found["own"]
    assert own["username"] == "tech"
    assert own["score"] == pytest.approx(sum(own["points"].values()))
    assert set(own["points"]) == {"load", "on_time", "skill", "shift", "fairness"}
    assert sum(found["weights"][part] for part in own["points"]) == 100


async def test_who_did_not_get_it_sees_in_what_they_are_behind_and_nobody_elses_score(
    door: Door,
) -> None:
    await door.receive()
    number = await door.receive()

    found = await seen(door, "tech", number)

    assert found["assignee"] == "tech_two"
    assert found["own"]["username"] == "tech"
    assert (found["ahead_in"], found["behind_in"]) == ([], ["load", "fairness"])
    assert "points" not in str({**found, "own": None})


async def test_who_was_no_candidate_sees_no_score_and_cannot_object(door: Door) -> None:
    number = await door.receive()

    assert (await seen(door, "spec", number))["own"] is None
    assert code(await contest(door, "spec", number)) == (403, "assignment_not_yours")
    assert code(await door.get("log", path(number))) == (403, "feedback_not_yours")


async def test_leads_and_the_head_compare_all_scores_and_each_look_is_recorded(
    door: Door,
) -> None:
    number = await door.receive()

    for username in ("lead", "tech_head", "audit"):
        answer = await door.get(username, path(number, "scores"))
        assert [one["username"] for one in answer.json()["candidates"]] == ["tech", "tech_two"]

    looks = [(username, number) for username in ("lead", "tech_head", "audit")]
    assert recorded(door, "read_assignment_scores") == looks
    assert code(await door.get("tech", path(number, "scores"))) == (403, "forbidden")
    assert code(await door.get("the_head", path(number, "scores"))) == (403, "feedback_not_yours")


async def test_an_objection_goes_to_the_head_and_its_text_is_nowhere_but_in_the_vault(
    door: Door,
) -> None:
    number, contest_id = await contested(door)

    assert "assignment_contested" in await told(door, "tech_head")
    assert recorded(door, "assignment_contested") == [("tech", number)]
    [own] = (await seen(door, "tech", number))["contests"]
    assert (own["id"], own["reason"]) == (contest_id, "我下午外出，请致电 138****5678")
    assert (await seen(door, "tech_two", number))["contests"] == []
    with Session(door.engine) as session:
        asked = text("SELECT string_agg(t::text, '') FROM (TABLE assignment_contest) t")
        kept = str(session.scalar(asked))
        noted = str(session.scalar(text("SELECT string_agg(t::text, '') FROM (TABLE notice) t")))
    assert "外出" not in kept + noted


async def test_one_objects_once_and_the_same_request_twice_is_one_objection(door: Door) -> None:
    number = await door.receive()

    first = await contest(door, "tech", number, Idempotency_Key="k")
    again = await contest(door, "tech", number, Idempotency_Key="k")
    other = await contest(door, "tech", number)

    assert again.json() == first.json()
    assert code(other) == (409, "assignment_contested")
    with Session(door.engine) as session:
        assert len(session.scalars(select(AssignmentContest)).all()) == 1


async def test_a_head_dismisses_an_objection_and_who_objected_hears_of_it(door: Door) -> None:
    number, contest_id = await contested(door)

    answer = await decide(door, "tech_head", number, contest_id, "dismissed")

    assert answer.status_code == 200, answer.text
    assert (answer.json()["decision"], answer.json()["decided_by"]) == ("dismissed", "tech_head")
    assert "assignment_contest_decided" in await told(door, "tech")
    again = await decide(door, "lead", number, contest_id, "dismissed")
    assert code(again) == (409, "assignment_contest_decided")


async def test_an_objection_is_granted_only_when_somebody_else_has_the_task(door: Door) -> None:
    number, contest_id = await contested(door)
    early = await decide(door, "lead", number, contest_id, "reassigned")
    key = (await door.task(number))["userTaskKey"]

    moved = await verb(door, "lead", key, "assignment", {"assignee": "tech_two"})
    answer = await decide(door, "lead", number, contest_id, "reassigned")

    assert code(early) == (409, "assignment_unchanged")
    assert (moved.status_code, answer.status_code) == (204, 200), answer.text


async def test_only_a_lead_of_the_item_decides_and_nobody_their_own_objection(door: Door) -> None:
    number, contest_id = await contested(door)
    other = await door.receive()
    with door.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE person SET roles = '{engineer,team_lead}' WHERE username = 'tech'"
        )

    mine = await decide(door, "tech", number, contest_id, "dismissed")
    elsewhere = await decide(door, "lead", other, contest_id, "dismissed")
    foreign = await decide(door, "the_head", number, contest_id, "dismissed")
    colleague = await decide(door, "tech_two", number, contest_id, "dismissed")

    assert code(mine) == (403, "assignment_contest_own")
    assert code(elsewhere) == (404, "assignment_contest_not_found")
    assert code(foreign) == (403, "feedback_not_yours")
    assert code(colleague) == (403, "forbidden")


async def test_before_anybody_was_chosen_there_is_nothing_to_see(door: Door) -> None:
    number = await door.receive()
    with door.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM assignment_choice")

    assert code(await door.get("spec", path(number))) == (404, "assignment_not_found")
