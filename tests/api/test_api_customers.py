"""Customers with what they bought: on the item, in lists, for those who look after them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.customer import Customer, contact_index
from models.product_batch import ProductBatch
from models.purchase_order import PurchaseOrder
from tests.api.door import NAME, PHONE, Door

pytestmark = pytest.mark.integration

MANAGER = "the_account_manager"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def add_customer(door: Door, contact: str = PHONE, **more: Any) -> UUID:
    """Store a customer as an import does."""
    found = Customer(
        id=uuid4(),
        contact_index=contact_index(door.means.key_source, contact),
        name_ref=uuid4(),
        contact_ref=uuid4(),
        created_at=door.clock.at,
        **more,
    )
    customer_id, name_ref, contact_ref = found.id, found.name_ref, found.contact_ref
    assert name_ref is not None
    assert contact_ref is not None
    with Session(door.engine) as session, session.begin():
        session.add(found)
        texts = {name_ref: NAME, contact_ref: contact}
        door.means.vault.store_all(session, customer_id, texts)
    return customer_id


def add_order(door: Door, customer_id: UUID, number: str, *, days_ago: int, **more: Any) -> None:
    with Session(door.engine) as session, session.begin():
        session.add(
            PurchaseOrder(
                number=number,
                customer_id=customer_id,
                product="X200",
                ordered_at=door.clock.at - timedelta(days=days_ago),
                **more,
            )
        )


async def shown(door: Door, number: str, username: str = "spec") -> dict[str, Any]:
    answer = await door.get(username, f"/api/feedback/{number}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_item_shows_level_channel_and_purchases_of_90_days_with_their_batch(
    door: Door,
) -> None:
    known = add_customer(door, number="C1", level="high_value", preferred_channel="wechat")
    with Session(door.engine) as session, session.begin():
        session.add(ProductBatch(number="B1", product="X200", supplier="华东电源"))
    add_order(door, known, "SO-8", days_ago=89, amount=Decimal("12345678901.20"), batch="B1")
    add_order(door, known, "SO-9", days_ago=91)

    item = await shown(door, await door.receive(order_number=None))

    assert item["preferred_channel"] == "wechat"
    assert (item["customer"]["number"], item["customer"]["level"]) == ("C1", "high_value")
    [bought] = item["customer"]["purchases"]
    assert (bought["order_number"], bought["amount"]) == ("SO-8", "12345678901.20")
    assert bought["batch"] == {"number": "B1", "supplier": "华东电源", "produced_at": None}


async def test_the_order_that_an_item_names_is_shown_however_old_it_is(door: Door) -> None:
    known = add_customer(door)
    add_order(door, known, "SO-OLD", days_ago=400)

    item = await shown(door, await door.receive(order_number="SO-OLD"))

    assert [one["order_number"] for one in item["customer"]["purchases"]] == ["SO-OLD"]


async def test_an_order_of_somebody_else_is_never_shown(door: Door) -> None:
    add_customer(door)
    other = add_customer(door, contact="13900000000")
    add_order(door, other, "SO-THEIRS", days_ago=1)

    item = await shown(door, await door.receive(order_number="SO-THEIRS"))

    assert item["customer"]["purchases"] == []


async def test_past_items_of_the_customer_are_named_without_their_texts(door: Door) -> None:
    first = await door.receive()
    stranger = await door.receive(contact="13900000000")
    second = await door.receive(type="complaint")

    item = await shown(door, second)

    assert [one["number"] for one in item["customer"]["past_feedback"]] == [first]
    assert stranger not in str(item)
    assert set(item["customer"]["past_feedback"][0]) == {
        "number",
        "status",
        "type",
        "category",
        "product",
        "received_at",
        "satisfaction",
        "outcome",
    }


async def test_the_level_of_the_customer_reaches_the_process(door: Door) -> None:
    add_customer(door, level="high_value")

    number = await door.receive()

    with Session(door.engine) as session:
        payload = session.execute(text("SELECT payload FROM start_request")).scalar_one()
    assert payload["variables"]["feedback"]["customer_level"] == "high_value"
    assert (await shown(door, number))["customer"]["level"] == "high_value"


async def test_an_unknown_contact_with_a_known_order_belongs_to_who_placed_it(door: Door) -> None:
    known = add_customer(door)
    add_order(door, known, "SO-1", days_ago=3)

    item = await shown(door, await door.receive(contact="someone@example.com"))

    assert item["customer"]["id"] == str(known)
    assert item["customer"]["contact"] == "s***@example.com"
    again = await shown(door, await door.receive(order_number=None))
    assert again["customer"]["id"] == str(known)


async def test_a_known_contact_counts_more_than_an_order(door: Door) -> None:
    add_order(door, add_customer(door, contact="13900000000"), "SO-1", days_ago=3)
    known = add_customer(door)

    item = await shown(door, await door.receive())

    assert item["customer"]["id"] == str(known)


async def test_the_order_of_an_erased_customer_leads_to_somebody_new(door: Door) -> None:
    known = add_customer(door)
    add_order(door, known, "SO-1", days_ago=3)
    with Session(door.engine) as session, session.begin():
        door.means.vault.erase(session, known)
        session.execute(text("UPDATE customer SET contact_index = NULL"))

    item = await shown(door, await door.receive())

    assert item["customer"]["id"] != str(known)
    assert item["customer"]["name"] == "欧*"


async def test_account_managers_see_the_items_of_their_own_customers_only(door: Door) -> None:
    add_customer(door, account_manager=MANAGER)
    own = await door.receive()
    other = await door.receive(contact="13900000000")

    listed = (await door.get(MANAGER, "/api/feedback")).json()

    assert [one["number"] for one in listed["items"]] == [own]
    assert (await shown(door, own, MANAGER))["customer"]["name"] == "欧*"
    refused = await door.get(MANAGER, f"/api/feedback/{other}")
    assert code(refused) == (403, "feedback_not_yours")


async def test_an_account_manager_sees_nothing_more_of_their_department(door: Door) -> None:
    number = await door.receive()
    with door.engine.begin() as connection:
        moved = f"UPDATE person SET department = 'technical' WHERE username = '{MANAGER}'"  # noqa: S608
        connection.exec_driver_sql(moved)

    assert (await door.get(MANAGER, "/api/feedback")).json()["items"] == []
    assert code(await door.get(MANAGER, f"/api/feedback/{number}"))[0] == 403


async def test_customers_are_listed_masked_and_filtered(door: Door) -> None:
    add_customer(door, number="C1", level="high_value", region="华东", account_manager=MANAGER)
    add_customer(door, contact="li@example.com", number="C2", level="at_risk")

    async def numbers(username: str = "spec", **asked: str) -> list[str]:
        answer = await door.get(username, "/api/customers", params=asked)
        assert answer.status_code == 200, answer.text
        return sorted(one["number"] for one in answer.json()["items"])

    everybody = (await door.get("spec", "/api/customers")).text
    assert await numbers() == ["C1", "C2"]
    assert await numbers(level="high_value") == ["C1"]
    assert await numbers(region="华东") == ["C1"]
    assert await numbers(number="C2") == ["C2"]
    assert await numbers(account_manager=MANAGER) == ["C1"]
    assert await numbers(MANAGER) == ["C1"]
    assert "138****5678" in everybody
    assert PHONE not in everybody
    assert NAME not in everybody
    assert "li@" not in everybody


async def test_a_list_of_customers_pages_without_gap_or_repetition(door: Door) -> None:
    for n in range(5):
        add_customer(door, contact=f"1390000000{n}", number=f"C{n}")
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 2}

    while True:
        page = (await door.get("spec", "/api/customers", params=asked)).json()
        seen += [one["number"] for one in page["items"]]
        if not page["page"]["next"]:
            break
        asked["after"] = page["page"]["next"]

    assert sorted(seen) == ["C0", "C1", "C2", "C3", "C4"]


async def test_a_customer_is_shown_to_staff_and_to_who_looks_after_them(door: Door) -> None:
    own = add_customer(door, number="C1", account_manager=MANAGER)
    other = add_customer(door, contact="13900000000", number="C2")
    add_order(door, own, "SO-5", days_ago=700)
    number = await door.receive(order_number=None)

    found = (await door.get(MANAGER, f"/api/customers/{own}")).json()

    assert (found["name"], found["contact"]) == ("欧*", "138****5678")
    assert [one["order_number"] for one in found["purchases"]] == ["SO-5"]
    assert [one["number"] for one in found["past_feedback"]] == [number]
    assert code(await door.get(MANAGER, f"/api/customers/{other}")) == (403, "customer_not_yours")
    assert (await door.get("spec", f"/api/customers/{other}")).status_code == 200
    missing = await door.get("spec", f"/api/customers/{uuid4()}")
    assert code(missing) == (404, "customer_not_found")


async def test_a_cursor_of_another_list_is_refused(door: Door) -> None:
    for after in ("W10", "IngiCg", "%%%"):
        answer = await door.get("spec", "/api/customers", params={"after": after})

        assert code(answer) == (422, "fields_invalid")
