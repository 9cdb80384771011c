"""`bihuan audit ocel` and `bihuan audit fit` on a database of random lives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from models import audit_record
from settings import PROJECT
from tests.conftest import Database
from tests.houses import KEY, quiet_house
from tests.integration.ocel_reader import read
from tests.integration.random_history import History

pytestmark = pytest.mark.integration

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def history(database: Database) -> Iterator[History]:
    house = quiet_house(database.app_url)
    lived = History(house, seed=8)
    lived.live(datetime(2026, 8, 24, tzinfo=UTC), timedelta(days=4), 4)
    yield lived
    house.engine.dispose()


@pytest.fixture
def run(database: Database, tmp_path: Path) -> Run:
    secrets = tmp_path / "home" / "secrets"
    secrets.mkdir(parents=True)
    (secrets / "epoch.key").write_bytes(KEY)

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": os.environ["PATH"],
            "BIHUAN_HOME": str(tmp_path / "home"),
            "BIHUAN_DATABASE_URL": database.app_url,
            "PYTHONUTF8": "1",
        }
        command = [sys.executable, "-m", "stack", "audit", *words]
        return subprocess.run(
            command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_event_logs_are_written_whole_once_and_recorded(
    history: History, run: Run, tmp_path: Path
) -> None:
    plain, other = tmp_path / "log.json", tmp_path / "log.sqlite"

    done = [run("ocel", str(plain)), run("ocel", str(other), "--process", "feedback")]
    again = run("ocel", str(plain))

    assert [(one.returncode, one.stderr) for one in done] == [(0, ""), (0, "")]
    log = json.loads(plain.read_bytes())
    assert len(read(other)["events"]) == len(log["events"]) > 0
    assert len([o for o in log["objects"] if o["type"] == "feedback"]) == len(history.intake)
    assert plain.stat().st_mode & 0o077 == 0
    assert again.returncode == 1
    assert "is there already" in again.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "log.json", "log.sqlite"]
    with Session(history.house.engine) as session:
        looks = text("SELECT count(*) FROM access_record WHERE action = 'export_events'")
        assert session.scalar(looks) == 2


@pytest.mark.usefixtures("history")
def test_a_chosen_time_holds_only_what_began_then(run: Run, tmp_path: Path) -> None:
    done = run("ocel", str(tmp_path / "none.json"), "--since", "2027-01-01T00:00:00Z")

    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "none.json").read_bytes())["objects"] == []


def test_items_that_fit_are_counted_and_one_that_does_not_is_named(
    history: History, run: Run
) -> None:
    fine = run("fit", "--process", "feedback")
    with Session(history.house.engine) as session, session.begin():
        key = min(history.intake)
        strange = {"kind": "TOKEN_DISCARDED", "element": "nowhere", "key": 0, "data": {"scope": 1}}
        last = audit_record.last_number(session, key)
        row = {"number": last + 1, "at": "2026-12-01T00:00:00.000000+00:00", **strange}
        audit_record.append(session, key, [row])
    wrong = run("fit", "--json")

    assert fine.returncode == 0, fine.stdout + fine.stderr
    assert f"instances={len(history.intake)} " in fine.stdout
    assert wrong.returncode == 2
    first = json.loads(wrong.stdout.splitlines()[0])
    assert first["instance"] == str(min(history.intake))
    assert [one["code"] for one in first["findings"]] == ["token_missing"]
