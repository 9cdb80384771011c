"""How much work people have."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.feedback import Feedback
from models.user_task import UserTask

AT_WORK = ("pending", "processing", "second_followup")


def open_items(session: Session, usernames: Sequence[str]) -> dict[str, int]:
    """Return how many items each of these people has in hand (在手工作量)."""
    own = col(Feedback.assignee).in_(usernames) & col(Feedback.status).in_(AT_WORK)
    count = select(col(Feedback.assignee), func.count()).where(own)
    found = dict(session.execute(count.group_by(col(Feedback.assignee))).tuples().all())
    return {name: found.get(name, 0) for name in usernames}


def at_work_on(session: Session, instance_key: int) -> list[str]:
    """Return who has an open task of an instance (经办中), each once."""
    own = select(col(UserTask.assignee)).where(
        col(UserTask.instance_key) == instance_key,
        col(UserTask.state) == "CREATED",
        col(UserTask.assignee).is_not(None),
    )
    found = session.scalars(own.order_by(col(UserTask.key)))
    return list(dict.fromkeys(name for name in found if name is not None))
