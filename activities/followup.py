"""What came of the second follow-up is noted with the item (二次跟进结果)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject
from models import progress_entry
from models.progress_entry import ProgressEntry

if TYPE_CHECKING:
    from activities.step import Step


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
