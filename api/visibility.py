"""Which items and tasks a person may see and direct, beyond what their role allows (可见范围)."""

from sqlalchemy.orm import Session

from api.authentication import Caller
from api.permissions import may
from api.problem import Problem
from api.relation import Relation
from models import customer, user_task, user_task_search
from models.customer import Customer
from models.feedback import Feedback
from models.feedback_search import Viewer
from models.user_task import UserTask


def viewer(caller: Caller) -> Viewer | None:
    """Return how far a person looks in lists of items, None for those who see all."""
    if may(caller, "feedback.read", Relation.ANY):
        return None
    return Viewer(
        caller.username,
        caller.department if may(caller, "feedback.read", Relation.DEPARTMENT) else None,
        may(caller, "feedback.read", Relation.ACCOUNT_MANAGER),
        may(caller, "feedback.read", Relation.HOLDER),
    )


def sees_feedback(session: Session, caller: Caller, item: Feedback) -> bool:
    """Say whether a person may see an item, the rule of `viewer`."""
    seen = viewer(caller)
    if seen is None or item.assignee == caller.username:
        return True
    if seen.department in (item.department, *item.collaborators) and seen.department is not None:
        return True
    if seen.holds_tasks and user_task.holds(session, item.id, caller.username):
        return True
    if not seen.manages_customers or item.customer_id is None:
        return False
    known = customer.find(session, item.customer_id)
    return known is not None and known.account_manager == caller.username


def sees_customer(caller: Caller, known: Customer) -> bool:
    """Say whether a person may see a customer."""
    if may(caller, "customer.read", Relation.ANY):
        return True
    manages = known.account_manager == caller.username
    return manages and may(caller, "customer.read", Relation.ACCOUNT_MANAGER)


def check_handles(caller: Caller, action: str, item: Feedback) -> None:
    """Let those do it who may with any item that they see, or handle this one.

    Raises:
        Problem: `feedback_not_yours`.
    """
    if may(caller, action, Relation.ANY):
        return
    if item.assignee != caller.username or not may(caller, action, Relation.ASSIGNEE):
        raise Problem("feedback_not_yours")


def reads_every_department(caller: Caller) -> bool:
    """Say whether a person reads figures and reports of all departments."""
    return may(caller, "figures.read", Relation.ANY)


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
    if may(caller, "user_task.read", Relation.ANY) or is_candidate(caller, task):
        return True
    return directs(caller, task)


def is_candidate(caller: Caller, task: UserTask) -> bool:
    """Say whether a person has a task or may claim it."""
    return user_task_search.may_see(task, caller.username, caller.groups)


def directs(caller: Caller, task: UserTask) -> bool:
    """Say whether a person may give a task to others: leads, and heads in their department."""
    if may(caller, "user_task.direct", Relation.ANY):
        return True
    led = {own for one in caller.leads for own in (one, f"{one}.head")}
    return may(caller, "user_task.direct", Relation.HEAD) and not led.isdisjoint(
        task.candidate_groups
    )


def is_for_heads(task: UserTask) -> bool:
    """Say whether a task is a decision of a department head, which nobody else may take."""
    heads = bool(task.candidate_groups) and all(g.endswith(".head") for g in task.candidate_groups)
    # It may have gone to a deputy or to the next rung.
    return heads or task.form_id == "approve_extension"


def check_completes(caller: Caller, task: UserTask) -> None:
    """Let the assignee complete a task, a candidate if nobody has it, or those who direct it.

    Raises:
        Problem: `task_not_yours`.
    """
    if task.assignee == caller.username:
        return
    # Nobody signs in the place of others.
    if task.signs is not None and task.assignee is not None:
        raise Problem("task_not_yours", key=str(task.key))
    if task.assignee is None and is_candidate(caller, task):
        return
    if directs(caller, task) and not is_for_heads(task):
        return
    raise Problem("task_not_yours", key=str(task.key))
