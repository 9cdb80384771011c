"""The benchmark of replay plays a whole life and tells its figures; it asserts no time."""

from __future__ import annotations

import json

import pytest

from bench import replay
from bpmn.apply import replay as replayed


def test_the_life_that_is_measured_is_a_whole_one() -> None:
    rows = replay.life()

    assert replayed(rows[0]["key"], rows).phase == "completed"
    assert len(rows) > 200


def test_the_last_line_is_json_with_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    replay.main(["--rounds", "1"])

    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert set(told) == {"load", "records", "histories", "aim_ms", "ms"}
    assert all(found["best"] > 0 for found in told["ms"].values())
    assert len(told["ms"]) == 4
