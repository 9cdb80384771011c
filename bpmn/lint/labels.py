"""Labels, so that people can read the drawing (名称)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn.lint.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.page import Page
    from bpmn.lint.view import View
    from bpmn.model import Element, SequenceFlow

# Their shape says all.
_WITHOUT = frozenset({"parallelGateway", "eventBasedGateway"})
_NAMED_BY_CONTENT = frozenset({"subProcess", "eventSubProcess", "transaction", "adHocSubProcess"})


def steps_have_names(view: View) -> Iterator[Finding]:
    """Activities, deciding gateways and events that mean something have a name.

    The blank start and end of a sub-process mean no more than their shape says.
    """
    for element in view.nodes:
        if element.name.strip() or element.kind in _WITHOUT or element.kind in _NAMED_BY_CONTENT:
            continue
        joins = element.kind.endswith("Gateway") and len(element.outgoing) < 2  # noqa: PLR2004
        if not joins and not _plain(view, element):
            yield view.finding("label_missing", element)


def _plain(view: View, element: Element) -> bool:
    blank = element.kind in {"startEvent", "endEvent"} and element.event is None
    return blank and element.scope != view.process.id


def conditional_flows_have_names(view: View, page: Page) -> Iterator[Finding]:
    """A sequence flow with a condition says in words when it is taken."""
    for flow in view.process.flows.values():
        if flow.condition and _name(page, flow) == "":
            yield view.flow_finding("label_missing", flow)


def other_flows_have_none(view: View, page: Page) -> Iterator[Finding]:
    """A name on a flow that is always taken tells nothing."""
    for flow in view.process.flows.values():
        source = view.process.elements[flow.source]
        deciding = source.kind in {"exclusiveGateway", "inclusiveGateway"}
        forks = deciding and len(source.outgoing) > 1
        after = source.kind == "boundaryEvent"
        if flow.condition or flow.id == source.default or forks or after:
            continue
        if found := _name(page, flow):
            yield view.flow_finding("label_superfluous", flow, found)


def _name(page: Page, flow: SequenceFlow) -> str | None:
    """Return the label of a flow, None for one that is drawn without an id of its own."""
    node = page.nodes.get(flow.id)
    return node.get("name").strip() if node else None
