"""How long it is kept who was away, on duty, chosen for items, and handed tasks over."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.absence import Absence
from models.assignment_choice import AssignmentChoice
from models.assignment_contest import AssignmentContest
from models.roster import Duty
from models.task_handover import TaskHandover

# A year back is enough to explain an assignment; figures about single people need none of it.
KEPT = timedelta(days=366)


def delete_old(session: Session, now: datetime) -> int:
    """Delete what is over for longer than `KEPT` (保留期限); return how many rows."""
    limit = now - KEPT
    choices = select(col(AssignmentChoice.id)).where(col(AssignmentChoice.chosen_at) < limit)
    old = (
        delete(Absence).where(col(Absence.ends_at) < limit),
        delete(Duty).where(col(Duty.day) < limit.date()),
        # An objection goes with the choice that it is about.
        delete(AssignmentContest).where(col(AssignmentContest.choice_id).in_(choices)),
        delete(AssignmentChoice).where(col(AssignmentChoice.chosen_at) < limit),
        delete(TaskHandover).where(col(TaskHandover.done_at) < limit),
    )
    return sum(session.connection().execute(one).rowcount for one in old)
