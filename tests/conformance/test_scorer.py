"""The scorer itself, on small material of our own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.__main__ import main
from tests.conformance.foreign import passed_over
from tests.drawings import chain, user, xml

DMN = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="n"><inputData id="i" name="age"><variable name="age" typeRef="number"/></inputData>
 <decision id="x" name="adult"><variable name="adult"/>
 <informationRequirement><requiredInput href="#i"/></informationRequirement>
 <literalExpression><text>if age = null then null else age &gt;= 18</text></literalExpression>
 </decision></definitions>"""

CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>a.dmn</modelName>
 <testCase id="1"><inputNode name="age"><value xsi:type="xsd:decimal">20</value></inputNode>
  <resultNode name="adult"><expected><value xsi:type="xsd:boolean">true</value></expected>
  </resultNode></testCase>
 <testCase id="2"><inputNode name="age"><value xsi:nil="true"/></inputNode>
  <resultNode name="adult" errorResult="true"/></testCase>
 <testCase id="3"><inputNode name="age"><value xsi:type="xsd:decimal">7</value></inputNode>
  <resultNode name="adult"><expected><value xsi:type="xsd:boolean">true</value></expected>
  </resultNode></testCase>
 <testCase id="4"><resultNode name="nobody"><expected><value>x</value></expected></resultNode>
 </testCase></testCases>"""

START = '<bpmn:startEvent id="s" />'
END = '<bpmn:endEvent id="e" />'


def kit(folder: Path, level: int) -> Path:
    topic = folder / f"compliance-level-{level}" / "0001-topic"
    topic.mkdir(parents=True)
    (topic / "a.dmn").write_text(DMN)
    (topic / "a-test-01.xml").write_text(CASES)
    return folder


def drawings(folder: Path, expected: dict[str, list[str]], **files: bytes) -> Path:
    for name, content in files.items():
        (folder / f"{name}.bpmn").write_bytes(content)
    entries = [
        {"file": f"{name}.bpmn", "executed_elements": ids, "features": ["x"] if name == "a" else []}
        for name, ids in expected.items()
    ]
    (folder / "expected.json").write_text(json.dumps(entries))
    return folder


def score(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    assert main([str(one) for one in arguments]) == 0
    lines = capsys.readouterr().out.splitlines()
    return dict(json.loads(lines[-1]))


def test_results_that_pass_fail_and_raise_are_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kit(tmp_path, 3)

    found = score(capsys, "--tck", folder, "--failures", tmp_path / "failures.txt")

    three = {"results": 4, "passed": 2, "non_null": 3, "non_null_passed": 1, "raised": 1}
    assert found["tck"]["level3"] == three
    reasons = (tmp_path / "failures.txt").read_text().splitlines()
    assert [line.split(":")[0] for line in reasons] == ["0001-topic/3 adult", "0001-topic/4 nobody"]


def test_a_level_that_is_absent_counts_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = score(capsys, "--tck", kit(tmp_path, 2))

    assert found["tck"]["level2"] == {"cases": 4, "passed": 2}
    assert set(found["tck"]["level3"].values()) == {0}
    assert set(found["models"].values()) == {0}


def test_files_that_cannot_be_read_do_not_end_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = kit(tmp_path, 2) / "compliance-level-2" / "0002-broken"
    folder.mkdir()
    (folder / "b.dmn").write_text("<no dmn")
    (folder / "b-test-01.xml").write_text(CASES.replace("a.dmn", "b.dmn"))
    (folder / "c-test-01.xml").write_text("<no cases")

    found = score(capsys, "--tck", tmp_path)

    assert found["tck"]["level2"] == {"cases": 9, "passed": 2}


def test_a_model_passes_when_exactly_the_expected_elements_ran(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = START + user("t") + END + chain("s", "t", "e")
    expected = {"a": ["s", "t", "e"], "b": ["s", "t"], "c": ["s", "t", "e", "x"], "d": ["s"]}
    broken = b"<definitions"
    folder = drawings(tmp_path, expected, a=xml(body), b=xml(body), c=xml(body), d=broken)

    found = score(capsys, "--models", folder, "--failures", tmp_path / "failures.txt")

    counts = {"total": 4, "passed": 1, "non_trivial": 1, "non_trivial_passed": 1}
    assert found["models"] == counts
    reasons = (tmp_path / "failures.txt").read_text()
    assert "b.bpmn: executed as well: e" in reasons
    assert "c.bpmn: not executed: x" in reasons
    assert "d.bpmn: " in reasons


def test_foreign_expressions_are_passed_over_with_a_warning() -> None:
    listener = (
        '<camunda:executionListener xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
        'event="start" class="org.example.Listener" />'
    )
    body = START + user("t", listener) + END + chain("s", "t", "e")

    cleaned, warnings = passed_over(xml(body))

    assert b"org.example" not in cleaned
    assert warnings == ["executionListener of extensionElements"]


def test_a_drawing_that_never_waits_is_stopped_by_a_count(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = '<bpmn:exclusiveGateway id="g" />'
    body = START + user("t") + gateway + chain("s", "g", "t", "g")
    folder = drawings(tmp_path, {"a": ["s", "t"]}, a=xml(body))

    found = score(capsys, "--models", folder)

    assert found["models"]["passed"] == 0
