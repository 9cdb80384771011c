"""One list of all that happened to an item and around it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from audit import sealing
from models.person import ROLES
from proof.signing import Signer
from tests.api.door import NAME, PHONE, Door
from tests.api.office import code
from tests.api.test_api_audit_replay import handled, key_of, records_of

pytestmark = pytest.mark.integration


async def timeline(door: Door, key: str, **asked: Any) -> list[dict[str, Any]]:
    """All entries, page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        params = {**asked, **({"after": after} if after else {})}
        answer = await door.get("audit", f"/api/audit/{key}/timeline", params=params)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        after = answer.json()["next"]
        if after is None:
            return found


async def test_records_messages_notices_reveals_and_logins_stand_in_one_list(door: Door) -> None:
    number = await door.receive()
    key = await key_of(door, number)
    await door.complete(number, "tech")
    asked = {"field": "contact", "reason": f"客户要求回电 {PHONE}"}
    answer = await door.post("tech", f"/api/feedback/{number}/reveal", json=asked)
    assert answer.status_code == 200, answer.text
    noted = {"code": "tested", "note": f"已测试，电话 {PHONE}"}
    answer = await door.post("tech", f"/api/feedback/{number}/progress", json=noted)
    assert answer.status_code < 300, answer.text

    found = await timeline(door, key)

    sources = {one["source"] for one in found}
    assert {"record", "notice", "look", "progress", "login"} <= sources
    told = {one["kind"]: one for one in found}
    assert told["reveal"]["actor"] == "tech"
    assert told["reveal"]["details"]["field"] == "contact"
    assert told["reveal"]["note"] == "客户要求回电 138****5678"
    assert told["tested"]["note"] == "已测试，电话 138****5678"
    assert told["USER_TASK_COMPLETED"]["actor"] == "tech"
    assert "tech" in {one["actor"] for one in found if one["source"] == "login"}
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    assert PHONE not in str(found)
    assert NAME not in str(found)


async def test_the_manifests_that_sealed_an_item_stand_with_it(door: Door) -> None:
    key, other = await handled(door), await door.receive()

    sealing.seal(door.engine, Signer(b"m" * 32), door.clock.now() + timedelta(hours=1))

    [made] = [one for one in await timeline(door, key) if one["kind"] == "manifest_made"]
    assert made["details"] == {"manifest": 1, "n": len(records_of(door, key))}
    elsewhere = await timeline(door, await key_of(door, other))
    assert [one["kind"] for one in elsewhere].count("manifest_made") == 1


async def test_pages_follow_one_another_without_loss_and_sources_can_be_chosen(door: Door) -> None:
    key = await handled(door)
    await timeline(door, key)
    whole = await timeline(door, key, limit=500)

    paged = await timeline(door, key, limit=3)
    records = await timeline(door, key, source=["record", "notice"])

    assert paged == whole
    assert records == [one for one in whole if one["source"] in {"record", "notice"}]


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJ4IiwgImEiLCAiYiJd", "bnVsbA"])
async def test_a_cursor_of_nothing_is_refused(door: Door, cursor: str) -> None:
    key = await handled(door)

    answer = await door.get("audit", f"/api/audit/{key}/timeline", params={"after": cursor})

    assert code(answer) == (422, "fields_invalid")


async def test_only_auditors_read_it(door: Door) -> None:
    key = await handled(door)

    for role in ROLES:
        answer = await door.get(f"the_{role}", f"/api/audit/{key}/timeline")
        assert answer.status_code == (200 if role == "auditor" else 403), (role, answer.text)
