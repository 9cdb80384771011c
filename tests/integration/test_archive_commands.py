"""`bihuan audit archive` at a terminal: made, listed, checked, replayed without any server."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from settings import PROJECT
from tests.api.door import Door
from tests.conftest import Database
from tests.integration import test_archives_on_temporal as lives

pytestmark = pytest.mark.integration
served = lives.served


@dataclass
class Terminal:
    """Somebody at a terminal of a house with external servers."""

    home: Path
    addresses: dict[str, str]

    async def run(self, *words: str, servers: bool = True) -> tuple[int, list[str]]:
        """Return the exit code of `bihuan audit archive ...` and the lines that it wrote."""
        environment = {**os.environ, "BIHUAN_HOME": str(self.home), "BIHUAN_ENV_FILE": os.devnull}
        environment |= self.addresses if servers else {}
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "stack", "audit", "archive", *words],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, (done.stdout + done.stderr).splitlines()

    async def lived(self, door: Door) -> int:
        """Bring an instance to its end, and Temporal to know of it."""
        key = await lives.lived(door)
        await lives.closed(self.addresses["BIHUAN_TEMPORAL_ADDRESS"], key)
        return key


@pytest.fixture
def terminal(database: Database, temporal_server: str, tmp_path: Path) -> Terminal:
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "service.key").write_bytes(lives.SERVICE_KEY)
    addresses = {
        "BIHUAN_DATABASE_URL": database.app_url,
        "BIHUAN_TEMPORAL_ADDRESS": temporal_server,
    }
    return Terminal(tmp_path, addresses)


async def test_what_has_closed_is_made_listed_and_checked(served: Door, terminal: Terminal) -> None:
    key = await terminal.lived(served)

    made = await terminal.run("make")
    listed = await terminal.run("list")
    checked = await terminal.run("check")

    assert made == (0, ["made=1 without_history=0 failed=0"])
    assert listed[1][0].startswith(f"{key} ")
    assert checked == (0, ["checked=1 bad=0"])


async def test_a_damaged_archive_is_named_and_another_is_made(
    served: Door, terminal: Terminal
) -> None:
    key = str(await terminal.lived(served))
    await terminal.run("make")
    [path] = (terminal.home / "archive").glob("2*/*/*.bha")
    path.write_bytes(path.read_bytes()[:-1])

    bad = await terminal.run("check")
    again = await terminal.run("make", key, "--again")
    good = await terminal.run("check", key)

    assert bad == (
        1,
        [f"{key}: digest_differs n=0", f"{key}: file_damaged n=0", "checked=1 bad=1"],
    )
    assert f"{key}-2.bha" in again[1][0]
    assert good == (0, ["checked=1 bad=0"])


async def test_an_archive_is_replayed_with_the_service_key_and_nothing_that_runs(
    served: Door, terminal: Terminal
) -> None:
    key = await terminal.lived(served)
    await terminal.run("make")
    [path] = (terminal.home / "archive").glob("2*/*/*.bha")

    code, lines = await terminal.run("replay", str(path), "-n", "3", servers=False)

    told = json.loads("\n".join(lines))
    assert (code, told["instance"], told["n"]) == (0, str(key), 3)
    assert told["total"] == len(lives.rows_of(served, key))
    (terminal.home / "secrets" / "service.key").write_bytes(b"x" * 32)
    refused, why = await terminal.run("replay", str(path), servers=False)
    assert (refused, why) == (1, [f"bihuan: {path}: file_damaged"])


@pytest.mark.usefixtures("served")
async def test_what_is_not_there_is_said(terminal: Terminal) -> None:
    assert await terminal.run("make", "7") == (1, ["7: unknown, or not quite ended"])
    assert await terminal.run("check", "7") == (1, ["bihuan: 7 has no archive"])
    code, why = await terminal.run("list", servers=False)
    assert code == 1
    assert "nothing runs" in why[0]
