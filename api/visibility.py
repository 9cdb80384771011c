"""Which items and tasks a person may see and direct, beyond what their role allows (可见范围)."""

from sqlalchemy.orm import Session

from api.authentication import Caller
from api.permissions import (
    DIRECTS_ALL_TASKS,
    MANAGES_CUSTOMERS,
    READS_ALL_FIGURES,
    SEES_ALL_CUSTOMERS,
    SEES_ALL_FEEDBACK,
    SEES_ALL_TASKS,
    SEES_DEPARTMENT,
)
from api.problem import Problem
from models import customer, user_task_search
from models.customer import Customer
from models.feedback import Feedback
from models.feedback_search import Viewer
from models.user_task import UserTask


def viewer(caller: Caller) -> Viewer | None:
    """Return how far a person looks in lists of items, None for those who see all."""
    if caller.has_role(*SEES_ALL_FEEDBACK):
        return None
    return Viewer(
        caller.username,
        caller.department if caller.has_role(*SEES_DEPARTMENT) else None,
        caller.has_role(*MANAGES_CUSTOMERS),
    )


def sees_feedback(session: Session, caller: Caller, item: Feedback) -> bool:
    """Say whether a person may see an item, the rule of `viewer`."""
    seen = viewer(caller)
    if seen is None or item.assignee == caller.username:
        return True
    if seen.department in (item.department, *item.collaborators) and seen.department is not None:
        return True
    if not seen.manages_customers or item.customer_id is None:
        return False
    known = customer.find(session, item.customer_id)
    return known is not None and known.account_manager == caller.username


def sees_customer(caller: Caller, known: Customer) -> bool:
    """Say whether a person may see a customer."""
    return caller.has_role(*SEES_ALL_CUSTOMERS) or known.account_manager == caller.username


def reads_every_department(caller: Caller) -> bool:
    """Say whether a person reads figures and reports of all departments."""
    return caller.has_role(*READS_ALL_FIGURES)


def figures_department(caller: Caller, wanted: str) -> str:
    """Return whose figures a person gets: what they asked for, or their own department's.

    Raises:
        Problem: `department_not_yours`.
    """
    if reads_every_department(caller):
        return wanted
    if wanted not in {"", caller.department}:
        raise Problem("department_not_yours", department=caller.department)
    return caller.department


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
