"""An instance's records held against what Temporal remembers of it, step by step (两处对照)."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from audit.unlike import unlike
from bpmn.apply import apply
from bpmn.records import Record
from bpmn.state import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from audit.history import Memory

# Whoever has changed a record early changes every state after it.
MOST = 100
_Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """Where records and history differ.

    Attributes:
        n: the record after which they do.
        path: `record...` for the record itself, `state...` for what the records led to, `given...`
            for the state that one run of the workflow gave to the next.
        records, history: what each of them says, None where it says nothing.
    """

    n: int
    path: str
    records: Any
    history: Any


@dataclass(slots=True)
class Comparison:
    """What came of a comparison.

    Attributes:
        records, history: how many records each of them holds.
        first: the first record that the history still holds, 0 for none.
        findings: at most `MOST`; none means that both lead to the same state at every step.
    """

    records: int
    history: int
    first: int
    findings: list[Finding] = field(default_factory=list)


def compare(key: int, records: Sequence[_Row], memory: Memory, *, settled: str = "") -> Comparison:
    """Compare the records of an instance with its history at every step.

    Args:
        key: the instance.
        records: all of them, as `models.audit_record.read` returns them.
        memory: of the same instance; read before the records where the instance still runs.
        settled: records after this instant (as records hold it) need not stand in the history of
            an instance that runs: their workflow task may be under way. "" excuses none.
    """
    told = memory.records
    first = told[0]["number"] if told else 0
    found = Comparison(len(records), len(told), first)
    for finding in _findings(key, _expected(records, told, memory, settled), told, memory):
        found.findings.append(finding)
        if len(found.findings) == MOST:
            break
    return found


def _expected(
    records: Sequence[_Row], told: Sequence[_Row], memory: Memory, settled: str
) -> Sequence[_Row]:
    """Return the records without those that the history may yet get."""
    if memory.closed or not settled or not told:
        return records
    last = told[-1]["number"]
    return [row for row in records if row["number"] <= last or row["at"] <= settled]


def _findings(
    key: int, records: Sequence[_Row], told: Sequence[_Row], memory: Memory
) -> Iterator[Finding]:
    given = {one["number"]: one for one in memory.given}
    begin = told[0]["number"] - 1 if told else min(given, default=0)
    ours, theirs = _Side(key, records[:begin]), _Side(key, ())
    if begin in given:
        theirs.state = State.from_json(given[begin])
    seen: set[str] = set()
    yield from _given(given.get(begin), ours)
    for place, (row, other) in enumerate(zip_longest(records[begin:], told), begin + 1):
        yield from _records(place, row, other)
        ours.take(row)
        theirs.take(other)
        # Beyond the end of one of them there is nothing to hold its state against.
        states = _states(ours, theirs) if row and other else ()
        for path, mine, its in states:
            if path not in seen:
                seen.add(path)
                yield Finding(place, f"state.{path}", mine, its)
        yield from _given(given.get(place), ours)


def _records(n: int, row: _Row | None, other: _Row | None) -> Iterator[Finding]:
    if row is None or other is None:
        yield Finding(n, "record", row, other)
        return
    for path, mine, its in unlike(row, other):
        yield Finding(n, f"record.{path}", mine, its)


def _states(ours: _Side, theirs: _Side) -> Iterator[tuple[str, Any, Any]]:
    if ours.broken or theirs.broken:
        if ours.broken != theirs.broken:
            yield "broken", ours.broken or None, theirs.broken or None
    elif ours.state != theirs.state:
        yield from unlike(ours.state.to_json(), theirs.state.to_json())


def _given(given: Mapping[str, Any] | None, ours: _Side) -> Iterator[Finding]:
    """Tell where a run was given another state than the records lead to."""
    if given is not None and not ours.broken:
        state = State.from_json(dict(given)).to_json()
        for path, mine, its in unlike(ours.state.to_json(), state):
            yield Finding(given["number"], f"given.{path}", mine, its)


class _Side:
    """A state and the records that it takes."""

    def __init__(self, key: int, rows: Sequence[_Row]) -> None:
        self.state = State(key, last_key=key)
        self.broken = ""
        for row in rows:
            self.take(row)

    def take(self, row: _Row | None) -> None:
        """Apply a record; one that cannot be applied ends what this side tells of states."""
        if self.broken or row is None:
            return
        try:
            apply(self.state, Record.from_json(row))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self.broken = type(error).__name__
