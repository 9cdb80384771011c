"""A department helps with the item: who does it, who is told when nobody does (协同), req. 23."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from activities import candidates, notices, subject
from activities.assign import alert
from activities.notify import in_charge
from activities.scoring import Weights, rank
from bpmn.clock import to_text
from models import assignment_choice, user_task
from models.assignment_choice import AssignmentChoice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from activities.step import Step
    from models.feedback import Feedback
    from models.user_task import UserTask

TASK = "collaborate"
HIGH_PRIORITY = 75


def assign(step: Step) -> dict[str, Any]:
    """Choose a member of the department by the score that items are given by.

    The choice is kept with every part of every score. Where nobody is there the task waits in the
    queue of the department, and its head and the duty manager hear of it.
    """
    item = subject.item(step)
    department = str(step.variables["collaborator"])
    weights = Weights.read(step.variables.get("assignment_weights"))
    field = candidates.of_group(step, item, department, weights)
    ranked = rank(field.candidates, weights)
    assignee = ranked[0].candidate.username if ranked else None
    choice = AssignmentChoice(
        id=assignment_choice.choice_id(step.job_key),
        feedback_id=step.instance_key,
        chosen_at=step.now,
        candidate_group=department,
        assignee=assignee,
        weights=weights.to_json(),
        candidates=[one.to_json() for one in ranked],
        left_out=dict(field.left_out),
    )
    assignment_choice.add(step.session, choice)
    if department not in item.collaborators:
        item.collaborators = [*item.collaborators, department]
    if assignee is None:
        alert(step, item, department)
    return {"collaboration": {"assignee": assignee}}


def remind(step: Step) -> dict[str, Any]:
    """Remind whoever has the task, or those who may claim it."""
    item, department = subject.item(step), str(step.variables["collaborator"])
    owners = [task.assignee for task in _tasks(step, department) if task.assignee]
    told = owners or notices.members(step.session, [department], step.now)
    _tell(step, item, "collaboration_due", told)
    return {}


def escalate(step: Step) -> dict[str, Any]:
    """Tell the rung and let it do the task as well; the task stays with all who had it."""
    item, department = subject.item(step), str(step.variables["collaborator"])
    rung, level = str(step.variables["rung"]), int(step.variables["collaboration_level"])
    for task in _tasks(step, department):
        groups = list(dict.fromkeys([*task.candidate_groups, rung]))
        step.change_task(task.key, candidate_groups=groups, priority=HIGH_PRIORITY)
    _tell(step, item, "collaboration_escalated", in_charge(step, rung), level=level)
    return {}


def _tasks(step: Step, department: str) -> Sequence[UserTask]:
    return user_task.open_of_group(step.session, step.instance_key, TASK, department)


def _tell(step: Step, item: Feedback, code: str, recipients: list[str], **data: Any) -> None:
    due = {"due_at": to_text(item.due_at)} if item.due_at else {}
    department = str(step.variables["collaborator"])
    notices.put(
        step.session,
        step.house,
        code=code,
        recipients=dict.fromkeys(recipients),
        instance_key=step.instance_key,
        cause=step.job_key,
        at=step.now,
        data={"number": item.number, "department": department} | due | data,
    )
