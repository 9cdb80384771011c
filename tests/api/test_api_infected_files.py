"""An infected file is closed to everybody, and those concerned hear of it once."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from anyio import to_thread

from api.attachment_scans import scan, scan_waiting
from tests.api.door import TELL
from tests.api.filing import Filing
from tests.api.test_api_progress_and_messages import in_processing

pytestmark = pytest.mark.integration
BAD = b"EICAR"


async def told(filing: Filing, username: str) -> list[dict[str, Any]]:
    """Return what somebody's inbox says of infected files."""
    answer = await filing.door.get(username, "/api/notices")
    assert answer.status_code == 200, answer.text
    found = [one for one in answer.json()["items"] if one["code"] == "attachment_infected"]
    return [dict(one["data"]) for one in found]


async def test_sender_and_owner_hear_of_it_once_and_it_is_recorded(
    scanned: Filing, tmp_path: Path
) -> None:
    number = await in_processing(scanned.door)
    file_id = (await scanned.add("spec", number, "bad.txt", BAD)).json()["id"]
    owner = (await scanned.door.get("spec", f"/api/feedback/{number}")).json()["assignee"]
    (tmp_path / "scanner-runs").touch()

    again = partial(scan, scanned.door.means, UUID(file_id))
    await asyncio.gather(*(to_thread.run_sync(again) for _ in range(3)))
    scan_waiting(scanned.door.means)

    expected = [{"number": number, "attachment": file_id}]
    assert owner == "tech"
    assert await told(scanned, "spec") == await told(scanned, owner) == expected
    assert await told(scanned, "tech_two") == []
    assert scanned.recorded(number, "attachment.infected") == ["the scanner"]


async def test_nobody_gets_an_infected_file_in_whole_or_in_part(
    scanned: Filing, tmp_path: Path
) -> None:
    (tmp_path / "scanner-runs").touch()
    number = await in_processing(scanned.door)
    file_id = (await scanned.add("tech", number, "bad.txt", BAD)).json()["id"]

    answers = [
        await scanned.got(username, number, file_id, **headers)
        for username in ("tech", "lead", "spec", "tech_head")
        for headers in ({}, {"Range": "bytes=0-1"})
    ]

    assert {(one.status_code, one.json()["code"]) for one in answers} == {
        (409, "attachment_not_scanned")
    }
    assert not [one for one in answers if BAD in one.content]
    assert scanned.recorded(number, "attachment.read") == []


async def test_of_a_customers_infected_file_those_hear_who_answer_for_the_item(
    scanned: Filing, tmp_path: Path
) -> None:
    client = scanned.door.client
    token = (await client.post("/api/feedback-uploads")).json()["token"]
    files = {"file": ("bad.txt", BAD)}
    headers = {"Upload-Token": token}
    sent = await client.post("/api/feedback-uploads/files", files=files, headers=headers)
    number = (await client.post("/api/feedback", json=TELL | {"upload_token": token})).json()[
        "number"
    ]
    (tmp_path / "scanner-runs").touch()

    # Nobody has the item yet: its process has not begun.
    scan_waiting(scanned.door.means)

    assert await told(scanned, "the_duty_manager") == [
        {"number": number, "attachment": sent.json()["id"]}
    ]
