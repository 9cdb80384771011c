"""Service clocks of an item over the API: looked at, paused, resumed, rated anew; quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from activities import notices
from activities.house import House
from models import notice_delivery
from models.quiet_hours import QuietHours, until
from tests.api.door import Door

pytestmark = pytest.mark.integration
PARTS = {"reason": "waiting_for_parts", "note": "电源缺货，请致电 13812345678"}


async def processing(door: Door, **changes: Any) -> str:
    number = await door.receive(**changes)
    await door.complete(number, "tech")
    return number


async def clocks(door: Door, number: str, username: str = "tech") -> dict[str, dict[str, Any]]:
    answer = await door.get(username, f"/api/feedback/{number}/clocks")
    assert answer.status_code == 200, answer.text
    return {one["kind"]: one for one in answer.json()["items"]}


async def test_an_item_shows_what_is_due_when_and_by_which_rule(door: Door) -> None:
    number = await processing(door)

    listed = (await door.get("tech", f"/api/feedback/{number}")).json()["clocks"]
    found = await clocks(door, number)

    states = {one["kind"]: (one["state"], one["rule"]) for one in listed}
    assert states == {
        "acceptance": ("met", "urgent_fault"),
        "solution": ("running", "urgent_fault"),
        "first_response": ("running", "urgent_fault"),
        "progress": ("running", None),
    }
    assert [one["share"] for one in found["solution"]["reminders"]] == [0.5, 0.8]


async def test_a_pause_and_its_end_are_shown_with_reason_person_and_both_dates(door: Door) -> None:
    number = await processing(door)
    before = (await clocks(door, number))["solution"]["due_at"]

    paused = await door.post("tech", f"/api/feedback/{number}/clocks/pause", PARTS)
    standing = (await clocks(door, number))["solution"]
    door.clock.at += timedelta(hours=6)
    resumed = await door.post("tech", f"/api/feedback/{number}/clocks/resume")

    assert (paused.status_code, resumed.status_code) == (202, 202)
    assert standing["state"] == "paused"
    answer = (await door.get("tech", f"/api/feedback/{number}/clocks")).json()
    [pause] = answer["pauses"]
    assert (pause["reason"], pause["paused_by"], pause["resumed_by"], pause["kinds"]) == (
        "waiting_for_parts",
        "tech",
        "tech",
        ["solution"],
    )
    solution = (await clocks(door, number))["solution"]
    moved = datetime.fromisoformat(solution["due_at"]) - datetime.fromisoformat(before)
    assert timedelta(0) <= moved - timedelta(hours=6) < timedelta(seconds=1)
    assert [one["cause"] for one in solution["moves"]] == ["paused", "resumed"]
    assert (solution["moves"][0]["before"], solution["moves"][1]["after"]) == (
        before,
        solution["due_at"],
    )
    assert solution["first_due_at"] == before


async def test_the_ledger_says_where_the_time_went_to_the_second(door: Door) -> None:
    number = await processing(door)
    await door.post("tech", f"/api/feedback/{number}/clocks/pause", PARTS)
    door.clock.at += timedelta(hours=6)
    await door.post("tech", f"/api/feedback/{number}/clocks/resume")
    door.clock.at += timedelta(hours=1)

    found = (await clocks(door, number))["solution"]

    ledger = found["ledger"]
    wall = (door.clock.at - datetime.fromisoformat(found["started_at"])).total_seconds()
    assert sum(ledger.values()) == pytest.approx(wall, abs=0.01)
    assert ledger["paused"] == pytest.approx(6 * 3600, abs=1)
    assert ledger["off"] == 0


async def test_what_stands_cannot_be_stopped_and_what_runs_not_resumed(door: Door) -> None:
    number = await processing(door)
    path = f"/api/feedback/{number}/clocks"

    early = await door.post("tech", f"{path}/resume")
    await door.post("tech", f"{path}/pause", PARTS)
    twice = await door.post("tech", f"{path}/pause", PARTS)

    assert (early.json()["code"], twice.json()["code"]) == ("clock_not_paused", "clock_paused")
    assert twice.json()["detail"]


async def test_a_pause_ends_with_the_processing_that_was_sent_back(door: Door) -> None:
    number = await processing(door)
    await door.post("tech", f"/api/feedback/{number}/clocks/pause", PARTS)
    key = (await door.task(number))["userTaskKey"]
    back = {"elementId": "accept", "reason": "派错了部门"}
    sent = await door.post("lead", f"/v2/user-tasks/{key}/send-back", back)
    assert sent.status_code == 200, sent.text

    answer = (await door.get("tech", f"/api/feedback/{number}/clocks")).json()
    await door.complete(number, "tech")

    assert [one["resumed_at"] is not None for one in answer["pauses"]] == [True]
    assert (await clocks(door, number))["solution"]["state"] == "running"
    again = await door.post("tech", f"/api/feedback/{number}/clocks/pause", PARTS)
    assert again.status_code == 202, again.text
    assert (await clocks(door, number))["solution"]["state"] == "paused"


async def test_a_pause_sent_twice_with_one_key_is_one_pause(door: Door) -> None:
    number = await processing(door)
    path = f"/api/feedback/{number}/clocks/pause"

    first = await door.post("tech", path, PARTS, Idempotency_Key="k")
    again = await door.post("tech", path, PARTS, Idempotency_Key="k")

    assert (first.status_code, again.status_code) == (202, 202)
    assert len((await door.get("tech", f"/api/feedback/{number}/clocks")).json()["pauses"]) == 1


async def test_only_who_handles_an_item_or_leads_stops_its_clocks(door: Door) -> None:
    number = await processing(door)
    path = f"/api/feedback/{number}/clocks/pause"

    other = await door.post("tech_two", path, PARTS)
    auditor = await door.post("audit", path, PARTS)
    head = await door.post("tech_head", path, PARTS)

    assert (other.json()["code"], auditor.json()["code"]) == ("feedback_not_yours", "forbidden")
    assert head.status_code == 202


async def test_clocks_of_what_is_not_accepted_are_not_paused(door: Door) -> None:
    number = await door.receive()

    answer = await door.post("lead", f"/api/feedback/{number}/clocks/pause", PARTS)

    assert (answer.status_code, answer.json()["code"]) == (409, "clock_not_running")


async def test_a_higher_urgency_brings_the_due_time_forward(door: Door) -> None:
    number = await processing(door, urgency="normal")
    before = (await clocks(door, number))["solution"]

    answer = await door.call(
        "spec", "PUT", f"/api/feedback/{number}/urgency", {"urgency": "critical"}
    )

    assert answer.status_code == 202
    after = (await clocks(door, number))["solution"]
    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    assert item["urgency"] == "critical"
    assert item["due_at"] == after["due_at"] < before["due_at"]
    assert [one["cause"] for one in after["moves"]] == ["urgency"]


async def test_contact_with_the_customer_is_the_first_response(door: Door) -> None:
    number = await processing(door)
    entry = {"code": "customer_contacted", "note": "已电话联系客户"}

    await door.post("tech", f"/api/feedback/{number}/progress", entry)

    assert (await clocks(door, number))["first_response"]["state"] == "met"


async def test_quiet_hours_are_set_and_shown_by_their_owner(door: Door) -> None:
    wanted = {"starts": "21:30:00", "ends": "07:00:00", "zone": "Asia/Shanghai"}

    answer = await door.call("tech", "PUT", "/api/me/quiet-hours", wanted)

    assert answer.json() == (await door.get("tech", "/api/me/quiet-hours")).json() == wanted
    nobodys = (await door.get("spec", "/api/me/quiet-hours")).json()
    assert nobodys["starts"] == nobodys["ends"]


@pytest.mark.parametrize(
    ("at", "later"),
    [
        ("2026-09-21T21:29:59+08:00", None),
        ("2026-09-21T21:30:00+08:00", "2026-09-22T07:00:00+08:00"),
        ("2026-09-22T06:59:59+08:00", "2026-09-22T07:00:00+08:00"),
        ("2026-09-22T07:00:00+08:00", None),
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning(at: str, later: str | None) -> None:
    moment = datetime.fromisoformat(at)
    wanted = {"starts": "21:30", "ends": "07:00", "username": "li", "changed_at": moment}
    quiet = QuietHours.model_validate(wanted)

    assert until(quiet, moment) == datetime.fromisoformat(later or at)


@pytest.mark.parametrize(
    ("urgency", "held"), [("normal", True), ("urgent", False), ("critical", False)]
)
async def test_quiet_hours_hold_what_leaves_the_house_unless_it_is_urgent(
    door: Door, urgency: str, *, held: bool
) -> None:
    number = await processing(door, urgency=urgency)
    await door.call("tech", "PUT", "/api/me/quiet-hours", {"starts": "21:30", "ends": "07:00"})
    key = int((await door.get("spec", f"/api/feedback/{number}")).json()["process_instance_key"])
    night = datetime(2026, 9, 21, 15, tzinfo=UTC)

    with Session(door.engine) as session, session.begin():
        notices.put(
            session,
            _with_an_address(door),
            code="progress_due",
            recipients=["tech"],
            instance_key=key,
            cause=1,
            at=night,
            data={"number": number},
        )

    morning = datetime(2026, 9, 21, 23, tzinfo=UTC)
    with Session(door.engine) as session:
        at_night = notice_delivery.due(session, night + timedelta(seconds=1))
        in_the_morning = notice_delivery.due(session, morning)
    assert (len(at_night), len(in_the_morning)) == (0 if held else 1, 1)
    inbox = (await door.get("tech", "/api/notices")).json()
    assert "progress_due" in str(inbox)


def _with_an_address(door: Door) -> House:
    """The house, with one address that notices go to."""

    class Post:
        addresses = 1

    return House(
        engine=door.engine,
        vault=door.means.vault,
        definitions=door.means.definitions,
        post=Post(),  # type: ignore[arg-type]
        calendar=door.means.calendar,
    )


async def test_during_a_pause_more_time_is_offered_as_if_the_clock_went_on_now(door: Door) -> None:
    number = await processing(door)
    before = (await door.get("tech", f"/api/feedback/{number}/extension")).json()
    await door.post("tech", f"/api/feedback/{number}/clocks/pause", PARTS)
    door.clock.at += timedelta(days=30)

    offered = (await door.get("tech", f"/api/feedback/{number}/extension")).json()
    stale = {"reason": "等待配件", "new_due_at": before["latest"]}
    refused = await door.post("tech", f"/api/feedback/{number}/extension", stale)

    moved = datetime.fromisoformat(offered["due_at"]) - datetime.fromisoformat(before["due_at"])
    assert abs(moved - timedelta(days=30)) < timedelta(seconds=1)
    assert offered["latest"] > offered["due_at"]
    assert (refused.status_code, refused.json()["code"]) == (400, "extension_not_later")


@pytest.mark.parametrize("starts", ["21:30+08:00", "21:30Z", "25:00"])
async def test_quiet_hours_are_wall_times_of_the_zone_that_is_named(
    door: Door, starts: str
) -> None:
    asked = {"starts": starts, "ends": "07:00", "zone": "Asia/Shanghai"}

    answer = await door.call("tech", "PUT", "/api/me/quiet-hours", asked)

    assert (answer.status_code, answer.json()["code"]) == (422, "fields_invalid")
