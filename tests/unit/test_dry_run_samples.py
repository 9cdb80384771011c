"""The scripts that the console begins a dry run with fit the processes that come with the house."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bpmn.deployment import load
from bpmn.dry_run import dry_run, from_json
from migrations.seeds.definitions import files

ROOT = Path(__file__).resolve().parents[2]
SAMPLES: dict[str, dict[str, Any]] = json.loads(
    (ROOT / "web/src/definitions/dryrun/samples.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("process", sorted(SAMPLES))
def test_a_script_to_begin_with_runs_to_the_end(process: str) -> None:
    script = from_json(SAMPLES[process] | {"process": process})

    report = dry_run(load("", files()), script)

    assert (report.outcome, report.incidents, report.undelivered) == ("completed", (), ())
