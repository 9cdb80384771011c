"""What every element type shares unless it says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bpmn.model import Element, SequenceFlow
    from bpmn.run import Run
    from bpmn.state import ElementInstance, State, Token


class Behaviour:
    """An element that does nothing but pass (BPMN 2.0 section 13.3): none events, manual tasks.

    `enter` and `outgoing` may be called again after an incident: they work everything out before
    they record anything.
    """

    def ready(self, state: State, element: Element, token: Token) -> list[str]:
        """Return the flows whose tokens begin the element now, none while it must wait."""
        del state, element
        return [token.flow]

    def enter(self, run: Run, element: Element, instance: ElementInstance) -> None:
        """Do what the type does when it begins."""
        del element
        run.leave(instance)

    def outgoing(
        self, run: Run, element: Element, instance: ElementInstance
    ) -> Sequence[SequenceFlow]:
        """Return the flows to take: those without condition or whose condition holds."""
        flows = [run.definition.processes[instance.process].flows[f] for f in element.outgoing]
        scope = run.scope(instance.key)
        taken = [
            flow
            for flow in flows
            if flow.id != element.default
            and (flow.condition is None or scope.condition(flow.condition, flow.id))
        ]
        return taken or [flow for flow in flows if flow.id == element.default]

    def leaving(self, run: Run, element: Element, instance: ElementInstance) -> None:
        """Hand on what would be gone once the instance has completed."""

    def terminate(self, run: Run, instance: ElementInstance) -> None:
        """Take back what the type began."""
