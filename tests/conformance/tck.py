"""The OMG's DMN Technology Compatibility Kit, scored result by result.

The kit is third-party data and no part of the project. Any folder with the kit's layout will do:
`compliance-level-N` holds one folder a topic, with `*.dmn` and `*-test-*.xml`. Nothing that a file
holds ends the run: what cannot be read or raises is a failed result with its reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import parse as parse_xml

from bpmn.dmn import DecisionModel, evaluate_decision, evaluate_service, parse_decisions
from bpmn.feel.values import from_json
from tests.conformance.kit_values import alike, children, expected_of, value_of

NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
LEVEL = re.compile(r"level[-_ ]?(\d)$")


@dataclass(frozen=True)
class Outcome:
    """One result of one case: `error` says why there is no value, `raised` that it was an exception
    of the evaluation and no refusal of the file."""

    case: str
    node: str
    expected: Any = None
    actual: Any = None
    error: str = ""
    raised: bool = False

    @property
    def passed(self) -> bool:
        return not self.error and alike(self.expected, self.actual)

    @property
    def reason(self) -> str:
        return self.error or f"expected {self.expected!r}, got {self.actual!r}"


def level_folder(kit: Path, level: int) -> Path | None:
    """The folder of a level, at any depth."""
    found = [p for p in (kit, *sorted(kit.rglob("*"))) if p.is_dir() and _level(p) == level]
    return found[0] if found else None


def _level(folder: Path) -> int:
    match = LEVEL.search(folder.name.lower())
    return int(match.group(1)) if match else 0


def outcomes(kit: Path, level: int) -> Iterator[Outcome]:
    """Every result of a level; none when the level is not there."""
    folder = level_folder(kit, level)
    if folder is None:
        return
    for cases in sorted(folder.rglob("*-test-*.xml")):
        yield from _file_outcomes(cases)


def _file_outcomes(cases: Path) -> Iterator[Outcome]:
    topic = cases.parent.name
    try:
        root = parse_xml(cases).getroot()
    except Exception as caught:  # noqa: BLE001 - one bad file never ends the run
        yield Outcome(topic, cases.name, error=f"cases cannot be read: {caught!r}")
        return
    models, refused = _models(cases.parent, _model_name(root))
    for case in children(root, "testCase"):
        for node in children(case, "resultNode"):
            yield _outcome(f"{topic}/{case.get('id')}", models, refused, case, node)


def _model_name(root: Any) -> str:
    named = children(root, "modelName")
    return (named[0].text or "").strip() if named else ""


def _models(folder: Path, main: str) -> tuple[dict[str, DecisionModel], str]:
    """The models of a topic, the one that is asked first, and why that one cannot be read."""
    models: dict[str, DecisionModel] = {}
    refused = "" if (folder / main).is_file() else f"the model {main!r} is not there"
    for file in sorted(folder.glob("*.dmn"), key=lambda one: (one.name != main, one.name)):
        try:
            models[file.name] = parse_decisions(file.read_bytes(), name=file.name)
        except Exception as caught:  # noqa: BLE001 - one bad file never ends the run
            if file.name == main:
                refused = f"the model cannot be read: {caught!r}"
    return models, refused


def _outcome(
    case_name: str, models: Mapping[str, DecisionModel], refused: str, case: Any, node: Any
) -> Outcome:
    name = str(node.get("name"))
    expected: Any = None
    try:
        expected = expected_of(node)
        if refused:
            return Outcome(case_name, name, expected, error=refused)
        return Outcome(case_name, name, expected, _result(models, case, node))
    except Exception as caught:  # noqa: BLE001 - whatever is raised is a failed result
        return Outcome(case_name, name, expected, error=f"raised {caught!r}", raised=True)


def _result(models: Mapping[str, DecisionModel], case: Any, node: Any) -> Any:
    scope = {one.get("name"): value_of(one) for one in children(case, "inputNode")}
    if case.get("type") == "decisionService":
        value = evaluate_service(
            next(iter(models.values())), case.get("invocableName"), scope, now=NOW
        ).value
        several = isinstance(value, dict) and node.get("name") in value
        return from_json(value[node.get("name")] if several else value)
    return from_json(evaluate_decision(models, node.get("name"), scope, now=NOW).value)


@dataclass(frozen=True)
class Score:
    """A level's figures; `cases` pass when all of their results do."""

    outcomes: tuple[Outcome, ...]

    @property
    def cases(self) -> dict[str, int]:
        passed: dict[str, bool] = {}
        for one in self.outcomes:
            passed[one.case] = passed.get(one.case, True) and one.passed
        return {"cases": len(passed), "passed": sum(passed.values())}

    @property
    def results(self) -> dict[str, int]:
        known = [one for one in self.outcomes if one.expected is not None]
        return {
            "results": len(self.outcomes),
            "passed": sum(one.passed for one in self.outcomes),
            "non_null": len(known),
            "non_null_passed": sum(one.passed for one in known),
            "raised": sum(one.raised for one in self.outcomes),
        }

    @property
    def failures(self) -> list[tuple[str, str]]:
        return [(f"{o.case} {o.node}", o.reason) for o in self.outcomes if not o.passed]


def score(kit: Path, level: int) -> Score:
    """Score one level."""
    return Score(tuple(outcomes(kit, level)))
