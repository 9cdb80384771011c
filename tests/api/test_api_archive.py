"""Archives: made once, replayed alone, checked; whatever was done to one is found and named."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from audit.archive import read
from audit.archive_folder import ArchiveError, ArchiveFolder, archive_key
from audit.archive_rules import calendar_path, definition_files, definition_path
from bpmn.apply import replay
from models import archived_instance, audit_record, database
from models.archived_instance import late_before
from tests.api.archived import SERVICE_KEY, Archiving, opened
from tests.api.door import PHONE, Door
from tests.api.office import code, office
from tests.conftest import Database

pytestmark = pytest.mark.integration


@pytest.fixture
async def archiving(door: Door, tmp_path: Path) -> AsyncIterator[Archiving]:
    async for one in opened(door, tmp_path):
        yield one


async def test_the_state_from_the_archive_alone_is_that_of_the_records_at_every_step(
    archiving: Archiving,
) -> None:
    made = await archiving.archived()
    with Session(archiving.door.engine) as session:
        rows = audit_record.read(session, made.instance_key)

    archive = read(archiving.path(made), SERVICE_KEY)

    assert made.records == len(rows) == len(archive.records) > 20
    for n in range(len(rows) + 1):
        expected = replay(made.instance_key, rows[:n]).to_json()
        assert archive.replay(n).state.to_json() == expected, n
    assert [one["number"] for one in archive.proofs] == [one["number"] for one in rows]
    assert archive.batches[0]["command_id"] == "start"


async def test_an_auditor_sees_the_archive_checked(archiving: Archiving) -> None:
    made = await archiving.archived()

    shown = await archiving.shown(made.instance_key)

    assert shown["findings"] == []
    assert (shown["path"], shown["digest"]) == (made.path, made.digest)
    assert shown["bytes"] == archiving.path(made).stat().st_size
    assert f"/{made.instance_key}.bha" in made.path


async def test_the_rules_are_archived_once(archiving: Archiving) -> None:
    first, second = await archiving.archived(), await archiving.archived()
    archive = read(archiving.path(first), SERVICE_KEY)
    other = read(archiving.path(second), SERVICE_KEY)

    assert archive.definition == other.definition
    files = definition_files(archiving.folder, archive.definition)
    assert b"<bpmn:process" in files["p.bpmn"]
    assert archive.calendars == [1]
    rules = sorted(one.name for one in (archiving.folder.root / "rules").iterdir())
    wanted = (calendar_path(1), definition_path(archive.definition))
    assert rules == sorted(Path(one).name for one in wanted)


async def test_who_looked_at_the_item_is_archived_and_nobody_is_named(
    archiving: Archiving,
) -> None:
    door = archiving.door
    number = await door.receive()
    item = (await door.get("spec", f"/api/feedback/{number}")).json()
    key = str(item["process_instance_key"])
    await door.get("audit", f"/api/audit/{key}")
    canceled = await door.post("lead", f"/v2/process-instances/{key}/cancellation")
    assert canceled.status_code == 204, canceled.text

    made = await archiving.maker.make(int(key))

    assert made is not None
    archive = read(archiving.path(made), SERVICE_KEY)
    assert "replay" in {one["action"] for one in archive.access}
    assert PHONE not in str(archive.to_json())


async def test_what_runs_is_not_archived(archiving: Archiving) -> None:
    key = int(await office(archiving.door))

    assert await archiving.maker.make(key) is None
    assert await archiving.maker.make(12345) is None
    assert (await archiving.maker.make_owed()).made == 0
    answer = await archiving.door.get("audit", f"/api/audit/{key}/archive")
    assert code(answer) == (404, "archive_not_found")


async def test_what_has_just_ended_waits_for_its_workflow(archiving: Archiving) -> None:
    key = await archiving.ended()
    hasty = replace(archiving.maker, now=archiving.door.clock.now)

    assert await hasty.make(key) is None
    assert (await archiving.maker.make(key)) is not None


async def test_each_closed_instance_is_archived_once_by_however_many(archiving: Archiving) -> None:
    keys = [await archiving.ended() for _ in range(3)]

    counted = await asyncio.gather(*(archiving.maker.make_owed() for _ in range(3)))
    again = await archiving.maker.make_owed()

    assert again.made == 0
    assert max(one.made for one in counted) == 3
    with Session(archiving.door.engine) as session:
        assert session.scalars(text("SELECT number FROM archived_instance")).all() == [1, 1, 1]
        assert archived_instance.keys(session) == sorted(keys)
    for key in keys:
        assert await archiving.findings(key) == []


async def test_an_archive_begun_by_a_process_that_died_is_made_anew(archiving: Archiving) -> None:
    key = await archiving.ended()
    made = await archiving.maker.make(key)
    assert made is not None
    # As kill -9 leaves it after the file and before the commit, and in the middle of a file.
    owner_forgets = Archiving(archiving.door, archiving.folder, archiving.maker)
    path = owner_forgets.path(made)
    path.write_bytes(path.read_bytes()[:500])
    half = archiving.folder.root / "begun" / "half"
    half.write_bytes(b"x")
    old = archiving.maker.now().timestamp() - timedelta(days=1).total_seconds()
    os.utime(half, (old, old))

    again = await archiving.maker.make(key, again=True)
    await archiving.maker.make_owed()

    assert again is not None
    assert again.number == 2
    assert await archiving.findings(key) == []
    assert not half.exists()


@pytest.mark.parametrize("deed", ["changed", "cut", "longer", "swapped", "gone"])
async def test_what_was_done_to_the_file_is_found(archiving: Archiving, deed: str) -> None:
    made, other = await archiving.archived(), await archiving.archived()
    path, raw = archiving.path(made), archiving.path(made).read_bytes()

    if deed == "changed":
        path.write_bytes(raw[:200] + bytes([raw[200] ^ 1]) + raw[201:])
    elif deed == "cut":
        path.write_bytes(raw[:-1])
    elif deed == "longer":
        path.write_bytes(raw + b"x")
    elif deed == "swapped":
        path.write_bytes(archiving.path(other).read_bytes())
    else:
        path.unlink()

    expected = ["file_missing"] if deed == "gone" else ["digest_differs", "file_damaged"]
    found = await archiving.findings(made.instance_key)
    assert [one for one, _ in found] == expected
    assert await archiving.findings(other.instance_key) == []


async def test_a_record_changed_after_it_was_archived_is_named(
    archiving: Archiving, database: Database
) -> None:
    made = await archiving.archived()
    statement = (
        "UPDATE audit_record SET data = jsonb_set(data, '{by}', '\"lead\"')"
        " WHERE instance_key = :key AND number = 7"
    )
    as_owner(database, statement, made.instance_key)

    assert await archiving.findings(made.instance_key) == [("records_differ", 7)]


async def test_a_tail_cut_off_the_table_is_named(archiving: Archiving, database: Database) -> None:
    made = await archiving.archived()
    statement = "DELETE FROM audit_record WHERE instance_key = :key AND number >= :last"
    as_owner(database, statement, made.instance_key, last=made.records)

    found = await archiving.findings(made.instance_key)

    assert ("records_differ", made.records) in found
    assert ("proofs_differ", made.records) in found


async def test_rules_that_are_gone_are_named(archiving: Archiving) -> None:
    made = await archiving.archived()
    archive = read(archiving.path(made), SERVICE_KEY)
    (archiving.folder.root / definition_path(archive.definition)).unlink()

    shown = await archiving.shown(made.instance_key)

    [finding] = shown["findings"]
    assert finding["code"] == "rules_missing"
    assert finding["place"] == definition_path(archive.definition)


async def test_with_another_key_nothing_can_be_read(archiving: Archiving) -> None:
    made = await archiving.archived()
    other = ArchiveFolder(archiving.folder.root, archive_key(b"o" * 32))

    with pytest.raises(ArchiveError, match="file_damaged"):
        other.read(made.path)
    with pytest.raises(ArchiveError, match="file_missing"):
        read(archiving.folder.root / "nothing.bha", SERVICE_KEY)


async def test_only_auditors_see_archives(archiving: Archiving) -> None:
    made = await archiving.archived()

    answer = await archiving.door.get("lead", f"/api/audit/{made.instance_key}/archive")

    assert code(answer) == (403, "forbidden")


async def test_what_is_late_shows_among_the_backlogs(archiving: Archiving) -> None:
    door = archiving.door
    await archiving.ended()

    def archives(parts: dict[str, list[dict[str, object]]]) -> tuple[object, object]:
        [one] = [one for one in parts["backlogs"] if one["name"] == "archives"]
        return one["waiting"], one["failing"]

    early = (await door.get("admin", "/api/health/parts")).json()
    with Session(door.engine) as session, session.begin():
        session.execute(text("UPDATE process_instance SET ended_at = ended_at - interval '84 d'"))
    late = (await door.get("admin", "/api/health/parts")).json()

    assert archives(early) == (1, 0)
    assert archives(late) == (1, 1)


def test_late_is_a_week_before_it_is_forgotten_or_half_of_a_short_time(door: Door) -> None:
    now = door.clock.now()

    assert now - late_before(now, 90) == timedelta(days=83)
    assert now - late_before(now, 4) == timedelta(days=2)


def as_owner(database_of: Database, statement: str, key: int, **more: int) -> None:
    """Do what only the owner of the database can."""
    engine = database.engine(database_of.owner_url, pool_size=1)
    with Session(engine) as session, session.begin():
        session.execute(text(statement), {"key": key, **more})
    engine.dispose()
