"""Service clocks as staff see them: what is due when, and where the time went (时限视图)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel
from sqlalchemy.orm import Session

from api.means import Means
from models import audit_record, clock_pause, service_clock
from models.clock_ledger import ledger
from models.clock_pause import ClockPause
from models.service_clock import ServiceClock

_MOVED = "TIMER_RESCHEDULED"


class ClockView(BaseModel):
    """A clock (时限): running, paused, met, canceled or breached; `rule` names its row."""

    kind: str
    state: str
    rule: str | None
    clock: str
    started_at: AwareDatetime
    due_at: AwareDatetime
    first_due_at: AwareDatetime
    paused_at: AwareDatetime | None
    met_at: AwareDatetime | None
    canceled_at: AwareDatetime | None
    breached_at: AwareDatetime | None


class LedgerView(BaseModel):
    """Where the time of a clock went, in seconds: the three are the wall time (台账)."""

    worked: float
    paused: float
    off: float


class ReminderView(BaseModel):
    """When people were or will be reminded: after this share of the time (提醒)."""

    share: float
    due_at: AwareDatetime
    reminded_at: AwareDatetime | None


class MoveView(BaseModel):
    """When and why a due time moved (改期).

    Without `before` the clock stood at that time, without `after` it was stopped then.
    """

    at: AwareDatetime
    cause: str
    before: AwareDatetime | None
    after: AwareDatetime | None


class ClockDetail(ClockView):
    """A clock with its ledger, its reminders, and how its due time moved."""

    ledger: LedgerView
    reminders: list[ReminderView]
    moves: list[MoveView]


class PauseView(BaseModel):
    """A pause: which clocks stood, why, and by whom (暂停)."""

    reason: str
    kinds: list[str]
    paused_at: AwareDatetime
    paused_by: str
    resumed_at: AwareDatetime | None
    resumed_by: str | None


class Clocks(BaseModel):
    """The clocks of an item, oldest first, and its pauses."""

    items: list[ClockDetail]
    pauses: list[PauseView]


CLOCK_EXAMPLE: dict[str, Any] = {
    "kind": "solution",
    "state": "running",
    "rule": "repair",
    "clock": "wall",
    "started_at": "2024-05-06T02:00:01Z",
    "due_at": "2024-05-09T08:00:01Z",
    "first_due_at": "2024-05-09T02:00:01Z",
    "paused_at": None,
    "met_at": None,
    "canceled_at": None,
    "breached_at": None,
}
EXAMPLE: dict[str, Any] = {
    "items": [
        CLOCK_EXAMPLE
        | {
            "ledger": {"worked": 7200.0, "paused": 21600.0, "off": 0.0},
            "reminders": [
                {"share": 0.5, "due_at": "2024-05-07T20:00:01Z", "reminded_at": None},
            ],
            "moves": [
                {
                    "at": "2024-05-06T10:00:01Z",
                    "cause": "resumed",
                    "before": None,
                    "after": "2024-05-09T08:00:01Z",
                }
            ],
        }
    ],
    "pauses": [
        {
            "reason": "waiting_for_parts",
            "kinds": ["solution"],
            "paused_at": "2024-05-06T04:00:01Z",
            "paused_by": "wangqiang",
            "resumed_at": "2024-05-06T10:00:01Z",
            "resumed_by": "wangqiang",
        }
    ],
}


def clock_views(found: Iterable[ServiceClock]) -> list[ClockView]:
    """Return clocks as lists of items show them."""
    return [ClockView(**_members(one)) for one in found]


def detail(means: Means, session: Session, instance_key: int) -> Clocks:
    """Return the clocks of an item with all that is known of them."""
    every = service_clock.of_instance(session, instance_key)
    pauses = clock_pause.of_instance(session, instance_key)
    moves = _moves(session, instance_key)
    limits = [one for one in every if one.mark is None]
    return Clocks(
        items=[
            ClockDetail(
                **_members(one),
                ledger=_ledger(means, one, pauses),
                reminders=[_reminder(mark) for mark in every if _belongs(mark, one)],
                moves=moves.get(one.key, []),
            )
            for one in limits
        ],
        pauses=[PauseView.model_validate(one, from_attributes=True) for one in pauses],
    )


def _members(one: ServiceClock) -> dict[str, Any]:
    plain = ("kind", "state", "rule", "clock", "started_at", "due_at", "first_due_at")
    return {
        **{name: getattr(one, name) for name in plain},
        "paused_at": one.held_at if one.state == "paused" else None,
        "met_at": None if one.canceled else one.stopped_at,
        "canceled_at": one.stopped_at if one.canceled else None,
        "breached_at": one.fired_at,
    }


def _ledger(means: Means, one: ServiceClock, pauses: Sequence[ClockPause]) -> LedgerView:
    end = one.fired_at or one.stopped_at or means.now()
    # A clock that begins during a pause runs.
    spans = [s for s in clock_pause.spans(pauses, one.kind) if s[0] >= one.started_at]
    calendar = means.calendar(one.calendar) if one.clock == "working" else None
    found = ledger(one.started_at, end, spans, calendar)
    totals: Mapping[str, float] = {
        "worked": found.total("worked").total_seconds(),
        "paused": found.total("paused").total_seconds(),
        "off": found.total("off").total_seconds(),
    }
    return LedgerView(**totals)


def _belongs(mark: ServiceClock, one: ServiceClock) -> bool:
    return mark.mark is not None and service_clock.belong(mark, one)


def _reminder(mark: ServiceClock) -> ReminderView:
    return ReminderView(share=mark.mark or 0, due_at=mark.due_at, reminded_at=mark.fired_at)


def _moves(session: Session, instance_key: int) -> dict[int, list[MoveView]]:
    found: dict[int, list[MoveView]] = {}
    for row in audit_record.of_kind(session, instance_key, _MOVED):
        told = MoveView(
            at=row["at"],
            cause=row["data"].get("cause", ""),
            before=_moment(row["data"]["before"]),
            after=_moment(row["data"].get("until") or row["data"]["due"]),
        )
        found.setdefault(row["key"], []).append(told)
    return found


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
