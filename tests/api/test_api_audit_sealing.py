"""Auditors seal what has happened so far; nothing new makes no manifest."""

from __future__ import annotations

import asyncio
import secrets

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.access_record import AccessRecord
from proof.signing import KEY_FILE
from tests.api import test_api_audit_report as reports
from tests.api.door import Door
from tests.api.office import code

pytestmark = pytest.mark.integration
signing = reports.signing
PATH = "/api/audit/manifests"


async def test_what_happened_is_sealed_once_and_nothing_new_makes_no_manifest(
    signing: Door,
) -> None:
    await signing.receive()

    made = await signing.post("audit", PATH)
    again = await signing.post("audit", PATH)
    await signing.receive(contact="13911112222")
    later = await signing.post("audit", PATH)

    assert [one.status_code for one in (made, again, later)] == [201, 200, 201]
    assert [one.json()["number"] for one in (made, again, later)] == [1, 1, 2]
    assert made.json() == again.json()
    assert later.json()["previous"] == made.json()["hash"]
    assert (made.json()["changed"], later.json()["changed"]) == (1, 1)


async def test_a_look_alone_is_something_new_and_who_sealed_is_recorded(signing: Door) -> None:
    key = await reports.key_of(signing, await signing.receive())
    await signing.post("audit", PATH)

    await signing.get("audit", f"/api/audit/{key}/proof")
    sealed = await signing.post("audit", PATH)

    assert sealed.status_code == 201
    made = select(col(AccessRecord.actor)).where(col(AccessRecord.action) == "manifest_made")
    with Session(signing.engine) as session:
        assert session.scalars(made).all() == ["audit", "audit"]


async def test_several_at_once_make_one(signing: Door) -> None:
    await signing.receive()
    # Who comes for the first time logs in, which is something new.
    await signing.get("audit", PATH)

    answers = await asyncio.gather(*(signing.post("audit", PATH) for _ in range(5)))

    assert sorted(one.status_code for one in answers) == [200, 200, 200, 200, 201]
    assert {one.json()["number"] for one in answers} == {1}


async def test_only_auditors_seal_and_only_with_the_key_that_signed_before(signing: Door) -> None:
    await signing.receive()
    await signing.post("audit", PATH)
    await signing.receive(contact="13911112222")
    key = signing.means.chosen.secrets_path / KEY_FILE

    refused = await signing.post("admin", PATH)
    key.write_bytes(secrets.token_bytes(32))
    another = await signing.post("audit", PATH)
    key.unlink()
    missing = await signing.post("audit", PATH)

    assert code(refused) == (403, "forbidden")
    assert code(another) == (409, "signing_key_differs")
    assert code(missing) == (409, "signing_key_missing")
