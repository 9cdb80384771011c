"""The OMG's DMN Technology Compatibility Kit, scored case by case.

The kit is third-party data and no part of the project: it is looked for in `dmn-tck` below
`$BIHUAN_CONFORMANCE`, else below `../shared/conformance` beside the project.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import parse as parse_xml

from bpmn.dmn import DecisionModel, evaluate_decision, evaluate_service, parse_decisions
from bpmn.feel.literals import at_literal
from bpmn.feel.values import from_json

PROJECT = Path(__file__).resolve().parents[2]
PLACE = Path(os.environ.get("BIHUAN_CONFORMANCE") or PROJECT.parent / "shared" / "conformance")
KIT = PLACE / "dmn-tck"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
TEMPORAL = ("date", "time", "dateTime", "duration", "dayTimeDuration", "yearMonthDuration")
TOLERANCE = Decimal("1e-8")


@dataclass(frozen=True)
class Outcome:
    level: str
    case: str
    node: str
    expected: Any
    actual: Any
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.error and alike(self.expected, self.actual)


def local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def children(element: Any, name: str) -> list[Any]:
    return [child for child in element if local(child) == name]


def value_of(element: Any) -> Any:
    """The FEEL value of an input or expected element."""
    components = children(element, "component")
    if components:
        return {one.get("name"): value_of(one) for one in components}
    for child in element:
        if local(child) == "list":
            return [value_of(item) for item in children(child, "item")]
        if local(child) == "value":
            return scalar(child)
    return None


def scalar(element: Any) -> Any:
    if element.get(f"{XSI}nil") == "true":
        return None
    kind = (element.get(f"{XSI}type") or "xsd:string").rpartition(":")[2]
    text = element.text or ""
    if kind == "boolean":
        return text.strip() == "true"
    if kind in TEMPORAL:
        return at_literal(text.strip())
    return text if kind == "string" else Decimal(text.strip())


def alike(expected: Any, actual: Any) -> bool:
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(expected - actual) <= TOLERANCE * max(abs(expected), Decimal(1))
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(alike, expected, actual))
    if isinstance(expected, dict) and isinstance(actual, dict):
        same = expected.keys() == actual.keys()
        return same and all(alike(value, actual[name]) for name, value in expected.items())
    return type(expected) is type(actual) and bool(expected == actual)


def outcomes(level: str) -> Iterator[Outcome]:
    for folder in sorted((KIT / level).iterdir()):
        for cases in sorted(folder.glob("*-test-*.xml")):
            yield from folder_outcomes(level, folder, parse_xml(cases).getroot())


def folder_outcomes(level: str, folder: Path, root: Any) -> Iterator[Outcome]:
    file = folder / children(root, "modelName")[0].text.strip()
    files = [file, *sorted(other for other in folder.glob("*.dmn") if other != file)]
    models = {one.name: parse_decisions(one.read_bytes(), name=one.name) for one in files}
    for case in children(root, "testCase"):
        for node in children(case, "resultNode"):
            name = f"{folder.name}/{case.get('id')}"
            expected = value_of(children(node, "expected")[0])
            try:
                actual, error = result(models, case, node), ""
            except Exception as caught:  # noqa: BLE001 - whatever is raised is a failed case
                actual, error = None, repr(caught)
            yield Outcome(level, name, node.get("name"), expected, actual, error)


def result(models: dict[str, DecisionModel], case: Any, node: Any) -> Any:
    scope = {one.get("name"): value_of(one) for one in children(case, "inputNode")}
    if case.get("type") == "decisionService":
        value = evaluate_service(
            next(iter(models.values())), case.get("invocableName"), scope, now=NOW
        ).value
        several = isinstance(value, dict) and node.get("name") in value
        return from_json(value[node.get("name")] if several else value)
    return from_json(evaluate_decision(models, node.get("name"), scope, now=NOW).value)


@pytest.mark.parametrize(
    ("level", "floor", "floor_not_null"),
    [("compliance-level-2", 1.0, 1.0), ("compliance-level-3", 0.995, 0.991)],
)
def test_the_kit_passes_as_far_as_it_ever_did(
    level: str, floor: float, floor_not_null: float
) -> None:
    if not (KIT / level).is_dir():
        pytest.skip(f"the DMN TCK is not there: looked for {KIT / level}")

    found = list(outcomes(level))

    passed = [one for one in found if one.passed]
    not_null = [one for one in found if one.expected is not None]
    passed_not_null = [one for one in not_null if one.passed]
    print(  # noqa: T201 - the score is what this test is for
        f"{level}: {len(passed)}/{len(found)}, not null {len(passed_not_null)}/{len(not_null)}"
    )
    failed = [f"{one.case} {one.node}" for one in found if not one.passed]
    assert len(passed) >= floor * len(found), failed
    assert len(passed_not_null) >= floor_not_null * len(not_null), failed
