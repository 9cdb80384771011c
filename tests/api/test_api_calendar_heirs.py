"""Departments with a calendar of their own follow the holidays of the house (日历继承)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from models import access_record
from tests.api.door import Door
from tests.api.test_api_calendars import FRAMES, PATH, days

pytestmark = pytest.mark.integration
HOLIDAY = days(("2027-10-01", False), ("2027-10-09", True))


async def imported(door: Door, **asked: Any) -> dict[str, Any]:
    answer = await door.post("owner", PATH, {"note": "2027", **asked})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def current(door: Door, department: str) -> dict[str, Any]:
    heads = (await door.get("spec", PATH, params={"department": department})).json()["items"]
    shown = (await door.get("spec", f"{PATH}/{heads[0]['version']}")).json()
    found: dict[str, Any] = shown
    return found


async def test_a_new_year_of_the_house_reaches_a_department_with_hours_of_its_own(
    door: Door,
) -> None:
    await imported(door, department="technical", frames=FRAMES)

    made = await imported(door, days=HOLIDAY)

    own = await current(door, "technical")
    assert [one["department"] for one in made["departments"]] == ["technical"]
    assert (own["version"], own["frames"]) == (made["departments"][0]["version"], FRAMES)
    assert own["listed"] == made["listed"]
    with Session(door.engine) as session:
        every = access_record.read(session, "technical")
        [found] = [r for r in every if r.action == "calendar_inherited"]
    assert (found.actor, found.subject) == ("owner", "technical")
    assert found.data == {"version": own["version"], "house": made["version"], "items": 0}


async def test_a_year_with_days_of_its_own_stays_as_the_department_has_it(door: Door) -> None:
    own = days(("2027-10-01", True))
    await imported(door, department="technical", days=own)

    made = await imported(door, days=HOLIDAY)

    shown = await current(door, "technical")
    assert made["departments"] == []
    assert [one for one in shown["listed"] if one["day"] > "2027"] == own


async def test_a_year_is_the_department_s_own_though_others_follow(door: Door) -> None:
    await imported(door, department="technical", days=days(("2026-12-24", False)))

    await imported(door, days=HOLIDAY)

    listed = (await current(door, "technical"))["listed"]
    assert [one["day"] for one in listed if one["day"] >= "2026-12"] == [
        "2026-12-24",
        "2027-10-01",
        "2027-10-09",
    ]


async def test_what_the_house_corrects_is_corrected_for_those_who_follow(door: Door) -> None:
    await imported(door, department="technical", frames=FRAMES)
    await imported(door, days=HOLIDAY)

    await imported(door, days=days(("2027-10-09", False)))
    await imported(door, days=days(("2027-10-09", True)))

    listed = (await current(door, "technical"))["listed"]
    assert {one["day"]: one["working"] for one in listed}["2027-10-09"] is True
