"""Nobody has accepted the item in time: the next rung of the ladder is added (升级)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import notices, subject
from activities.notify import in_charge

if TYPE_CHECKING:
    from activities.step import Step

ACCEPT = "accept"
HIGH_PRIORITY = 75


def escalate(step: Step) -> dict[str, Any]:
    """Tell the rung and let it accept as well; the task stays open for all who had it."""
    item = subject.item(step)
    # A drawing without a ladder knows one rung only: the head.
    level = subject.value(step, "escalation_level") or item.escalation_level + 1
    item.escalation_level = int(level)
    item.escalated_at = step.now
    rung = subject.value(step, "rung", "group") or f"{item.department}.head"
    had = subject.value(step, "escalation", "groups") or [
        subject.value(step, "routing", "candidate_group")
    ]
    groups = list(dict.fromkeys(name for name in (*had, rung) if name))
    step.change_tasks(ACCEPT, candidate_groups=groups, priority=HIGH_PRIORITY)
    notices.put(
        step.session,
        step.house,
        code="feedback_escalated",
        recipients=in_charge(step, rung),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number, "level": item.escalation_level},
    )
    return {"escalation": {"level": item.escalation_level, "group": rung, "groups": groups}}
