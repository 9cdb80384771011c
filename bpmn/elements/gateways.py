"""Gateways (网关), BPMN 2.0 section 13.4."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bpmn import triggers
from bpmn.elements.base import Behaviour
from bpmn.expressions import IncidentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpmn.model import Element, SequenceFlow
    from bpmn.run import Run
    from bpmn.state import ElementInstance, State, Token


class ExclusiveGateway(Behaviour):
    """The first flow whose condition holds, in the drawing's order, else the default."""

    @override
    def outgoing(
        self, run: Run, element: Element, instance: ElementInstance
    ) -> Sequence[SequenceFlow]:
        flows = [run.definition.processes[instance.process].flows[f] for f in element.outgoing]
        scope = run.scope(instance.key)
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
    def ready(self, state: State, element: Element, token: Token) -> list[str]:
        arrived = {t.flow for t in state.tokens if t.scope == token.scope}
        return list(element.incoming) if arrived.issuperset(element.incoming) else []

    @override
    def outgoing(
        self, run: Run, element: Element, instance: ElementInstance
    ) -> Sequence[SequenceFlow]:
        return [run.definition.processes[instance.process].flows[f] for f in element.outgoing]


class EventBasedGateway(Behaviour):
    """Listens to the events after it; the first that happens wins."""

    @override
    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        process = run.definition.processes[instance.process]
        targets = [process.elements[process.flows[f].target] for f in element.outgoing]
        triggers.open_all(run, targets, instance)
