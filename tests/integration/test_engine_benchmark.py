"""`python -m bench.engine` as people call it, small; no time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from settings import PROJECT

pytestmark = pytest.mark.integration

ITEMS = 4


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """The last line of what one short run prints."""
    command = [sys.executable, "-m", "bench.engine", "--items", str(ITEMS), "--rounds", "1"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_the_benchmark_closes_every_item_in_both_variants(figures: dict[str, Any]) -> None:
    closed = {name: variant["closed"] for name, variant in figures["variants"].items()}

    assert closed == {"interpreter": ITEMS, "hand_coded": ITEMS}


def test_the_benchmark_tells_what_an_item_costs_and_how_the_variants_compare(
    figures: dict[str, Any],
) -> None:
    assert (figures["items"], figures["rounds"], figures["in_flight"]) == (ITEMS, 1, 40)
    for variant in figures["variants"].values():
        assert set(variant["cpu_ms_per_item"]) == {"server", "worker", "postgresql", "total"}
        assert variant["cpu_ms_per_item"]["total"] > 0
        assert variant["items_per_second"] > 0
        assert 0 < variant["update_ms"]["p50"] <= variant["update_ms"]["p95"]
        assert variant["history_bytes"] > 0
    assert set(figures["ratios"]) == {"cpu", "items_per_second"}


def test_in_the_benchmark_an_item_lives_the_whole_life_in_both_variants(
    figures: dict[str, Any],
) -> None:
    """Two tasks completed, one timer that rang, one answer, and a step's activity only by hand."""
    for variant in figures["variants"].values():
        by_type = variant["events_by_type"]
        assert by_type["WORKFLOW_EXECUTION_UPDATE_COMPLETED"] == 3
        assert by_type["TIMER_FIRED"] == 1
        assert sum(by_type.values()) == variant["events_per_item"]

    mine, theirs = (figures["variants"][n]["events_by_type"] for n in ("interpreter", "hand_coded"))
    assert "ACTIVITY_TASK_COMPLETED" not in mine
    # Eight steps, and the rows of two user tasks when they open and when they are done.
    assert theirs["ACTIVITY_TASK_COMPLETED"] == 12
