"""Files of an item: added, listed, got, deleted, scanned, swept, and gone with their customer."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from api.app import create_app
from api.attachment_rules import AttachmentRules
from api.attachment_scans import scan_waiting
from api.scanner import Scanner
from models import access_record, feedback
from models.attachment_folder import AttachmentFolder
from models.attachment_sweep import sweep
from tests.api.door import PHONE, Door
from tests.api.test_api_progress_and_messages import in_processing

pytestmark = pytest.mark.integration
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 600
SECRET = "绝密通话记录 13812345678".encode()
LIMIT = 400_000


@dataclass
class Filing:
    """The door with a folder for files."""

    door: Door
    rules: AttachmentRules

    async def add(
        self,
        username: str,
        number: str,
        name: str = "screen.png",
        content: bytes = PNG,
        **more: Any,
    ) -> httpx.Response:
        """Add a file as somebody."""
        headers = await self.door.headers(username) | more.pop("headers", {})
        files = {"file": (name, content, "application/octet-stream")}
        path = f"/api/feedback/{number}/attachments"
        return await self.door.client.post(path, files=files, headers=headers, **more)

    async def got(self, username: str, number: str, file_id: str, **headers: str) -> httpx.Response:
        """Download a file as somebody."""
        sent = await self.door.headers(username) | headers
        path = f"/api/feedback/{number}/attachments/{file_id}"
        return await self.door.client.get(path, headers=sent)

    async def listed(self, username: str, number: str) -> list[dict[str, Any]]:
        """Return the files that somebody sees."""
        answer = await self.door.get(username, f"/api/feedback/{number}/attachments")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def files(self) -> list[Path]:
        """Return what lies in the folder."""
        return [path for path in self.rules.folder.root.rglob("*") if path.is_file()]

    def recorded(self, number: str, action: str) -> list[str]:
        """Return who did this to the item's files."""
        with Session(self.door.engine) as session:
            rows = access_record.read(session, number)
        return [row.actor for row in rows if row.action == action]


async def opened(door: Door, rules: AttachmentRules) -> AsyncIterator[Filing]:
    means = replace(door.means, attachments=rules)
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        yield Filing(replace(door, client=client, means=means), rules)


@pytest.fixture
async def filing(door: Door, tmp_path: Path) -> AsyncIterator[Filing]:
    """A folder without a scanner."""
    rules = AttachmentRules(AttachmentFolder(tmp_path / "attachments"), LIMIT, 2 * LIMIT)
    async for one in opened(door, rules):
        yield one


@pytest.fixture
async def scanned(door: Door, tmp_path: Path) -> AsyncIterator[Filing]:
    """A folder with a scanner that is away until its switch is there, and dislikes EICAR."""
    switch = tmp_path / "scanner-runs"
    code = (
        "import sys, os; b = sys.stdin.buffer.read();"
        f"sys.exit(2 if not os.path.exists({str(switch)!r}) else int(b'EICAR' in b))"
    )
    scanner = Scanner((sys.executable, "-c", code), 20)
    folder = AttachmentFolder(tmp_path / "attachments")
    async for one in opened(door, AttachmentRules(folder, LIMIT, 2 * LIMIT, scanner)):
        yield one


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


async def test_what_is_not_clean_is_not_given_out(scanned: Filing, tmp_path: Path) -> None:
    number = await in_processing(scanned.door)
    good = (await scanned.add("tech", number, "good.txt", b"good")).json()["id"]
    bad = (await scanned.add("tech", number, "bad.txt", b"EICAR")).json()["id"]
    waiting = await scanned.got("tech", number, good)

    (tmp_path / "scanner-runs").touch()
    looked_at = scan_waiting(scanned.door.means)

    assert (waiting.status_code, waiting.json()["scan"]) == (409, "failed")
    assert looked_at == 2
    assert (await scanned.got("tech", number, good)).content == b"good"
    refused = await scanned.got("tech", number, bad)
    assert (refused.status_code, refused.json()["scan"]) == (409, "infected")
    shown = {one["id"]: one["available"] for one in await scanned.listed("tech", number)}
    assert shown == {good: True, bad: False}


