"""Customers erased through the API."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from api.erasure_course import begin_course
from audit.erasure_certificate import opened
from models import erasure
from models.erasure import STEPS
from models.key_folder import KeyFolder, epochs
from proof.signed_file import is_genuine
from proof.signing import KEY_FILE, Signer, Verifier
from tests.api.door import NAME, PHONE, Door
from tests.api.filing import Filing

pytestmark = pytest.mark.integration
WHY = {"ground": "consent_withdrawn", "request": "PI-2026-17"}


def customer_of(door: Door, number: str) -> str:
    found = text("SELECT customer_id FROM feedback WHERE number = :number")
    with Session(door.engine) as session:
        return str(session.scalar(found, {"number": number}))


async def test_an_erased_customer_is_nobody_and_their_item_lives_on(filing: Filing) -> None:
    door = filing.door
    number = await door.receive()
    customer = customer_of(door, number)
    added = await filing.add("spec", number)
    assert added.status_code == 201, added.text

    answer = await door.post("admin", f"/api/customers/{customer}/erasure", WHY)

    assert answer.status_code == 202, answer.text
    assert answer.json()["counts"]["feedback"] == 1
    item = await door.get("spec", f"/api/feedback/{number}")
    assert item.status_code == 200
    assert NAME not in item.text
    reveal = {"field": "contact", "reason": "call back"}
    gone = await door.post("spec", f"/api/feedback/{number}/reveal", reveal)
    assert (gone.status_code, gone.json()["code"]) == (404, "field_empty")
    looked = await door.post("spec", "/api/customers/lookup", {"contact": PHONE})
    assert looked.status_code == 404
    begin_course(filing.door.means)
    file_id = added.json()["id"]
    got = await filing.got("spec", number, file_id)
    assert (got.status_code, got.json()["code"]) == (410, "attachment_gone")


async def test_erasing_again_answers_the_same_erasure(door: Door) -> None:
    customer = customer_of(door, await door.receive())

    first = await door.post("admin", f"/api/customers/{customer}/erasure", WHY)
    again = await door.post("admin", f"/api/customers/{customer}/erasure", {"ground": "other"})

    assert again.json() == first.json()
    listed = await door.get("audit", "/api/erasures")
    assert [one["customer_id"] for one in listed.json()["items"]] == [customer]
    earlier = await door.get("audit", "/api/erasures", params={"before": "2020-01-01T00:00:00Z"})
    assert earlier.json()["items"] == []


async def test_what_the_api_can_reach_is_done_at_once(door: Door, tmp_path: Path) -> None:
    (tmp_path / "epoch.key").write_bytes(b"e" * 32)
    keys = KeyFolder(tmp_path)
    customer = customer_of(door, await door.receive())
    stays = await door.receive(contact="13900000001", customer_name="留下")
    means = replace(door.means, key_source=keys)
    transport = httpx.ASGITransport(app=create_app(means))

    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        sent = await door.headers("admin")
        path = f"/api/customers/{customer}/erasure"
        answer = await client.post(path, json=WHY, headers=sent)

    told = answer.json()
    assert told["keys_at"]
    assert told["ledger_at"]
    assert told["completed_at"] is None
    assert list(epochs(tmp_path)) == [2]
    with Session(door.engine) as session:
        left = session.scalars(text("SELECT DISTINCT epoch FROM personal_key")).all()
    assert left == [2]
    assert stays


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "fields_invalid"),
        ({"ground": "because"}, "fields_invalid"),
        ({"ground": "other", "request": "张三"}, "fields_invalid"),
        ({"ground": "other", "reason": "more"}, "fields_invalid"),
    ],
)
async def test_an_erasure_without_a_ground_is_refused(
    door: Door, body: dict[str, str], code: str
) -> None:
    customer = customer_of(door, await door.receive())

    answer = await door.post("admin", f"/api/customers/{customer}/erasure", body)

    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_only_administrators_erase_and_nobody_without_a_customer(door: Door) -> None:
    customer = customer_of(door, await door.receive())

    for username in ("audit", "lead", "spec", "owner"):
        refused = await door.post(username, f"/api/customers/{customer}/erasure", WHY)
        assert refused.status_code == 403, username
    unknown = await door.post("admin", f"/api/customers/{uuid4()}/erasure", WHY)

    assert (unknown.status_code, unknown.json()["code"]) == (404, "customer_not_found")


async def test_a_hold_on_an_item_stops_the_erasure_of_its_customer(door: Door) -> None:
    number = await door.receive()
    customer = customer_of(door, number)
    hold = {"subject_kind": "item", "subject": number, "reason": "client sues"}
    held = await door.post("audit", "/api/legal-holds", hold)
    assert held.status_code in {200, 201}, held.text

    answer = await door.post("admin", f"/api/customers/{customer}/erasure", WHY)

    assert (answer.status_code, answer.json()["code"]) == (409, "customer_held")
    assert answer.json()["holds"] == [held.json()["id"]]
    await door.post("audit", f"/api/legal-holds/{held.json()['id']}/lifting", {"reason": "over"})
    answer = await door.post("admin", f"/api/customers/{customer}/erasure", WHY)
    assert answer.status_code == 202


async def test_a_certificate_is_given_when_all_is_done_and_not_before(
    door: Door, tmp_path: Path
) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"s" * 32)
    chosen = door.means.chosen.model_copy(update={"secrets_dir": tmp_path})
    customer = customer_of(door, await door.receive())
    transport = httpx.ASGITransport(app=create_app(replace(door.means, chosen=chosen)))
    path = f"/api/erasures/{customer}/certificate"

    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        sent = await door.headers("audit")
        unknown = await client.get(path, headers=sent)
        await door.post("admin", f"/api/customers/{customer}/erasure", WHY)
        early = await client.get(path, headers=sent)
        with Session(door.engine) as session, session.begin():
            for step in STEPS:
                erasure.done(session, step, [UUID(customer)], door.clock.now())
        given = await client.get(path, headers=sent)

    assert (unknown.status_code, unknown.json()["code"]) == (404, "erasure_not_found")
    assert (early.status_code, early.json()["code"]) == (409, "erasure_incomplete")
    assert given.status_code == 200
    file = tmp_path / "certificate.zip"
    file.write_bytes(given.content)
    content, beside = opened(file)
    assert is_genuine(Verifier(Signer(b"s" * 32).public), content, beside)
    assert not is_genuine(Verifier(Signer(b"x" * 32).public), content, beside)
    assert customer.encode() in content
    assert PHONE.encode() not in content
