"""Event logs through the API: who may, what is refused, what is recorded, both formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.person import ROLES
from tests.api.door import NAME, PHONE, Door
from tests.api.office import office
from tests.integration.ocel_reader import read

pytestmark = pytest.mark.integration

ROUTE = "/api/audit/export"


async def test_only_auditors_export(door: Door) -> None:
    for role in ROLES:
        answer = await door.post(f"the_{role}", ROUTE, {})

        assert answer.status_code == (200 if role == "auditor" else 403), role


async def test_items_come_as_json_and_in_sqlite_without_the_customer(
    door: Door, tmp_path: Path
) -> None:
    number = await door.receive()

    plain = await door.post("audit", ROUTE, {})
    other = await door.post("audit", ROUTE, {"format": "sqlite"})

    assert plain.headers["content-type"].startswith("application/json")
    assert 'filename="bihuan-events.json"' in plain.headers["content-disposition"]
    log = json.loads(plain.content)
    [item] = [one for one in log["objects"] if one["type"] == "feedback"]
    assert {"name": "number", "value": number} == {
        name: item["attributes"][0][name] for name in ("name", "value")
    }
    assert len(log["events"]) > 10
    (tmp_path / "log.sqlite").write_bytes(other.content)
    assert len(read(tmp_path / "log.sqlite")["events"]) == len(log["events"])
    for content in (plain.content, other.content):
        for secret in (PHONE, NAME, "无法开机"):
            assert secret.encode() not in content


async def test_an_export_is_recorded_with_what_was_asked_for(door: Door) -> None:
    await office(door)

    asked = {"process": "p", "format": "sqlite", "since": "2026-01-01T00:00:00Z"}
    answer = await door.post("audit", ROUTE, asked)

    assert answer.status_code == 200, answer.text
    with Session(door.engine) as session:
        [row] = session.execute(
            text("SELECT actor, subject, data FROM access_record WHERE action = 'export_events'")
        )
    assert (row.actor, row.subject) == ("audit", "p")
    assert row.data == {"format": "sqlite", "since": "2026-01-01T00:00:00Z"}


async def test_what_cannot_be_exported_is_refused_and_not_recorded(door: Door) -> None:
    for asked, status, code in [
        ({"format": "xml"}, 422, "fields_invalid"),
        ({"process": "elsewhere"}, 404, "process_definition_not_found"),
        ({"until": "soon"}, 422, "fields_invalid"),
        ([], 422, "fields_invalid"),
    ]:
        answer = await door.post("audit", ROUTE, asked)

        assert (answer.status_code, answer.json()["code"]) == (status, code), asked
    with Session(door.engine) as session:
        looks = text("SELECT count(*) FROM access_record WHERE action = 'export_events'")
        assert session.scalar(looks) == 0
