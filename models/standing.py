"""What people have in hand, what they solved in time, and how much came to them lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.feedback import Feedback
from models.workload import AT_WORK

LOUD = ("urgent", "critical")


@dataclass(frozen=True)
class Standing:
    """How somebody stands among those who could get an item (工作状况).

    Attributes:
        open: items in hand by urgency.
        closed: items closed since the beginning of the time that is looked at.
        in_time: those of them answered by their due time and never reopened.
        same_category: those of them of one category.
        lately: how many came in the last days, whatever became of them.
    """

    open: Mapping[str, int] = field(default_factory=dict)
    closed: int = 0
    in_time: int = 0
    same_category: int = 0
    lately: int = 0


def of_people(
    session: Session,
    usernames: Sequence[str],
    *,
    category: str | None,
    since: datetime,
    lately: datetime,
) -> dict[str, Standing]:
    """Return how everybody stands, by one statement; people without items stand at nought."""
    at_work = col(Feedback.status).in_(AT_WORK)
    closed = col(Feedback.closed_at) >= since
    deadline = func.coalesce(col(Feedback.extended_until), col(Feedback.due_at))
    in_time = closed & (col(Feedback.replied_at) <= deadline) & (col(Feedback.reopened) == 0)
    loud = [at_work & (col(Feedback.urgency) == urgency) for urgency in LOUD]
    query = (
        select(
            col(Feedback.assignee),
            _count(at_work & col(Feedback.urgency).not_in(LOUD)),
            *(_count(one) for one in loud),
            _count(closed),
            _count(in_time),
            _count(closed & (col(Feedback.category) == category)),
            _count(col(Feedback.received_at) >= lately),
        )
        .where(
            col(Feedback.assignee).in_(usernames),
            at_work | closed | (col(Feedback.received_at) >= lately),
        )
        .group_by(col(Feedback.assignee))
    )
    found = {name: _standing(*counts) for name, *counts in session.execute(query)}
    return {name: found.get(name, Standing()) for name in usernames}


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)


def _standing(normal: int, urgent: int, critical: int, *others: int) -> Standing:
    return Standing({"normal": normal, "urgent": urgent, "critical": critical}, *others)
