"""How much work people have."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.feedback import Feedback

AT_WORK = ("pending", "processing", "second_followup")


def open_items(session: Session, usernames: Sequence[str]) -> dict[str, int]:
    """Return how many items each of these people has in hand (在手工作量)."""
    own = col(Feedback.assignee).in_(usernames) & col(Feedback.status).in_(AT_WORK)
    count = select(col(Feedback.assignee), func.count()).where(own)
    found = dict(session.execute(count.group_by(col(Feedback.assignee))).tuples().all())
    return {name: found.get(name, 0) for name in usernames}
