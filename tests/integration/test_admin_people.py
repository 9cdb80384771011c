"""`bihuan admin person`: the way in where no demo people are made."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models import access_record, person, user_task
from models.task_handover import TaskHandover
from models.user_task import UserTask
from settings import PROJECT
from tests.conftest import Database

pytestmark = pytest.mark.integration
PASSWORD = "long enough 12"
NEW = ("--name", "钱多多", "--staff-number", "A001", "--department", "technical")


def admin(
    database: Database, home: Path, *words: str, told: str = ""
) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIHUAN_")}
    return subprocess.run(
        [sys.executable, "-m", "stack", "admin", "person", *words],
        cwd=PROJECT,
        env={**kept, "BIHUAN_HOME": str(home), "BIHUAN_DATABASE_URL": database.app_url},
        input=told,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_person_is_made_changed_and_shut_out_and_each_deed_is_recorded(
    database: Database, app_engine: Engine, tmp_path: Path
) -> None:
    made = admin(database, tmp_path, "qian", *NEW, "--roles", "engineer,head", told=PASSWORD)
    assert made.returncode == 0, made.stderr
    with Session(app_engine) as session:
        found = person.authenticate(session, "qian", PASSWORD)
        assert found is not None
        assert person.groups(found)[:2] == ["technical", "technical.head"]

    with Session(app_engine) as session, session.begin():
        user_task.create(session, [task_of("qian")])

    left = admin(database, tmp_path, "qian", "--leaves")

    assert left.returncode == 0, left.stderr
    with Session(app_engine) as session:
        assert person.authenticate(session, "qian", PASSWORD) is None
        assert len(access_record.read(session, "qian")) == 2
        [owed] = session.scalars(select(TaskHandover))
        assert (owed.username, owed.kind, owed.actor) == ("qian", "release", "bihuan admin")

    back = admin(database, tmp_path, "qian", "--roles", "staff")

    assert back.returncode == 0, back.stderr
    with Session(app_engine) as session:
        assert person.authenticate(session, "qian", PASSWORD) is not None


def task_of(username: str) -> UserTask:
    return UserTask(
        key=2,
        instance_key=1,
        process_id="p",
        definition_digest="d",
        element_id="work",
        element_instance_key=3,
        name="work",
        assignee=username,
        created_at=datetime(2026, 9, 21, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--roles", "engineer"), "--name --staff-number --department"),
        ((*NEW, "--roles", "king"), "no role king"),
        ((*NEW[:-1], "mars", "--roles", "engineer"), "no department mars"),
        ((*NEW, "--roles", "engineer"), "at least 10 characters"),
    ],
)
def test_what_is_missing_or_unknown_is_named_and_nobody_is_made(
    database: Database,
    app_engine: Engine,
    tmp_path: Path,
    words: tuple[str, ...],
    said: str,
) -> None:
    refused = admin(database, tmp_path, "qian", *words, told="short")

    assert refused.returncode != 0
    assert said in refused.stderr
    with Session(app_engine) as session:
        assert person.find(session, "qian") is None
