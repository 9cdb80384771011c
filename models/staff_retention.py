"""How long it is kept who was away, on duty, and handed tasks over."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session
from sqlmodel import col

from models.absence import Absence
from models.roster import Duty
from models.task_handover import TaskHandover

# A year back is enough to explain an assignment; figures about single people need none of it.
KEPT = timedelta(days=366)


def delete_old(session: Session, now: datetime) -> int:
    """Delete what is over for longer than `KEPT` (保留期限); return how many rows."""
    limit = now - KEPT
    old = (
        delete(Absence).where(col(Absence.ends_at) < limit),
        delete(Duty).where(col(Duty.day) < limit.date()),
        delete(TaskHandover).where(col(TaskHandover.done_at) < limit),
    )
    return sum(session.connection().execute(one).rowcount for one in old)
