"""Auditors see whether the records are as they were written, and verify everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from api.app import create_app
from audit import sealing
from models import access_record
from proof.signing import KEY_FILE, Signer
from tests.api.door import Door
from tests.api.test_api_audit_replay import handled, records_of

pytestmark = pytest.mark.integration

SEED = b"m" * 32
SIGNER = Signer(SEED)


@pytest.fixture
async def house(door: Door, tmp_path: Path) -> AsyncIterator[Door]:
    """The same door where the house has a key to sign with, and two addresses of notices."""
    (tmp_path / KEY_FILE).write_bytes(SEED)
    changes = {
        "secrets_dir": tmp_path,
        "manifest_notices": True,
        "notice_urls": ("json://a", "json://b"),
    }
    means = replace(door.means, chosen=door.means.chosen.model_copy(update=changes))
    transport = httpx.ASGITransport(app=create_app(means))
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        yield replace(door, client=client, means=means)


def forge(owner_url: str, statement: str) -> None:
    owner = create_engine(owner_url.replace("postgresql://", "postgresql+psycopg://"))
    with owner.begin() as connection:
        connection.execute(text(statement))
    owner.dispose()


async def test_an_instance_is_sound_and_then_vouched_for(house: Door) -> None:
    key = await handled(house)
    total = len(records_of(house, key))

    before = (await house.get("audit", f"/api/audit/{key}/proof")).json()
    made = sealing.seal(house.engine, SIGNER, house.means.now() + timedelta(hours=1))
    after = (await house.get("audit", f"/api/audit/{key}/proof")).json()

    assert (before["sound"], before["records"], before["verified"]) == (True, total, total)
    assert (before["manifest"], before["findings"]) == (None, [])
    assert (after["manifest"]["number"], after["manifest"]["covered"]) == (made.number, total)
    assert after["head"] == before["head"] == made.body["heads"][0][2]


async def test_a_changed_record_is_named_and_so_is_a_chain_computed_anew(
    house: Door, database: object
) -> None:
    key = await handled(house)
    sealing.seal(house.engine, SIGNER, house.means.now() + timedelta(hours=1))
    owner_url = str(getattr(database, "owner_url", ""))

    forge(owner_url, "UPDATE audit_record SET element = 'forged' WHERE number = 7")
    changed = (await house.get("audit", f"/api/audit/{key}/proof")).json()
    everything = (await house.post("audit", "/api/audit/manifests/verification")).json()

    assert not changed["sound"]
    assert changed["verified"] == 6
    expected = {"code": "record_changed", "subject": key, "number": 7, "data": {}, "count": 1}
    assert changed["findings"] == everything["findings"] == [expected]
    assert (everything["sound"], everything["instances"], everything["manifests"]) == (False, 1, 1)


async def test_manifests_are_listed_with_where_they_were_published(
    house: Door, tmp_path: Path
) -> None:
    await handled(house)
    for day in range(1, 4):
        at = house.means.now() + timedelta(days=day)
        sealing.seal(house.engine, SIGNER, at, addresses=2)
    sealing.publish(house.engine, tmp_path / "published", house.means.now() + timedelta(days=4))

    page = (await house.get("audit", "/api/audit/manifests", params={"limit": 2})).json()
    rest = (await house.get("audit", "/api/audit/manifests", params={"before": 2})).json()

    assert [one["number"] for one in page["items"]] == [3, 2]
    assert (page["next"], rest["next"]) == (2, None)
    assert page["items"][0]["previous"] == page["items"][1]["hash"]
    assert [(one["instances"], one["changed"]) for one in rest["items"]] == [(1, 1)]
    assert page["items"][0]["publications"] == [
        {"target": "folder", "ok": True},
        {"target": "notice", "ok": False},
        {"target": "notice", "ok": False},
    ]


async def test_everything_is_verified_by_auditors_and_administrators_and_recorded(
    house: Door,
) -> None:
    await handled(house)
    sealing.seal(house.engine, SIGNER, house.means.now() + timedelta(hours=1))

    report = (await house.post("admin", "/api/audit/manifests/verification")).json()
    refused = await house.post("spec", "/api/audit/manifests/verification")

    assert (report["sound"], report["findings"], report["last_manifest"]) == (True, [], 1)
    assert report["records"] == report["verified"] > 0
    assert report["access_records"] == report["access_verified"] > 0
    assert refused.status_code == 403
    with Session(house.engine) as session:
        acts = session.query(access_record.AccessRecord).filter_by(action="verify_all").all()
    assert [(one.actor, one.data["sound"]) for one in acts] == [("admin", True)]


async def test_without_a_key_nothing_vouches_and_the_chain_is_verified_all_the_same(
    door: Door, tmp_path: Path
) -> None:
    chosen = door.means.chosen.model_copy(update={"secrets_dir": tmp_path})
    transport = httpx.ASGITransport(app=create_app(replace(door.means, chosen=chosen)))
    key = await handled(door)
    async with httpx.AsyncClient(transport=transport, base_url="http://bihuan.test") as client:
        keyless = replace(door, client=client)
        proof = (await keyless.get("audit", f"/api/audit/{key}/proof")).json()
        everything = await keyless.post("audit", "/api/audit/manifests/verification")

    assert (proof["sound"], proof["manifest"]) == (True, None)
    assert (everything.status_code, everything.json()["code"]) == (409, "manifest_key_missing")
