"""How much work people have."""

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.user_task import UserTask

AT_WORK = ("pending", "processing", "second_followup")


def at_work_on(session: Session, instance_key: int) -> list[str]:
    """Return who has an open task of an instance (经办中), each once."""
    own = select(col(UserTask.assignee)).where(
        col(UserTask.instance_key) == instance_key,
        col(UserTask.state) == "CREATED",
        col(UserTask.assignee).is_not(None),
    )
    found = session.scalars(own.order_by(col(UserTask.key)))
    return list(dict.fromkeys(name for name in found if name is not None))
