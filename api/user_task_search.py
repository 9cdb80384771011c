"""`POST /v2/user-tasks/search` and `/me`: the tasks that a person may see (任务查询)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.cursor_paging import Cursor, CursorRequest, Key, fetch
from api.means import Means, MeansHere
from api.paging import MAX_LIMIT, Shape
from api.permissions import Allowed, may
from api.relation import Relation
from api.searching import Order
from api.user_task_filter import OPEN, TaskFilter, wanted
from api.user_task_view import EXAMPLE, UserTaskPage, views
from models.user_task import UserTask
from models.user_task_search import claimable_by, visible_to

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])
Reader = Annotated[Caller, Depends(Allowed("user_task.read"))]
Queue = Literal["all", "mine", "claimable"]


class TaskSort(Shape):
    """One field to sort by."""

    field: Literal["creationDate", "completionDate", "followUpDate", "dueDate", "priority", "name"]
    order: Order = "ASC"


class TaskSearch(Shape):
    """Filter, order and page of a search."""

    filter: TaskFilter = Field(default_factory=TaskFilter)
    sort: Annotated[list[TaskSort], Field(max_length=5)] = Field(default_factory=list)
    page: CursorRequest = Field(default_factory=CursorRequest)


_KEYS = {
    "creationDate": Key(col(UserTask.created_at), datetime),
    "completionDate": Key(col(UserTask.completed_at), datetime),
    "followUpDate": Key(col(UserTask.follow_up_date), datetime),
    "dueDate": Key(col(UserTask.due_date), datetime),
    "priority": Key(col(UserTask.priority), int),
    "name": Key(col(UserTask.name), str),
}
_LAST = Key(col(UserTask.key), int)
_PAGE = {
    "items": [EXAMPLE],
    "page": {
        "totalItems": 1,
        "hasMoreTotalItems": False,
        "startCursor": "WyJrZXkiLCAxMDQ4NTkwXQ",
        "endCursor": None,
    },
}


@router.post(
    "/search",
    operation_id="search_user_tasks",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, _PAGE),
    },
)
def search_user_tasks(
    caller: Reader, means: MeansHere, asked: TaskSearch | None = None
) -> UserTaskPage:
    """Return the caller's own tasks and those they may claim; leads and auditors see all.

    Counts up to 10 000; `hasMoreTotalItems` tells of more.
    """
    asked = asked or TaskSearch()
    conditions = [*_seen(caller), *wanted(caller, asked.filter)]
    order = [replace(_KEYS[one.field], descending=one.order == "DESC") for one in asked.sort]
    return _found(means, conditions, [*order, _LAST], asked.page)


@router.get(
    "/me",
    operation_id="get_own_user_tasks",
    responses={**for_staff("request_invalid"), **example(200, _PAGE)},
)
def get_own_user_tasks(
    caller: Reader,
    means: MeansHere,
    queue: Annotated[Queue, Query()] = "all",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
    after: Annotated[Cursor | None, Query()] = None,
) -> UserTaskPage:
    """Return the open tasks that the caller has and those that they may claim, by due date.

    Those of colleagues are left out, also for people who see them; `queue` narrows it down.
    """
    order = [_KEYS["dueDate"], _LAST]
    conditions = [OPEN, *_own(caller, queue)]
    return _found(means, conditions, order, CursorRequest(limit=limit, after=after))


def _found(
    means: Means, conditions: list[ColumnElement[bool]], order: list[Key], asked: CursorRequest
) -> UserTaskPage:
    with Session(means.engine) as session:
        rows, page = fetch(session, select(UserTask).where(*conditions), order, asked)
        return UserTaskPage(items=views(means, session, rows), page=page)


def _seen(caller: Caller) -> Iterator[ColumnElement[bool]]:
    if not may(caller, "user_task.read", Relation.ANY):
        yield visible_to(caller.username, caller.groups)


def _own(caller: Caller, queue: Queue) -> Iterator[ColumnElement[bool]]:
    mine = col(UserTask.assignee) == caller.username
    free = claimable_by(caller.username, caller.groups)
    yield {"all": mine | free, "mine": mine, "claimable": free}[queue]
