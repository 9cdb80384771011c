"""`bihuan admin token`: tokens for programs, made at the terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from models import access_record, access_token
from models.person import Person
from settings import PROJECT
from tests.conftest import Database

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def robot(app_engine: Engine) -> None:
    with Session(app_engine) as session, session.begin():
        session.add(
            Person(
                username="robot",
                display_name="robot",
                staff_number="R1",
                department="technical",
                roles=["management"],
                password_hash="",
            )
        )


def admin(database: Database, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIHUAN_")}
    return subprocess.run(
        [sys.executable, "-m", "stack", "admin", "token", *words],
        cwd=PROJECT,
        env={**kept, "BIHUAN_HOME": str(home), "BIHUAN_DATABASE_URL": database.app_url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_token_is_made_for_what_it_is_for_and_ended_again(
    database: Database, app_engine: Engine, tmp_path: Path
) -> None:
    made = admin(database, tmp_path, "robot", "--scope", "figures.read,feedback", "--days", "7")

    assert made.returncode == 0, made.stderr
    token, now = made.stdout.strip(), datetime.now(UTC)
    with Session(app_engine) as session:
        held = access_token.holder(session, token, now)
        assert held is not None
        assert (held[0].username, held[1].kind) == ("robot", "api")
        assert held[1].scope == ["figures.read", "feedback"]
        assert access_token.holder(session, token, now + timedelta(days=7)) is None

    ended = admin(database, tmp_path, "robot", "--end-all")

    assert ended.stdout == "robot: 1 ended\n"
    with Session(app_engine) as session:
        assert access_token.holder(session, token, now) is None
        records = access_record.read(session, "robot")
        assert [one.action for one in records] == ["logins_revoked", "token_created"]
        assert token not in str([one.data for one in records])


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("robot",), "--scope names actions"),
        (("robot", "--scope", "*"), "--scope names actions"),
        (("robot", "--scope", "feedback", "--days", "366"), "--days lies between"),
        (("nobody", "--scope", "feedback"), "nobody is nobody"),
    ],
)
def test_a_token_for_nobody_or_for_everything_is_not_made(
    database: Database, tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    refused = admin(database, tmp_path, *words)

    assert refused.returncode == 1
    assert reason in refused.stderr
    assert refused.stdout == ""
