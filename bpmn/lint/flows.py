"""Sequence flows: what hangs together and what does not (顺序流)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.lint.concurrency import meeting_tokens
from bpmn.lint.view import ACTIVITIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.finding import Finding
    from bpmn.lint.view import View
    from bpmn.model import Element

_EVENTS = frozenset({"startEvent", "boundaryEvent", "intermediateCatchEvent"})
_SPLITTING = ACTIVITIES | _EVENTS | {"intermediateThrowEvent"}


def elements_are_connected(view: View) -> Iterator[Finding]:
    """Every element hangs on a sequence flow."""
    for element in view.nodes:
        if _begins_by_itself(view, element) or element.incoming or element.outgoing:
            continue
        if element.kind != "startEvent":
            yield view.finding("element_disconnected", element)


def elements_have_a_way_in(view: View) -> Iterator[Finding]:
    """Every element but a start event has a way in."""
    for element in view.nodes:
        if _begins_by_itself(view, element) or element.incoming or not element.outgoing:
            continue
        if element.kind not in {"startEvent", "boundaryEvent"}:
            yield view.finding("start_implicit", element)


def elements_are_reached(view: View) -> Iterator[Finding]:
    """Some way from a start leads to every element."""
    for element in view.nodes:
        outside = element.scope not in view.reachable
        if element.id in view.reachable or outside or not element.incoming:
            continue
        yield view.finding("element_unreachable", element)


def _begins_by_itself(view: View, element: Element) -> bool:
    """Tell whether something else than a token on a flow begins the element."""
    return (
        element.kind in {"eventSubProcess", "boundaryEvent"}
        or element.for_compensation
        or view.in_ad_hoc(element)
    )


def flows_are_single(view: View) -> Iterator[Finding]:
    """No two sequence flows say the same."""
    for element in view.nodes:
        seen: set[tuple[str, str]] = set()
        for flow in view.flows(element.outgoing):
            way = (flow.target, flow.condition or "")
            if way in seen:
                yield view.flow_finding("flow_duplicate", flow, f"{flow.source} -> {flow.target}")
            seen.add(way)


def splits_are_drawn(view: View) -> Iterator[Finding]:
    """Where a path splits stands a gateway."""
    for element in view.of(*sorted(_SPLITTING)):
        flows = view.drawn(element.outgoing)
        free = [f for f in flows if not f.condition and f.id != element.default]
        if len(free) > 1:
            yield view.finding("split_implicit", element)


def tokens_are_joined(view: View) -> Iterator[Finding]:
    """Parallel paths meet in a gateway: an activity or event would run once for each of them.

    Only ways that can be taken at the same time count; a way back or alternatives may meet.
    """
    meeting = meeting_tokens(view.process)
    for element in view.of(*sorted(ACTIVITIES), "intermediateThrowEvent", "intermediateCatchEvent"):
        if element.id in meeting:
            yield view.finding("join_implicit", element)
