"""Histories recorded earlier replay with today's code: running instances survive an upgrade."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from temporalio.converter import DataConverter

from audit import code_replay
from stack import commands
from tests import changed_workflow, record_histories
from tests.record_histories import DIGESTS, FOLDER

RECORDED = sorted(FOLDER.glob("*.json"))
NONDETERMINISM = "NondeterminismError"


async def replayed(paths: list[Path], *workflows: type) -> code_replay.CodeReplay:
    histories = code_replay.of_files(paths)
    return await code_replay.replay(histories, DataConverter(), workflows=workflows)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    found = await replayed([path])

    assert (found.replayed, found.unreplayable) == (1, [])


def test_there_are_recorded_histories_and_none_was_recorded_anew() -> None:
    lines = [line.split() for line in DIGESTS.read_text().splitlines()]
    listed = {name: digest for digest, name in lines}

    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in RECORDED} == listed
    assert len(RECORDED) >= 3


@pytest.mark.parametrize(
    "changed", [changed_workflow.OtherOrder, changed_workflow.NormalActivities]
)
async def test_a_deliberately_incompatible_change_is_caught_in_every_history(changed: type) -> None:
    found = await replayed(RECORDED, changed)

    assert found.replayed == len(RECORDED)
    assert {one.workflow_id for one in found.unreplayable} == {path.stem for path in RECORDED}
    assert {one.error for one in found.unreplayable} == {NONDETERMINISM}
    assert all(one.run_id and "TMPRL1100" in one.told for one in found.unreplayable)


async def test_a_change_is_caught_where_only_some_histories_meet_it() -> None:
    found = await replayed(RECORDED, changed_workflow.NoAlarm)

    assert "escalated_and_a_step_outside" in {one.workflow_id for one in found.unreplayable}
    assert len(found.unreplayable) < len(RECORDED)


def test_the_command_replays_a_folder_and_says_by_its_code_what_it_found(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["replay", "--folder", str(FOLDER)]

    assert commands.run(words) == 0
    assert f"replayed={len(RECORDED)} unreplayable=0" in capsys.readouterr().out

    monkeypatch.setattr(code_replay, "ProcessWorkflow", changed_workflow.OtherOrder)
    assert commands.run(words) == 2
    shown = capsys.readouterr().out
    assert f"replayed={len(RECORDED)} unreplayable={len(RECORDED)}" in shown
    assert all(path.stem in shown for path in RECORDED)


def test_a_folder_without_histories_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert commands.run(["replay", "--folder", str(tmp_path)]) == 1

    assert "no histories" in capsys.readouterr().err


async def test_a_history_is_never_recorded_anew() -> None:
    before = {path: path.read_bytes() for path in RECORDED}

    with pytest.raises(FileExistsError):
        await record_histories.main(["two_tasks"])

    assert {path: path.read_bytes() for path in RECORDED} == before
