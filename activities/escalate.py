"""Nobody has accepted the item in time: the head of the department is added (升级)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import notices, subject
from activities.receive import DUTY_MANAGER

if TYPE_CHECKING:
    from activities.step import Step

ACCEPT = "accept"
HIGH_PRIORITY = 75


def escalate(step: Step) -> dict[str, Any]:
    """Tell the head and let them accept as well; the task stays open for all who had it."""
    item = subject.item(step)
    item.escalation_level += 1
    item.escalated_at = step.now
    head = f"{item.department}.head"
    group = subject.value(step, "routing", "candidate_group")
    groups = list(dict.fromkeys(name for name in (group, head) if name))
    step.change_tasks(ACCEPT, candidate_groups=groups, priority=HIGH_PRIORITY)
    notices.put(
        step.session,
        step.house,
        code="feedback_escalated",
        # A department without a head must not swallow the escalation.
        recipients=notices.members(step.session, [head])
        or notices.members(step.session, [DUTY_MANAGER]),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number, "level": item.escalation_level},
    )
    return {"escalation": {"level": item.escalation_level, "group": head}}
