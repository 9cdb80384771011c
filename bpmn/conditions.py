"""Conditional events (条件事件), BPMN 2.0 section 10.5.2: a condition becomes true.

Conditions are looked at when the tokens have come to rest after variables have changed. One that
has happened must become false before it can happen again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpmn import triggers
from bpmn.expressions import IncidentError
from bpmn.records import Kind

if TYPE_CHECKING:
    from bpmn.run import Run
    from bpmn.state import Subscription

PHASE = "condition"


def waiting(run: Run) -> list[Subscription]:
    """Return the conditions that are waited for."""
    return [s for s in run.state.subscriptions.values() if s.type == "condition"]


def look(run: Run) -> bool:
    """Let the first condition that has become true take effect; tell whether there was one."""
    for found in waiting(run):
        holds = _holds(run, found)
        if holds and not found.met:
            triggers.happened(run, Kind.CONDITION_MET, found, {})
            return True
        if found.met and not holds:
            run.emit(Kind.CONDITION_UNMET, found.element, found.key)
    return False


def _holds(run: Run, found: Subscription) -> bool:
    host = run.state.elements[found.host]
    event = run.definition.element(host.process, found.element)
    condition = (event.event.condition if event.event else None) or ""
    try:
        # A variable that is not there yet makes null, which is no reason to act.
        return run.scope(host.key).value(condition) is True
    except IncidentError as error:
        told = {(i.host, i.phase) for i in run.state.incidents.values()}
        if (host.key, PHASE) not in told:
            run.incident(host, error, PHASE)
        return False
