"""Who gives a task away, and who may be given it (任务经办人)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy.orm import Session

from api.authentication import Caller
from api.means import Means
from api.permissions import roles
from api.personal import keep
from api.problem import Problem
from api.visibility import directs, is_for_heads
from models import candidate_group, person, user_task_search
from models.user_task import UserTask

Username = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["linmei"]),
]
CODES = ("assignee_unknown", "assignee_unfit")


def check_gives(caller: Caller, task: UserTask) -> None:
    """Let those give a task away whose it is: its owner, else its assignee, and who directs it.

    Raises:
        Problem: `task_not_yours`, or `user_task_is_signature`.
    """
    if task.signs is not None:
        raise Problem("user_task_is_signature", key=str(task.key))
    holder = task.owner or task.assignee
    if holder != caller.username and not directs(caller, task):
        raise Problem("task_not_yours", key=str(task.key))


def check_fit(session: Session, task: UserTask, username: str, at: datetime) -> None:
    """Refuse somebody who cannot do a task: gone, only looking on, or no head where one decides.

    Raises:
        Problem: `assignee_unknown` or `assignee_unfit`.
    """
    found = person.find(session, username)
    if found is None or not found.active:
        raise Problem("assignee_unknown", assignee=username)
    works = not roles("user_task.work").isdisjoint(candidate_group.roles(session, found, at))
    groups = candidate_group.of_person(session, found, at)
    # A head's decision is given to no one else, whoever gives it.
    decides = not is_for_heads(task) or user_task_search.may_see(task, username, groups)
    if not works or not decides:
        raise Problem("assignee_unfit", assignee=username)


def keep_text(
    session: Session, means: Means, task: UserTask, identity: str, text: str | None
) -> dict[str, Any] | None:
    """Keep what somebody wrote in the vault; return the reference that records hold."""
    if text is None:
        return None
    kept = keep(session, means, task.instance_key, identity, {"reason": text})
    return {"$ref": kept["reason"]}
