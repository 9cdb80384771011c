"""Which items and tasks a person may see and direct, beyond what their role allows (可见范围)."""

from api.authentication import Caller
from api.permissions import DIRECTS_ALL_TASKS, SEES_ALL_FEEDBACK, SEES_ALL_TASKS
from api.problem import Problem
from models import user_task_search
from models.feedback import Feedback
from models.user_task import UserTask


def sees_feedback(caller: Caller, item: Feedback) -> bool:
    """Say whether a person may see an item."""
    if caller.has_role(*SEES_ALL_FEEDBACK) or item.assignee == caller.username:
        return True
    return caller.department in (item.department, *item.collaborators)


def sees_task(caller: Caller, task: UserTask) -> bool:
    """Say whether a person may see a task."""
    return caller.has_role(*SEES_ALL_TASKS) or is_candidate(caller, task) or directs(caller, task)


def is_candidate(caller: Caller, task: UserTask) -> bool:
    """Say whether a person has a task or may claim it."""
    return user_task_search.may_see(task, caller.username, caller.groups)


def directs(caller: Caller, task: UserTask) -> bool:
    """Say whether a person may give a task to others: leads, and heads in their department."""
    if caller.has_role(*DIRECTS_ALL_TASKS):
        return True
    own = {caller.department, f"{caller.department}.head"}
    return caller.has_role("head") and not own.isdisjoint(task.candidate_groups)


def is_for_heads(task: UserTask) -> bool:
    """Say whether a task is a decision of a department head, which nobody else may take."""
    return bool(task.candidate_groups) and all(g.endswith(".head") for g in task.candidate_groups)


def check_completes(caller: Caller, task: UserTask) -> None:
    """Let the assignee complete a task, a candidate if nobody has it, or those who direct it.

    Raises:
        Problem: `task_not_yours`.
    """
    if task.assignee == caller.username:
        return
    if task.assignee is None and is_candidate(caller, task):
        return
    if directs(caller, task) and not is_for_heads(task):
        return
    raise Problem("task_not_yours", key=str(task.key))
