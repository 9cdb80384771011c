"""Instants of a clock that was or is stopped: told as of its hold, or as if it went on (停表换算).

What a clock that stands is due at is kept as of its hold, so that it goes on with what it has left.
People name instants as if it went on now: half a day after tomorrow's noon is what they mean.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models import service_clock
from models.service_clock import SOLUTION

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from bpmn.clock import Clock
    from models.service_clock import ServiceClock

Span = tuple["datetime", "datetime | None"]


def solution_of(session: Session, instance_key: int) -> ServiceClock | None:
    """Return the clock of the solution that runs or stands, None where none does."""
    running = service_clock.open_of(session, instance_key)
    return next((one for one in running if one.kind == SOLUTION and one.mark is None), None)


def going_on(clock: Clock, one: ServiceClock | None, at: datetime) -> datetime:
    """Return an instant as it were if the clock went on now; of one that runs, the same."""
    if one is None or one.held_at is None:
        return at
    return clock.resumed(at, one.held_at, one.clock)


def as_held(clock: Clock, one: ServiceClock | None, at: datetime) -> datetime:
    """Return an instant that holds if the clock went on now, as of its hold: the way back."""
    if one is None or one.held_at is None:
        return at
    return replace(clock, now=one.held_at).resumed(at, clock.now, one.clock)


def pushed(clock: Clock, at: datetime, kind: str, spans: Sequence[Span]) -> datetime:
    """Return an instant after the pauses before it, oldest first."""
    for began, ended in spans:
        if ended is not None:
            at = replace(clock, now=ended).resumed(at, began, kind)
    return at


def share(
    clock: Clock, one: ServiceClock, until: datetime, part: float, spans: Sequence[Span]
) -> datetime:
    """Return when a part of the time that a clock counts has passed; pauses are not counted."""
    whole = until
    for began, ended in reversed(spans):
        if ended is not None:
            whole = replace(clock, now=began).resumed(whole, ended, one.clock)
    at = clock.share(one.started_at, whole, part, one.clock)
    return min(pushed(clock, at, one.clock, spans), until)
