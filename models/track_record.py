"""What people have solved before."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.feedback import Feedback

_GOOD = ("satisfied", "followed_up", "unanswered")
# Nobody is judged by their first few items.
_FEW = 4


@dataclass(frozen=True)
class TrackRecord:
    """Closed items of a person (处理记录): how many, solved without reopening, of one category."""

    closed: int = 0
    solved: int = 0
    same_category: int = 0

    @property
    def solved_share(self) -> float:
        """The share that was solved at the first attempt, one half while there are few."""
        return (self.solved + _FEW / 2) / (self.closed + _FEW)


def of_people(
    session: Session, usernames: Sequence[str], category: str | None
) -> dict[str, TrackRecord]:
    """Return everybody's record; people without items have an empty one."""
    solved = (col(Feedback.reopened) == 0) & col(Feedback.outcome).in_(_GOOD)
    query = (
        select(
            col(Feedback.assignee),
            func.count(),
            func.count().filter(solved),
            func.count().filter(col(Feedback.category) == category),
        )
        .where(col(Feedback.assignee).in_(usernames), col(Feedback.closed_at).is_not(None))
        .group_by(col(Feedback.assignee))
    )
    found = {name: TrackRecord(*counts) for name, *counts in session.execute(query)}
    return {name: found.get(name, TrackRecord()) for name in usernames}
