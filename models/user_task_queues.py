"""How many open tasks wait in the queues of a person (任务队列)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Subquery, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.user_task import OPEN, UserTask
from models.user_task_search import claimable_by

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
    """Return the number of open tasks by queue, in one look, each queue from its own index."""
    own = _own(owner, now)
    groups = [owner.department, *owner.teams]
    row = session.execute(select(*own.columns, *map(_waiting, groups))).one()
    found: dict[str, Any] = dict(zip(own.columns.keys(), row, strict=False))
    department, *teams = row[len(found) :]
    return found | {
        "department": department,
        "teams": dict(zip(owner.teams, teams, strict=True)),
    }


def _own(owner: Owner, now: datetime) -> Subquery:
    mine = col(UserTask.assignee) == owner.username
    claimable = claimable_by(owner.username, owner.groups)
    due = col(UserTask.due_date)
    queues = {
        "mine": mine,
        "claimable": col(UserTask.assignee).is_(None),
        "overdue": due < now,
        "due_today": and_(due >= now, due < _midnight(now)),
    }
    counted = [func.count().filter(queue).label(name) for name, queue in queues.items()]
    matching = select(*counted).select_from(UserTask)
    return matching.where(OPEN, or_(mine, claimable)).subquery()


def _waiting(group: str) -> ScalarSelect[int]:
    counted = select(func.count()).select_from(UserTask)
    return counted.where(OPEN, _of_group(group)).scalar_subquery()


def _of_group(group: str) -> ColumnElement[bool]:
    return col(UserTask.candidate_groups).bool_op("@>")([group])


def _midnight(now: datetime) -> datetime:
    tomorrow = now.astimezone(_ZONE).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), _ZONE)
