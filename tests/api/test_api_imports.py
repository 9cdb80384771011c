"""Files of customers, orders and batches, brought in through the API."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.api.door import PHONE, Door

pytestmark = pytest.mark.integration

CUSTOMERS = (
    "客户编号,姓名,手机,客户级别,首选渠道,地区,客户经理\n"
    f"C1,欧阳测试,+86 {PHONE},高价值,微信,华东,the_account_manager\n"
    "C2,李四,li@example.com,,邮件,华北,\n"
)
BATCHES = "批次号,产品,供应商,生产日期\nB1,X200,华东电源,2026年8月1日\n"
ORDERS = (
    "订单号,客户编号,产品,金额,下单时间,送达时间,批次\n"
    'SO-1,C1,X200,"￥1,299.00",2026-09-01 10:00,2026/9/3,B1\n'
    "SO-2,C2,X300,88,20260902,,\n"
)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def bring(door: Door, kind: str, content: str | bytes, **more: Any) -> httpx.Response:
    sent = content if isinstance(content, bytes) else content.encode()
    return await door.client.post(
        f"/api/imports/{kind}",
        files={"file": ("rows.csv", sent, "text/csv")},
        data=more,
        headers=await door.headers("admin"),
    )


def rows(door: Door, statement: str) -> list[Any]:
    with Session(door.engine) as session:
        return list(session.execute(text(statement)).all())


async def done(door: Door, kind: str, content: str | bytes, **more: Any) -> tuple[int, ...]:
    answer = await bring(door, kind, content, **more)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    return tuple(found[name] for name in ("inserted", "updated", "unchanged", "rejected"))


async def all_three(door: Door) -> None:
    assert await done(door, "customers", CUSTOMERS) == (2, 0, 0, 0)
    assert await done(door, "batches", BATCHES.encode("gb18030")) == (1, 0, 0, 0)
    assert await done(door, "orders", ORDERS) == (2, 0, 0, 0)


async def test_what_was_imported_is_on_the_item_of_the_customer(door: Door) -> None:
    await all_three(door)

    number = await door.receive(order_number=None)

    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    assert item["preferred_channel"] == "wechat"
    assert (item["customer"]["number"], item["customer"]["level"]) == ("C1", "high_value")
    [bought] = item["customer"]["purchases"]
    assert (bought["amount"], bought["ordered_at"]) == ("1299.00", "2026-09-01T02:00:00Z")
    assert bought["batch"]["produced_at"] == "2026-08-01"


async def test_names_and_contacts_lie_in_the_vault_only(door: Door) -> None:
    await all_three(door)

    found = rows(door, "SELECT * FROM customer") + rows(door, "SELECT * FROM purchase_order")
    assert PHONE not in str(found)
    assert "欧阳" not in str(found)
    listed = (await door.get("admin", "/api/customers")).json()["items"]
    assert {(one["name"], one["contact"]) for one in listed} == {
        ("欧*", "138****5678"),
        ("李*", "l***@example.com"),
    }


async def test_the_same_files_again_change_nothing(door: Door) -> None:
    await all_three(door)
    before = rows(door, "SELECT count(*) FROM personal_value")

    assert await done(door, "customers", CUSTOMERS) == (0, 0, 2, 0)
    assert await done(door, "batches", BATCHES) == (0, 0, 1, 0)
    assert await done(door, "orders", ORDERS) == (0, 0, 2, 0)

    assert rows(door, "SELECT count(*) FROM personal_value") == before


async def test_a_changed_row_updates_and_an_absent_column_stays(door: Door) -> None:
    await all_three(door)

    told = "number,contact,level\nC1,13900000000,\n"
    assert await done(door, "customers", told) == (0, 1, 0, 0)

    [customer] = (await door.get("admin", "/api/customers?number=C1")).json()["items"]
    assert (customer["contact"], customer["level"]) == ("139****0000", None)
    assert (customer["name"], customer["region"]) == ("欧*", "华东")
    moved = await door.receive(contact="139 0000 0000", order_number=None)
    item = (await door.get("spec", f"/api/feedback/{moved}")).json()
    assert item["customer"]["id"] == customer["id"]


async def test_a_customer_who_wrote_before_gets_their_number(door: Door) -> None:
    number = await door.receive(order_number=None)

    assert await done(door, "customers", CUSTOMERS) == (1, 1, 0, 0)

    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    assert item["customer"]["number"] == "C1"
    assert rows(door, "SELECT count(*) FROM customer") == [(2,)]


async def test_good_rows_are_taken_and_bad_ones_named_without_their_contents(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    await all_three(door)
    told = (
        "订单号,客户编号,联系方式,产品,金额,下单时间,送达时间,批次\n"
        "SO-10,,13812345678,X200,5,2026-09-01,,\n"
        "SO-11,C9,,X200,5,2026-09-01,,\n"
        "SO-12,,,X200,5,2026-09-01,,\n"
        "SO-13,C1,,X200,五块,2026-09-01,,\n"
        "SO-14,C1,,X200,5,2026-09-01,,B9\n"
        "SO-15,C1,,X200,5,2026-09-02 10:00,2026-09-01,\n"
        "SO-16,C1,,X200,5,2026-09-02 10:00,2026-09-02,\n"
        "SO-10,C1,,X200,5,2026-09-01,,\n"
    )

    with caplog.at_level(logging.DEBUG):
        answer = await bring(door, "orders", told)

    assert answer.status_code == 200
    assert {(e["line"], e["column"], e["code"]) for e in answer.json()["errors"]} == {
        (3, "customer", "customer_unknown"),
        (4, "customer", "missing"),
        (5, "amount", "amount_invalid"),
        (6, "batch", "batch_unknown"),
        (7, "delivered_at", "before_ordered"),
        (9, "number", "duplicate"),
    }
    assert (answer.json()["inserted"], answer.json()["rejected"]) == (2, 6)
    for told_text in ("SO-11", "五块", "B9", PHONE):
        assert told_text not in answer.text
        assert told_text not in caplog.text


async def test_customers_who_would_be_two_at_once_are_refused(door: Door) -> None:
    await all_three(door)
    told = (
        "number,contact,account_manager\n"
        f"C2,{PHONE},\n"
        f"C7,{PHONE},\n"
        "C8,13900000001,nobody\n"
        "C8,13900000001,the_specialist\n"
        "C5,13900000002,\n"
        "C5,13900000003,\n"
        "C6,13900000002,\n"
    )

    answer = await bring(door, "customers", told)

    assert [(e["line"], e["column"], e["code"]) for e in answer.json()["errors"]] == [
        (2, "contact", "contact_taken"),
        (3, "contact", "contact_taken"),
        (4, "account_manager", "account_manager_unknown"),
        (5, "account_manager", "account_manager_unknown"),
        (7, "number", "duplicate"),
        (8, "contact", "duplicate"),
    ]


async def test_strict_means_all_rows_or_none(door: Door) -> None:
    told = CUSTOMERS + "C3,王五,12,,,,\n"

    answer = await bring(door, "customers", told, strict="true")

    assert code(answer) == (422, "import_rejected")
    assert answer.json()["errors"] == [{"line": 4, "column": "contact", "code": "phone_invalid"}]
    assert rows(door, "SELECT count(*) FROM customer") == [(0,)]
    assert rows(door, "SELECT count(*) FROM access_record WHERE action = 'import'") == [(0,)]
    assert await done(door, "customers", CUSTOMERS, strict="true") == (2, 0, 0, 0)


async def test_an_erased_customer_does_not_come_back_with_the_next_file(door: Door) -> None:
    await all_three(door)
    [row] = rows(door, "SELECT id FROM customer WHERE number = 'C1'")
    with Session(door.engine) as session, session.begin():
        door.means.vault.erase(session, row.id)

    again = (await bring(door, "customers", CUSTOMERS)).json()
    bought = (await bring(door, "orders", ORDERS)).json()

    assert again["errors"] == [{"line": 2, "column": "number", "code": "customer_erased"}]
    assert bought["errors"] == [{"line": 2, "column": "customer", "code": "customer_unknown"}]


async def test_a_file_that_cannot_be_read_says_why(door: Door) -> None:
    cases: list[tuple[bytes, dict[str, Any]]] = [
        (b"", {"reason": "file_empty"}),
        (b"name\nx\n", {"reason": "column_missing", "column": "number"}),
        (b"number,name\nC1,\xff\xff\n", {"reason": "encoding_unknown"}),
        (b'number,name\nC1,"x\n', {"reason": "csv_malformed", "line": 2}),
    ]
    for content, said in cases:
        answer = await bring(door, "customers", content)

        assert code(answer) == (422, "import_unreadable"), content
        assert {name: answer.json().get(name) for name in said} == said


async def test_a_file_sent_twice_with_one_key_is_answered_as_before(door: Door) -> None:
    headers = await door.headers("admin") | {"Idempotency-Key": "k1"}

    async def send(content: str) -> httpx.Response:
        files = {"file": ("rows.csv", content.encode(), "text/csv")}
        return await door.client.post("/api/imports/customers", files=files, headers=headers)

    first, second, other = [await send(one) for one in (CUSTOMERS, CUSTOMERS, CUSTOMERS + "\n")]

    assert first.json()["inserted"] == 2
    assert second.json() == first.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert code(other) == (422, "idempotency_key_reused")


async def test_an_import_is_recorded_in_numbers(door: Door) -> None:
    await all_three(door)

    [record] = rows(
        door, "SELECT actor, data FROM access_record WHERE data ->> 'kind' = 'customers'"
    )
    assert record.actor == "admin"
    assert record.data == {
        "kind": "customers",
        "inserted": 2,
        "updated": 0,
        "unchanged": 0,
        "rejected": 0,
        "ignored_columns": 0,
    }


async def test_a_large_file_passes_and_too_large_a_one_does_not(door: Door) -> None:
    many = "number,product\n" + "".join(f"B{n:06d},一种名字相当长的产品\n" for n in range(10_000))
    assert len(many.encode()) > 262_144

    assert await done(door, "batches", many) == (10_000, 0, 0, 0)
    refused = await bring(door, "batches", b"x" * 20_000_001)
    assert code(refused) == (413, "body_too_large")
