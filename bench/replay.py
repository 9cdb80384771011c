"""Door: `python -m bench.replay`, what it takes to replay one item (回放基准)."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from audit import code_replay
from audit.history import remember
from bench.counting import load
from bpmn import deployment
from bpmn.apply import replay
from bpmn.dry_run import dry_run, from_json
from bpmn.records import Record
from bpmn.replayed import Replayed
from bpmn.state import State

ROUNDS = 3
AIM_MS = 20.0
_OFTEN = 20
DIAGRAMS = Path(deployment.__file__).parent / "diagrams"
HISTORIES = Path(__file__).parents[1] / "tests" / "workflow" / "histories"
_TEXT = {"$ref": "0b7f3c52-6f52-5b1e-8a53-9a6a4f1c2d90"}
_ITEM = {
    "number": "202601-001",
    "type": "repair",
    "category": "fault",
    "urgency": "normal",
    "channel": "web",
    "product": None,
    "region": None,
    "order_number": None,
    "customer_level": None,
}
# A life from receipt to the archive, everybody in time.
_SCRIPT: dict[str, Any] = {
    "process": "feedback",
    "variables": {"feedback": _ITEM, "description": _TEXT, "contact": _TEXT},
    "tasks": {
        "classify": {"variables": {"classification": {"type": "repair", "category": "fault"}}},
        "assign": {
            "variables": {
                "assignment": {"assignee": None, "others": []},
                "solution_since": "2026-01-05T01:00:00.000000+00:00",
                "response_due": "2026-01-06T01:00:00.000000+00:00",
                "due_at": "2026-01-08T01:00:00.000000+00:00",
            }
        },
        "process": {
            "after": "PT5H",
            "variables": {"plan": _TEXT, "reply": _TEXT, "estimated_hours": 2},
        },
    },
    "messages": [
        {
            "name": "survey_answered",
            "correlation_key": "202601-001",
            "variables": {"satisfaction": "satisfied"},
        }
    ],
}


@dataclass(frozen=True)
class Figure:
    """Milliseconds of one item: the best of the rounds, and the median."""

    best: float
    median: float


def main(arguments: list[str] | None = None) -> None:
    """Measure and print; the last line is one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m bench.replay", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--histories", type=Path, default=HISTORIES, metavar="DIR")
    chosen = parser.parse_args(arguments)
    before, rows = load(), life()
    histories = [
        WorkflowHistory.from_json(path.stem, path.read_text("utf-8"))
        for path in sorted(chosen.histories.glob("*.json"))
    ]
    figures = {
        "records to the last state": measure(lambda: replay(rows[0]["key"], rows), chosen.rounds),
        "records to every state": measure(lambda: every_state(rows), chosen.rounds),
        "histories to batches": measure(
            lambda: [remember([one], None) for one in histories], chosen.rounds, len(histories)
        ),
        "histories by the code": measure(
            # Often enough that the replayer's own start does not count.
            lambda: asyncio.run(_by_code(histories * _OFTEN)),
            chosen.rounds,
            len(histories) * _OFTEN,
        ),
    }
    for name, found in figures.items():
        _say(f"{name:28} best {found.best:8.2f} ms   median {found.median:8.2f} ms")
    told = {name: vars(found) for name, found in figures.items()}
    about = {"load": before, "records": len(rows), "histories": len(histories), "aim_ms": AIM_MS}
    _say(json.dumps({**about, "ms": told}))


def life() -> list[dict[str, Any]]:
    """Return the records of one item's whole life, as they are read from the table."""
    kinds = {".bpmn", ".dmn", ".form"}
    files = {path.name: path.read_bytes() for path in DIAGRAMS.iterdir() if path.suffix in kinds}
    report = dry_run(deployment.load("bench", files), from_json(_SCRIPT))
    rows: list[dict[str, Any]] = report.to_json(records=True)["records"]
    return rows


def every_state(rows: list[dict[str, Any]]) -> None:
    """Replay and look at each step as an auditor's slider does."""
    key = rows[0]["key"]
    replayed = Replayed(State(key, last_key=key))
    for row in rows:
        replayed.add(Record.from_json(row))
        replayed.to_json()


def measure(work: Callable[[], Any], rounds: int, items: int = 1) -> Figure:
    """Return how long a piece of work takes an item, by the clock on the wall."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begun) * 1000 / items)
    return Figure(round(min(taken), 2), round(median(taken), 2))


async def _by_code(histories: list[WorkflowHistory]) -> None:
    async def every() -> Any:
        for one in histories:
            yield one

    found = await code_replay.replay(every(), DataConverter())
    if found.unreplayable:
        raise RuntimeError("a history cannot be replayed")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    main()
