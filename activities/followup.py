"""What came of the second follow-up is noted with the item (二次跟进结果)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import due, subject
from bpmn.clock import to_text
from models import progress_entry
from models.progress_entry import ProgressEntry

if TYPE_CHECKING:
    from activities.step import Step


def begin(step: Step) -> dict[str, Any]:
    """Say when the follow-up is due, by its clock and the calendar of the item's department."""
    limits = step.variables["limits"]
    clock = due.department_clock(step, subject.item(step))
    until = clock.after(step.now, limits["second_followup"], limits["second_followup_clock"])
    return {"followup_due": to_text(until)}


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
