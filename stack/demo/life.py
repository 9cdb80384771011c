"""What became of one item, read from its records (一生)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class Life:
    """One item from receipt to its end (一条反馈的一生).

    Attributes:
        number: of the item.
        scenario: which life it was meant to be.
        states: the statuses that it passed, in order.
        elements: ids of the elements that were entered, in order.
        timers: `element`, `due` and `fired` of every timer; `fired` is None if it never was.
        seconds: from the first record to the last.
        ended: whether its process came to its end.
    """

    number: str
    scenario: str
    states: tuple[str, ...]
    elements: tuple[str, ...]
    timers: tuple[dict[str, str | None], ...]
    seconds: float
    ended: bool

    def line(self) -> dict[str, Any]:
        """Return what `--json` prints of it."""
        return {
            "number": self.number,
            "scenario": self.scenario,
            "states": list(self.states),
            "elements": list(self.elements),
            "timers": list(self.timers),
            "seconds": self.seconds,
        }

    @property
    def fired(self) -> tuple[str, ...]:
        """Elements of the timers that fired, in the order of their due times."""
        found = sorted(str(one["due"]) + " " + str(one["element"]) for one in self._fired())
        return tuple(text.partition(" ")[2] for text in found)

    def _fired(self) -> list[dict[str, str | None]]:
        return [one for one in self.timers if one["fired"] is not None]


def read_life(scenario: str, item: Mapping[str, Any], records: Iterable[Mapping[str, Any]]) -> Life:
    """Return the life of an item.

    Args:
        scenario: its name.
        item: the answer of `GET /api/feedback/{number}`.
        records: all items of `GET /api/feedback/{number}/records`.
    """
    rows = list(records)
    return Life(
        number=str(item["number"]),
        scenario=scenario,
        states=tuple(one["status"] for one in item["states_passed"]),
        elements=tuple(row["element"] for row in rows if row["kind"] == "ELEMENT_ACTIVATED"),
        timers=tuple(_timers(rows)),
        seconds=_seconds(rows),
        ended=any(row["kind"] == "INSTANCE_COMPLETED" for row in rows),
    )


def _timers(rows: list[Mapping[str, Any]]) -> list[dict[str, str | None]]:
    """Return each timer as often as it was set: one that repeats is set again when it fires."""
    found: list[dict[str, str | None]] = []
    waiting: dict[str, dict[str, str | None]] = {}
    for row in rows:
        if row["kind"] == "TIMER_CREATED":
            waiting[row["key"]] = _timer(row["element"], row["data"]["due"])
            found.append(waiting[row["key"]])
        elif row["kind"] == "TIMER_FIRED":
            waiting[row["key"]]["fired"] = _instant(row["at"])
            if following := row["data"].get("next_due"):
                waiting[row["key"]] = _timer(row["element"], following)
                found.append(waiting[row["key"]])
    return found


def _timer(element: str, due: str) -> dict[str, str | None]:
    return {"element": element, "due": _instant(due), "fired": None}


def _instant(text: str) -> str:
    """Return an instant in one way of writing, so that texts compare."""
    return datetime.fromisoformat(text).astimezone(UTC).isoformat(timespec="milliseconds")


def _seconds(rows: list[Mapping[str, Any]]) -> float:
    if not rows:
        return 0.0
    first, last = (datetime.fromisoformat(rows[place]["at"]) for place in (0, -1))
    return round((last - first).total_seconds(), 1)
