"""`GET /v2/user-tasks/me/counters`: how many tasks wait in a person's queues (任务计数)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.means import MeansHere
from api.paging import Shape
from api.permissions import Allowed
from models import user_task_queues

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])
_EXAMPLE = {
    "mine": 4,
    "claimable": 11,
    "department": 37,
    "teams": {"team.senior": 5},
    "overdue": 1,
    "dueToday": 3,
    "countedAt": "2024-05-06T02:00:02Z",
}


class Counters(Shape):
    """Open tasks by queue; `overdue` and `dueToday` count one's own and those one may claim."""

    mine: int
    claimable: int
    department: int
    teams: dict[str, int]
    overdue: int
    due_today: int
    counted_at: AwareDatetime


@router.get(
    "/me/counters",
    operation_id="count_own_user_tasks",
    responses={**for_staff(), **example(200, _EXAMPLE)},
)
def count_own_user_tasks(
    caller: Annotated[Caller, Depends(Allowed("user_task.read"))], means: MeansHere
) -> Counters:
    """Return how many open tasks wait: the caller's, claimable ones, those of their groups."""
    now = means.now()
    owner = user_task_queues.Owner(caller.username, caller.department, caller.groups)
    with Session(means.engine) as session:
        found = user_task_queues.count(session, owner, now)
    return Counters(**found, counted_at=now)
