"""How long it is kept who was away, on duty, chosen for items, and handed tasks over."""

from datetime import datetime, timedelta

from sqlalchemy import Delete, delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models import legal_hold
from models.absence import Absence
from models.assignment_choice import AssignmentChoice
from models.assignment_contest import AssignmentContest
from models.roster import Duty
from models.task_handover import TaskHandover

# A year back is enough to explain an assignment; figures about single people need none of it.
KEPT = timedelta(days=366)


def delete_old(session: Session, now: datetime) -> int:
    """Delete what is over for longer than `KEPT` (保留期限); return how many rows.

    What belongs to an item under legal hold stays.
    """
    legal_hold.guard(session)
    old = (*_of_people(now - KEPT), *_of_items(now - KEPT))
    return sum(session.connection().execute(one).rowcount for one in old)


def _of_people(limit: datetime) -> tuple[Delete, ...]:
    return (
        delete(Absence).where(col(Absence.ends_at) < limit),
        delete(Duty).where(col(Duty.day) < limit.date()),
    )


def _of_items(limit: datetime) -> tuple[Delete, ...]:
    held = legal_hold.held_items()
    free = (
        col(AssignmentChoice.chosen_at) < limit,
        col(AssignmentChoice.feedback_id).not_in(held),
    )
    choices = select(col(AssignmentChoice.id)).where(*free)
    return (
        # An objection goes with the choice that it is about.
        delete(AssignmentContest).where(col(AssignmentContest.choice_id).in_(choices)),
        delete(AssignmentChoice).where(*free),
        delete(TaskHandover).where(
            col(TaskHandover.done_at) < limit, col(TaskHandover.instance_key).not_in(held)
        ),
    )
