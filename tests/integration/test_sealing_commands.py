"""`bihuan audit seal`, `export` and `verify` at the terminal, and the nightly flow."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from activities.access_sealing import AccessSealer
from flows.sealing import sealing
from models import access_chain, access_record, audit_record, process_instance
from settings import PROJECT
from stack.manifest_key import make_manifest_key
from tests.conftest import Database

pytestmark = pytest.mark.integration

KEY = 5 << 20
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, app_engine: Engine) -> Path:
    """A home with keys, and an instance with three records."""
    make_manifest_key(tmp_path / "secrets")
    rows = [
        {"number": n, "at": NOW.isoformat(), "kind": "K", "element": "", "key": n, "data": {"n": n}}
        for n in (1, 2, 3)
    ]
    with Session(app_engine) as session, session.begin():
        process_instance.create(
            session, key=KEY, digest="d" * 64, process_id="feedback", started_at=NOW
        )
        audit_record.append(session, KEY, rows)
        process_instance.advance(session, KEY, last_number=3)
    return tmp_path


def bihuan(database: Database, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIHUAN_")}
    return subprocess.run(
        [sys.executable, "-m", "stack", *words],
        cwd=PROJECT,
        env={**kept, "BIHUAN_HOME": str(home), "BIHUAN_DATABASE_URL": database.app_url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_sealed_exported_and_verified_at_the_terminal(database: Database, home: Path) -> None:
    sealed = bihuan(database, home, "audit", "seal")
    exported = bihuan(database, home, "audit", "export", str(home / "out"))
    public = ["--key", str(home / "secrets" / "manifest.pub")]
    published = ["--published", str(home / "manifests")]
    verified = bihuan(database, home, "verify", str(home / "out"), *public, *published, "--json")
    again = bihuan(database, home, "audit", "export", str(home / "out"))

    assert sealed.returncode == 0, sealed.stderr
    assert json.loads(sealed.stdout)["published"]["numbers"] == [1]
    assert json.loads(exported.stdout)["records.jsonl"] == 3
    assert verified.returncode == 0, verified.stdout
    report = json.loads(verified.stdout)
    assert (report["sound"], report["verified"], report["last_manifest"]) == (True, 3, 1)
    assert (again.returncode, "is not empty" in again.stderr) == (1, True)
    shown = bihuan(database, home, "audit", "public-key").stdout
    assert shown == (home / "secrets" / "manifest.pub").read_text()


def test_a_house_that_lost_its_key_is_told_so(database: Database, home: Path) -> None:
    bihuan(database, home, "audit", "seal")
    for name in ("manifest.key", "manifest.pub"):
        (home / "secrets" / name).unlink()

    without = bihuan(database, home, "audit", "seal")
    make_manifest_key(home / "secrets")
    with_another = bihuan(database, home, "audit", "seal")

    assert (without.returncode, with_another.returncode) == (1, 1)
    assert "manifest.key" in without.stderr
    assert "is not the key that signed before" in with_another.stderr


def test_the_nightly_flow_seals_the_day_once_and_publishes(
    database: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIHUAN_HOME", str(home))
    monkeypatch.setenv("BIHUAN_DATABASE_URL", database.app_url)

    assert [sealing.fn(), sealing.fn()] == [1, 1]
    assert [path.name for path in (home / "manifests").iterdir()] == ["000001.json"]


async def test_the_worker_seals_looks_until_it_is_stopped(app_engine: Engine) -> None:
    sealer = asyncio.create_task(AccessSealer(app_engine, pause=0.05).run())
    for n in range(3):
        with Session(app_engine) as session, session.begin():
            access_record.append(session, at=NOW, actor=f"p{n}", action="login")
        await asyncio.sleep(0.2)
    for _ in range(2000):
        if await asyncio.to_thread(_sealed, app_engine) == 3:
            break
        await asyncio.sleep(0.05)

    sealer.cancel()
    await asyncio.gather(sealer, return_exceptions=True)

    assert _sealed(app_engine) == 3


def _sealed(engine: Engine) -> int:
    with Session(engine) as session:
        return (access_chain.head(session) or (0, b""))[0]
