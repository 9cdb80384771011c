"""`./bihuan demo` as people call it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from settings import PROJECT
from stack.demo.scenarios import SCENARIOS
from stack.home import Home
from stack.processes import Process
from tests.e2e.running_stack import RunningStack
from tests.e2e.walker import PAUSE, post

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(2400)]
SECONDS = 900
FIELDS = {"number", "scenario", "states", "elements", "timers", "seconds"}


COMMAND = (sys.executable, "-m", "stack", "demo")


def environment(home: Path) -> dict[str, str]:
    """Return an environment in which all that is thrown away lies in `home`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("BIHUAN_")}
    return kept | {"BIHUAN_HOME": str(home), "TMPDIR": str(home)}


def demo(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=PROJECT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )


def lives(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_demo_plays_every_life_twice_in_a_row_and_prints_nothing_but_json_lines(
    folder: Path,
) -> None:
    for _ in range(2):
        found = lives(demo(folder, "--json"))

        assert {one["scenario"] for one in found} == {one.name for one in SCENARIOS}
        assert len(found) == len(SCENARIOS)
        assert all(set(one) == FIELDS for one in found)
        assert all(one["states"][-1] in {"archived", "withdrawn"} for one in found)
        assert all(set(t) == {"element", "due", "fired"} for one in found for t in one["timers"])
        assert len({one["number"] for one in found}) == len(found)
    assert not list(folder.iterdir())


def test_a_demo_that_is_ended_takes_its_stack_with_it(folder: Path) -> None:
    running = subprocess.Popen(
        COMMAND,
        cwd=PROJECT,
        env=environment(folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with running:
        assert running.stdout is not None
        lines = iter(running.stdout)
        assert any("playing" in line for line in lines)
        home = next(folder.glob("bihuan-demo-*/home"))
        supervisor = Home(home).holder()

        running.terminate()

        assert running.wait(300) == 128 + signal.SIGTERM
    assert supervisor is not None
    assert Process.find(supervisor) is None
    assert not list(folder.iterdir())


async def test_the_demo_plays_on_the_running_stack_and_leaves_the_bundled_limits_behind(
    folder: Path,
) -> None:
    refused = demo(folder, "--running")
    stack = RunningStack(folder, "postgres temporal migrations worker api")
    stack.up()
    try:
        found = lives(demo(folder, "--json", "--running"))
        due_after = await time_to_process(stack)
        healthy = {part: health(part, stack) for part in ("api", "worker", "flows")}
    finally:
        stack.down()

    assert refused.returncode == 1
    assert "nothing runs" in refused.stderr
    assert len(found) == len(SCENARIOS)
    assert due_after == timedelta(hours=72)
    # As containers ask; this stack has no Prefect.
    assert healthy == {"api": 0, "worker": 0, "flows": 1}


def health(part: str, stack: RunningStack) -> int:
    found = stack.status()["addresses"]
    addresses = {
        "BIHUAN_API_PORT": found["api"].rpartition(":")[2],
        "BIHUAN_TEMPORAL_ADDRESS": found["temporal"],
        "BIHUAN_PREFECT_API_URL": "http://127.0.0.1:9/api",
    }
    command = [sys.executable, "-m", "stack.health", part]
    return subprocess.call(command, cwd=PROJECT, env=dict(os.environ) | addresses)


async def time_to_process(stack: RunningStack) -> timedelta:
    """How long somebody has for a new item."""
    async with stack.login("specialist") as client:
        number = await post(client, "after-the-demo", type="repair")
        while True:
            found = (await client.get(f"/api/feedback/{number}")).json()
            if found["due_at"]:
                due, received = (
                    datetime.fromisoformat(found[n]) for n in ("due_at", "received_at")
                )
                return due - received
            await asyncio.sleep(PAUSE)
