"""Lists of user tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from models.user_task import UserTask


@dataclass(frozen=True)
class UserTaskFilter:
    """What the tasks of a list have in common (筛选条件); None means any.

    Attributes:
        assigned: whether somebody has the task.
        candidate_groups: one of these groups may claim it.
        visible_to: the username and the groups of the person who looks; their own tasks and
            those that they may claim.
        due_before: the due date lies before this.
    """

    state: str | None = None
    assignee: str | None = None
    assigned: bool | None = None
    candidate_user: str | None = None
    candidate_groups: Sequence[str] | None = None
    visible_to: tuple[str, Sequence[str]] | None = None
    instance_key: int | None = None
    process_id: str | None = None
    definition_digest: str | None = None
    element_id: str | None = None
    feedback_number: str | None = None
    key: int | None = None
    due_before: datetime | None = None


_EQUAL = (
    "state",
    "assignee",
    "instance_key",
    "process_id",
    "definition_digest",
    "element_id",
    "feedback_number",
    "key",
)
SORTS = ("created_at", "due_date", "follow_up_date", "priority", "completed_at", "name")


def search(
    session: Session,
    wanted: UserTaskFilter,
    *,
    sort: Sequence[tuple[str, bool]] = (),
    limit: int = 100,
    offset: int = 0,
) -> tuple[Sequence[UserTask], int]:
    """Return a page of tasks and how many there are in all.

    Args:
        session: the database.
        wanted: which tasks.
        sort: names out of `SORTS` with whether the order is descending; then by key.
        limit: the size of the page.
        offset: how many tasks come before the page.
    """
    where = [*_equal(wanted), *_candidates(wanted), *_rest(wanted)]
    total = session.scalar(select(func.count()).select_from(UserTask).where(*where)) or 0
    order = [_order(name, descending) for name, descending in sort]
    page = select(UserTask).where(*where).order_by(*order, col(UserTask.key))
    return session.scalars(page.limit(limit).offset(offset)).all(), total


def visible_to(username: str, groups: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a person has a task or is a candidate of it."""
    own = or_(col(UserTask.assignee) == username, col(UserTask.owner) == username)
    return or_(own, _holds_user(username), _holds_group(groups))


def claimable_by(username: str, groups: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that nobody has a task and a person may claim it."""
    candidate = or_(_holds_user(username), _holds_group(groups))
    return and_(col(UserTask.assignee).is_(None), candidate)


def may_see(task: UserTask, username: str, groups: Sequence[str]) -> bool:
    """Say whether a person has the task or may claim it, the rule of `visible_to`."""
    if username in {task.assignee, task.owner, *task.candidate_users}:
        return True
    return not set(task.candidate_groups).isdisjoint(groups)


def _order(name: str, descending: bool) -> ColumnElement[object]:
    if name not in SORTS:
        raise ValueError("unknown sort field")
    column: ColumnElement[object] = getattr(UserTask, name)
    return column.desc().nulls_last() if descending else column.asc().nulls_last()


def _equal(wanted: UserTaskFilter) -> list[ColumnElement[bool]]:
    given = {name: getattr(wanted, name) for name in _EQUAL}
    return [getattr(UserTask, name) == value for name, value in given.items() if value is not None]


def _candidates(wanted: UserTaskFilter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.candidate_user is not None:
        found.append(_holds_user(wanted.candidate_user))
    if wanted.candidate_groups is not None:
        found.append(_holds_group(wanted.candidate_groups))
    if wanted.visible_to is not None:
        found.append(visible_to(*wanted.visible_to))
    return found


def _rest(wanted: UserTaskFilter) -> list[ColumnElement[bool]]:
    found = []
    if wanted.assigned is not None:
        found.append(col(UserTask.assignee).is_not(None) == wanted.assigned)
    if wanted.due_before is not None:
        found.append(col(UserTask.due_date) < wanted.due_before)
    return found


def _holds_user(username: str) -> ColumnElement[bool]:
    return col(UserTask.candidate_users).bool_op("@>")([username])


def _holds_group(groups: Sequence[str]) -> ColumnElement[bool]:
    return col(UserTask.candidate_groups).bool_op("&&")(list(groups))
