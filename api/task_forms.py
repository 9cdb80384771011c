"""The form of a user task, and the variables that it shows (任务表单)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from sqlalchemy.orm import Session

from api.answers import example, for_staff
from api.instances import variables_of_task
from api.keys import PathKey
from api.masked import variables_for
from api.means import Means, MeansHere
from api.paging import Page, PageRequest, Shape, page_of
from api.problem import Problem
from api.user_task_view import TENANT, existing
from api.user_tasks import Reader
from api.visibility import sees_task
from models import form_definition
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])


class FormView(Shape):
    """A form-js form in the shape of Camunda 8.8; without a key where its file was not kept."""

    form_key: str | None
    form_id: str
    tenant_id: str = TENANT
    version: int
    schema_: Annotated[dict[str, Any], Field(alias="schema")]


class VariableView(Shape):
    """A variable that the task sees; `value` is JSON, personal texts in it are masked."""

    name: str
    value: Any
    process_instance_key: str
    scope_key: str
    tenant_id: str = TENANT
    is_truncated: bool = False


class VariableSearch(Shape):
    """Which variables: all, or those of some names."""

    names: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=100)] = Field(
        default_factory=list
    )
    page: PageRequest = Field(default_factory=PageRequest)


class VariablePage(Shape):
    """A page of variables."""

    items: list[VariableView]
    page: Page


_FORM = {
    "formKey": "6291456",
    "formId": "accept",
    "tenantId": TENANT,
    "version": 1,
    "schema": {"type": "default", "id": "accept", "components": []},
}
_VARIABLES = {
    "items": [
        {
            "name": "contact",
            "value": "138****5678",
            "processInstanceKey": "1048576",
            "scopeKey": "1048588",
            "tenantId": TENANT,
            "isTruncated": False,
        }
    ],
    "page": {
        "totalItems": 1,
        "hasMoreTotalItems": False,
        "startCursor": "MA",
        "endCursor": None,
    },
}
_ERRORS = ("request_invalid", "task_not_yours", "user_task_not_found")


def form_schema(means: Means, task: UserTask) -> Mapping[str, Any] | None:
    """Return the form that the task had when its definition was deployed."""
    if task.form_id is None:
        return None
    return means.definitions.get(task.definition_digest).forms.get(task.form_id)


@router.get(
    "/{key}/form",
    operation_id="get_user_task_form",
    responses={**for_staff(*_ERRORS, "form_not_found"), **example(200, _FORM)},
)
def get_user_task_form(key: PathKey, caller: Reader, means: MeansHere) -> FormView:
    """Return the form of a task, as deployed with its process."""
    with Session(means.engine) as session:
        task = existing(session, key)
        if not sees_task(caller, task):
            raise Problem("task_not_yours", key=str(key))
        schema = form_schema(means, task)
        held = form_definition.of_definitions(session, [task.definition_digest])
    if schema is None or task.form_id is None:
        raise Problem("form_not_found", key=str(key))
    form = held.get((task.definition_digest, task.form_id))
    return FormView(
        form_key=str(form.key) if form else None,
        form_id=task.form_id,
        version=form.version if form else 0,
        schema_=dict(schema),
    )


@router.post(
    "/{key}/variables/search",
    operation_id="search_user_task_variables",
    responses={
        **for_staff("body_malformed", *_ERRORS, "body_too_large"),
        **example(200, _VARIABLES),
    },
)
def search_user_task_variables(
    key: PathKey, caller: Reader, means: MeansHere, asked: VariableSearch | None = None
) -> VariablePage:
    """Return what the task sees; personal texts are masked, and empty when erased."""
    asked = asked or VariableSearch()
    with Session(means.engine) as session:
        task = existing(session, key)
        if not sees_task(caller, task):
            raise Problem("task_not_yours", key=str(key))
        found = variables_of_task(session, task)
        names = sorted(found if not asked.names else set(asked.names) & set(found))
        shown = names[asked.page.offset : asked.page.offset + asked.page.limit]
        chosen = {name: found[name] for name in shown}
        values = variables_for(means, session, caller, task, chosen)
    items = [
        VariableView(
            name=name,
            value=values[name],
            process_instance_key=str(task.instance_key),
            scope_key=str(task.element_instance_key),
        )
        for name in shown
    ]
    return VariablePage(items=items, page=page_of(asked.page, len(items), len(names)))
