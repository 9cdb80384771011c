"""What came of the second follow-up is noted with the item (二次跟进结果)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import due, notices, subject
from activities.notify import in_charge
from bpmn.clock import to_text
from models import progress_entry, user_task
from models.progress_entry import ProgressEntry

if TYPE_CHECKING:
    from activities.step import Step

TASK = "second_followup"
HIGH_PRIORITY = 75


def begin(step: Step) -> dict[str, Any]:
    """Say when the follow-up is due, by its clock and the calendar of the item's department."""
    limits = step.variables["limits"]
    clock = due.department_clock(step, subject.item(step))
    until = clock.after(step.now, limits["second_followup"], limits["second_followup_clock"])
    return {"followup_due": to_text(until)}


def escalate(step: Step) -> dict[str, Any]:
    """Tell the rung and let it follow up as well; the task stays with all who had it."""
    item = subject.item(step)
    rung, level = str(step.variables["rung"]["group"]), int(step.variables["followup_level"])
    for task in user_task.open_to_groups(step.session, step.instance_key, TASK):
        groups = list(dict.fromkeys([*task.candidate_groups, rung]))
        step.change_task(task.key, candidate_groups=groups, priority=HIGH_PRIORITY)
    notices.put(
        step.session,
        step.house,
        code="followup_overdue",
        recipients=dict.fromkeys(in_charge(step, rung)),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number, "level": level},
    )
    return {}


def record(step: Step) -> dict[str, Any]:
    """Note the result among the item's entries; what was written stays a reference."""
    item = subject.item(step)
    entry = ProgressEntry(
        id=progress_entry.entry_id(str(step.job_key)),
        feedback_id=item.id,
        code=f"followup_{step.variables['followup']}",
        note_ref=subject.reference(step, "followup_record"),
        at=step.now,
    )
    progress_entry.add(step.session, entry)
    return {}
