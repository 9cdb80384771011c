"""Files of items: scanned, found when changed, swept, and gone with their customer."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from api.attachment_scans import scan_waiting
from api.scanner import Scanner
from models import feedback
from models.attachment_sweep import sweep
from tests.api.door import Door
from tests.api.filing import PNG, Filing
from tests.api.test_api_progress_and_messages import in_processing

pytestmark = pytest.mark.integration


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
    assert swept == {"unreadable": 1, "untold": 0, "orphans": 0, "begun": 0}
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

    assert early == {"unreadable": 0, "untold": 0, "orphans": 0, "begun": 0}
    assert late == {"unreadable": 0, "untold": 0, "orphans": 1, "begun": 1}
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
