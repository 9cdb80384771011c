"""`python -m bench.tasks` as people call it, small; no time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from bench.acts import SEARCHES
from settings import PROJECT

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

TASKS, RUNNING = 1000, 50


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """The last line of what one short run prints."""
    sizes = ["--tasks", str(TASKS), "--running", str(RUNNING), "--every", "1"]
    command = [sys.executable, "-m", "bench.tasks", *sizes]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_task_of_a_running_instance_is_completed_and_none_is_refused(
    figures: dict[str, Any],
) -> None:
    assert figures["completed"] == RUNNING
    assert figures["refused"] == {}
    assert (figures["tasks"], figures["running"], figures["agents"]) == (TASKS, RUNNING, 50)


def test_the_benchmark_tells_how_long_each_act_took_and_under_what_load(
    figures: dict[str, Any],
) -> None:
    acts = [figures[act] for act in ("search", "open", "claim", "complete")]
    kinds = [figures["kinds"][kind] for kind in SEARCHES]
    assert all(0 < one["p50_ms"] <= one["p99_ms"] for one in acts + kinds)
    assert all(len(figures["load"][when]) == 3 for when in ("before", "after"))
    assert figures["seconds"] > 0
