"""`POST /api/feedback`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from api.rate_limit import RateLimiter
from tests.api.door import PHONE, TELL, Door

pytestmark = pytest.mark.integration


def count(door: Door, table: str) -> int:
    with Session(door.engine) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


async def tell(door: Door, body: Any = None, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await door.client.post("/api/feedback", json=body or TELL, headers=sent)


async def test_an_item_gets_a_number_and_owes_a_process(door: Door) -> None:
    answer = await tell(door)

    assert answer.status_code == 201
    told = answer.json()
    assert told["number"] == "202609-001"
    assert told["status"] == "pending"
    assert answer.headers["location"] == "/api/feedback/202609-001"
    with Session(door.engine) as session:
        payload = session.execute(text("SELECT payload FROM start_request")).scalar_one()
    assert payload["variables"]["feedback"]["number"] == "202609-001"
    assert set(payload["variables"]["description"]) == {"$ref"}
    assert PHONE not in str(payload)


async def test_every_missing_and_wrong_field_is_named(door: Door) -> None:
    answer = await tell(
        door, {"urgency": "very", "description": " \u0000 ", "colour": "red", "region": 7}
    )

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "fields_invalid"
    assert {(one["field"], one["code"]) for one in problem["errors"]} == {
        ("contact", "missing"),
        ("description", "missing"),
        ("urgency", "value_unknown"),
        ("colour", "unknown"),
        ("region", "type_wrong"),
    }
    assert count(door, "feedback") == 0


async def test_a_refused_value_is_never_sent_back(door: Door) -> None:
    answer = await tell(door, TELL | {"contact": PHONE * 30})

    assert answer.status_code == 422
    assert PHONE not in answer.text


async def test_an_item_posted_twice_with_one_key_gets_one_number(door: Door) -> None:
    first = await tell(door, Idempotency_Key="k1")
    second = await tell(door, Idempotency_Key="k1")

    assert second.status_code == 201
    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert second.headers["location"] == first.headers["location"]
    assert count(door, "feedback") == 1


async def test_a_key_used_for_another_item_is_refused(door: Door) -> None:
    await tell(door, Idempotency_Key="k1")

    answer = await tell(door, TELL | {"description": "另一件事"}, Idempotency_Key="k1")

    assert answer.status_code == 422
    assert answer.json()["code"] == "idempotency_key_reused"
    assert count(door, "feedback") == 1


async def test_one_contact_is_one_customer_however_it_is_written(door: Door) -> None:
    await tell(door)
    await tell(door, TELL | {"contact": f"+86 {PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}"})

    assert count(door, "feedback") == 2
    assert count(door, "customer") == 1


async def test_items_posted_at_once_get_numbers_without_gaps(door: Door) -> None:
    posts = [tell(door, TELL | {"contact": f"1390000{n:04d}"}) for n in range(30)]

    answers = await asyncio.gather(*posts)

    numbers = sorted(answer.json()["number"] for answer in answers)
    assert numbers == [f"202609-{n:03d}" for n in range(1, 31)]
    assert count(door, "start_request") == 30


async def test_emoji_stay_and_control_characters_go(door: Door) -> None:
    await tell(door, TELL | {"description": "坏了😡\u0007\u202e👨\u200d👩\u200d👧\r\n第二行"})

    with Session(door.engine) as session:
        ref = session.execute(text("SELECT description_ref FROM feedback")).scalar_one()
        kept = door.means.vault.reveal(session, ref)
    assert kept == "坏了😡👨\u200d👩\u200d👧\n第二行"


async def test_a_body_that_is_no_item_is_refused(door: Door) -> None:
    sent = {"content-type": "application/json"}
    cases = [
        (b'{"description": "\\ud800", "contact": "13800000000"}', 422, "fields_invalid"),
        (b"{", 400, "body_malformed"),
        (b"[" * 100_000, 400, "body_malformed"),
        (b'{"description": "' + b"a" * 300_000 + b'"}', 413, "body_too_large"),
        (b"[]", 422, "fields_invalid"),
        (b"", 422, "fields_invalid"),
    ]

    for body, status, code in cases:
        answer = await door.client.post("/api/feedback", content=body, headers=sent)

        assert (answer.status_code, answer.json()["code"]) == (status, code), body[:20]
    assert count(door, "feedback") == 0


async def test_a_body_in_chunks_is_counted_too(door: Door) -> None:
    async def chunks() -> Any:
        for _ in range(40):
            yield b"x" * 10_000

    sent = {"content-type": "application/json"}
    answer = await door.client.post("/api/feedback", content=chunks(), headers=sent)

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_an_item_of_tomorrow_is_refused(door: Door) -> None:
    tomorrow = (door.clock.at + timedelta(days=1)).isoformat()

    answer = await tell(door, TELL | {"submitted_at": tomorrow})

    assert answer.json()["errors"] == [{"field": "submitted_at", "code": "in_future"}]


async def test_a_telephone_number_in_the_wrong_field_is_masked_for_good(door: Door) -> None:
    await tell(door, TELL | {"product": f"X200 {PHONE}"})

    with Session(door.engine) as session:
        product = session.execute(text("SELECT product FROM feedback")).scalar_one()
    assert product == "X200 138****5678"


async def test_who_knocks_too_often_must_wait(door: Door) -> None:
    limited = replace(door.means, intake_limit=RateLimiter(2, clock=lambda: 0.0))
    transport = httpx.ASGITransport(app=create_app(limited))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        answers = [await client.post("/api/feedback", json=TELL) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[2].json()["code"] == "rate_limited"
    assert 1 <= int(answers[2].headers["retry-after"]) <= 30


async def test_without_a_deployed_process_nothing_is_stored(door: Door) -> None:
    with Session(door.engine) as session, session.begin():
        session.execute(text("UPDATE process_definition SET active = false"))

    answer = await tell(door)

    assert (answer.status_code, answer.json()["code"]) == (503, "process_not_deployed")
    assert count(door, "feedback") == 0
    assert count(door, "customer") == 0
