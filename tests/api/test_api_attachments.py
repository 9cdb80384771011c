"""Files of an item: added, listed, got, deleted, scanned, swept, and gone with their customer."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from sqlalchemy import text

from tests.api.door import PHONE
from tests.api.filing import LIMIT, PNG, Filing
from tests.api.test_api_progress_and_messages import in_processing

pytestmark = pytest.mark.integration
SECRET = "绝密通话记录 13812345678".encode()


async def test_a_file_comes_back_as_it_was_and_lies_encrypted(filing: Filing) -> None:
    number = await in_processing(filing.door)

    added = await filing.add("tech", number, "通话记录.txt", SECRET)
    got = await filing.got("spec", number, added.json()["id"])

    assert added.status_code == 201, added.text
    assert added.json()["media_type"] == "text/plain"
    assert (got.status_code, got.content) == (200, SECRET)
    assert got.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%80%9A")
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert got.headers["x-content-type-options"] == "nosniff"
    [path] = filing.files()
    assert SECRET[:12] not in path.read_bytes()
    assert b"13812345678" not in path.read_bytes()


async def test_names_are_masked_in_lists_and_downloads_are_recorded(filing: Filing) -> None:
    number = await in_processing(filing.door)
    added = (await filing.add("tech", number, f"录音{PHONE}.png")).json()

    await filing.got("spec", number, added["id"])

    [shown] = await filing.listed("audit", number)
    assert added["name"] == shown["name"] == "录音138****5678.png"
    assert filing.recorded(number, "attachment.add") == ["tech"]
    assert filing.recorded(number, "attachment.read") == ["spec"]


async def test_a_file_belongs_to_a_progress_entry_of_its_own_item_only(filing: Filing) -> None:
    number, other = await in_processing(filing.door), await filing.door.receive()
    path = f"/api/feedback/{number}/progress"
    await filing.door.post("tech", path, {"note": "已致电客户"})
    [entry] = (await filing.door.get("tech", path)).json()["items"]

    own = await filing.add("tech", number, params={"entry": entry["id"]})
    strange = await filing.add("spec", other, params={"entry": entry["id"]})

    assert own.json()["entry"] == entry["id"]
    assert (strange.status_code, strange.json()["code"]) == (404, "progress_entry_not_found")


async def test_one_key_makes_one_file_also_when_both_come_at_once(filing: Filing) -> None:
    number = await in_processing(filing.door)
    key = {"Idempotency-Key": "k"}

    both = await asyncio.gather(*(filing.add("tech", number, headers=key) for _ in range(2)))
    other = await filing.add("tech", number, content=PNG + b"x", headers=key)

    assert {one.status_code for one in both} == {201}
    assert both[0].json() == both[1].json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(filing.files()) == len(await filing.listed("tech", number)) == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("page.html", b"<html>", 422, "attachment_type_refused"),
        ("photo.jpg", PNG, 422, "attachment_type_differs"),
        ("none.txt", b"", 422, "attachment_empty"),
        ("large.png", PNG + bytes(LIMIT), 413, "attachment_too_large"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    filing: Filing, name: str, content: bytes, status: int, code: str
) -> None:
    number = await in_processing(filing.door)

    answer = await filing.add("tech", number, name, content)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert filing.files() == []


async def test_an_item_holds_so_many_bytes_and_no_more(filing: Filing) -> None:
    number = await in_processing(filing.door)
    large = PNG + bytes(LIMIT - len(PNG))

    codes = [(await filing.add("tech", number, content=large)).status_code for _ in range(3)]

    assert codes == [201, 201, 409]
    assert len(filing.files()) == 2


@pytest.mark.parametrize(
    "body",
    [
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nabc',
        b'--b\r\nContent-Disposition: form-data; name="other"\r\n\r\nabc\r\n--b--\r\n',
        b"no form at all",
        b"",
    ],
)
async def test_a_form_that_is_cut_or_holds_something_else_is_malformed(
    filing: Filing, body: bytes
) -> None:
    number = await in_processing(filing.door)
    headers = await filing.door.headers("tech")
    headers["Content-Type"] = "multipart/form-data; boundary=b"

    answer = await filing.door.client.post(
        f"/api/feedback/{number}/attachments", content=body, headers=headers
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "body_malformed")
    assert filing.files() == []


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-9", 0, 10),
        ("bytes=65530-65545", 65530, 65546),
        ("bytes=100000-", 100_000, len(PNG)),
        ("bytes=-7", len(PNG) - 7, len(PNG)),
    ],
)
async def test_a_range_of_a_file_is_answered(
    filing: Filing, asked: str, start: int, end: int
) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number)).json()["id"]

    got = await filing.got("tech", number, file_id, Range=asked)

    assert got.status_code == 206
    assert got.content == PNG[start:end]
    assert got.headers["content-range"] == f"bytes {start}-{end - 1}/{len(PNG)}"


async def test_a_range_of_another_version_is_everything_and_none_beyond_the_end(
    filing: Filing,
) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number)).json()["id"]

    other = {"Range": "bytes=0-9", "If-Range": '"x"'}
    whole = await filing.got("tech", number, file_id, **other)
    beyond = await filing.got("tech", number, file_id, Range=f"bytes={len(PNG)}-")

    assert (whole.status_code, whole.content) == (200, PNG)
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range_not_satisfiable")


async def test_a_collaborating_department_adds_and_gets_and_a_strange_one_does_not(
    filing: Filing,
) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number)).json()["id"]
    before = (await filing.got("log", number, file_id), await filing.add("log", number))
    with filing.door.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE feedback SET collaborators = '{logistics}'")

    after = (await filing.got("log", number, file_id), await filing.add("log", number))

    assert [one.status_code for one in before] == [403, 403]
    assert [one.status_code for one in after] == [200, 201]


@pytest.mark.parametrize("role", ["product_manager", "management", "auditor", "administrator"])
async def test_those_who_only_look_on_get_no_file(filing: Filing, role: str) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number)).json()["id"]

    answer = await filing.got(f"the_{role}", number, file_id)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def deleted(filing: Filing, username: str, number: str, file_id: str) -> httpx.Response:
    path = f"/api/feedback/{number}/attachments/{file_id}/deletion"
    return await filing.door.post(username, path, {"reason": "传错了"})


async def test_ones_own_file_is_deleted_until_somebody_else_got_it(filing: Filing) -> None:
    number = await in_processing(filing.door)
    unused, used = [(await filing.add("tech", number)).json()["id"] for _ in range(2)]
    await filing.got("spec", number, used)

    answers = [
        await deleted(filing, "tech_two", number, unused),
        await deleted(filing, "tech", number, unused),
        await deleted(filing, "tech", number, unused),
        await deleted(filing, "tech", number, used),
        await deleted(filing, "lead", number, used),
    ]

    outcomes = [(one.status_code, one.json().get("code")) for one in answers]
    assert outcomes == [
        (403, "attachment_not_yours"),
        (200, None),
        (410, "attachment_gone"),
        (409, "attachment_used"),
        (200, None),
    ]
    assert filing.files() == []
    shown = await filing.listed("tech", number)
    assert [(one["name"], one["deleted_by"]) for one in shown] == [(None, "tech"), (None, "lead")]
    assert (await filing.got("tech", number, unused)).status_code == 410


async def test_the_key_of_a_deleted_file_is_gone_for_its_copies_too(filing: Filing) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number)).json()["id"]
    keys = text("SELECT count(*) FROM personal_value v JOIN attachment a ON v.id = a.key_ref")

    with filing.door.engine.connect() as connection:
        before = connection.scalar(keys)
    await deleted(filing, "tech", number, file_id)

    with filing.door.engine.connect() as connection:
        assert (before, connection.scalar(keys)) == (1, 0)
