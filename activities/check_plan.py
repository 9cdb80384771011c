"""Plan and reply are held against the rules once more, whoever let them through (核对方案)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import subject
from activities.rules_plan import Plan, check
from activities.step import StepError

if TYPE_CHECKING:
    from activities.step import Step

REFUSED = "plan_refused"


def check_plan(step: Step) -> dict[str, Any]:
    """Let a sound plan pass.

    Raises:
        StepError: `plan_refused` with `findings`: fields and codes, never what was written.
    """
    breaches = check(
        Plan(
            type=subject.value(step, "feedback", "type"),
            plan=subject.text(step, "plan"),
            measures=subject.text(step, "measures"),
            reply=subject.text(step, "reply"),
            estimated_hours=step.variables.get("estimated_hours"),
        )
    )
    if breaches:
        told = [{"field": b.field, "code": b.code, "advice": b.advice} for b in breaches]
        raise StepError(REFUSED, findings=told)
    return {}
