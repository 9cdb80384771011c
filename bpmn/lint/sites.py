"""Every place of a process where an expression can stand (表达式位置)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bpmn.camunda import is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.model import Element, Process, Timer

# What becomes of an expression's value.
PASSED = "passed"
DECIDES = "decides"


@dataclass(frozen=True, slots=True)
class Site:
    """One expression: whose it is, its FEEL, and what becomes of its value.

    Attributes:
        owner: the id of the element or sequence flow to name in a finding.
        text: FEEL without `=`, or the foreign text.
        use: `passed` on as it is to the variable `target`, or used where it `decides`.
        side: input, output or empty: where the target lies.
    """

    owner: str
    element: Element
    text: str
    use: str = DECIDES
    target: str = ""
    side: str = ""

    @property
    def foreign(self) -> bool:
        """Tell whether only another engine understands the text."""
        return is_foreign(self.text)


def sites(process: Process) -> Iterator[Site]:
    """Yield every expression of a process."""
    for element in process.elements.values():
        for flow in element.outgoing:
            if condition := process.flows[flow].condition:
                yield Site(flow, element, condition)
        yield from _passed(element)
        for text in (*_conditions(element), *_decided(element)):
            if text:
                yield Site(element.id, element, text)


def _passed(element: Element) -> Iterator[Site]:
    own = element.id
    for side, mappings in (("input", element.inputs), ("output", element.outputs)):
        for one in mappings:
            yield Site(own, element, one.source, PASSED, one.target, side)
    if element.kind == "scriptTask" and element.call:
        yield Site(own, element, element.call.target, PASSED, element.call.result or "")
    if loop := element.multi_instance:
        if loop.input_collection:
            target = f"{loop.input_element or ''}"
            yield Site(own, element, loop.input_collection, PASSED, target, "input")
        if loop.output_element:
            yield Site(own, element, loop.output_element, PASSED, loop.output_collection or "")


def _conditions(element: Element) -> Iterator[str | None]:
    """Yield what is FEEL without a sign before it."""
    if element.multi_instance:
        yield element.multi_instance.cardinality
        yield element.multi_instance.completion_condition
    if element.loop:
        yield element.loop.condition
    if element.ad_hoc:
        yield from (element.ad_hoc.active_elements, element.ad_hoc.completion_condition)
    if element.event:
        yield element.event.condition
        if element.event.message:
            yield element.event.message.correlation_key


def _decided(element: Element) -> Iterator[str]:
    """Yield the texts that are FEEL when they begin with `=`."""
    for text in _texts(element):
        if text and text.startswith("="):
            yield text.removeprefix("=").strip()
        elif is_foreign(text):
            yield str(text)


def _texts(element: Element) -> Iterator[str | None]:
    if event := element.event:
        yield event.signal
        yield from _timer(event.timer) if event.timer else ()
        yield event.message.name if event.message else None
    if asked := element.user_task:
        yield from (asked.form, asked.assignee, asked.candidate_groups, asked.candidate_users)
        yield from (asked.due_date, asked.follow_up_date, asked.priority)
    if element.task:
        yield element.task.retries
        yield element.task.type if not is_foreign(element.task.type) else None
    if element.call and element.kind != "scriptTask":
        yield element.call.target
    for listener in element.listeners:
        yield listener.task.type if not is_foreign(listener.task.type) else None
        yield listener.task.retries


def _timer(timer: Timer) -> Iterator[str]:
    yield from (timer.expression, timer.clock)
    if timer.limit:
        yield from (timer.limit.name, timer.limit.mark, timer.limit.since, timer.limit.rule)
