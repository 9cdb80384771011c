"""Working calendars of the house and of departments: imported, listed, in force at once."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import access_record, calendar_version
from tests.api.door import Door

pytestmark = pytest.mark.integration
PATH = "/api/calendars"
FRAMES = {d: [["08:00", "12:00"], ["13:30", "17:30"]] for d in ("mon", "tue", "wed", "thu", "fri")}
ICS = (
    "BEGIN:VCALENDAR\nVERSION:2.0\n"
    "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20271001\nDTEND;VALUE=DATE:20271008\n"
    "SUMMARY:国庆节（休）\nEND:VEVENT\n"
    "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20271009\nSUMMARY:国庆节（班）\nEND:VEVENT\n"
    "END:VCALENDAR\n"
)


def days(*given: tuple[str, bool]) -> list[dict[str, Any]]:
    return [{"day": day, "working": working, "name": "国庆节"} for day, working in given]


async def upload(
    door: Door, name: str, content: str, *, key: str | None = None, **fields: str
) -> httpx.Response:
    headers = await door.headers("owner")
    headers |= {"Idempotency-Key": key} if key else {}
    return await door.client.post(
        f"{PATH}/files",
        files={"file": (name, content.encode())},
        data={"note": "2027", **fields},
        headers=headers,
    )


async def test_added_days_are_a_new_version_that_keeps_the_days_known_before(door: Door) -> None:
    before = (await door.get("spec", f"{PATH}/1")).json()

    answer = await door.post("owner", PATH, {"note": "2027 年", "days": days(("2027-10-09", True))})

    assert answer.status_code == 201
    made = answer.json()
    assert (made["version"], made["current"], made["imported_by"]) == (2, True, "owner")
    assert made["days"] == before["days"] + 1
    assert made["listed"][-1] == {"day": "2027-10-09", "working": True, "name": "国庆节"}
    assert made["frames"] == before["frames"]
    assert answer.headers["etag"] == '"2"'
    listed = (await door.get("audit", PATH)).json()["items"]
    assert [(one["version"], one["current"]) for one in listed] == [(2, True), (1, False)]


async def test_an_import_is_recorded_with_who_did_it(door: Door) -> None:
    await door.post("owner", PATH, {"note": "x", "days": days(("2027-10-09", True))})

    with Session(door.engine) as session:
        [found] = [r for r in access_record.read(session, "") if r.action == "calendar_imported"]
    assert (found.actor, found.data) == ("owner", {"version": 2, "days": 1, "items": 0})


async def test_a_year_that_nobody_has_imported_is_named(door: Door) -> None:
    # The clock of the tests says 2026; the bundled calendar ends there.
    first = (await door.get("spec", f"{PATH}/1")).json()
    second = (await upload(door, "2027.ics", ICS)).json()

    assert first["warnings"] == [{"code": "calendar_year_missing", "year": 2027}]
    assert second["warnings"] == []


@pytest.mark.parametrize(
    ("name", "content"),
    [("days.ics", ICS), ("days.csv", "day,working,name\n2027-10-01,休,国庆节\n2027-10-09,班,\n")],
)
async def test_files_of_both_kinds_bring_holidays_and_make_up_days(
    door: Door, name: str, content: str
) -> None:
    answer = await upload(door, name, content, replace_days="true")

    assert answer.status_code == 201
    found = {one["day"]: one["working"] for one in answer.json()["listed"]}
    assert (found["2027-10-01"], found["2027-10-09"]) == (False, True)
    assert min(found) == "2027-10-01"


async def test_a_file_that_cannot_be_used_is_refused_with_reason_and_line(door: Door) -> None:
    answer = await upload(door, "days.csv", "day,working\n2027-10-01,0\n2027-02-30,0\n")

    assert answer.status_code == 422
    told = answer.json()
    assert (told["code"], told["reason"], told["line"]) == (
        "calendar_unreadable",
        "calendar_day_invalid",
        3,
    )
    assert len((await door.get("spec", PATH)).json()["items"]) == 1


async def test_an_import_sent_twice_with_one_key_is_one_version(door: Door) -> None:
    first = await upload(door, "a.ics", ICS, key="once")
    again = await upload(door, "a.ics", ICS, key="once")
    other = await upload(door, "a.ics", ICS.replace("1009", "1010"), key="once")

    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert other.json()["code"] == "idempotency_key_reused"


async def test_an_import_that_builds_on_an_older_version_is_refused(door: Door) -> None:
    asked = {"note": "x", "days": days(("2027-10-09", True))}
    await door.post("owner", PATH, asked, If_Match='"1"')

    late = await door.post("owner", PATH, asked, If_Match='"1"')

    assert (late.status_code, late.json()["code"]) == (412, "revision_differs")


async def test_a_department_has_hours_of_its_own_and_the_others_those_of_the_house(
    door: Door,
) -> None:
    asked = {"note": "technical", "department": "technical", "frames": FRAMES}
    made = (await door.post("admin", PATH, asked)).json()
    await door.post("admin", PATH, {"note": "house", "days": days(("2027-10-09", True))})

    assert (made["department"], made["version"], made["frames"]) == ("technical", 2, FRAMES)
    with Session(door.engine) as session:
        found = {d: calendar_version.current(session, d) for d in ("technical", "service", None)}
    # The days of the house reach the department with its own hours as a version of its own.
    assert found == {"technical": 4, "service": 3, None: 3}
    own = (await door.get("spec", PATH, params={"department": "technical"})).json()["items"]
    assert [one["version"] for one in own] == [4, 2]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"note": "x", "department": "nowhere"}, 404, "department_not_found"),
        ({"note": "x", "frames": {}}, 422, "calendar_unusable"),
        ({"note": "x", "frames": {"mon": [["12:00", "09:00"]]}}, 422, "calendar_unusable"),
        ({"note": "x", "frames": {"someday": []}}, 422, "fields_invalid"),
        ({"note": "x", "zone": "Asia/Nowhere"}, 422, "fields_invalid"),
        ({"days": []}, 422, "fields_invalid"),
    ],
)
async def test_a_calendar_that_nobody_can_work_by_is_refused(
    door: Door, asked: dict[str, Any], status: int, code: str
) -> None:
    answer = await door.post("owner", PATH, asked)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_only_process_owners_and_administrators_import(door: Door) -> None:
    refused = await door.post("lead", PATH, {"note": "x"})
    unknown = await door.get("lead", f"{PATH}/99")

    assert (refused.status_code, unknown.status_code) == (403, 404)


async def test_items_under_way_are_owed_a_message_once(door: Door) -> None:
    number = await door.receive()

    made = (
        await door.post("owner", PATH, {"note": "x", "days": days(("2027-10-09", True))})
    ).json()

    assert made["items_told"] == 1
    with Session(door.engine) as session:
        owed = session.execute(
            text("SELECT name, correlation_key, variables FROM publication")
        ).all()
    assert [tuple(row) for row in owed] == [
        ("clock_changed", number, {"clock_changed": {"cause": "calendar"}})
    ]
