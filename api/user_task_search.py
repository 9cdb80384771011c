"""`POST /v2/user-tasks/search`: the tasks that a person may see (任务查询)."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.authentication import Caller
from api.keys import Key
from api.means import MeansHere
from api.paging import PageRequest, Shape, page_of
from api.permissions import Allowed, may
from api.relation import Relation
from api.user_task_view import EXAMPLE, UserTaskPage, views
from models import user_task_search
from models.user_task_search import UserTaskFilter

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])
State = Literal["CREATED", "COMPLETED", "CANCELED"]
_Word = Annotated[str, Field(max_length=200)]


class Existence(Shape):
    """Camunda's advanced filter, as far as an assignee needs it."""

    exists: Annotated[bool, Field(alias="$exists")]


class Before(Shape):
    """Camunda's advanced filter, as far as a due date needs it."""

    lt: Annotated[AwareDatetime, Field(alias="$lt")]


class TaskFilter(Shape):
    """What the tasks have in common; `feedbackNumber` is ours."""

    state: State | None = None
    assignee: _Word | Existence | None = None
    candidate_group: _Word | None = None
    candidate_user: _Word | None = None
    element_id: _Word | None = None
    process_definition_id: _Word | None = None
    process_instance_key: Key | None = None
    user_task_key: Key | None = None
    due_date: Before | None = None
    feedback_number: _Word | None = None


class TaskSort(Shape):
    """One field to sort by."""

    field: Literal["creationDate", "completionDate", "followUpDate", "dueDate", "priority", "name"]
    order: Literal["ASC", "DESC"] = "ASC"


class TaskSearch(Shape):
    """Filter, order and page of a search."""

    filter: TaskFilter = Field(default_factory=TaskFilter)
    sort: Annotated[list[TaskSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


_COLUMNS = {
    "creationDate": "created_at",
    "completionDate": "completed_at",
    "followUpDate": "follow_up_date",
    "dueDate": "due_date",
    "priority": "priority",
    "name": "name",
}
_PAGE = {
    "items": [EXAMPLE],
    "page": {
        "totalItems": 1,
        "hasMoreTotalItems": False,
        "startCursor": "MA",
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
    caller: Annotated[Caller, Depends(Allowed("user_task.read"))],
    means: MeansHere,
    asked: TaskSearch | None = None,
) -> UserTaskPage:
    """Return the caller's own tasks and those they may claim; leads and auditors see all."""
    asked = asked or TaskSearch()
    sort = [(_COLUMNS[one.field], one.order == "DESC") for one in asked.sort]
    with Session(means.engine) as session:
        found, total = user_task_search.search(
            session,
            _wanted(caller, asked.filter),
            sort=sort,
            limit=asked.page.limit,
            offset=asked.page.offset,
        )
        items = views(means, session, found)
    return UserTaskPage(items=items, page=page_of(asked.page, len(items), total))


def _wanted(caller: Caller, given: TaskFilter) -> UserTaskFilter:
    sees_all = may(caller, "user_task.read", Relation.ANY)
    return UserTaskFilter(
        state=given.state,
        assignee=given.assignee if isinstance(given.assignee, str) else None,
        assigned=given.assignee.exists if isinstance(given.assignee, Existence) else None,
        candidate_user=given.candidate_user,
        candidate_groups=[given.candidate_group] if given.candidate_group else None,
        visible_to=None if sees_all else (caller.username, caller.groups),
        instance_key=given.process_instance_key,
        process_id=given.process_definition_id,
        element_id=given.element_id,
        feedback_number=given.feedback_number,
        key=given.user_task_key,
        due_before=given.due_date.lt if given.due_date else None,
    )
