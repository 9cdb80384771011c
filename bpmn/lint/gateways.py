"""Gateways and the conditions after them (网关)."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from bpmn.lint.trees import opposite, tree
from bpmn.lint.view import GATEWAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.finding import Finding
    from bpmn.lint.view import View
    from bpmn.model import Element, SequenceFlow

_DECIDING = ("exclusiveGateway", "inclusiveGateway")
_AFTER_EVENT_GATEWAY = frozenset({"intermediateCatchEvent", "receiveTask"})
_LEAST_EVENTS = 2


def decisions_have_a_way_out(view: View) -> Iterator[Finding]:
    """A gateway whose conditions may all be false has a default flow."""
    for element in view.of(*_DECIDING):
        flows = view.flows(element.outgoing)
        if element.default or not flows or any(not flow.condition for flow in flows):
            continue
        if not _always_one(flows):
            yield view.finding("default_flow_missing", element)


def _always_one(flows: list[SequenceFlow]) -> bool:
    trees = [tree(flow.condition or "") for flow in flows]
    if any(flow.condition == "true" for flow in flows):
        return True
    return any(one and other and opposite(one, other) for one, other in combinations(trees, 2))


def conditions_are_complete(view: View) -> Iterator[Finding]:
    """Where flows have conditions, each has one or is the default."""
    for element in view.nodes:
        flows = view.flows(element.outgoing)
        for flow in flows if _chooses(element, flows) else ():
            if not flow.condition and flow.id != element.default:
                yield view.flow_finding("flow_condition_missing", flow, element.id)


def _chooses(element: Element, flows: list[SequenceFlow]) -> bool:
    # An exclusive gateway without any condition would always take its first flow.
    forks = element.kind == "exclusiveGateway" and len(flows) > 1
    return forks or bool(element.default) or any(flow.condition for flow in flows)


def defaults_leave_their_element(view: View) -> Iterator[Finding]:
    """The default flow is one of the element's own and has no condition."""
    for element in view.nodes:
        if not element.default:
            continue
        if element.default not in element.outgoing:
            yield view.finding("default_flow_unknown", element, element.default)
        elif condition := view.process.flows[element.default].condition:
            flow = view.process.flows[element.default]
            yield view.flow_finding("default_flow_conditional", flow, condition)


def parallel_flows_have_no_condition(view: View) -> Iterator[Finding]:
    """A parallel gateway takes every flow: a condition there is not looked at."""
    for element in view.of("parallelGateway"):
        for flow in view.flows(element.outgoing):
            if flow.condition:
                yield view.flow_finding("condition_ignored", flow, flow.condition)


def event_gateways_wait_for_events(view: View) -> Iterator[Finding]:
    """After an event-based gateway come two or more catching events, without conditions."""
    for element in view.of("eventBasedGateway"):
        flows = view.flows(element.outgoing)
        if len(flows) < _LEAST_EVENTS:
            yield view.finding("event_gateway_single", element)
        for flow in flows:
            if flow.condition:
                yield view.flow_finding("event_gateway_condition", flow, flow.condition)
            if not _catches(view.process.elements[flow.target]):
                yield view.flow_finding("event_gateway_target", flow, flow.target)


def _catches(element: Element) -> bool:
    return element.kind in _AFTER_EVENT_GATEWAY and element.event_kind != "link"


def gateways_split_or_join(view: View) -> Iterator[Finding]:
    """A gateway either joins paths or splits them."""
    for element in view.of(*GATEWAYS):
        if len(element.incoming) > 1 and len(element.outgoing) > 1:
            yield view.finding("gateway_join_fork", element)


def gateways_do_something(view: View) -> Iterator[Finding]:
    """A gateway with one way in and one way out does nothing."""
    for element in view.of(*GATEWAYS):
        if len(element.incoming) == 1 and len(element.outgoing) == 1:
            yield view.finding("gateway_superfluous", element)
