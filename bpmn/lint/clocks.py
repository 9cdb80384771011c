"""Service clocks of timers (时限属性): which clock, which limit, which mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bpmn.lint.finding import Finding
    from bpmn.lint.view import View
    from bpmn.model import Element, Timer

CLOCKS = ("wall", "working")


def timers_name_known_clocks(view: View) -> Iterator[Finding]:
    """`bihuan:clock` is wall or working, `bihuan:limit` a service clock of this house."""
    limits = view.known.limits
    for element, timer in _timers(view):
        if _written(timer.clock) and timer.clock not in CLOCKS:
            yield view.finding("clock_unknown", element, timer.clock)
        name = timer.limit.name if timer.limit else ""
        if limits is not None and _written(name) and name not in limits:
            yield view.finding("limit_unknown", element, name)


def marks_lie_within_the_time(view: View) -> Iterator[Finding]:
    """`bihuan:mark` is a share of the time: more than nothing, less than all of it."""
    for element, timer in _timers(view):
        mark = timer.limit.mark if timer.limit else ""
        if _written(mark) and not _share(mark):
            yield view.finding("mark_invalid", element, mark)


def _timers(view: View) -> Iterator[tuple[Element, Timer]]:
    for element in view.nodes:
        if element.event is not None and element.event.timer is not None:
            yield element, element.event.timer


def _written(text: str) -> bool:
    """Tell whether it stands there; what a decision says is known only when it runs."""
    return bool(text) and not text.startswith(("=", "${"))


def _share(text: str) -> bool:
    try:
        return 0 < float(text) < 1
    except ValueError:
        return False
