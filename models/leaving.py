"""Somebody leaves: no login from now on, and nothing stays with them."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlmodel import col

from models import absence, access_token, deputy, roster, skill, task_handover, team, user_task
from models.department import HEAD, Department
from models.feedback import Feedback
from models.person import Person
from models.workload import AT_WORK


def leave(session: Session, someone: Person, *, actor: str, at: datetime) -> int:
    """Let a person leave (离职); return how many open tasks go back to the queue.

    The tasks are owed in the same transaction and given back by their instances soon after; a
    second call finds nothing to do. The person stays as a name in what they have done.
    """
    if not someone.active:
        return 0
    task_handover.stop_giving(session, someone.username)
    someone.active, someone.left_at = False, at
    # Heads are who has the role: whoever returns would lead again at once.
    someone.roles = [role for role in someone.roles if role != HEAD]
    someone.revision += 1
    access_token.revoke_all(session, someone.username, at)
    _take_out(session, someone.username, at)
    tasks = user_task.open_of(session, someone.username)
    cause = f"left|{someone.username}|{at.isoformat()}"
    task_handover.owe(session, task_handover.of_tasks(tasks, cause, actor=actor, at=at))
    return len(tasks)


def return_to_work(someone: Person) -> None:
    """Let somebody in again who had left (返岗); posts, teams and duties do not come back."""
    if not someone.active:
        someone.active, someone.left_at = True, None
        someone.revision += 1


def _take_out(session: Session, username: str, at: datetime) -> None:
    deputy.dismiss(session, username)
    team.leave_all(session, username)
    skill.replace(session, username, ())
    roster.take_off(session, username, at.date())
    absence.end_for(session, username, at)
    headed = update(Department).where(col(Department.head) == username)
    session.execute(headed.values(head=None, revision=col(Department.revision) + 1))
    # Reminders about these go to the head of the department, until somebody takes them.
    own = col(Feedback.assignee) == username
    session.execute(
        update(Feedback).where(own, col(Feedback.status).in_(AT_WORK)).values(assignee=None)
    )
