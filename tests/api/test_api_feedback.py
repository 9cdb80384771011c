"""Lists of items, and what staff do with one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import NAME, PHONE, Door

pytestmark = pytest.mark.integration


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def numbers(door: Door, username: str, **asked: Any) -> list[str]:
    answer = await door.get(username, "/api/feedback", params=asked)
    assert answer.status_code == 200, answer.text
    return [one["number"] for one in answer.json()["items"]]


async def in_processing(door: Door) -> str:
    """Return the number of an item that `tech` processes."""
    number = await door.receive()
    await door.complete(number, "tech")
    return number


async def test_a_list_is_filtered(door: Door) -> None:
    repair = await door.receive()
    other = await door.receive(type="consultation", urgency="normal", channel="phone")

    assert await numbers(door, "spec") == [other, repair]
    assert await numbers(door, "spec", type="repair") == [repair]
    assert await numbers(door, "spec", urgency="normal") == [other]
    assert await numbers(door, "spec", channel="phone") == [other]
    assert await numbers(door, "spec", status="closed") == []
    assert await numbers(door, "spec", status=["closed", "pending"]) == [other, repair]
    assert await numbers(door, "spec", number=repair) == [repair]
    assert await numbers(door, "spec", number="2025") == []
    assert await numbers(door, "spec", to="2026-09-21T00:00:00Z") == []
    since = {"from": "2026-09-21T00:00:00Z"}
    assert await numbers(door, "spec", **since) == [other, repair]


async def test_a_list_pages_without_gap_or_repetition(door: Door) -> None:
    received = [await door.receive() for _ in range(5)]
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}

    while True:
        page = (await door.get("spec", "/api/feedback", params=asked)).json()
        seen += [one["number"] for one in page["items"]]
        # Whatever arrives between two pages belongs to neither.
        await door.receive()
        if not page["page"]["next"]:
            break
        asked["after"] = page["page"]["next"]

    assert seen == received[::-1]


async def test_a_filter_that_is_unknown_is_named(door: Door) -> None:
    cases = {
        "status": {"status": "asleep"},
        "colour": {"colour": "red"},
        "from": {"from": "yesterday"},
        "after": {"after": "W10"},
        "limit": {"limit": "0"},
    }
    for field, asked in cases.items():
        answer = await door.get("spec", "/api/feedback", params=asked)

        assert code(answer) == (422, "fields_invalid"), field
        assert [one["field"].split(".")[0] for one in answer.json()["errors"]] == [field]


async def test_a_department_sees_its_own_items_only(door: Door) -> None:
    number = await door.receive()

    assert await numbers(door, "tech") == [number]
    assert await numbers(door, "log") == []
    assert code(await door.get("log", f"/api/feedback/{number}")) == (403, "feedback_not_yours")


async def test_an_item_that_is_not_there_is_not_found(door: Door) -> None:
    missing = await door.get("spec", "/api/feedback/202609-999")
    malformed = await door.get("spec", "/api/feedback/1;drop")

    assert code(missing) == (404, "feedback_not_found")
    assert code(malformed) == (422, "fields_invalid")


async def test_a_value_is_revealed_for_a_reason_and_the_look_is_recorded(door: Door) -> None:
    number = await door.receive()
    path = f"/api/feedback/{number}/reveal"

    shown = await door.post("spec", path, {"field": "contact", "reason": f"回电 {PHONE}"})
    name = await door.post("spec", path, {"field": "name", "reason": "核对姓名"})

    assert shown.json() == {"field": "contact", "value": PHONE}
    assert name.json()["value"] == NAME
    with Session(door.engine) as session:
        rows = session.execute(
            text("SELECT * FROM access_record WHERE action = 'reveal' ORDER BY id")
        ).all()
    assert [(row.actor, row.subject, row.data["field"]) for row in rows] == [
        ("spec", number, "contact"),
        ("spec", number, "name"),
    ]
    assert PHONE not in str(rows)


async def test_without_a_reason_nothing_is_revealed(door: Door) -> None:
    number = await door.receive()
    path = f"/api/feedback/{number}/reveal"

    answer = await door.post("spec", path, {"field": "contact", "reason": "  "})

    assert code(answer) == (422, "fields_invalid")


async def test_an_engineer_sees_the_contact_of_own_items_only(door: Door) -> None:
    number = await in_processing(door)
    asked = {"field": "contact", "reason": "联系客户"}
    path = f"/api/feedback/{number}/reveal"

    assert (await door.post("tech", path, asked)).json()["value"] == PHONE
    assert code(await door.post("tech_two", path, asked)) == (403, "feedback_not_yours")


async def test_after_erasure_nothing_is_shown_or_revealed(door: Door) -> None:
    number = await door.receive()
    with Session(door.engine) as session, session.begin():
        customer = session.execute(text("SELECT customer_id FROM feedback")).scalar_one()
        door.means.vault.erase(session, customer)

    shown = (await door.get("spec", f"/api/feedback/{number}")).json()
    asked = {"field": "contact", "reason": "联系客户"}
    revealed = await door.post("spec", f"/api/feedback/{number}/reveal", asked)

    assert (shown["customer"]["name"], shown["customer"]["contact"]) == (None, None)
    assert shown["description"] is None
    assert code(revealed) == (404, "field_empty")
    await door.complete(number, "tech", remark="客户已删除，流程照常")


async def test_an_extension_waits_for_the_head(door: Door) -> None:
    number = await in_processing(door)
    before = (await door.get("tech", f"/api/feedback/{number}")).json()
    wanted = (door.clock.at + timedelta(days=1, hours=6)).isoformat()
    asked = {"reason": "等待配件到货", "new_due_at": wanted}

    answer = await door.post("tech", f"/api/feedback/{number}/extension", asked)

    assert answer.status_code == 202, answer.text
    during = (await door.get("tech", f"/api/feedback/{number}")).json()
    assert during["due_at"] == before["due_at"]
    [approval] = [t for t in during["open_tasks"] if t["element_id"] == "approve_extension"]
    assert approval["candidate_groups"] == ["technical.head"]

    path = f"/v2/user-tasks/{approval['user_task_key']}/completion"
    decision = {"variables": {"decision": "approved"}}
    # Whoever leads the service decides nothing for the head of another department.
    assert code(await door.post("lead", path, decision)) == (403, "task_not_yours")
    claim = path.replace("completion", "assignment")
    assert code(await door.post("lead", claim, {"assignee": "lead"})) == (403, "task_not_yours")
    assert (await door.post("tech_head", path, decision)).status_code == 204

    after = (await door.get("tech", f"/api/feedback/{number}")).json()
    assert after["extended_until"] == after["due_at"]
    assert after["due_at"] > before["due_at"]


async def test_an_extension_beyond_three_working_days_is_refused(door: Door) -> None:
    number = await in_processing(door)
    due = (await door.get("tech", f"/api/feedback/{number}")).json()["due_at"]
    path = f"/api/feedback/{number}/extension"

    late = {"reason": "等待配件到货", "new_due_at": "2026-12-01T00:00:00Z"}
    same = {"reason": "等待配件到货", "new_due_at": due}
    refused = await door.post("tech", path, late)

    assert code(refused) == (400, "extension_too_long")
    assert refused.json()["working_days"] == 3
    assert code(await door.post("tech", path, same)) == (400, "extension_not_later")
    assert code(await door.post("tech_two", path, late)) == (403, "feedback_not_yours")
    # Exactly the latest date is still possible.
    latest = {"reason": "等待配件到货", "new_due_at": refused.json()["latest"]}
    assert (await door.post("tech", path, latest)).status_code == 202


async def test_an_extension_asked_for_twice_with_one_key_is_one(door: Door) -> None:
    number = await in_processing(door)
    wanted = (door.clock.at + timedelta(days=1, hours=6)).isoformat()
    asked = {"reason": "等待配件到货", "new_due_at": wanted}
    path = f"/api/feedback/{number}/extension"

    first = await door.post("tech", path, asked, Idempotency_Key="k")
    second = await door.post("tech", path, asked, Idempotency_Key="k")

    assert first.status_code == second.status_code == 202
    found = (await door.get("tech", f"/api/feedback/{number}")).json()["open_tasks"]
    assert [task["element_id"] for task in found].count("approve_extension") == 1


async def test_a_customer_withdraws(door: Door) -> None:
    number = await door.receive()
    path = f"/api/feedback/{number}/withdrawal"

    answer = await door.post("spec", path, {"reason": "客户来电撤回"})

    assert answer.status_code == 202, answer.text
    assert answer.json() == {"number": number, "status": "withdrawn"}
    again = await door.post("spec", path, {"reason": "客户来电撤回"})
    assert code(again) == (409, "feedback_closed")


async def test_what_has_not_started_can_be_withdrawn_a_moment_later(door: Door) -> None:
    number = await door.receive()
    with Session(door.engine) as session, session.begin():
        session.execute(text("UPDATE process_instance SET key = key + (1::bigint << 40)"))
        session.execute(text("UPDATE feedback SET id = id + (1::bigint << 30)"))

    answer = await door.post("spec", f"/api/feedback/{number}/withdrawal", {"reason": "撤回"})

    assert code(answer) == (503, "process_instance_starting")
    assert answer.headers["retry-after"] == "1"


async def test_an_auditor_reads_the_records_in_order(door: Door) -> None:
    number = await in_processing(door)
    path = f"/api/feedback/{number}/records"

    first = (await door.get("audit", path, params={"limit": 10})).json()
    rest = (await door.get("audit", path, params={"after": first["next"]})).json()

    found = [one["number"] for one in first["items"] + rest["items"]]
    assert found == list(range(1, len(found) + 1))
    assert first["items"][0]["kind"] == "INSTANCE_CREATED"
    assert rest["next"] is None
    with Session(door.engine) as session:
        looks = text("SELECT count(*) FROM access_record WHERE action = 'read_records'")
        assert session.execute(looks).scalar_one() == 2


async def test_a_notice_is_read_by_its_owner_only(door: Door) -> None:
    number = await door.receive()
    inbox = (await door.get("tech", "/api/notices")).json()
    other = (await door.get("log", "/api/notices")).json()
    [notice] = [one for one in inbox["items"] if one["data"].get("number") == number]

    stolen = await door.post("log", f"/api/notices/{notice['id']}/read")
    read = await door.post("tech", f"/api/notices/{notice['id']}/read")

    assert other == {"items": [], "unread": 0}
    assert code(stolen) == (404, "notice_not_found")
    assert read.status_code == 204
    after = (await door.get("tech", "/api/notices", params={"unread": True})).json()
    assert after["unread"] == inbox["unread"] - 1
