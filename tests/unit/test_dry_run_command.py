"""`bihuan dry-run` plays files from disk and prints what became of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from stack.commands import run
from tests.drawings import chain, user, xml

BODY = '<bpmn:startEvent id="start" />{0}<bpmn:endEvent id="end" />'


@pytest.fixture
def drawn(tmp_path: Path) -> Path:
    file = tmp_path / "p.bpmn"
    file.write_bytes(xml(BODY.format(user("a")) + chain("start", "a", "end")))
    return file


def test_a_file_is_played_by_a_script(
    drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"variables": {"x": 1}, "tasks": {"a": {"variables": {"y": 2}}}}')

    done = run(["dry-run", str(drawn), "--script", str(script), "--variables", '{"x": 3}'])

    told = json.loads(capsys.readouterr().out)
    assert (done, told["outcome"], told["variables"]) == (0, "completed", {"x": 3, "y": 2})
    assert told["records"] == []
    assert "label_missing" in {one["code"] for one in told["findings"]}


def test_a_run_that_waits_is_no_success(
    drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"tasks": {"a": {"waits": true}}}')

    assert run(["dry-run", str(drawn), "--script", str(script)]) == 2
    assert json.loads(capsys.readouterr().out)["outcome"] == "waiting"


def test_what_cannot_be_read_or_followed_is_said(
    drawn: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.bpmn"
    broken.write_text("<a>")

    assert run(["dry-run", str(broken)]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "xml_malformed"
    assert run(["dry-run", str(drawn), "--process", "other"]) == 1
    assert "process_definition_not_found" in capsys.readouterr().err
