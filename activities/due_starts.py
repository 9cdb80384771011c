"""Timers that begin instances: each fires once, however many dispatchers there are (定时启动)."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from activities.definition_starts import begin
from bpmn.clock import ENDLESS, Clock, TimerError, parse_cycle, parse_instant
from models import definition_start

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.orm import Session

    from bpmn.clock import Calendar
    from models.definition_start import DefinitionStart

_LOGGER = logging.getLogger(__name__)


def fire_due(
    session: Session,
    now: datetime,
    calendar: Callable[[int], Calendar],
    time_scale: float = 1.0,
    *,
    limit: int = 50,
) -> int:
    """Owe an instance for every timer that is due and set its next due time.

    The rows are locked, and others pass over them. What an outage missed is not made up for.

    Returns:
        How many instances are owed.
    """
    begun = 0
    for start in definition_start.due_timers(session, now, limit):
        clock = Clock(now, calendar(start.calendar_version), time_scale)
        try:
            begun += _fire(session, start, clock)
        except TimerError:
            # It was checked when it was deployed: whatever it says now, it must not stop others.
            start.armed, start.due_at = True, None
            _LOGGER.warning("start timer given up: %s %s", start.process_id, start.element_id)
    session.flush()
    return begun


def _fire(session: Session, start: DefinitionStart, clock: Clock) -> int:
    if not start.armed:
        start.armed, start.due_at = True, _first(start, clock)
    if start.due_at is None or start.due_at > clock.now:
        return 0
    due, start.due_at = start.due_at, None
    if start.timer == "cycle" and (start.repetitions == ENDLESS or start.repetitions > 1):
        _, interval = parse_cycle(start.expression)
        start.due_at = clock.next_repetition(due, interval, start.clock)
    if start.repetitions != ENDLESS:
        start.repetitions -= 1
    begin(session, start, {}, clock.now)
    return 1


def _first(start: DefinitionStart, clock: Clock) -> datetime:
    """Return when a timer fires first, counted from its deployment."""
    if start.timer == "date":
        return parse_instant(start.expression)
    then = replace(clock, now=start.registered_at)
    if start.timer == "cycle":
        return then.first_repetition(start.expression, start.clock)
    return then.after(then.now, start.expression, start.clock)
