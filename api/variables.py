"""Variables of processes and their elements, as they were last set (变量).

Personal texts are references in a process: they are shown as references here, never revealed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import Field
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, cast, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.conditions import KeyFilter, TextFilter, where
from api.instance_visibility import of_content, sees
from api.keys import PathKey
from api.means import MeansHere
from api.paging import Page, PageRequest, Shape, page_of
from api.permissions import Allowed
from api.problem import Problem
from api.process_instance_view import PAGE
from api.searching import Order, ordered, page
from api.user_task_view import TENANT
from api.variable_values import ValueFilter, shown, where_value
from models import variable
from models.instance_visibility import visible
from models.process_definition import ProcessDefinition
from models.process_instance import ProcessInstance
from models.variable import Variable

router = APIRouter(prefix="/v2/variables", tags=["variables"])
Reader = Annotated[Caller, Depends(Allowed("variable.read"))]


class VariableFilter(Shape):
    """What the variables have in common; a value is compared as JSON."""

    variable_key: KeyFilter | None = None
    name: TextFilter | None = None
    value: ValueFilter | None = None
    scope_key: KeyFilter | None = None
    process_instance_key: KeyFilter | None = None
    process_definition_key: KeyFilter | None = None


class VariableSort(Shape):
    """One field to sort by."""

    field: Literal["variableKey", "name", "value", "scopeKey", "processInstanceKey"]
    order: Order = "ASC"


class InstanceVariableSearch(Shape):
    """Filter, order and page of a search."""

    filter: VariableFilter = Field(default_factory=VariableFilter)
    sort: Annotated[list[VariableSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


class InstanceVariableView(Shape):
    """A variable in the shape of Camunda 8.8; the scope of a process is its instance."""

    variable_key: str
    name: str
    value: str
    scope_key: str
    process_instance_key: str
    tenant_id: str = TENANT


class FoundVariableView(InstanceVariableView):
    """A variable in a list: a long value is cut."""

    is_truncated: bool


class FoundVariablePage(Shape):
    """A page of variables."""

    items: list[FoundVariableView]
    page: Page


_EXAMPLE = {
    "variableKey": "4611686018427387904",
    "name": "urgency",
    "value": '"critical"',
    "scopeKey": "1048576",
    "processInstanceKey": "1048576",
    "tenantId": TENANT,
}
_COLUMNS: dict[str, SQLColumnExpression[Any]] = {
    "variableKey": col(Variable.key),
    "name": col(Variable.name),
    "value": cast(col(Variable.value), Text),
    "scopeKey": col(Variable.scope_key),
    "processInstanceKey": col(Variable.instance_key),
}


@router.post(
    "/search",
    operation_id="search_variables",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, {"items": [{**_EXAMPLE, "isTruncated": False}], "page": PAGE}),
    },
)
def search_variables(
    caller: Reader,
    means: MeansHere,
    asked: InstanceVariableSearch | None = None,
    truncate: Annotated[bool, Query(alias="truncateValues")] = True,
) -> FoundVariablePage:
    """Return the variables of the instances whose content the caller may see, oldest first."""
    asked = asked or InstanceVariableSearch()
    seen = visible(of_content(caller), col(Variable.instance_key))
    matching: Select[Any] = select(Variable).where(seen, *_wanted(asked.filter))
    order = ordered(asked.sort, _COLUMNS, col(Variable.key))
    with Session(means.engine) as session:
        rows, total = page(session, matching, order, asked.page)
        items = [_found(row[0], whole=not truncate) for row in rows]
    return FoundVariablePage(items=items, page=page_of(asked.page, len(items), total))


@router.get(
    "/{key}",
    operation_id="get_variable",
    responses={
        **for_staff("request_invalid", "variable_not_found", "process_instance_not_yours"),
        **example(200, _EXAMPLE),
    },
)
def get_variable(key: PathKey, caller: Reader, means: MeansHere) -> InstanceVariableView:
    """Return a variable with its whole value."""
    with Session(means.engine) as session:
        one = variable.find(session, key)
        if one is None:
            raise Problem("variable_not_found", key=str(key))
        if not sees(session, of_content(caller), one.instance_key):
            raise Problem("process_instance_not_yours", key=str(one.instance_key))
        return InstanceVariableView(**_members(one), value=shown(one.value, whole=True)[0])


def _wanted(given: VariableFilter) -> Iterator[ColumnElement[bool]]:
    yield from where(col(Variable.key), given.variable_key)
    yield from where(col(Variable.name), given.name)
    yield from where(col(Variable.scope_key), given.scope_key)
    yield from where(col(Variable.instance_key), given.process_instance_key)
    if isinstance(given.process_instance_key, int):
        # The same once more, as the index of the scopes knows it.
        yield variable.of_instance(given.process_instance_key)
    yield from where_value(given.value)
    if given.process_definition_key is not None:
        digests = where(col(ProcessDefinition.key), given.process_definition_key)
        running = select(col(ProcessInstance.key)).join(
            ProcessDefinition, col(ProcessDefinition.digest) == col(ProcessInstance.digest)
        )
        yield col(Variable.instance_key).in_(running.where(*digests))


def _found(one: Variable, *, whole: bool) -> FoundVariableView:
    text, cut = shown(one.value, whole=whole)
    return FoundVariableView(**_members(one), value=text, is_truncated=cut)


def _members(one: Variable) -> dict[str, str]:
    return {
        "variable_key": str(one.key),
        "name": one.name,
        "scope_key": str(one.scope_key),
        "process_instance_key": str(one.instance_key),
    }
