"""What mining should find, counted slowly from the records of every instance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bpmn.elements import LOOP_BODIES
from models.working_calendar import WorkingCalendar

ENDED = {"ELEMENT_COMPLETED": "completed", "ELEMENT_TERMINATED": "terminated"}
GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
Span = tuple[datetime, datetime]


def instant(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["at"])


def percentile(values: Sequence[float], part: float) -> float:
    """Interpolated as the SQL standard does."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * part
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


@dataclass
class Runs:
    """The runs of one element."""

    states: Counter[str] = field(default_factory=Counter)
    spans: list[Span] = field(default_factory=list)
    instances: set[int] = field(default_factory=set)


@dataclass
class Slow:
    """Reads instances one by one."""

    calendar: WorkingCalendar
    process: str = "feedback"
    elements: dict[str, Runs] = field(default_factory=lambda: defaultdict(Runs))
    flows: Counter[str] = field(default_factory=Counter)
    ways: dict[tuple[str, ...], list[Span]] = field(default_factory=lambda: defaultdict(list))
    waits: dict[str, list[Span]] = field(default_factory=lambda: defaultdict(list))

    def read(self, key: int, records: Sequence[dict[str, Any]]) -> None:
        """Count the records of an instance."""
        path: list[str] = []
        open_runs: dict[int, tuple[dict[str, Any], datetime]] = {}
        tokens: dict[tuple[str, int], list[datetime]] = defaultdict(list)
        for row in records:
            if row["kind"] == "ELEMENT_ACTIVATED":
                open_runs[row["key"]] = row, instant(row)
                self._began(key, row, path)
                self._consumed(row, tokens)
            elif row["kind"] in ENDED:
                self._ended(row, *open_runs.pop(row["key"]))
            elif row["kind"] == "SEQUENCE_FLOW_TAKEN":
                self.flows[row["element"]] += row["data"]["process"] == self.process
                tokens[row["element"], row["data"]["scope"]].append(instant(row))
            elif row["kind"] == "TOKEN_DISCARDED":
                tokens[row["element"], row["data"]["scope"]].pop(0)
        if records[-1]["kind"] in {"INSTANCE_COMPLETED", "INSTANCE_CANCELED"}:
            self.ways[tuple(path)].append((instant(records[0]), instant(records[-1])))

    def _began(self, key: int, row: dict[str, Any], path: list[str]) -> None:
        kind, process = row["data"]["kind"], row["data"]["process"]
        if kind == "process" or kind in LOOP_BODIES:
            return
        if process == self.process:
            runs = self.elements[row["element"]]
            runs.states["active"] += 1
            runs.instances.add(key)
        if kind not in GATEWAYS:
            own = process == self.process
            path.append(row["element"] if own else f"{process}:{row['element']}")

    def _consumed(self, row: dict[str, Any], tokens: dict[Any, list[datetime]]) -> None:
        joins = row["data"]["kind"] in {"parallelGateway", "inclusiveGateway"}
        for flow in row["data"].get("flows", ()):
            came = tokens[flow, row["data"]["scope"]].pop(0)
            if joins and row["data"]["process"] == self.process:
                self.waits[flow].append((came, instant(row)))

    def _ended(self, row: dict[str, Any], begun: dict[str, Any], at: datetime) -> None:
        data = begun["data"]
        if data["process"] != self.process or data["kind"] in {"process", *LOOP_BODIES}:
            return
        runs = self.elements[row["element"]]
        runs.states["active"] -= 1
        runs.states[ENDED[row["kind"]]] += 1
        runs.spans.append((at, instant(row)))

    def figures(self, spans: Sequence[Span]) -> tuple[Any, Any]:
        """Median, ninetieth percentile and sum of wall and of working time."""

        def over(length: Callable[[Span], float]) -> tuple[float, float, float]:
            values = [length(one) for one in spans]
            found = (percentile(values, 0.5), percentile(values, 0.9), sum(values))
            return tuple(round(one, 2) for one in found)  # type: ignore[return-value]

        wall = over(lambda one: (one[1] - one[0]).total_seconds())
        worked = over(lambda one: self.calendar.working_time_between(*one).total_seconds())
        return wall, worked
