"""How many open tasks wait in the queues of a person (任务队列)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.user_task import OPEN, UserTask
from models.user_task_search import claimable_by, visible_to

_ZONE = ZoneInfo("Asia/Shanghai")
_TEAM = "team."


@dataclass(frozen=True)
class Owner:
    """Whose queues: a username, their department, and all their candidate groups."""

    username: str
    department: str
    groups: Sequence[str]

    @property
    def teams(self) -> list[str]:
        """Their teams, as candidate groups."""
        return sorted(group for group in self.groups if group.startswith(_TEAM))


def count(session: Session, owner: Owner, now: datetime) -> dict[str, Any]:
    """Return the number of open tasks by queue, in one look at those that the person sees."""
    queues = {**_queues(owner, now), **{team: _of_group(team) for team in owner.teams}}
    counted = [func.count().filter(queue) for queue in queues.values()]
    seen = visible_to(owner.username, [*owner.groups, owner.department])
    row = session.execute(select(*counted).select_from(UserTask).where(OPEN, seen)).one()
    found: dict[str, Any] = dict(zip(queues, row, strict=True))
    found["teams"] = {team: found.pop(team) for team in owner.teams}
    return found


def _queues(owner: Owner, now: datetime) -> dict[str, ColumnElement[bool]]:
    mine = col(UserTask.assignee) == owner.username
    claimable = claimable_by(owner.username, owner.groups)
    due = col(UserTask.due_date)
    return {
        "mine": mine,
        "claimable": claimable,
        "department": _of_group(owner.department),
        "overdue": and_(or_(mine, claimable), due < now),
        "due_today": and_(or_(mine, claimable), due >= now, due < _midnight(now)),
    }


def _of_group(group: str) -> ColumnElement[bool]:
    return col(UserTask.candidate_groups).bool_op("@>")([group])


def _midnight(now: datetime) -> datetime:
    tomorrow = now.astimezone(_ZONE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), _ZONE)
