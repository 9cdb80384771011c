"""The item is given to a department and to the member who suits best (派单)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import candidates, due, notices, subject
from activities.notify import in_charge
from activities.scoring import Weights, rank
from models import assignment_choice
from models.assignment_choice import AssignmentChoice

if TYPE_CHECKING:
    from activities.candidates import Field
    from activities.scoring import Scored
    from activities.step import Step
    from models.feedback import Feedback

UNASSIGNED = "feedback_unassigned"


def assign(step: Step) -> dict[str, Any]:
    """Choose who shall accept the item and work out when it is due.

    The choice is kept beside the process, with every part of every score. Where nobody is there
    the item waits in the queue of the group, and the head and the duty manager hear of it.
    """
    item = subject.item(step)
    group = subject.value(step, "routing", "candidate_group")
    weights = Weights.read(step.variables.get("assignment_weights"))
    field = candidates.of_group(step, item, group, weights)
    ranked = rank(field.candidates, weights)
    choice = _choice(step, group, weights, field, ranked)
    assignment_choice.add(step.session, choice)
    # Set last: the item is then written once.
    item.department = subject.value(step, "routing", "department")
    item.assignee = choice.assignee
    if item.assignee is None:
        alert(step, item, item.department)
    return {
        "assignment": {
            "group": group,
            "assignee": item.assignee,
            "candidates": len(ranked),
            "absent": len(field.left_out),
        },
        **due.begin(step, item, item.received_at),
    }


def _choice(
    step: Step, group: str | None, weights: Weights, field: Field, ranked: list[Scored]
) -> AssignmentChoice:
    return AssignmentChoice(
        id=assignment_choice.choice_id(step.job_key),
        feedback_id=step.instance_key,
        chosen_at=step.now,
        candidate_group=group,
        assignee=ranked[0].candidate.username if ranked else None,
        weights=weights.to_json(),
        candidates=[one.to_json() for one in ranked],
        left_out=dict(field.left_out),
    )


def alert(step: Step, item: Feedback, department: str | None) -> None:
    """Tell the head and the duty manager that nobody of a department is there."""
    heads = in_charge(step, f"{department}.head")
    managers = in_charge(step, notices.DUTY_MANAGERS)
    notices.put(
        step.session,
        step.house,
        code=UNASSIGNED,
        recipients=dict.fromkeys([*heads, *managers]),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number, "department": department},
    )
