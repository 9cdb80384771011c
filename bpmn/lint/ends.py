"""Where a process begins and ends (开始与结束)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.finding import Finding
    from bpmn.lint.view import View
    from bpmn.model import Element

_WITHOUT_END = frozenset({"adHocSubProcess"})


def scopes_begin_somewhere(view: View) -> Iterator[Finding]:
    """A process has a start event, a sub-process one without trigger."""
    for scope in view.scopes:
        starts = view.process.starts.get(scope.id, ())
        blank = scope.kind in {"subProcess", "transaction"}
        if scope.kind in _WITHOUT_END:
            continue
        if not starts or (blank and all(start.event for start in starts)):
            yield view.finding("start_event_missing", scope)


def sub_processes_start_blank(view: View) -> Iterator[Finding]:
    """A sub-process is begun by its token: its start event has no trigger."""
    for scope in view.of("subProcess", "transaction"):
        for start in view.process.starts.get(scope.id, ()):
            if start.event:
                yield view.finding("start_event_typed", start, start.event.kind)


def event_sub_processes_start_typed(view: View) -> Iterator[Finding]:
    """An event sub-process begins with the event that triggers it."""
    for scope in view.of("eventSubProcess"):
        for start in view.process.starts.get(scope.id, ()):
            if start.event is None:
                yield view.finding("start_event_untyped", start)


def event_sub_processes_stand_alone(view: View) -> Iterator[Finding]:
    """One event begins an event sub-process, and no sequence flow leads to it or from it."""
    for scope in view.of("eventSubProcess"):
        starts = view.process.starts.get(scope.id, ())
        if len(starts) > 1:
            found = ", ".join(start.id for start in starts)
            yield view.finding("event_sub_process_starts_many", scope, found)
        if scope.incoming or scope.outgoing:
            yield view.finding("event_sub_process_connected", scope)


def one_blank_start(view: View) -> Iterator[Finding]:
    """Which start event begins is clear: at most one of a scope has no trigger."""
    for scope in view.scopes:
        blank = [s for s in view.process.starts.get(scope.id, ()) if s.event is None]
        if len(blank) > 1:
            yield view.finding("start_events_many", scope, ", ".join(s.id for s in blank))


def scopes_end_somewhere(view: View) -> Iterator[Finding]:
    """A process or sub-process says by an end event that it is done."""
    for scope in view.scopes:
        ends = any(e.kind == "endEvent" for e in view.inside[scope.id])
        if scope.kind not in _WITHOUT_END and not ends:
            yield view.finding("end_event_missing", scope)


def ad_hoc_has_no_start_or_end(view: View) -> Iterator[Finding]:
    """An ad-hoc sub-process holds activities, neither start nor end events."""
    for scope in view.of("adHocSubProcess"):
        for element in view.inside[scope.id]:
            if element.kind in {"startEvent", "endEvent"}:
                yield view.finding("ad_hoc_event", element)


def paths_end_in_end_events(view: View) -> Iterator[Finding]:
    """A path ends in an end event, so that one sees that it is meant to."""
    for element in view.nodes:
        if element.outgoing or element.kind in {"endEvent", "eventSubProcess"}:
            continue
        if element.incoming and not view.in_ad_hoc(element) and not element.for_compensation:
            yield view.finding("end_implicit", element)


def ends_are_ends(view: View) -> Iterator[Finding]:
    """Nothing flows out of an end event or into a start or boundary event."""
    for element in view.nodes:
        if element.kind == "endEvent" and element.outgoing:
            yield view.finding("end_event_left", element)
        if element.kind in {"startEvent", "boundaryEvent"} and element.incoming:
            yield view.finding("start_event_entered", element)


def terminations_end_something(view: View) -> Iterator[Finding]:
    """A terminate end event ends what else still runs: alone at the end it ends nothing."""
    for scope in view.scopes:
        ends = [e for e in view.inside[scope.id] if not e.outgoing]
        last = [e for e in ends if _terminates(e)]
        if len(last) == 1 and all(_terminates(e) or _interrupts(view, e) for e in ends):
            yield from _superfluous(view, scope, last[0])


def _superfluous(view: View, scope: Element, end: Element) -> Iterator[Finding]:
    """Beside other paths, a termination ends them: only a scope of one path has no use for it."""
    splits = any(len(e.outgoing) > 1 or e.kind == "boundaryEvent" for e in view.inside[scope.id])
    if not splits:
        yield view.finding("termination_superfluous", end)


def _terminates(element: Element) -> bool:
    return element.kind == "endEvent" and element.event_kind == "terminate"


def _interrupts(view: View, element: Element) -> bool:
    starts = view.process.starts.get(element.id, ())
    return element.kind == "eventSubProcess" and any(start.interrupting for start in starts)
