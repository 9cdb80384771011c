"""Who hears of an item while those in charge are away or gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import Door

pytestmark = pytest.mark.integration
AWAY: dict[str, Any] = {"starts_at": "2026-09-21T00:00:00Z", "ends_at": "2026-09-25T00:00:00Z"}


def instance(door: Door, number: str) -> int:
    with Session(door.engine) as session:
        asked = text("SELECT id FROM feedback WHERE number = :number")
        return int(session.scalar(asked, {"number": number}) or 0)


async def told(door: Door, username: str) -> set[str]:
    found = (await door.get(username, "/api/notices")).json()["items"]
    return {one["code"] for one in found}


async def wait(door: Door, number: str, **time: float) -> None:
    door.clock.at += timedelta(**time)
    door.instances.ring(instance(door, number))


async def test_an_escalation_reaches_the_deputy_while_the_head_is_away(door: Door) -> None:
    path = "/api/departments/technical"
    tag = (await door.get("tech_head", path)).headers["etag"]
    named = {"deputies": [{"username": "tech_two"}]}
    await door.call("tech_head", "PUT", f"{path}/deputies", named, If_Match=tag)
    assert (await door.post("tech_head", "/api/absences", AWAY)).status_code == 201
    number = await door.receive()

    await wait(door, number, hours=2, seconds=1)

    assert "feedback_escalated" in await told(door, "tech_two")
    assert await told(door, "tech_head") == set()


async def test_an_escalation_to_the_duty_manager_reaches_the_one_on_shift(door: Door) -> None:
    with Session(door.engine) as session, session.begin():
        session.execute(
            text("UPDATE person SET roles = '{duty_manager}' WHERE username IN ('lead', 'spec')")
        )
    shift = {
        "code": "day",
        "name_zh": "白班",
        "name_en": "Day",
        "frames": {"mon": [["08:00", "20:00"]]},
        "valid_from": "2026-09-01",
    }
    assert (await door.post("admin", "/api/shifts", shift)).status_code == 201
    await door.call("admin", "PUT", "/api/roster/day/2026-09-21", {"usernames": ["lead"]})
    await door.receive(urgency="critical")

    heard = [name for name in ("lead", "spec", "the_duty_manager") if await told(door, name)]

    assert heard == ["lead"]


async def test_reminders_for_somebody_away_reach_the_delegate_as_well(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    away = AWAY | {"delegate": "tech_two"}
    assert (await door.post("tech", "/api/absences", away)).status_code == 201
    before = {name: await told(door, name) for name in ("tech", "tech_two", "log")}

    await wait(door, number, hours=4, seconds=1)

    new = {name: await told(door, name) - known for name, known in before.items()}
    assert new["tech"]
    assert new["tech_two"] == new["tech"]
    assert not new["log"]


async def test_reminders_for_somebody_who_left_reach_the_head(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    tag = (await door.get("admin", "/api/people/tech")).headers["etag"]
    left = await door.post("admin", "/api/people/tech/leave", If_Match=tag)
    assert left.json() == {"tasks": 1}

    with Session(door.engine) as session, session.begin():
        # What the dispatcher of the worker does.
        session.execute(text("UPDATE user_task SET assignee = NULL WHERE state = 'CREATED'"))
    before = await told(door, "tech_head")

    await wait(door, number, hours=4, seconds=1)

    assert await told(door, "tech_head") - before
