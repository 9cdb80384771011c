"""Executable models that others wrote, played and held against what two other engines did.

`expected.json` names, for each file, the tasks and events that both engines executed when every
task was completed at once. A model passes when ours executes exactly these: gateways apart, nothing
may be missing and nothing more may have run. The rule that explains the data: user tasks, jobs and
receive tasks are completed as soon as they wait; nothing else is delivered, so boundary events and
event sub-processes that wait for timers, messages, signals or conditions never start.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bpmn.deployment import DeploymentError, load
from bpmn.model import Definition
from tests.conformance.foreign import passed_over
from tests.conformance.played import Played, main_process

UNCOUNTED = frozenset(
    {
        "process",
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    }
)
SIMPLE = frozenset({"laneSet", "collaboration"})


@dataclass(frozen=True)
class Verdict:
    """How a model fared: `reason` is "" when it passed."""

    file: str
    reason: str = ""
    non_trivial: bool = False
    warnings: tuple[str, ...] = field(default=())


def verdicts(folder: Path) -> Iterator[Verdict]:
    """The verdict on every model of a folder; one bad file never ends the run."""
    for entry in json.loads((folder / "expected.json").read_text("utf-8")):
        file = str(entry.get("file"))
        non_trivial = bool(set(entry.get("features", ())) - SIMPLE)
        warnings: list[str] = []
        try:
            reason = _reason(folder, entry, warnings)
        except DeploymentError as error:
            reason = f"refused: {'; '.join(_problem(one) for one in error.problems)}"
        except Exception as caught:  # noqa: BLE001 - whatever is raised is a failed model
            reason = f"raised {caught!r}"
        yield Verdict(file, reason, non_trivial, tuple(warnings))


def _problem(problem: dict[str, Any]) -> str:
    return f"{problem['code']} {problem['element']} line {problem['line']} {problem['found']}"


def _reason(folder: Path, entry: dict[str, Any], warnings: list[str]) -> str:
    definition = _definition(folder / entry["file"], warnings)
    played = Played(definition, main_process(definition).id)
    ours = _counted(definition, played.executed)
    expected = set(entry["executed_elements"])
    found = {
        "not executed": sorted(expected - ours),
        "executed as well": sorted(ours - expected),
        "incidents": played.incidents,
        "stopped": ["too many commands"] if played.stopped else [],
    }
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in found.items() if names)


def _definition(file: Path, warnings: list[str]) -> Definition:
    source, passed = passed_over(file.read_bytes())
    warnings += passed
    return load(file.name, {"model.bpmn": source})


def _counted(definition: Definition, executed: set[str]) -> set[str]:
    kinds = {e.id: e.kind for p in definition.processes.values() for e in p.elements.values()}
    return {element for element in executed if kinds.get(element) not in UNCOUNTED}


@dataclass(frozen=True)
class Score:
    """The figures of all models."""

    verdicts: tuple[Verdict, ...]

    @property
    def figures(self) -> dict[str, int]:
        hard = [one for one in self.verdicts if one.non_trivial]
        return {
            "total": len(self.verdicts),
            "passed": sum(not one.reason for one in self.verdicts),
            "non_trivial": len(hard),
            "non_trivial_passed": sum(not one.reason for one in hard),
        }

    @property
    def failures(self) -> list[tuple[str, str]]:
        return [(one.file, one.reason) for one in self.verdicts if one.reason]

    @property
    def warnings(self) -> list[tuple[str, str]]:
        return [(one.file, warning) for one in self.verdicts for warning in one.warnings]


def score(folder: Path) -> Score:
    """Score every model of a folder."""
    return Score(tuple(verdicts(folder)))
