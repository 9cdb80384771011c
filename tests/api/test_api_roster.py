"""Shifts, the duty roster and absences through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door

pytestmark = pytest.mark.integration
# The clock of the tests stands at 10:00 in Shanghai on a Monday.
SHIFT: dict[str, Any] = {
    "code": "early",
    "name_zh": "早班",
    "name_en": "Early",
    "department": "technical",
    "frames": {"mon": [["08:00", "12:00"]], "tue": [["08:00", "12:00"]]},
    "valid_from": "2026-09-01",
}
WEEK = {"first": "2026-09-21", "last": "2026-09-27"}
AWAY = {"starts_at": "2026-09-21T00:00:00Z", "ends_at": "2026-09-25T00:00:00Z"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def shift(door: Door) -> None:
    assert (await door.post("tech_head", "/api/shifts", SHIFT)).status_code == 201


async def on_duty(door: Door) -> list[tuple[str, str]]:
    found = (await door.get("spec", "/api/roster", params=WEEK)).json()["items"]
    return [(one["day"], one["username"]) for one in found]


async def bring(door: Door, who: str, rows: str) -> httpx.Response:
    file = {"file": ("roster.csv", rows.encode(), "text/csv")}
    return await door.client.post("/api/roster/import", files=file, headers=await door.headers(who))


# Roster


async def test_heads_plan_their_department_and_everybody_sees_who_is_on_duty_now(
    door: Door,
) -> None:
    await shift(door)
    people = {"usernames": ["tech", "tech_two"]}
    put = await door.call("tech_head", "PUT", "/api/roster/early/2026-09-21", people)
    assert put.status_code == 200, put.text

    now = (await door.get("spec", "/api/roster/now")).json()

    assert [one["username"] for one in now["on_shift"]] == ["tech", "tech_two"]
    assert now["duty_managers"] == ["the_duty_manager"]
    assert (await door.get("spec", "/api/people/tech")).json()["on_shift"]
    door.clock.at += timedelta(hours=2)
    assert (await door.get("spec", "/api/roster/now")).json()["on_shift"] == []


async def test_a_day_holds_whom_it_was_given_last(door: Door) -> None:
    await shift(door)
    for names in (["tech", "tech_two"], ["tech_two"]):
        path = "/api/roster/early/2026-09-22"
        await door.call("admin", "PUT", path, {"usernames": names})

    assert await on_duty(door) == [("2026-09-22", "tech_two")]


async def test_nobody_plans_for_another_department_or_on_a_day_without_the_shift(
    door: Door,
) -> None:
    await shift(door)
    path, one = "/api/roster/early/", {"usernames": ["tech"]}

    other = await door.call("the_head", "PUT", f"{path}2026-09-21", one)
    closed = await door.call("tech_head", "PUT", f"{path}2026-09-23", one)
    unknown = await door.call("tech_head", "PUT", f"{path}2026-09-21", {"usernames": ["x"]})

    assert code(other) == (403, "department_not_yours")
    assert code(closed) == (409, "shift_not_on_day")
    assert code(unknown) == (422, "people_unknown")
    foreign = SHIFT | {"code": "late", "department": "logistics"}
    assert code(await door.post("tech_head", "/api/shifts", foreign)) == (
        403,
        "department_not_yours",
    )


async def test_a_roster_comes_from_a_file_and_the_same_file_again_changes_nothing(
    door: Door,
) -> None:
    await shift(door)
    number = (await door.get("admin", "/api/people/tech_two")).json()["staff_number"]
    rows = f"日期,班次,工号\n2026/9/21,early,tech\n2026年9月22日,early,{number}\n"

    first, again = await bring(door, "admin", rows), await bring(door, "admin", rows)

    assert first.json() == {"added": 2, "removed": 0}
    assert again.json() == {"added": 0, "removed": 0}
    assert await on_duty(door) == [("2026-09-21", "tech"), ("2026-09-22", "tech_two")]
    changed = await bring(door, "admin", "shift,day,person\nearly,2026-09-21,tech_two\n")
    assert changed.json() == {"added": 1, "removed": 1}


async def test_a_file_with_a_bad_cell_changes_nothing_and_names_each(door: Door) -> None:
    await shift(door)
    rows = "shift,day,person\nearly,2026-09-21,tech\nnight,2026-09-21,tech\nearly,soon,nobody\n"

    refused = await bring(door, "admin", rows + "early,2026-09-23,tech\n")

    assert code(refused) == (422, "import_rejected")
    assert [(e["line"], e["column"], e["code"]) for e in refused.json()["errors"]] == [
        (3, "shift", "shift_unknown"),
        (4, "day", "day_invalid"),
        (4, "person", "person_unknown"),
        (5, "day", "no_shift_on_this_day"),
    ]
    assert await on_duty(door) == []
    assert code(await bring(door, "admin", "a,b\n1,2\n")) == (422, "import_unreadable")


async def test_a_shift_that_has_ended_is_no_longer_on(door: Door) -> None:
    await shift(door)
    await door.call("admin", "PUT", "/api/roster/early/2026-09-21", {"usernames": ["tech"]})
    tag = (await door.get("admin", "/api/shifts/early")).headers["etag"]

    ended = {"valid_until": "2026-09-20"}
    assert (
        await door.call("tech_head", "PATCH", "/api/shifts/early", ended, If_Match=tag)
    ).status_code == 200

    assert (await door.get("spec", "/api/roster/now")).json()["on_shift"] == []


# Absences


async def test_people_are_away_by_their_own_word_and_colleagues_see_who_stands_in(
    door: Door,
) -> None:
    made = await door.post("tech", "/api/absences", AWAY | {"delegate": "tech_two"})

    assert made.status_code == 201, made.text
    seen = (await door.get("spec", "/api/people/tech")).json()
    assert (seen["absent"], seen["delegate"]) == (True, "tech_two")
    # From when to when concerns the delegate and the head, not everybody.
    for who, lists in (("tech_two", 1), ("tech_head", 1), ("admin", 1), ("spec", 0), ("log", 0)):
        assert len((await door.get(who, "/api/absences")).json()["items"]) == lists, who
    with Session(door.engine) as session:
        asked = "SELECT actor, subject FROM access_record WHERE action = 'absence_created'"
        assert session.execute(text(asked)).tuples().all() == [("tech", "tech")]


async def test_heads_decide_for_their_staff_and_nobody_for_others(door: Door) -> None:
    for_tech = AWAY | {"username": "tech"}

    assert (await door.post("tech_head", "/api/absences", for_tech)).status_code == 201
    for who in ("tech_two", "the_head", "lead"):
        answer = await door.post(who, "/api/absences", AWAY | {"username": "tech"})
        assert code(answer) == (403, "absence_not_yours"), who
    assert (
        await door.post("admin", "/api/absences", AWAY | {"username": "tech_two"})
    ).status_code == 201


async def test_a_delegate_is_somebody_else_who_is_there_all_the_time(door: Door) -> None:
    partly = {"starts_at": "2026-09-24T00:00:00Z", "ends_at": "2026-09-30T00:00:00Z"}
    assert (await door.post("tech_two", "/api/absences", partly)).status_code == 201
    tag = (await door.get("admin", "/api/people/log")).headers["etag"]
    await door.post("admin", "/api/people/log/leave", If_Match=tag)

    async def refused(delegate: str) -> str:
        answer = await door.post("tech", "/api/absences", AWAY | {"delegate": delegate})
        assert code(answer) == (409, "delegate_unfit")
        return str(answer.json()["reason"])

    assert await refused("tech") == "same_person"
    assert await refused("nobody") == "not_here"
    assert await refused("log") == "not_here"
    assert await refused("tech_two") == "absent"


async def test_two_absences_cannot_name_each_other(door: Door) -> None:
    first = await door.post("tech", "/api/absences", AWAY | {"delegate": "tech_two"})
    second = await door.post("tech_two", "/api/absences", AWAY | {"delegate": "tech"})

    assert first.status_code == 201
    assert code(second) == (409, "delegate_unfit")


async def test_nobody_is_away_twice_or_in_the_past_or_backwards(door: Door) -> None:
    assert (await door.post("tech", "/api/absences", AWAY)).status_code == 201

    again = await door.post("tech", "/api/absences", AWAY | {"ends_at": "2026-09-22T00:00:00Z"})
    past = {"starts_at": "2026-09-01T00:00:00Z", "ends_at": "2026-09-02T00:00:00Z"}
    backwards = {"starts_at": AWAY["ends_at"], "ends_at": AWAY["starts_at"]}

    assert code(again) == (409, "absence_overlaps")
    assert code(await door.post("spec", "/api/absences", past)) == (409, "absence_over")
    assert code(await door.post("spec", "/api/absences", backwards)) == (422, "fields_invalid")


async def test_who_is_back_early_is_back_from_that_moment(door: Door) -> None:
    made = await door.post("tech", "/api/absences", AWAY)
    path = f"/api/absences/{made.json()['id']}"
    back = {"ends_at": "2026-09-21T02:00:00Z"}

    assert code(await door.call("tech", "PATCH", path, back)) == (428, "if_match_missing")
    answer = await door.call("tech", "PATCH", path, back, If_Match=made.headers["etag"])

    assert answer.status_code == 200, answer.text
    assert not (await door.get("spec", "/api/people/tech")).json()["absent"]
    late = await door.call("tech", "PATCH", path, back, If_Match=answer.headers["etag"])
    assert code(late) == (409, "absence_over")


async def test_a_canceled_absence_is_none(door: Door) -> None:
    made = await door.post("tech", "/api/absences", AWAY)
    path = f"/api/absences/{made.json()['id']}/cancel"

    gone = await door.post("tech", path, If_Match=made.headers["etag"])

    assert gone.json()["canceled"]
    assert not (await door.get("spec", "/api/people/tech")).json()["absent"]
    assert (await door.get("tech", "/api/absences")).json()["items"] == []
    assert (await door.post("tech", "/api/absences", AWAY)).status_code == 201
