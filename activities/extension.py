"""More time for an item: checked, granted, refused or lapsed (延期)."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from activities import approvers, due, notices, service_clocks, standing_clock, subject
from activities.notify import DUTY_MANAGER
from bpmn.clock import TimerError, parse_instant, to_text
from models import user_task

if TYPE_CHECKING:
    from activities.step import Step
    from models.feedback import Feedback

TASK = "approve_extension"
# What the new date holds for: the departments that help have as long as the one in charge.
TASKS = ("process", "collaborate")
_ZONE = ZoneInfo("Asia/Shanghai")


def check(step: Step) -> dict[str, Any]:
    """Work out how long the item may take at most, and whether the request stays within.

    The new date lies after the old one, at most `limits.extension_days` working days. Of a clock
    that stands both are told as if it went on now.
    """
    asked = dict(subject.value(step, "extension") or {})
    item = subject.item(step)
    due = _due(step, item)
    latest = _latest(step, due)
    until = wanted(str(asked.get("until", "")), due)
    # One at a time: of two who ask at once the second is refused, whatever the door has seen.
    undecided = user_task.is_open(step.session, step.instance_key, TASK)
    return {
        "extension": asked
        | {
            "until": to_text(until) if until else None,
            "due_at": to_text(due),
            "latest": to_text(latest),
            "within_limit": until is not None and due < until <= latest and not undecided,
            "approvers": approvers.of_item(step, item, asked.get("requested_by")),
        }
    }


def apply(step: Step) -> dict[str, Any]:
    """Move the due date of the item and of the task; never beyond the latest."""
    item = subject.item(step)
    asked = step.variables["extension"]
    until = min(parse_instant(asked["until"]), parse_instant(asked["latest"]))
    # What was granted before, by a request of an older drawing, or what a pause has moved beyond
    # the date since, is never taken back.
    until = max(until, _due(step, item))
    clock = standing_clock.solution_of(step.session, step.instance_key)
    kept = standing_clock.as_held(step.clock, clock, until)
    item.due_at = item.extended_until = kept
    for element in TASKS:
        step.change_tasks(element, due_date=to_text(kept))
    service_clocks.extended(step, kept)
    _tell(step, item, "extension_decided", decision="approved", due_at=to_text(until))
    return due.told(step, step.now, kept)


def refuse(step: Step) -> dict[str, Any]:
    """Tell who asked that the old date stands."""
    _tell(step, subject.item(step), "extension_decided", decision="rejected")
    return {}


def lapse(step: Step) -> dict[str, Any]:
    """Tell who asked, and the next rung, that nobody decided: the old date stands."""
    _tell(step, subject.item(step), "extension_lapsed", DUTY_MANAGER)
    return {}


def wanted(text: str, due: datetime) -> datetime | None:
    """Return the instant that is asked for; a day means the wall time of the old date."""
    try:
        return datetime.combine(date.fromisoformat(text), due.astimezone(_ZONE).timetz())
    except ValueError:
        pass
    try:
        return parse_instant(text)
    except TimerError:
        return None


def _due(step: Step, item: Feedback) -> datetime:
    """Return when the item is due, if its clock stands as if it went on now."""
    clock = standing_clock.solution_of(step.session, step.instance_key)
    return standing_clock.going_on(step.clock, clock, item.due_at) if item.due_at else step.now


def _latest(step: Step, due: datetime) -> datetime:
    days = int(step.variables["limits"]["extension_days"])
    return step.clock.after(due, f"P{days}D", "working")


def _tell(step: Step, item: Feedback, code: str, *groups: str, **data: Any) -> None:
    asked_by = subject.value(step, "extension", "requested_by") or item.assignee
    people = [asked_by] if asked_by else []
    notices.put(
        step.session,
        step.house,
        code=code,
        recipients=dict.fromkeys([*people, *notices.members(step.session, groups, step.now)]),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number, "due_at": to_text(_due(step, item)), **data},
    )
