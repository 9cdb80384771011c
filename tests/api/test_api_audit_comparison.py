"""Auditors hold an instance against what Temporal remembers, and have it decided again."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models.database import engine
from models.person import ROLES
from tests.api.door import NAME, PHONE, Door
from tests.api.office import code
from tests.api.test_api_audit_replay import handled, looks, records_of
from tests.conftest import Database

pytestmark = pytest.mark.integration


async def ask(door: Door, key: str, what: str) -> dict[str, Any]:
    answer = await door.post("audit", f"/api/audit/{key}/{what}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_life_is_the_same_in_both_places_and_would_be_decided_the_same(door: Door) -> None:
    key = await handled(door)
    total = len(records_of(door, key))

    compared = await ask(door, key, "comparison")
    redecided = await ask(door, key, "redecision")

    assert compared == {
        "equal": True,
        "records": total,
        "history": total,
        "first": 1,
        "findings": [],
    }
    assert (redecided["equal"], redecided["findings"], redecided["unknown"]) == (True, [], [])
    assert (redecided["records"], redecided["commands"]) == (
        total,
        len(door.instances.batches[int(key)]),
    )


async def test_a_record_changed_in_the_database_is_found_with_both_values(
    door: Door, database: Database
) -> None:
    key = await handled(door)
    owner = engine(database.owner_url, pool_size=1)
    changed = change(owner, key, "USER_TASK_COMPLETED", "{by}", '"somebody.else"')
    owner.dispose()

    found = await ask(door, key, "comparison")

    [finding] = [one for one in found["findings"] if one["path"].startswith("record.")]
    assert not found["equal"]
    assert finding == {
        "n": changed,
        "path": "record.data.by",
        "records": "somebody.else",
        "history": "tech",
    }


def change(owner: Engine, key: str, kind: str, path: str, value: str) -> int:
    """Change the first record of a kind behind the service's back; return its number."""
    statement = (
        "UPDATE audit_record"
        " SET data = jsonb_set(data, CAST(:path AS text[]), CAST(:value AS jsonb))"
        " WHERE instance_key = :key AND number = (SELECT min(number) FROM audit_record"
        " WHERE instance_key = :key AND kind = :kind) RETURNING number"
    )
    asked = {"key": int(key), "kind": kind, "path": path, "value": value}
    with Session(owner) as session, session.begin():
        return int(session.execute(text(statement), asked).scalar_one())


async def test_a_decision_of_another_engine_is_told(door: Door) -> None:
    key = await handled(door)
    batches = door.instances.batches[int(key)]
    [first, *_] = [one for one in batches[0].records if one["kind"] == "TIMER_CREATED"]
    first["data"]["due"] = "2030-01-01T00:00:00.000000+00:00"

    found = await ask(door, key, "redecision")

    assert [(one["n"], one["path"], one["recorded"]) for one in found["findings"]] == [
        (first["number"], "data.due", "TIMER_CREATED")
    ]


async def test_what_is_personal_is_masked_in_findings(door: Door) -> None:
    key = await handled(door)
    for batch in door.instances.batches[int(key)]:
        for record in batch.records:
            record["data"] = {"other": record["data"]}

    found = str(await ask(door, key, "comparison"))

    assert "138****5678" in found
    assert PHONE not in found
    assert NAME not in found


async def test_only_auditors_compare_and_each_time_is_recorded(door: Door) -> None:
    number = await door.receive()
    key = str(next(iter(door.instances.batches)))

    for what in ("comparison", "redecision"):
        for role in ROLES:
            answer = await door.post(f"the_{role}", f"/api/audit/{key}/{what}")
            assert answer.status_code == (200 if role == "auditor" else 403), (role, answer.text)
        missing = await door.post("audit", f"/api/audit/4711/{what}")
        assert code(missing) == (404, "process_instance_not_found")

    assert looks(door, number) == ["the_auditor"]
    with Session(door.engine) as session:
        told = "SELECT action FROM access_record WHERE subject = :number ORDER BY id"
        actions = session.scalars(text(told), {"number": number}).all()
    assert [one for one in actions if one in {"compare", "redecide"}] == ["compare", "redecide"]


async def test_a_history_that_is_not_to_be_had_is_said_to_be_so(door: Door) -> None:
    key = await handled(door)

    door.instances.away = True
    away = await door.post("audit", f"/api/audit/{key}/comparison")
    door.instances.away = False
    door.instances.batches.clear()
    gone = await door.post("audit", f"/api/audit/{key}/redecision")

    assert code(away) == (503, "history_unavailable")
    assert code(gone) == (410, "history_gone")
