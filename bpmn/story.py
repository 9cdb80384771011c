"""What the records of an instance tell of its elements, for whoever wants to go back (经过)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bpmn.records import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bpmn.model import Process


@dataclass(frozen=True, slots=True)
class ElementRun:
    """One run of an element (环节经过).

    Attributes:
        number: the record that began it.
        status: what the item was in while it ran, "" before any.
    """

    key: int
    element: str
    kind: str
    process: str
    scope: int
    number: int
    status: str


@dataclass(frozen=True, slots=True)
class Work:
    """A job that was done."""

    number: int
    at: str
    element: str
    type: str


@dataclass(slots=True)
class Story:
    """The records read once, in order.

    Attributes:
        runs: of elements, by key.
        completed: the number and instant at which a run completed, by key.
        work: the jobs done.
    """

    runs: dict[int, ElementRun] = field(default_factory=dict)
    completed: dict[int, tuple[int, str]] = field(default_factory=dict)
    work: list[Work] = field(default_factory=list)
    status: str = ""

    def newest(self, process: str, element: str) -> ElementRun | None:
        """Return the newest completed run of an element."""
        done = (r for r in self.runs.values() if (r.process, r.element) == (process, element))
        return max((r for r in done if r.key in self.completed), key=_number, default=None)


def _number(run: ElementRun) -> int:
    return run.number


def read(records: Iterable[Mapping[str, Any]]) -> Story:
    """Return what records tell; they are JSON objects as `audit_record.read` returns them."""
    story = Story()
    types: dict[int, str] = {}
    for record in records:
        kind, key, data = record["kind"], record["key"], record["data"]
        if kind in {Kind.ELEMENT_ACTIVATED, Kind.INSTANCE_MODIFIED}:
            story.status = data.get("status") or story.status
        if kind == Kind.ELEMENT_ACTIVATED:
            story.runs[key] = ElementRun(
                key,
                record["element"],
                data["kind"],
                data["process"],
                data["scope"],
                record["number"],
                story.status,
            )
        elif kind == Kind.ELEMENT_COMPLETED:
            story.completed[key] = (record["number"], record["at"])
        elif kind == Kind.JOB_CREATED:
            types[key] = data["type"]
        elif kind == Kind.JOB_COMPLETED:
            done = Work(record["number"], record["at"], record["element"], types.get(key, ""))
            story.work.append(done)
    return story


def statuses_begun(process: Process, element: str, around: str) -> list[str]:
    """Return the statuses that beginning an element brings, of scopes inside `around` first."""
    found: list[str] = []
    while element and element != around:
        here = process.elements[element]
        found = [here.status, *found] if here.status else found
        element = here.scope
    return found
