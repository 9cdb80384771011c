"""What a drawing must not contain, one function a rule (检查); run at deployment.

A rule's docstring is the rule. It yields findings; a finding's code says what is wrong, whether the
drawing is refused for it (`finding.WARNINGS`), and under which words the catalogues hold it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bpmn.lint import (
    clocks,
    declarations,
    ends,
    events,
    expressions,
    flows,
    gateways,
    labels,
    limits,
    names,
    personal,
    picture,
    references,
    tables,
)
from bpmn.lint.finding import ERROR, WARNING, Finding, Known, Law
from bpmn.lint.page import Page, pages
from bpmn.lint.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bpmn.model import Definition

__all__ = ["ERROR", "WARNING", "Finding", "Known", "Law", "lint", "named"]

PROCESS_RULES: tuple[Callable[[View], Iterator[Finding]], ...] = (
    ends.scopes_begin_somewhere,
    ends.sub_processes_start_blank,
    ends.event_sub_processes_start_typed,
    ends.event_sub_processes_stand_alone,
    ends.one_blank_start,
    ends.scopes_end_somewhere,
    ends.ad_hoc_has_no_start_or_end,
    ends.paths_end_in_end_events,
    ends.ends_are_ends,
    ends.terminations_end_something,
    flows.elements_are_connected,
    flows.elements_have_a_way_in,
    flows.elements_are_reached,
    flows.flows_are_single,
    flows.splits_are_drawn,
    flows.tokens_are_joined,
    gateways.decisions_have_a_way_out,
    gateways.conditions_are_complete,
    gateways.defaults_leave_their_element,
    gateways.parallel_flows_have_no_condition,
    gateways.event_gateways_wait_for_events,
    gateways.gateways_split_or_join,
    gateways.gateways_do_something,
    events.boundary_events_sit_on_activities,
    events.cancels_belong_to_transactions,
    events.cancelled_transactions_go_on,
    events.links_come_in_pairs,
    events.compensations_have_handlers,
    events.handlers_are_used,
    events.compensations_mean_something,
    events.timers_can_be_read,
    events.messages_find_their_instance,
    clocks.timers_name_known_clocks,
    clocks.marks_lie_within_the_time,
    references.called_processes_exist,
    references.called_decisions_exist,
    references.forms_exist,
    references.tasks_name_their_step,
    references.steps_exist,
    references.groups_exist,
    expressions.expressions_are_feel,
    expressions.expressions_are_ours,
    expressions.steps_are_ours,
    expressions.listeners_are_ours,
    labels.steps_have_names,
)
PAGE_RULES: tuple[Callable[[View, Page], Iterator[Finding]], ...] = (
    labels.conditional_flows_have_names,
    labels.other_flows_have_none,
    picture.everything_is_drawn,
    picture.nothing_overlaps,
)
FILE_RULES: tuple[Callable[[Page], Iterator[Finding]], ...] = (
    declarations.declarations_are_used_once,
    declarations.flow_listeners_are_ours,
    names.processes_have_ids,
    references.versions_can_be_bound,
)
BUNDLE_RULES: tuple[Callable[[Mapping[str, bytes]], Iterator[Finding]], ...] = (
    names.decisions_are_clear,
    names.forms_are_clear,
    tables.hit_policies_are_known,
)


def lint(
    definition: Definition,
    known: Known | None = None,
    files: Mapping[str, bytes] | None = None,
) -> list[Finding]:
    """Return everything that is wrong with the drawings, file by file in their order.

    Args:
        definition: what was read from the files.
        known: what the drawings may refer to; without it only the standards' rules hold.
        files: the files themselves, for what only the XML tells; without them a finding has no
            resource, and pictures and labels of flows are not looked at.
    """
    known = known or Known()
    views = [View(process, definition, known) for process in definition.processes.values()]
    drawn = pages(files or {})
    found = [
        *(finding for view in views for rule in PROCESS_RULES for finding in rule(view)),
        *_of_pages(views, drawn),
        *(finding for rule in BUNDLE_RULES for finding in rule(files or {})),
        *personal.nothing_reads_personal(views),
        *limits.limits_keep_the_law(definition, known),
        *(known.paths(definition) if known.paths else ()),
    ]
    told = dict.fromkeys(_named(finding, drawn) for finding in found)
    return sorted(told, key=lambda one: (one.resource, one.line, one.element))


def named(findings: list[Finding], files: Mapping[str, bytes]) -> list[Finding]:
    """Return findings about single files with the names of their elements."""
    drawn = pages({one.resource: files[one.resource] for one in findings if one.element})
    return [_named(finding, drawn) for finding in findings]


def _of_pages(views: list[View], drawn: list[Page]) -> Iterator[Finding]:
    for page in drawn:
        for view in views:
            if view.process.id in page.processes:
                for rule in PAGE_RULES:
                    yield from rule(view, page)
        for file_rule in FILE_RULES:
            yield from file_rule(page)


def _named(finding: Finding, drawn: list[Page]) -> Finding:
    """Return a finding with its file, and the name and line of a sequence flow."""
    for page in drawn:
        if finding.process not in page.processes and finding.resource != page.resource:
            continue
        node = page.nodes.get(finding.element)
        return replace(
            finding,
            resource=page.resource,
            name=finding.name or (node.get("name") if node else ""),
            line=node.line if node else finding.line,
        )
    return finding
