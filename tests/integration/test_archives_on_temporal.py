"""Instances of the real engine are archived with their histories, and replayed without it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.worker import Replayer

from audit.archive import Archive, read
from audit.archive_check import check
from audit.archive_folder import ArchiveFolder, archive_key
from audit.archive_making import Maker, of_temporal
from bpmn.apply import replay
from flows import archiving
from models import archived_instance, audit_record
from models.archived_instance import ArchivedInstance
from models.process_instance import workflow_id
from settings import PROJECT
from tests.api.door import Door
from tests.api.other_process import complete, deploy_other
from tests.conftest import Database
from tests.integration import test_instances_on_temporal as real
from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

pytestmark = pytest.mark.integration
SERVICE_KEY = bytes(range(32))
served = real.served


@pytest.fixture
async def maker(served: Door, temporal_server: str, tmp_path: Path) -> Maker:
    """Makes archives of what the served instances leave behind."""
    client = await Client.connect(temporal_server, namespace="bihuan")
    folder = ArchiveFolder(tmp_path / "archive", archive_key(SERVICE_KEY))
    return Maker(served.engine, folder, of_temporal(client), real_now)


def real_now() -> datetime:
    """Return the time of Temporal's server, which the rows tell."""
    return datetime.now(UTC)


async def lived(door: Door) -> int:
    """Begin an instance and bring it to its end."""
    deploy_other(door)
    key = await real.begun(door, variables={"urgency": "normal", "share": 0.1, "many": 10**22})
    await complete(door, key, "review")
    canceled = await door.post("lead", f"/v2/process-instances/{key}/cancellation")
    assert canceled.status_code == 204, canceled.text
    return int(key)


async def closed(address: str, key: int) -> None:
    """Wait until the workflow of an instance has closed, which is after the instance ended."""
    client = await Client.connect(address, namespace="bihuan")
    workflow = client.get_workflow_handle(workflow_id(key))
    async with asyncio.timeout(120):
        while (await workflow.describe()).status is WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(0.05)


async def archived(maker: Maker, key: int) -> ArchivedInstance:
    """Archive an instance as soon as its workflow has closed."""
    async with asyncio.timeout(120):
        while (made := await maker.make(key)) is None:
            await asyncio.sleep(0.1)
    return made


def rows_of(door: Door, key: int) -> list[dict[str, object]]:
    with Session(door.engine) as session:
        return audit_record.read(session, key)


async def test_records_history_and_archive_lead_to_the_same_state_at_every_step(
    served: Door, maker: Maker
) -> None:
    key = await lived(served)

    made = await archived(maker, key)

    archive = read(maker.folder.root / made.path, SERVICE_KEY)
    rows, remembered = rows_of(served, key), archive.memory(SERVICE_KEY).records
    assert len(rows) == len(remembered) == made.records
    for n in range(len(rows) + 1):
        expected = replay(key, rows[:n]).to_json()
        assert replay(key, remembered[:n]).to_json() == expected, n
        assert archive.replay(n).state.to_json() == expected, n
    compared = archive.compare(SERVICE_KEY)
    assert compared is not None
    assert compared.findings == []
    with Session(served.engine) as session:
        assert check(session, maker.folder, SERVICE_KEY, made) == []


async def test_archived_histories_are_replayed_by_the_present_code(
    served: Door, maker: Maker
) -> None:
    made = await archived(maker, await lived(served))

    archive = read(maker.folder.root / made.path, SERVICE_KEY)

    replayer = Replayer(workflows=[ProcessWorkflow], workflow_runner=runner())
    assert made.histories == len(archive.runs()) == 1
    for history in archive.runs():
        await replayer.replay_workflow(history)


async def test_a_history_that_tells_another_story_is_found(served: Door, maker: Maker) -> None:
    made = await archived(maker, await lived(served))
    archive = read(maker.folder.root / made.path, SERVICE_KEY)

    records = json.loads(json.dumps(archive.records))
    records[4]["at"] = "2020-01-01T00:00:00.000000+00:00"
    changed = Archive(**{**vars(archive), "records": records})

    compared = changed.compare(SERVICE_KEY)
    assert compared is not None
    assert (compared.findings[0].n, compared.findings[0].path) == (5, "record.at")


async def test_an_instance_whose_history_is_gone_is_archived_without_it(
    served: Door, maker: Maker, temporal_server: str
) -> None:
    key = await lived(served)
    client = await Client.connect(temporal_server, namespace="bihuan")
    forgetful = Maker(
        served.engine,
        maker.folder,
        lambda _: of_temporal(client)("feedback-1"),
        lambda: real_now() + timedelta(hours=1),
    )

    made = await forgetful.make(key)

    assert made is not None
    assert (made.histories, made.records) == (0, len(rows_of(served, key)))
    with Session(served.engine) as session:
        assert check(session, maker.folder, SERVICE_KEY, made) == []


async def test_the_nightly_run_archives_what_is_owed_once(
    served: Door, database: Database, temporal_server: str, tmp_path: Path
) -> None:
    key = await lived(served)
    await closed(temporal_server, key)
    first = await asyncio.to_thread(nightly, database, temporal_server, tmp_path)
    second = await asyncio.to_thread(nightly, database, temporal_server, tmp_path)

    assert first == {"made": 1, "without_history": 0, "failed": 0}
    assert second == {"made": 0, "without_history": 0, "failed": 0}
    with Session(served.engine) as session:
        made = archived_instance.newest(session, key)
    assert made is not None
    assert read(tmp_path / "archive" / made.path, SERVICE_KEY).key == key


def nightly(database: Database, temporal: str, home: Path) -> dict[str, int]:
    """Run `python -m flows archive` on a home; the engine of the tests has closed nothing."""
    secrets = home / "secrets"
    secrets.mkdir(exist_ok=True)
    (secrets / "service.key").write_bytes(SERVICE_KEY)
    environment = {
        **os.environ,
        "BIHUAN_HOME": str(home),
        "BIHUAN_DATABASE_URL": database.app_url,
        "BIHUAN_TEMPORAL_ADDRESS": temporal,
    }
    done = subprocess.run(
        [sys.executable, "-m", "flows", "archive"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    counts: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return counts


@pytest.mark.usefixtures("settings_of_flows")
async def test_administrators_hear_once_a_day_of_what_is_nearly_forgotten(served: Door) -> None:
    await lived(served)
    now = real_now()

    with Session(served.engine) as session, session.begin():
        assert not archiving.warn_of_late(session, now + timedelta(days=70))
        later = now + timedelta(days=85)
        assert archiving.warn_of_late(session, later)
        assert archiving.warn_of_late(session, later + timedelta(minutes=1))

    with Session(served.engine) as session:
        rows = text("SELECT recipient, data ->> 'late' FROM notice WHERE code = :code")
        told = [tuple(row) for row in session.execute(rows, CODE)]
        owed = session.scalar(text("SELECT count(*) FROM notice_delivery WHERE code = :code"), CODE)
        assert sorted(set(told)) == sorted(told)
        assert ("admin", "1") in told
        assert owed == 2


CODE = {"code": archiving.CODE}
