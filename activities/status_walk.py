"""Every path of a drawing held against the status machine, before it is deployed (状态检查).

A redrawn process must not ask for a step that the machine refuses: it would show only when the
first item gets there. Called processes are walked as part of their caller; branches that run in
parallel are walked one by one, so an order that only their interleaving makes is left to the
incident that `activities.projection` raises.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from models import feedback

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.model import Definition, Element, Process

INITIAL = "pending"
_DEPTH = 5
# Where a token can stand when something else happens.
_WAITS = frozenset(
    {
        *("userTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask"),
        *("callActivity", "subProcess", "eventBasedGateway", "intermediateCatchEvent"),
    }
)
Node = tuple[str, ...]


class _Graph:
    """Where a token can go next, called processes written out in place."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self.next: dict[Node, list[Node]] = defaultdict(list)
        self.status: dict[Node, tuple[str, Element]] = {}

    def add(self, process: Process, path: Node) -> None:
        for element in process.elements.values():
            node = (*path, element.id)
            if element.status:
                self.status[node] = (element.status, element)
            self._inside(process, element, path)
            for flow in element.outgoing:
                self.next[(*node, "exit")].append((*path, process.flows[flow].target))
            if not element.outgoing and element.scope and not _beside(process, element):
                self.next[(*node, "exit")].append((*path, element.scope, "exit"))
            if element.attached_to:
                self._from_all(process, path, element.attached_to, node)

    def _inside(self, process: Process, element: Element, path: Node) -> None:
        """Lead from the element into what it holds, or straight through it."""
        node = (*path, element.id)
        starts = process.starts.get(element.id, ())
        for start in starts:
            entered = start if start.event is None else None
            self.next[node].append((*path, entered.id) if entered else (*path, start.id))
        if element.kind == "eventSubProcess":
            self._from_all(process, path, element.scope, node)
        called = element.call.target if element.kind == "callActivity" and element.call else ""
        inner = self._definition.processes.get(called)
        if inner is not None and len(path) < _DEPTH:
            self.add(inner, node)
            self.next[node].append((*node, inner.id))
            self.next[(*node, inner.id, "exit")].append((*node, "exit"))
        elif not starts:
            self.next[node].append((*node, "exit"))

    def _from_all(self, process: Process, path: Node, scope: str, target: Node) -> None:
        """An event can interrupt wherever a token stands inside the scope, or at the activity."""
        for element in process.elements.values():
            inside = element.id == scope or scope in _scopes(process, element)
            if inside and element.kind in _WAITS:
                self.next[(*path, element.id)].append(target)


def _beside(process: Process, element: Element) -> bool:
    """Tell whether this runs beside its scope, whose own path goes on without it."""
    starts = process.starts.get(element.id, ())
    return element.kind == "eventSubProcess" and not all(s.interrupting for s in starts)


def _scopes(process: Process, element: Element) -> Iterator[str]:
    while element.scope:
        yield element.scope
        element = process.elements[element.scope]


def _followers(graph: _Graph, start: Node) -> Iterator[Node]:
    """Yield the nearest nodes with a status that a path from `start` leads to."""
    seen, ahead = {start}, list(graph.next[start])
    while ahead:
        node = ahead.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in graph.status:
            yield node
        else:
            ahead.extend(graph.next[node])


def illegal_steps(definition: Definition) -> list[dict[str, object]]:
    """Return each step between two statuses that the machine of `models.feedback` refuses.

    Returns:
        `{resource, code, element, line, found}` as `bpmn.deployment` words its problems.
    """
    every = [e for process in definition.processes.values() for e in process.elements.values()]
    called = {e.call.target for e in every if e.kind == "callActivity" and e.call}
    return [
        step
        for name, process in definition.processes.items()
        if name not in called
        for step in _illegal_in(definition, process)
    ]


def _illegal_in(definition: Definition, process: Process) -> Iterator[dict[str, object]]:
    graph = _Graph(definition)
    graph.add(process, ())
    sources = [(node, status) for node, (status, _) in graph.status.items()]
    for node, source in [((process.id,), INITIAL), *sources]:
        for follower in _followers(graph, node):
            target, element = graph.status[follower]
            legal = target in feedback.STATUSES and target in feedback.targets(source)
            if target != source and not legal:
                yield {
                    "resource": process.id,
                    "code": "status_illegal",
                    "element": element.id,
                    "line": element.line,
                    "found": f"{source} -> {target}",
                }
