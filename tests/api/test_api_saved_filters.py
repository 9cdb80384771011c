"""Filters that people keep, and who it is that calls."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.api.door import PHONE, Door
from tests.api.test_api_customers import add_customer, add_order, code

pytestmark = pytest.mark.integration
MINE = {"list": "inbox", "chosen": {"queue": "mine", "urgency": "urgent"}}


async def keep(door: Door, name: str, username: str = "spec") -> int:
    headers = await door.headers(username)
    return (
        await door.client.put(f"/api/me/filters/{name}", json=MINE, headers=headers)
    ).status_code


async def names(door: Door, username: str = "spec") -> list[str]:
    return [one["name"] for one in (await door.get(username, "/api/me/filters")).json()["items"]]


async def test_a_filter_is_kept_under_its_name_for_oneself_only(door: Door) -> None:
    assert await keep(door, "紧急") == 204
    assert await keep(door, "紧急") == 204

    answer = await door.get("spec", "/api/me/filters")

    assert answer.json() == {"items": [MINE | {"name": "紧急"}]}
    assert await names(door, "tech") == []


async def test_a_forgotten_filter_is_gone(door: Door) -> None:
    await keep(door, "紧急")
    headers = await door.headers("spec")

    for _ in range(2):
        done = await door.client.delete("/api/me/filters/紧急", headers=headers)
        assert done.status_code == 204

    assert await names(door) == []


async def test_more_than_fifty_filters_are_refused_by_name(door: Door) -> None:
    for number in range(50):
        await keep(door, f"n{number}")

    assert await keep(door, "one more") == 422
    assert await keep(door, "n7") == 204


async def test_a_filter_that_is_too_large_is_refused(door: Door) -> None:
    headers = await door.headers("spec")
    large = MINE | {"chosen": {"text": "x" * 5000}}

    answer = await door.client.put("/api/me/filters/large", json=large, headers=headers)

    assert code(answer) == (422, "fields_invalid")


async def test_who_calls_is_found_by_the_number_however_it_is_typed(door: Door) -> None:
    customer_id = add_customer(door)
    add_order(door, customer_id, "SO-1", days_ago=3)

    answer = await door.post(
        "spec", "/api/customers/lookup", {"contact": f" {PHONE[:3]} {PHONE[3:]} "}
    )

    assert answer.status_code == 200
    assert answer.json()["id"] == str(customer_id)
    assert [one["order_number"] for one in answer.json()["purchases"]] == ["SO-1"]
    assert PHONE not in answer.text
    with door.engine.connect() as connection:
        looked = text("SELECT actor, subject FROM access_record WHERE action = 'look_up_customer'")
        assert [tuple(row) for row in connection.execute(looked)] == [("spec", str(customer_id))]


async def test_somebody_unknown_is_not_found(door: Door) -> None:
    answer = await door.post("spec", "/api/customers/lookup", {"contact": "13999999999"})

    assert code(answer) == (404, "customer_not_found")


async def test_an_account_manager_learns_nothing_of_customers_of_others(door: Door) -> None:
    add_customer(door, account_manager="lead")

    answer = await door.post("the_account_manager", "/api/customers/lookup", {"contact": PHONE})

    assert code(answer) == (404, "customer_not_found")


async def test_items_are_listed_by_their_numbers(door: Door) -> None:
    first = await door.receive()
    await door.receive()

    answer = await door.get("spec", f"/api/feedback?numbers={first}&numbers=209901-001")

    assert [one["number"] for one in answer.json()["items"]] == [first]
