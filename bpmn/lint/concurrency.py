"""Where tokens of parallel paths meet (并行汇合): one pass with a bit for each parallel branch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bpmn.model import Element, Process

_JOINING = frozenset({"parallelGateway", "inclusiveGateway"})
# Many more would take long: drawings of that size are not looked at.
_MOST_BRANCHES = 2_000


@dataclass
class _Branches:
    """The ways out of each parallel split as bits, and which bits come along which way."""

    bits: dict[str, int] = field(default_factory=dict)
    splits: list[int] = field(default_factory=list)
    along: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def split(self, groups: Iterable[list[str]]) -> None:
        together = 0
        for ways in groups:
            self.bits |= dict.fromkeys(ways, 1 << self.count)
            together |= 1 << self.count
            self.count += 1
        self.splits.append(together)


def meeting_tokens(process: Process) -> frozenset[str]:
    """Return the elements that two tokens of one parallel split can enter by different flows."""
    branches = _Branches()
    ways = {e.id: _ways(process, e) for e in process.elements.values()}
    for element in process.elements.values():
        together = _parallel(process, element)
        if len(together) > 1:
            branches.split(together)
    if not branches.splits or branches.count > _MOST_BRANCHES:
        return frozenset()
    _spread(process, branches, ways)
    return frozenset(
        element.id
        for element in process.elements.values()
        if len(element.incoming) > 1 and _meet(branches, element)
    )


def _ways(process: Process, element: Element) -> tuple[str, ...]:
    """Return the sequence flows and boundary events by which tokens go on from an element."""
    return (*element.outgoing, *(event.id for event in process.boundaries.get(element.id, ())))


def _parallel(process: Process, element: Element) -> list[list[str]]:
    """Return the ways out of an element that are taken beside one another, in groups.

    Events that do not interrupt happen one by one, each for itself: they make one group.
    """
    if element.kind in {"exclusiveGateway", "eventBasedGateway"}:
        return []
    beside = [e.id for e in process.boundaries.get(element.id, ()) if not e.interrupting]
    return [*([flow] for flow in element.outgoing), *([beside] if beside else [])]


def _spread(process: Process, branches: _Branches, ways: Mapping[str, tuple[str, ...]]) -> None:
    """Carry every branch's bit along, until nothing new comes; joins let none through."""
    ahead = list(process.elements)
    while ahead:
        element = process.elements[ahead.pop()]
        here = _arriving(branches, element)
        for way in ways[element.id]:
            carried = here | branches.bits.get(way, 0)
            if carried | branches.along.get(way, 0) != branches.along.get(way):
                branches.along[way] = carried | branches.along.get(way, 0)
                flow = process.flows.get(way)
                ahead.append(flow.target if flow else way)


def _arriving(branches: _Branches, element: Element) -> int:
    if element.kind in _JOINING and len(element.incoming) > 1:
        return 0
    found = branches.along.get(element.id, 0)
    for flow in element.incoming:
        found |= branches.along.get(flow, 0)
    return found


def _meet(branches: _Branches, element: Element) -> bool:
    arriving = [branches.along.get(flow, 0) for flow in element.incoming]
    for together in branches.splits:
        parts = [bits & together for bits in arriving if bits & together]
        # The same ways on every flow are alternatives, also after a way back before the split.
        if len(set(parts)) > 1:
            return True
    return False
