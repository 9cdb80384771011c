"""One process as the rules look at it: its neighbours, scopes and expressions worked out once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from bpmn.lint.finding import Finding
from bpmn.lint.reach import reachable
from bpmn.lint.sites import Site, sites

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bpmn.lint.finding import Known
    from bpmn.model import Definition, Element, Process, SequenceFlow

GATEWAYS = frozenset(
    {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"}
)
SCOPES = frozenset({"process", "subProcess", "transaction", "eventSubProcess", "adHocSubProcess"})
TASKS = frozenset(
    {
        *("task", "userTask", "serviceTask", "businessRuleTask", "scriptTask", "sendTask"),
        *("receiveTask", "manualTask"),
    }
)
ACTIVITIES = frozenset({*TASKS, *SCOPES, "callActivity"}) - {"process"}


class View:
    """A process, the definition it is part of, and what is known around them."""

    def __init__(self, process: Process, definition: Definition, known: Known) -> None:
        self.process = process
        self.definition = definition
        self.known = known

    def finding(self, code: str, element: Element, found: str = "") -> Finding:
        """Return a finding about an element."""
        return Finding(code, self.process.id, element.id, element.name, element.line, found)

    def flow_finding(self, code: str, flow: SequenceFlow, found: str = "") -> Finding:
        """Return a finding about a sequence flow; its line is that of where it begins."""
        line = self.process.elements[flow.source].line
        return Finding(code, self.process.id, flow.id, "", line, found)

    def of(self, *kinds: str) -> Iterator[Element]:
        """Yield the elements of these kinds."""
        return (e for e in self.process.elements.values() if e.kind in kinds)

    @property
    def nodes(self) -> Iterator[Element]:
        """Yield every flow node: all elements but the process itself."""
        return (e for e in self.process.elements.values() if e.scope)

    @property
    def scopes(self) -> Iterator[Element]:
        """Yield the process and every sub-process."""
        return self.of(*SCOPES)

    def flows(self, ids: tuple[str, ...]) -> list[SequenceFlow]:
        """Return sequence flows by their ids."""
        return [self.process.flows[one] for one in ids]

    def drawn(self, ids: tuple[str, ...]) -> list[SequenceFlow]:
        """Return the flows that are drawn, without those that link events stand for."""
        return [f for f in self.flows(ids) if not self.links(f)]

    def links(self, flow: SequenceFlow) -> bool:
        """Tell whether a flow stands for a pair of link events."""
        return self.process.elements[flow.source].event_kind == "link"

    @cached_property
    def inside(self) -> Mapping[str, list[Element]]:
        """The elements directly inside each scope."""
        found: dict[str, list[Element]] = {scope.id: [] for scope in self.scopes}
        for element in self.nodes:
            found[element.scope].append(element)
        return found

    @cached_property
    def reachable(self) -> frozenset[str]:
        """The elements that a token can come to."""
        return reachable(self.process)

    @cached_property
    def sites(self) -> tuple[Site, ...]:
        """Every text that is or may be an expression."""
        return tuple(sites(self.process))

    def in_ad_hoc(self, element: Element) -> bool:
        """Tell whether an element stands in an ad-hoc sub-process, begun one by one."""
        return self.process.elements[element.scope].kind == "adHocSubProcess"
