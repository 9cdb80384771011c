"""One item through the API, from receipt to its closed loop."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import NAME, PHONE, Door

pytestmark = pytest.mark.integration


def survey_path(door: Door) -> str:
    """Return the path of the newest survey's link, as the customer got it."""
    with Session(door.engine) as session:
        row = session.execute(
            text("SELECT id FROM outbound_message WHERE kind = 'survey' ORDER BY created_at DESC")
        ).first()
        assert row is not None
        told = door.means.vault.reveal(session, row.id)
    found = re.search(r"/survey/[\w-]+", told or "")
    assert found is not None
    return found[0]


async def test_an_item_goes_from_receipt_to_closed(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech", remark="我来处理")
    done = {"plan": f"更换电源，已致电 {PHONE}", "reply": "已更换电源，请试机。"}
    await door.complete(number, "tech", **done, estimated_hours=2.5)
    found = (await door.get("spec", f"/api/feedback/{number}")).json()
    assert found["status"] == "resolved"

    door.clock.at += timedelta(hours=24)
    door.instances.ring(int(found["process_instance_key"]))
    answered = await door.client.post(survey_path(door), json={"score": "satisfied"})

    assert answered.json() == {"status": "answered"}
    closed = (await door.get("spec", f"/api/feedback/{number}")).json()
    assert closed["status"] == "closed"
    passed = [one["status"] for one in closed["states_passed"]]
    assert passed == ["pending", "processing", "resolved", "closed"]
    assert closed["satisfaction"] == "satisfied"
    assert [one["score"] for one in closed["surveys"]] == ["satisfied"]
    assert closed["open_tasks"] == []


async def test_staff_see_the_customer_masked(door: Door) -> None:
    number = await door.receive()

    answer = await door.get("spec", f"/api/feedback/{number}")

    found = answer.json()
    who = found["customer"]
    assert (who["name"], who["contact"]) == ("欧*", "138****5678")
    assert "138****5678" in found["description"]
    assert PHONE not in answer.text
    assert NAME not in answer.text


async def test_what_was_typed_into_a_form_enters_the_process_as_references(door: Door) -> None:
    number = await door.receive()
    await door.complete(number, "tech")
    secret = f"更换电源，请联系{NAME}，电话 {PHONE}"

    await door.complete(number, "tech", plan=secret, reply=secret, estimated_hours=1)

    with Session(door.engine) as session:
        tables = ("audit_record", "start_request", "user_task", "job_result", "process_instance")
        for table in tables:
            rows = session.execute(text(f"SELECT t::text FROM {table} t")).scalars()  # noqa: S608
            everything = "\n".join(rows)
            assert PHONE not in everything
            assert NAME not in everything
    sent = door.instances.sent[-1].to_json()["variables"]
    assert set(sent["plan"]) == {"$ref"}
    assert sent["estimated_hours"] == 1


async def test_the_task_shows_its_variables_masked(door: Door) -> None:
    number = await door.receive()
    key = (await door.task(number))["userTaskKey"]

    answer = await door.post("tech", f"/v2/user-tasks/{key}/variables/search", {})

    shown = {one["name"]: one["value"] for one in answer.json()["items"]}
    assert shown["contact"] == "138****5678"
    assert shown["feedback"]["number"] == number
    assert PHONE not in answer.text
