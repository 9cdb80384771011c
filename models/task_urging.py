"""Who urged a task when, as the records of access tell."""

from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from models.access_record import AccessRecord

ACTION = "urge_task"
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('urge ' || :who || ' ' || :task, 0))")


def last(session: Session, username: str, task_key: int, since: datetime) -> datetime | None:
    """Return when somebody urged a task (催办) last, if it was since an instant.

    Until the transaction ends, the same person urges the same task nowhere else.
    """
    session.execute(_LOCK, {"who": username, "task": str(task_key)})
    own = select(func.max(col(AccessRecord.at))).where(
        col(AccessRecord.subject) == str(task_key),
        col(AccessRecord.action) == ACTION,
        col(AccessRecord.actor) == username,
        col(AccessRecord.at) > since,
    )
    return session.scalar(own)
