"""What every element type shares unless it says otherwise."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from bpmn.expressions import IncidentError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpmn.expressions import Scope
    from bpmn.model import Element, SequenceFlow
    from bpmn.run import Run
    from bpmn.state import ElementInstance, Token


def outgoing_flows(run: Run, element: Element, instance: ElementInstance) -> list[SequenceFlow]:
    """Return every outgoing flow of an element, in the drawing's order."""
    flows = run.definition.processes[instance.process].flows
    return [flows[flow] for flow in element.outgoing]


class Behaviour:
    """An element that does nothing but pass (BPMN 2.0 section 13.3): none events, manual tasks.

    `enter` and `outgoing` may be called again after an incident: they work everything out before
    they record anything.
    """

    def ready(self, run: Run, element: Element, token: Token) -> list[str]:
        """Return the flows whose tokens begin the element now, none while it must wait."""
        del run, element
        return [token.flow]

    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        """Do what the type does when it begins."""
        del element
        run.leave(instance)

    def outgoing(
        self, run: Run, element: Element, instance: ElementInstance, scope: Scope
    ) -> Sequence[SequenceFlow]:
        """Return the flows to take: those without condition or whose condition holds.

        Raises:
            IncidentError: `no_flow_taken` when there are flows and none may be taken.
        """
        flows = outgoing_flows(run, element, instance)
        taken = [
            flow
            for flow in flows
            if flow.id != element.default
            and (flow.condition is None or scope.condition(flow.condition, flow.id))
        ]
        taken = taken or [flow for flow in flows if flow.id == element.default]
        if flows and not taken:
            raise IncidentError("no_flow_taken")
        return taken

    def leaving(self, run: Run, element: Element, instance: ElementInstance) -> None:
        """Hand on what would be gone once the instance has completed."""

    def path_ended(self, run: Run, element: Element, instance: ElementInstance) -> None:
        """Go on after a path inside has ended: complete when nothing is left to do."""
        del element
        if not run.busy(instance.key):
            run.leave(instance)


class LoopBody(Behaviour, ABC):
    """Holds the instances of an activity that is done more than once.

    The body has the boundary events and the outgoing flows; inputs, outputs and listeners belong to
    each of the instances.
    """

    @abstractmethod
    def collect(
        self, element: Element, body: ElementInstance, inner: ElementInstance, scope: Scope
    ) -> dict[str, Any]:
        """Return the body's variables once this instance is done; `scope` sees its outputs."""

    @abstractmethod
    def inner_left(
        self, run: Run, element: Element, body: ElementInstance, collected: dict[str, Any]
    ) -> None:
        """Go on after one of the instances: begin the next one or complete."""
