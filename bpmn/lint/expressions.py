"""Expressions that cannot run (表达式)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn import feel
from bpmn.camunda import is_foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.finding import Finding
    from bpmn.lint.sites import Site
    from bpmn.lint.view import View


def expressions_are_feel(view: View) -> Iterator[Finding]:
    """Conditions, mappings and texts with `=` can be read as FEEL."""
    names = tuple(sorted(_names_with_spaces(view)))
    for site in view.sites:
        if site.foreign:
            continue
        try:
            feel.parse(site.text, names)
        except feel.FeelSyntaxError:
            yield _at(view, "expression_invalid", site)


def _names_with_spaces(view: View) -> Iterator[str]:
    """Yield the variables whose names only their declaration tells."""
    for site in view.sites:
        yield from (name for name in site.target.split(".") if " " in name)
    for element in view.nodes:
        result = element.call.result if element.call else None
        if result and " " in result:
            yield result


def expressions_are_ours(view: View) -> Iterator[Finding]:
    """No expression needs another engine: scripts, beans, methods, `${...}`."""
    for site in view.sites:
        if site.foreign:
            yield _at(view, "expression_foreign", site)


def steps_are_ours(view: View) -> Iterator[Finding]:
    """No task is done by a class or bean of another engine."""
    for element in view.nodes:
        if element.task and is_foreign(element.task.type):
            yield view.finding("task_foreign", element, element.task.type)


def listeners_are_ours(view: View) -> Iterator[Finding]:
    """No listener is a class, bean or script of another engine."""
    for element in view.process.elements.values():
        for listener in element.listeners:
            if is_foreign(listener.task.type):
                yield view.finding("listener_foreign", element, listener.task.type)


def _at(view: View, code: str, site: Site) -> Finding:
    flow = view.process.flows.get(site.owner)
    if flow is not None:
        return view.flow_finding(code, flow, site.text)
    return view.finding(code, site.element, site.text)
