"""Which tokens can still reach an inclusive gateway (包容网关), BPMN 2.0 section 13.4.3."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.model import Element, Process
    from bpmn.run import Run
    from bpmn.state import Token


def may_still_come(run: Run, gateway: Element, token: Token, arrived: set[str]) -> bool:
    """Tell whether a token elsewhere in the scope can reach a flow that has none yet.

    A token that can also reach a flow which has one does not count: it would only queue there.
    """
    missing = set(gateway.incoming) - arrived
    if not missing:
        return False
    drawing = run.definition.processes[token.process]
    leading = _leading_to(run, drawing, gateway, frozenset(missing))
    queueing = _leading_to(run, drawing, gateway, frozenset(arrived))
    return any(place in leading and place not in queueing for place in _places(run, gateway, token))


def _places(run: Run, gateway: Element, token: Token) -> Iterator[str]:
    """Yield where tokens are in the scope: elements that are active, or are about to begin."""
    for other in run.state.tokens:
        if other.scope == token.scope and other.target != gateway.id:
            yield other.target
    for instance in run.state.children(token.scope):
        yield instance.element


def _leading_to(run: Run, drawing: Process, gateway: Element, flows: frozenset[str]) -> set[str]:
    """Return the elements from which a path leads to one of these flows, not by the gateway."""
    # Asked at every step while the gateway waits, and always the same of one drawing.
    known = run.leading.get((gateway.id, flows))
    if known is not None:
        return known
    found: set[str] = set()
    open_ends = [drawing.flows[flow].source for flow in flows]
    while open_ends:
        key = open_ends.pop()
        if key in found or key == gateway.id:
            continue
        found.add(key)
        element = drawing.elements[key]
        open_ends += [drawing.flows[flow].source for flow in element.incoming]
        # What happens on the boundary of an activity can send a token on as well.
        if element.attached_to:
            open_ends.append(element.attached_to)
    return run.leading.setdefault((gateway.id, flows), found)
