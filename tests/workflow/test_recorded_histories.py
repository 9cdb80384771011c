"""Histories recorded earlier replay with today's code: running instances survive an upgrade."""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from workflows.process import ProcessWorkflow
from workflows.sandbox import runner

RECORDED = sorted((Path(__file__).parent / "histories").glob("*.json"))


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    history = recorded(path)

    replayer = Replayer(workflows=[ProcessWorkflow], workflow_runner=runner())

    await replayer.replay_workflow(history)


def recorded(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


def test_there_are_recorded_histories() -> None:
    assert len(RECORDED) >= 3