async def test_a_file_is_scanned_as_soon_as_it_is_there(scanned: Filing, tmp_path: Path) -> None:
    (tmp_path / "scanner-runs").touch()
    number = await in_processing(scanned.door)

    file_id = (await scanned.add("tech", number)).json()["id"]

    assert (await scanned.got("tech", number, file_id)).status_code == 200


def test_a_scanner_that_is_missing_hangs_or_does_not_read_fails() -> None:
    large = [bytes(1_000_000)] * 3

    missing = Scanner(("/nowhere/scanner",), 5).scan(large)
    hanging = Scanner((sys.executable, "-c", "import time; time.sleep(60)"), 0.5).scan(large)
    hasty = Scanner((sys.executable, "-c", "pass"), 20).scan(large)

    assert {missing, hanging, hasty} == {"failed"}


async def test_a_file_that_was_changed_on_the_disk_is_not_given_out(filing: Filing) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number)).json()["id"]
    [path] = filing.files()
    raw = bytearray(path.read_bytes())
    raw[500] ^= 1

    path.write_bytes(raw)
    changed = await filing.got("tech", number, file_id)
    path.unlink()
    lost = await filing.got("tech", number, file_id)

    assert changed.json()["code"] == lost.json()["code"] == "attachment_damaged"


async def test_with_its_customer_a_file_is_unreadable_at_once_and_then_swept(
    filing: Filing,
) -> None:
    number = await in_processing(filing.door)
    file_id = (await filing.add("tech", number)).json()["id"]
    with Session(filing.door.engine) as session, session.begin():
        item = feedback.by_number(session, number)
        assert item is not None
        assert item.customer_id is not None
        filing.door.means.vault.erase(session, item.customer_id)

    got = await filing.got("tech", number, file_id)
    again = await filing.add("tech", number)
    swept = swept_at(filing)

    assert (got.status_code, got.json()["reason"]) == (410, "erased")
    assert (again.status_code, again.json()["code"]) == (409, "customer_erased")
    assert swept == {"unreadable": 1, "orphans": 0, "begun": 0}
    assert filing.files() == []
    assert (await filing.listed("tech", number))[0]["available"] is False


def swept_at(filing: Filing, **later: int) -> dict[str, int]:
    """Sweep at some time from now, by the clock of the disk."""

    with Session(filing.door.engine) as session, session.begin():
        return sweep(session, filing.rules.folder, datetime.now(UTC) + timedelta(**later))


async def test_orphans_are_swept_once_no_upload_can_be_theirs(filing: Filing) -> None:
    number = await in_processing(filing.door)
    await filing.add("tech", number)
    [kept] = filing.files()
    folder = filing.rules.folder
    orphan = folder.path(UUID(int=5))
    orphan.parent.mkdir(exist_ok=True)
    orphan.touch()
    begun = folder.root / "begun" / "x"
    begun.touch()

    early, late = swept_at(filing), swept_at(filing, hours=7)

    assert early == {"unreadable": 0, "orphans": 0, "begun": 0}
    assert late == {"unreadable": 0, "orphans": 1, "begun": 1}
    assert filing.files() == [kept]


async def test_nothing_of_a_large_upload_is_laid_down_in_clear(
    filing: Filing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    number = await in_processing(filing.door)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    # A folder for temporary files that refuses everything.
    scratch.rmdir()

    answer = await filing.add("tech", number, content=PNG * 2)

    assert answer.status_code == 201, answer.text


async def test_without_a_folder_there_are_no_attachments(door: Door) -> None:
    number = await in_processing(door)

    answer = await door.get("spec", f"/api/feedback/{number}/attachments")

    assert (answer.status_code, answer.json()["code"]) == (404, "attachments_not_configured")
