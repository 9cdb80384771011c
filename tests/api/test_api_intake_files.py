"""Customers send files with what they tell; nobody else can read them, and none are left over."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from api.rate_limit import RateLimiter
from models import feedback
from models.attachment_sweep import sweep
from tests.api.door import PHONE, TELL
from tests.api.filing import LIMIT, PNG, Filing

pytestmark = pytest.mark.integration
UPLOADS = "/api/feedback-uploads"


async def leave(filing: Filing) -> str:
    answer = await filing.door.client.post(UPLOADS)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


async def send(
    filing: Filing, token: str, name: str = "screen.png", content: bytes = PNG, **headers: str
) -> httpx.Response:
    sent = {"Upload-Token": token} | {k.replace("_", "-"): v for k, v in headers.items()}
    files = {"file": (name, content)}
    return await filing.door.client.post(f"{UPLOADS}/files", files=files, headers=sent)


async def tell(filing: Filing, token: str, **more: Any) -> httpx.Response:
    headers = more.pop("headers", {})
    told = TELL | {"upload_token": token} | more
    return await filing.door.client.post("/api/feedback", json=told, headers=headers)


def rows(filing: Filing, table: str) -> int:
    with Session(filing.door.engine) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


def refused(answer: httpx.Response) -> tuple[int, str, Any]:
    return answer.status_code, answer.json()["code"], answer.json().get("reason")


async def test_what_a_customer_sent_is_a_file_of_the_item_as_it_was(filing: Filing) -> None:
    token = await leave(filing)
    sent = await send(filing, token, f"照片{PHONE}.png")

    number = (await tell(filing, token)).json()["number"]

    assert sent.status_code == 201
    [shown] = await filing.listed("spec", number)
    assert (shown["id"], shown["name"]) == (sent.json()["id"], "照片138****5678.png")
    assert shown["added_by"] == "the customer"
    assert (await filing.got("spec", number, shown["id"])).content == PNG
    assert filing.recorded(number, "attachment.add") == ["the customer"]
    assert rows(filing, "intake_file") == 0


async def test_the_database_and_the_disk_hold_nothing_that_reads_a_waiting_file(
    filing: Filing,
) -> None:
    token = await leave(filing)

    await send(filing, token, f"{PHONE}.txt", f"请打电话 {PHONE}".encode())

    with filing.door.engine.connect() as connection:
        held = [
            str(row)
            for table in ("intake_upload", "intake_file", "idempotency_key", "personal_value")
            for row in connection.execute(text(f"SELECT to_jsonb(t) FROM {table} t"))  # noqa: S608
        ]
    assert held
    assert not [one for one in held if token in one or PHONE in one]
    [path] = filing.files()
    assert PHONE.encode() not in path.read_bytes()


async def test_a_token_is_good_for_one_item(filing: Filing) -> None:
    token = await leave(filing)
    await send(filing, token)

    answers = await asyncio.gather(*(tell(filing, token) for _ in range(3)))
    late = await send(filing, token)

    assert sorted(one.status_code for one in answers) == [201, 409, 409]
    assert {refused(one) for one in answers if one.status_code == 409} == {
        (409, "upload_token_invalid", "used")
    }
    assert refused(late) == (409, "upload_token_invalid", "used")
    assert (rows(filing, "feedback"), rows(filing, "attachment")) == (1, 1)


async def test_the_same_item_told_twice_with_one_key_is_answered_as_before(filing: Filing) -> None:
    token = await leave(filing)
    await send(filing, token)
    key = {"Idempotency-Key": "told-once"}

    answers = [await tell(filing, token, headers=key) for _ in range(2)]

    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert rows(filing, "attachment") == 1


async def test_the_same_file_sent_twice_with_one_key_is_one_file(filing: Filing) -> None:
    token, other = await leave(filing), await leave(filing)

    both = await asyncio.gather(*(send(filing, token, Idempotency_Key="f") for _ in range(2)))
    changed = await send(filing, token, content=PNG + b"x", Idempotency_Key="f")
    elsewhere = await send(filing, other, Idempotency_Key="f")

    assert both[0].json() == both[1].json()
    assert refused(changed)[:2] == (422, "idempotency_key_reused")
    assert elsewhere.json()["id"] != both[0].json()["id"]
    assert len(filing.files()) == 2


async def test_a_token_made_up_or_of_the_wrong_form_takes_nothing(filing: Filing) -> None:
    made_up = "A" * 43

    unknown = [await send(filing, made_up), await tell(filing, made_up)]
    malformed = [await send(filing, "../x"), await tell(filing, "short")]
    missing = await filing.door.client.post(f"{UPLOADS}/files", files={"file": ("a.png", PNG)})

    assert {refused(one) for one in unknown} == {(409, "upload_token_invalid", "unknown")}
    assert [one.status_code for one in [*malformed, missing]] == [422, 422, 422]
    assert not [one for one in [*unknown, *malformed] if made_up in one.text]
    assert (rows(filing, "feedback"), filing.files()) == (0, [])


async def test_the_files_of_one_token_never_come_to_the_item_of_another(filing: Filing) -> None:
    mine, yours = await leave(filing), await leave(filing)
    await send(filing, mine)

    number = (await tell(filing, yours)).json()["number"]

    assert await filing.listed("spec", number) == []


async def test_after_two_hours_a_token_ends_and_its_files_are_swept(filing: Filing) -> None:
    token, used = await leave(filing), await leave(filing)
    await send(filing, token)
    await send(filing, used)
    await tell(filing, used)

    filing.door.clock.at += timedelta(hours=2, seconds=1)
    late = [await send(filing, token), await tell(filing, token)]
    with Session(filing.door.engine) as session, session.begin():
        swept = sweep(session, filing.rules.folder, filing.door.clock.at)

    assert {refused(one) for one in late} == {(409, "upload_token_invalid", "expired")}
    assert swept == {"unreadable": 0, "untold": 1, "orphans": 0, "begun": 0}
    assert (rows(filing, "intake_upload"), rows(filing, "intake_file")) == (0, 0)
    assert len(filing.files()) == rows(filing, "attachment") == 1


async def test_a_file_that_waits_is_no_orphan(filing: Filing) -> None:
    await send(filing, await leave(filing))

    with Session(filing.door.engine) as session, session.begin():
        # The disk is looked at later than the rows: nothing has expired by the clock of the rows.
        late = datetime.now(UTC) + timedelta(hours=7)
        session.execute(text("UPDATE intake_upload SET expires_at = :late"), {"late": late})
        swept = sweep(session, filing.rules.folder, late - timedelta(seconds=1))

    assert swept["orphans"] == 0
    assert len(filing.files()) == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("page.html", b"<html>", 422, "attachment_type_refused"),
        ("drawing.svg", b"<svg/>", 422, "attachment_type_refused"),
        ("photo.jpg", PNG, 422, "attachment_type_differs"),
        ("none.txt", b"", 422, "attachment_empty"),
        ("large.png", PNG + bytes(LIMIT), 413, "attachment_too_large"),
    ],
)
async def test_what_is_refused_of_staff_is_refused_of_customers(
    filing: Filing, name: str, content: bytes, status: int, code: str
) -> None:
    token = await leave(filing)

    answer = await send(filing, token, name, content)

    assert refused(answer)[:2] == (status, code)
    assert (rows(filing, "intake_file"), filing.files()) == (0, [])


async def test_too_many_files_and_too_many_bytes_are_refused(filing: Filing) -> None:
    few = narrowed(filing, upload_files=2)
    small = narrowed(filing, upload_bytes=len(PNG) + 10)
    full = narrowed(filing, waiting_bytes=4 * len(PNG))

    async with few as one:
        token = await leave(one)
        many = await asyncio.gather(*(send(one, token) for _ in range(4)))
    async with small as one:
        token = await leave(one)
        large = [await send(one, token) for _ in range(2)]
    async with full as one:
        others = [await send(one, await leave(one)) for _ in range(2)]

    assert sorted(one.status_code for one in many) == [201, 201, 409, 409]
    assert [refused(one)[:2] for one in large[1:]] == [(409, "attachments_full")]
    assert [one.status_code for one in others] == [201, 503]
    assert others[1].headers["retry-after"] == "600"
    assert len(filing.files()) == rows(filing, "intake_file") == 4


async def test_files_are_limited_by_address_as_items_are(filing: Filing) -> None:
    async with narrowed(filing, means={"intake_limit": RateLimiter(3, clock=lambda: 0.0)}) as one:
        token = await leave(one)
        answers = [await send(one, token) for _ in range(3)]

    assert [one.status_code for one in answers] == [201, 201, 429]
    assert int(answers[-1].headers["retry-after"]) > 0


async def test_a_house_that_takes_no_files_of_customers_says_so(filing: Filing) -> None:
    async with narrowed(filing, upload_files=0) as one:
        answers = [await one.door.client.post(UPLOADS), await send(one, "A" * 43)]

    assert {refused(answer)[:2] for answer in answers} == {(404, "attachments_not_configured")}


async def test_with_the_customer_what_they_sent_cannot_be_read_any_more(filing: Filing) -> None:
    token = await leave(filing)
    file_id = (await send(filing, token)).json()["id"]
    number = (await tell(filing, token)).json()["number"]

    with Session(filing.door.engine) as session, session.begin():
        item = feedback.by_number(session, number)
        assert item is not None
        assert item.customer_id is not None
        filing.door.means.vault.erase(session, item.customer_id)

    assert refused(await filing.got("spec", number, file_id)) == (410, "attachment_gone", "erased")


class narrowed:  # noqa: N801 (used like a function)
    """The same folder under narrower rules."""

    def __init__(self, filing: Filing, means: Any = None, **rules: Any) -> None:
        self._rules = replace(filing.rules, **rules)
        changed = replace(filing.door.means, attachments=self._rules, **(means or {}))
        transport = httpx.ASGITransport(app=create_app(changed))
        client = httpx.AsyncClient(transport=transport, base_url="http://bihuan.test")
        self._door = replace(filing.door, client=client, means=changed)

    async def __aenter__(self) -> Filing:
        return Filing(self._door, self._rules)

    async def __aexit__(self, *_: object) -> None:
        await self._door.client.aclose()
