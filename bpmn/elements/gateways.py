"""Gateways (网关), BPMN 2.0 section 13.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bpmn import triggers
from bpmn.elements.base import Behaviour, outgoing_flows
from bpmn.elements.reachability import may_still_come
from bpmn.expressions import IncidentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpmn.expressions import Scope
    from bpmn.model import Element, SequenceFlow
    from bpmn.run import Run
    from bpmn.state import ElementInstance, Token


class ExclusiveGateway(Behaviour):
    """The first flow whose condition holds, in the drawing's order, else the default."""

    @override
    def outgoing(
        self, run: Run, element: Element, instance: ElementInstance, scope: Scope
    ) -> Sequence[SequenceFlow]:
        flows = outgoing_flows(run, element, instance)
        for flow in flows:
            if flow.id == element.default:
                continue
            if flow.condition is None or scope.condition(flow.condition, flow.id):
                return [flow]
        default = [flow for flow in flows if flow.id == element.default]
        if flows and not default:
            raise IncidentError("no_flow_taken")
        return default


class ParallelGateway(Behaviour):
    """Waits for a token on every incoming flow, then takes every outgoing one."""

    @override
    def ready(self, run: Run, element: Element, token: Token) -> list[str]:
        arrived = {t.flow for t in run.state.tokens if t.scope == token.scope}
        return list(element.incoming) if arrived.issuperset(element.incoming) else []

    @override
    def outgoing(
        self, run: Run, element: Element, instance: ElementInstance, scope: Scope
    ) -> Sequence[SequenceFlow]:
        return outgoing_flows(run, element, instance)


class InclusiveGateway(Behaviour):
    """Waits for every token that can still come, then takes each flow whose condition holds.

    The rule for joining is that of BPMN 2.0 section 13.4.3.
    """

    @override
    def ready(self, run: Run, element: Element, token: Token) -> list[str]:
        arrived = {
            t.flow for t in run.state.tokens if t.scope == token.scope and t.target == element.id
        }
        return [] if may_still_come(run, element, token, arrived) else sorted(arrived)


class EventBasedGateway(Behaviour):
    """Listens to the events after it; the first that happens wins."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        elements = run.definition.processes[instance.process].elements
        targets = [elements[flow.target] for flow in outgoing_flows(run, element, instance)]
        triggers.open_all(run, targets, instance)
