"""The form without a script: received once, what was typed kept, files sealed as they come."""

from __future__ import annotations

import asyncio
import re
from html import unescape
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.rate_limit import RateLimiter
from tests.api.door import PHONE, Door
from tests.api.filing import PNG, Filing

pytestmark = pytest.mark.integration
FORM = "/feedback-form"
TOLD = {"description": "机器无法开机\n按键没有反应", "contact": PHONE, "product": "X200 <新>"}
File = tuple[str, tuple[str, bytes, str]]


async def opened(door: Door, **headers: str) -> dict[str, str]:
    """Return the hidden fields of a form that was opened."""
    return hidden(await door.client.get(FORM, headers=headers))


def hidden(page: httpx.Response) -> dict[str, str]:
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return dict(found)


async def sent(door: Door, fields: dict[str, str], *files: File, **more: Any) -> httpx.Response:
    """Send the form as a browser does: as parts, a nameless file where none was chosen."""
    parts: list[Any] = [(name, (None, value.encode())) for name, value in fields.items()]
    chosen = files or (("file", ("", b"", "application/octet-stream")),)
    return await door.client.post(FORM, files=[*parts, *chosen], **more)


def png(name: str, content: bytes = PNG) -> File:
    return ("file", (name, content, "image/png"))


def number_of(page: httpx.Response) -> str:
    found = re.search(r"\d{6}-\d{3,}", page.text)
    assert page.status_code == 200, page.text
    assert found, page.text
    return found[0]


def count(door: Door, table: str) -> int:
    with Session(door.means.engine) as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608


async def test_what_a_customer_sends_is_received_and_its_number_shown(door: Door) -> None:
    page = await sent(door, {**await opened(door), **TOLD, "urgency": "urgent", "type": "repair"})

    item = (await door.get("lead", f"/api/feedback/{number_of(page)}")).json()
    assert (item["type"], item["urgency"], item["channel"]) == ("repair", "urgent", "web")


async def test_the_form_sent_twice_or_at_once_is_one_item(door: Door) -> None:
    fields = {**await opened(door), **TOLD}

    pages = await asyncio.gather(*(sent(door, fields) for _ in range(4)))
    later = await sent(door, fields)

    assert len({number_of(page) for page in (*pages, later)}) == 1
    assert count(door, "feedback") == 1


async def test_the_form_changed_after_it_was_sent_asks_before_it_is_another_item(
    door: Door,
) -> None:
    fields = {**await opened(door), **TOLD}
    first = number_of(await sent(door, fields))

    asked = await sent(door, {**fields, "description": "还有噪音"})
    second = number_of(await sent(door, {**fields, "description": "还有噪音", **hidden(asked)}))

    assert asked.status_code == 422
    assert "还有噪音" in asked.text
    assert second != first


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "请填写"), ("en", "please fill in")])
async def test_errors_stand_beside_their_fields_and_what_was_typed_stays(
    door: Door, language: str, said: str
) -> None:
    fields = await opened(door)
    typed = {"description": " ", "contact": PHONE, "order_number": '"<b>', "type": "complaint"}

    page = await sent(door, {**fields, **typed}, headers={"Accept-Language": language})

    assert page.status_code == 422
    assert page.headers["content-language"] == language
    for name in ("description", "order_number"):
        assert f'id="{name}-error"' in page.text
        assert f'<a href="#{name}">' in page.text
    assert page.text.count('aria-invalid="true"') == 2
    assert said in page.text
    assert f'value="{PHONE}"' in page.text
    assert 'value="&quot;&lt;b&gt;"' in page.text
    assert '<option value="complaint" selected>' in page.text
    assert hidden(page)["key"] != fields["key"]
    assert count(door, "feedback") == 0


async def test_opening_the_form_keeps_nothing_and_loads_nothing(door: Door) -> None:
    page = await door.client.get(f"{FORM}?lang=en", headers={"Accept-Language": "zh-CN"})

    assert page.headers["content-language"] == "en"
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r'(src|href)="(https?:)?//', page.text)
    assert count(door, "idempotency_key") == count(door, "feedback") == 0


async def test_no_page_of_another_site_sends_it(door: Door) -> None:
    fields = {**await opened(door), **TOLD}

    page = await sent(door, fields, headers={"Sec-Fetch-Site": "cross-site"})

    assert page.status_code == 403
    assert count(door, "feedback") == 0


async def test_who_sends_too_often_is_asked_to_wait_and_loses_nothing(door: Door) -> None:
    fields = {**await opened(door), **TOLD}
    limit = door.means.intake_limit
    assert isinstance(limit, RateLimiter)
    limit._capacity, limit._clock = 1.0, lambda: 0.0
    await sent(door, fields)

    page = await sent(door, {**fields, "description": "第二条 <反馈>"})

    assert page.status_code == 429
    assert int(page.headers["retry-after"]) >= 1
    assert "第二条 <反馈>" in unescape(page.text)


async def test_files_come_with_the_form_and_are_the_items(filing: Filing) -> None:
    fields = {**await opened(filing.door), **TOLD}

    page = await sent(filing.door, fields, png("一.png"), png("二.png", PNG + b"2"))

    listed = await filing.listed("lead", number_of(page))
    assert sorted(one["size"] for one in listed) == [len(PNG), len(PNG) + 1]


async def test_a_file_that_is_refused_is_named_and_the_others_wait(filing: Filing) -> None:
    fields = {**await opened(filing.door), **TOLD}

    refused = await sent(filing.door, fields, png("good.png"), png("bad.exe"))
    again = await sent(filing.door, {**fields, **hidden(refused)})

    assert refused.status_code == 422
    assert 'id="file-error"' in refused.text
    assert "good.png" in refused.text
    listed = await filing.listed("lead", number_of(again))
    assert [one["size"] for one in listed] == [len(PNG)]
    assert count(filing.door, "feedback") == 1


async def test_files_that_waited_too_long_are_asked_for_again(filing: Filing) -> None:
    fields = {**await opened(filing.door), **TOLD}

    page = await sent(filing.door, {**fields, "upload_token": "x" * 43})

    assert page.status_code == 409
    assert hidden(page)["upload_token"] == ""
    assert number_of(await sent(filing.door, {**fields, **hidden(page)}))


async def test_the_same_form_with_files_sent_twice_is_one_item(filing: Filing) -> None:
    fields = {**await opened(filing.door), **TOLD}

    first = await sent(filing.door, fields, png("one.png"))
    second = await sent(filing.door, fields, png("one.png"))

    assert number_of(first) == number_of(second)
    assert len(await filing.listed("lead", number_of(first))) == 1


async def test_what_is_no_form_is_answered_with_one(door: Door) -> None:
    posted = await door.client.post(FORM, data={"description": "x"})
    broken = await door.client.post(
        FORM,
        content=b'--b\r\nContent-Disposition: form-data; name="contact"\r\n\r\n138',
        headers={"Content-Type": "multipart/form-data; boundary=b"},
    )
    large = await sent(door, {**await opened(door), **TOLD, "description": "长" * 10_000})

    assert [one.status_code for one in (posted, broken, large)] == [415, 400, 413]
    for page in (posted, broken, large):
        assert 'role="alert"' in page.text
        assert "<form" in page.text


async def test_a_house_without_a_place_for_files_asks_for_none(door: Door) -> None:
    page = await door.client.get(FORM)

    assert 'type="file"' not in page.text
