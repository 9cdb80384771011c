"""Auditors and administrators hold items and customers; the reasons are personal, acts recorded."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from audit.erasure import begin
from models import access_record, legal_hold
from models.attachment_sweep import sweep
from models.erasure import Erasure
from tests.api.door import PHONE, Door
from tests.api.filing import Filing
from tests.api.office import code, office
from tests.api.test_api_progress_and_messages import in_processing

pytestmark = pytest.mark.integration
WHY = f"客户起诉，电话 {PHONE}"


async def place(door: Door, subject: str, kind: str = "item", **headers: str) -> httpx.Response:
    asked = {"subject_kind": kind, "subject": subject, "reason": WHY}
    return await door.post("audit", "/api/legal-holds", asked, **headers)


async def lift(door: Door, hold: dict[str, Any]) -> httpx.Response:
    asked = {"reason": "已结案"}
    return await door.post("admin", f"/api/legal-holds/{hold['id']}/lifting", asked)


async def listed(door: Door, **query: Any) -> list[dict[str, Any]]:
    answer = await door.get("audit", "/api/legal-holds", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def customer_of(door: Door, number: str) -> UUID:
    with Session(door.engine) as session:
        asked = text("SELECT customer_id FROM feedback WHERE number = :number")
        return UUID(str(session.scalar(asked, {"number": number})))


def held(door: Door, **subject: Any) -> int:
    with Session(door.engine) as session:
        return len(legal_hold.holds(session, **subject))


async def test_a_held_item_is_held_with_its_customer_until_it_is_lifted(door: Door) -> None:
    number, other = await door.receive(), await door.receive(contact="13911112222")
    hold = (await place(door, number)).json()
    key = int(hold["instance"])

    assert hold["number"] == number
    assert held(door, instance_key=key) == held(door, person_id=customer_of(door, number)) == 1
    assert held(door, person_id=customer_of(door, other)) == 0

    assert (await lift(door, hold)).json()["lifted_by"] == "admin"
    assert held(door, instance_key=key) == held(door, person_id=customer_of(door, number)) == 0
    assert await listed(door) == []
    assert [one["id"] for one in await listed(door, active=False)] == [hold["id"]]


async def test_a_held_customer_is_held_with_all_their_items(door: Door) -> None:
    number = await door.receive()
    customer = customer_of(door, number)

    answer = await place(door, str(customer), "customer")

    assert answer.status_code == 201, answer.text
    with Session(door.engine) as session:
        key = session.scalar(text("SELECT id FROM feedback"))
        assert session.scalars(legal_hold.held_items()).all() == [key]
        assert session.scalars(legal_hold.held_customers()).all() == [customer]
    assert held(door, instance_key=key) == 1


async def test_what_two_hold_is_held_until_both_have_lifted(door: Door) -> None:
    number = await door.receive()
    first, second = (await place(door, number)).json(), (await place(door, number)).json()

    await lift(door, first)

    assert held(door, instance_key=int(second["instance"])) == 1


async def test_an_instance_without_an_item_is_held_by_its_key(door: Door) -> None:
    key = await office(door)

    hold = (await place(door, key)).json()

    assert (hold["instance"], hold["number"]) == (key, None)
    assert held(door, instance_key=int(key)) == 1


async def test_a_hold_placed_twice_with_one_key_is_one(door: Door) -> None:
    number = await door.receive()
    same = {"Idempotency-Key": "once"}

    answers = [await place(door, number, **same) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(await listed(door)) == 1


async def test_reasons_are_kept_encrypted_and_shown_masked(door: Door) -> None:
    number = await door.receive()
    hold = (await place(door, number, **{"Idempotency-Key": "k"})).json()
    await lift(door, hold)

    [shown] = await listed(door, active=False)

    assert PHONE not in shown["reason"]
    assert shown["reason"].startswith("客户起诉")
    assert shown["lift_reason"] == "已结案"
    with Session(door.engine) as session:
        for table in ("legal_hold", "access_record", "idempotency_key"):
            rows = session.scalars(text(f"SELECT t::text FROM {table} t"))  # noqa: S608
            assert not any("起诉" in row for row in rows), table


async def test_placing_lifting_and_looking_are_recorded(door: Door) -> None:
    number = await door.receive()
    hold = (await place(door, number)).json()
    await lift(door, hold)
    await listed(door)

    with Session(door.engine) as session:
        acts = {one.action: one for one in access_record.read(session, number)}
        looks = session.scalar(
            text("SELECT count(*) FROM access_record WHERE action = 'legal_hold.list'")
        )
    assert acts["legal_hold.place"].actor == "audit"
    assert acts["legal_hold.lift"].actor == "admin"
    assert acts["legal_hold.lift"].data["hold"] == hold["id"]
    assert looks == 1


@pytest.mark.parametrize(
    ("kind", "subject", "expected"),
    [
        ("item", "202405-999", (404, "feedback_not_found")),
        ("item", "1048577", (404, "process_instance_not_found")),
        ("item", "9" * 40, (404, "process_instance_not_found")),
        ("customer", "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90", (404, "customer_not_found")),
        ("customer", "202405-001", (404, "customer_not_found")),
        ("item", "张三", (422, "fields_invalid")),
        ("house", "1", (422, "fields_invalid")),
    ],
)
async def test_what_there_is_not_cannot_be_held(
    door: Door, kind: str, subject: str, expected: tuple[int, str]
) -> None:
    assert code(await place(door, subject, kind)) == expected


async def test_an_erased_customer_cannot_be_held(door: Door) -> None:
    customer = customer_of(door, await door.receive())
    with Session(door.engine) as session, session.begin():
        door.means.vault.erase(session, customer)

    assert code(await place(door, str(customer), "customer")) == (409, "customer_erased")


async def test_a_hold_placed_while_its_customer_is_erased_comes_too_late(door: Door) -> None:
    customer = customer_of(door, await door.receive())
    with Session(door.engine) as erasing, erasing.begin():
        begin(erasing, erasure_of(customer))
        # Told by somebody else at this moment: it waits until the customer is erased.
        placing = asyncio.create_task(asyncio.to_thread(place_alone, door, customer))
        await asyncio.to_thread(wait_until_waiting, door)

    assert code(await placing) == (409, "customer_erased")
    assert held(door, person_id=customer) == 0


def place_alone(door: Door, customer: UUID) -> httpx.Response:
    """Place a hold in an event loop of its own, so that the test may go on meanwhile."""
    return asyncio.run(place(door, str(customer), "customer"))


def wait_until_waiting(door: Door) -> None:
    """Wait until somebody waits for a lock of the erasure."""
    asked = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    deadline = time.monotonic() + 120
    with door.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(asked):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def erasure_of(customer: UUID) -> Erasure:
    """What an administrator asks for."""
    return Erasure(
        person_id=customer, ground="other", asked_by="admin", begun_at=datetime.now(UTC), counts={}
    )


async def test_a_hold_is_lifted_once(door: Door) -> None:
    hold = (await place(door, await door.receive())).json()
    await lift(door, hold)

    assert code(await lift(door, hold)) == (409, "legal_hold_lifted")
    hold["id"] = str(UUID(int=7))
    assert code(await lift(door, hold)) == (404, "legal_hold_not_found")


async def test_nobody_else_holds(door: Door) -> None:
    number = await door.receive()
    asked = {"subject_kind": "item", "subject": number, "reason": WHY}

    answer = await door.post("lead", "/api/legal-holds", asked)

    assert code(answer) == (403, "forbidden")


async def test_files_of_a_held_item_cannot_be_deleted(filing: Filing) -> None:
    door, number = filing.door, await in_processing(filing.door)
    one = (await filing.add("tech", number)).json()
    hold = (await place(door, number)).json()
    deletion = f"/api/feedback/{number}/attachments/{one['id']}/deletion"

    refused = await door.post("lead", deletion, {"reason": "传错了"})
    await lift(door, hold)
    allowed = await door.post("lead", deletion, {"reason": "传错了"})

    assert code(refused) == (409, "legal_hold_active")
    assert allowed.status_code == 200


async def test_a_tombstone_of_a_held_item_is_swept_when_the_hold_is_lifted(filing: Filing) -> None:
    door, number = filing.door, await in_processing(filing.door)
    one = (await filing.add("tech", number)).json()
    # As a process leaves it that died between the commit and the removal of the file.
    with Session(door.engine) as session, session.begin():
        session.execute(text("UPDATE attachment SET deleted_at = now(), deleted_by = 'tech'"))
    hold = (await place(door, number)).json()

    assert swept(filing) == 0
    assert filing.rules.folder.path(UUID(one["id"])).exists()

    await lift(door, hold)
    assert swept(filing) == 1
    assert filing.files() == []


def swept(filing: Filing) -> int:
    with Session(filing.door.engine) as session, session.begin():
        return sweep(session, filing.rules.folder, datetime.now(UTC))["unreadable"]
