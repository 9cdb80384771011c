"""After an erasure nothing of the customer is left on any disk, and no backup brings it back."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from models import database as connections
from models.key_folder import KeyFolder
from models.key_source import KeySourceError
from models.vault import Vault
from settings import PROJECT
from stack.binaries import postgres_bin
from stack.postgres import APPLICATION, OWNER, Cluster
from tests.e2e.planted import (
    PLANTED,
    READABLE,
    bring_in,
    found_in,
    run_flows,
    slices_of_sheets,
    tell,
    tell_and_withdraw,
)
from tests.e2e.running_stack import RunningStack

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1200)]


@dataclass
class Erased:
    """A stack with one customer erased and one who stays; what was kept from before."""

    stack: RunningStack
    before: dict[str | bytes, list[str]]
    sheets: dict[str, bytes]
    backup: Path
    wrapped: bytes
    person: UUID
    contact_ref: UUID
    stays_ref: UUID
    said: str


_ITEM = "FROM feedback WHERE number"


def rows(stack: RunningStack, query: str, value: object = None) -> list[tuple[Any, ...]]:
    engine = stack.rows()
    try:
        with engine.connect() as connection:
            found = connection.execute(text(query), {"value": value})
            return [tuple(row) for row in found]
    finally:
        engine.dispose()


def keep_copies(stack: RunningStack, number: str) -> None:
    """Archive a closed instance, export proofs, event log and a report, all into the home."""
    [(key,)] = rows(stack, f"SELECT id {_ITEM} = :value", number)
    exports = stack.home / "exports"
    exports.mkdir()
    for command in (
        ("archive", "make", str(key)),
        ("export", str(exports / "proof")),
        ("ocel", str(exports / "log.json")),
        ("ocel", str(exports / "log.sqlite")),
        ("report", number, str(exports / "report.zip")),
    ):
        done = stack.command("audit", *command)
        assert done.returncode == 0, done.stdout + done.stderr
    assert list((stack.home / "archive").rglob("*.bha"))


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Erased]:
    folder = tmp_path_factory.mktemp("erased")
    stack = RunningStack(folder / "home", "postgres temporal prefect migrations worker api")
    stack.up()
    try:
        bring_in(stack, folder)
        number = asyncio.run(tell(stack))
        withdrawn = asyncio.run(tell_and_withdraw(stack))
        other = {"contact": "13900000009", "description": "stays", "customer_name": "留下"}
        told = httpx.post(f"{stack.api}/api/feedback", json=other, timeout=120)
        assert told.status_code == 201
        [(person, ref)] = rows(stack, f"SELECT customer_id, contact_ref {_ITEM} = :value", number)
        stays_at = "SELECT contact_ref FROM feedback WHERE customer_id <> :value"
        [(stays,)] = rows(stack, stays_at, person)
        kept_key = "SELECT wrapped FROM personal_key WHERE person_id = :value"
        [(wrapped,)] = rows(stack, kept_key, person)
        sealed = stack.command("audit", "seal")
        assert sealed.returncode == 0, sealed.stderr
        keep_copies(stack, withdrawn)
        run_flows(stack)
        sheets = slices_of_sheets(stack)
        before = found_in(stack, [*PLANTED.values(), *sheets.values()])
        backup = folder / "data.dump"
        kept = stack.command("audit", "backup", str(backup))
        assert kept.returncode == 0, kept.stderr
        done = stack.command("audit", "erase", "C-77", "--ground", "consent_withdrawn", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        yield Erased(stack, before, sheets, backup, bytes(wrapped), person, ref, stays, done.stdout)
    finally:
        stack.down()


async def test_no_string_of_the_customer_is_left_in_any_file(erased: Erased) -> None:
    readable = {PLANTED[name] for name in READABLE}
    assert erased.sheets
    assert set(erased.before) == readable | {*erased.sheets.values()}, "the others never were"

    left = found_in(erased.stack, [*PLANTED.values(), *erased.sheets.values()])

    assert left == {}
    assert "done" in erased.said
    assert not [*(erased.stack.home / "attachments").glob("[0-9a-f][0-9a-f]/*")]


async def test_reports_that_are_made_anew_do_not_bring_it_back(erased: Erased) -> None:
    run_flows(erased.stack)

    assert slices_of_sheets(erased.stack) == {}
    assert found_in(erased.stack, PLANTED.values()) == {}
    made = "SELECT count(*) FROM report WHERE content IS NOT NULL AND kind = 'xlsx'"
    assert rows(erased.stack, made)[0][0] >= 1


async def test_the_old_wrapped_key_opens_nothing(erased: Erased) -> None:
    keys = KeyFolder(erased.stack.home / "secrets")

    for epoch in (1, 2):
        with pytest.raises(KeySourceError):
            keys.unwrap(erased.wrapped, epoch, erased.person)

    assert keys.epoch == 2


async def test_running_doors_took_up_the_new_key_and_others_are_read(erased: Erased) -> None:
    async with erased.stack.login("specialist") as client:
        told = {"contact": "13900000010", "description": "after", "customer_name": "新人"}
        assert (await client.post("/api/feedback", json=told)).status_code == 201
        looked = await client.post("/api/customers/lookup", json={"contact": "13900000009"})

    assert looked.status_code == 200
    assert looked.json()["name"] == "留*"
    assert rows(erased.stack, "SELECT DISTINCT epoch FROM personal_key") == [(2,)]


async def test_proof_holds_after_the_erasure_and_a_certificate_is_given(
    erased: Erased, tmp_path: Path
) -> None:
    stack, file = erased.stack, tmp_path / "certificate.zip"
    assert stack.command("audit", "seal").returncode == 0

    exported = stack.command("audit", "export", str(tmp_path / "proof"))
    key = str(stack.home / "secrets/manifest.pub")
    verified = stack.command("verify", str(tmp_path / "proof"), "--key", key)
    made = stack.command("audit", "certificate", str(erased.person), str(file))
    checked = stack.command("audit", "certificate-check", str(file), "--key", key)

    assert exported.returncode == 0, exported.stderr
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert made.returncode == 0, made.stderr
    assert checked.stdout.startswith("genuine")
    recorded = "SELECT actor, subject FROM access_record WHERE action = 'erasure.certify'"
    assert rows(stack, recorded) == [("bihuan audit", str(erased.person))]
    content = zipfile.ZipFile(file).read("certificate.json").decode()
    assert str(erased.person) in content
    assert [one["destroyed_at"] for one in json.loads(content)["keys"]] != [None]
    for planted in PLANTED.values():
        assert planted not in content
        assert not any(
            planted.encode() in path.read_bytes() for path in (tmp_path / "proof").rglob("*.json*")
        )


def restored(erased: Erased) -> Engine:
    """Bring the backup into a database of its own and start on it as a restored system does."""
    ports = erased.stack.home / "ports.json"
    port = int(json.loads(ports.read_text())["postgres"])
    cluster = Cluster(erased.stack.home, port=port)
    cluster.create_database("restored", owner=OWNER)
    password = {**os.environ, "PGPASSWORD": cluster.passwords[OWNER]}
    address = f"postgresql://{OWNER}@127.0.0.1:{port}/restored"
    program = str(postgres_bin() / "pg_restore")
    done = subprocess.run(
        [program, "--no-owner", "--exit-on-error", f"--dbname={address}", str(erased.backup)],
        env=password,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    environment = {
        **os.environ,
        "BIHUAN_HOME": str(erased.stack.home),
        "BIHUAN_DATABASE_URL": cluster.url(APPLICATION, "restored"),
        "BIHUAN_OWNER_DATABASE_URL": cluster.url(OWNER, "restored"),
        "BIHUAN_DEMO_PEOPLE": "false",
    }
    started = subprocess.run(
        [sys.executable, "-m", "migrations"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode == 0, started.stdout + started.stderr
    return connections.engine(cluster.url(APPLICATION, "restored"), pool_size=1)


async def test_the_archive_is_whole_and_replayed_after_the_erasure(erased: Erased) -> None:
    checked = erased.stack.command("audit", "archive", "check")

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "bad=0" in checked.stdout


async def test_a_restored_backup_brings_back_the_others_only(erased: Erased) -> None:
    engine = restored(erased)

    try:
        with Session(engine) as session:
            vault = Vault(KeyFolder(erased.stack.home / "secrets"))
            assert vault.reveal(session, erased.contact_ref) is None
            assert vault.reveal(session, erased.stays_ref) == "13900000009"
            region = text("SELECT region FROM customer WHERE id = :person")
            assert session.scalar(region, {"person": erased.person}) is None
            marked = text("SELECT count(*) FROM personal_erasure WHERE person_id = :person")
            assert session.scalar(marked, {"person": erased.person}) == 1
    finally:
        engine.dispose()
