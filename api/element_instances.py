"""Element instances: search and one of them (元素实例)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.conditions import KeyFilter, StateFilter, TextFilter, TimeFilter, where
from api.element_instance_view import (
    EXAMPLE,
    KINDS,
    ElementInstancePage,
    ElementInstanceView,
    open_incident,
    view,
    with_definitions,
)
from api.instance_visibility import of_course, sees
from api.keys import Key, PathKey
from api.means import MeansHere
from api.paging import PageRequest, Shape, page_of
from api.permissions import Allowed
from api.problem import Problem
from api.process_instance_view import PAGE
from api.searching import Order, ordered, page
from models import element_instance
from models.element_instance import ElementInstance
from models.instance_visibility import visible
from models.process_definition import ProcessDefinition

router = APIRouter(prefix="/v2/element-instances", tags=["element instances"])
Reader = Annotated[Caller, Depends(Allowed("element_instance.read"))]
Type = Literal[
    "PROCESS",
    "SUB_PROCESS",
    "EVENT_SUB_PROCESS",
    "AD_HOC_SUB_PROCESS",
    "AD_HOC_SUB_PROCESS_INNER_INSTANCE",
    "START_EVENT",
    "INTERMEDIATE_CATCH_EVENT",
    "INTERMEDIATE_THROW_EVENT",
    "BOUNDARY_EVENT",
    "END_EVENT",
    "SERVICE_TASK",
    "RECEIVE_TASK",
    "USER_TASK",
    "MANUAL_TASK",
    "TASK",
    "EXCLUSIVE_GATEWAY",
    "INCLUSIVE_GATEWAY",
    "PARALLEL_GATEWAY",
    "EVENT_BASED_GATEWAY",
    "MULTI_INSTANCE_BODY",
    "CALL_ACTIVITY",
    "BUSINESS_RULE_TASK",
    "SCRIPT_TASK",
    "SEND_TASK",
]


class ElementFilter(Shape):
    """What the element instances have in common."""

    element_instance_key: KeyFilter | None = None
    process_instance_key: KeyFilter | None = None
    process_definition_id: TextFilter | None = None
    process_definition_key: KeyFilter | None = None
    element_instance_scope_key: Key | None = None
    element_id: TextFilter | None = None
    element_name: TextFilter | None = None
    type: Type | None = None
    state: StateFilter | None = None
    start_date: TimeFilter | None = None
    end_date: TimeFilter | None = None
    has_incident: bool | None = None
    incident_key: Key | None = None


class ElementSort(Shape):
    """One field to sort by."""

    field: Literal[
        "elementInstanceKey",
        "processInstanceKey",
        "processDefinitionId",
        "processDefinitionKey",
        "elementId",
        "elementName",
        "type",
        "state",
        "startDate",
        "endDate",
        "incidentKey",
    ]
    order: Order = "ASC"


class ElementSearch(Shape):
    """Filter, order and page of a search."""

    filter: ElementFilter = Field(default_factory=ElementFilter)
    sort: Annotated[list[ElementSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


def _type() -> SQLColumnExpression[Any]:
    """Return the type of an element as it is shown."""
    kinds = {kind: name for name, kinds in KINDS.items() for kind in kinds}
    return case(kinds, value=col(ElementInstance.kind), else_="UNKNOWN")


_COLUMNS: dict[str, SQLColumnExpression[Any]] = {
    "elementInstanceKey": col(ElementInstance.key),
    "processInstanceKey": col(ElementInstance.instance_key),
    "processDefinitionId": col(ElementInstance.process_id),
    "processDefinitionKey": col(ProcessDefinition.key),
    "elementInstanceScopeKey": col(ElementInstance.scope_key),
    "elementId": col(ElementInstance.element_id),
    "elementName": col(ElementInstance.element_name),
    "type": _type(),
    "state": col(ElementInstance.state),
    "startDate": col(ElementInstance.started_at),
    "endDate": col(ElementInstance.ended_at),
    "incidentKey": open_incident(),
}


@router.post(
    "/search",
    operation_id="search_element_instances",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, {"items": [EXAMPLE], "page": PAGE}),
    },
)
def search_element_instances(
    caller: Reader, means: MeansHere, asked: ElementSearch | None = None
) -> ElementInstancePage:
    """Return the elements of the instances that the caller may see, oldest first."""
    asked = asked or ElementSearch()
    matching = _visible(caller).where(*_wanted(asked.filter))
    order = ordered(asked.sort, _COLUMNS, col(ElementInstance.key))
    with Session(means.engine) as session:
        rows, total = page(session, matching, order, asked.page)
        items = [view(row) for row in rows]
    return ElementInstancePage(items=items, page=page_of(asked.page, len(items), total))


@router.get(
    "/{key}",
    operation_id="get_element_instance",
    responses={
        **for_staff("request_invalid", "element_instance_not_found", "process_instance_not_yours"),
        **example(200, EXAMPLE),
    },
)
def get_element_instance(key: PathKey, caller: Reader, means: MeansHere) -> ElementInstanceView:
    """Return one element instance."""
    with Session(means.engine) as session:
        own = with_definitions().where(col(ElementInstance.key) == key)
        found = session.execute(own).first()
        if found is None:
            raise Problem("element_instance_not_found", key=str(key))
        instance_key = found[0].instance_key
        if not sees(session, of_course(caller), instance_key):
            raise Problem("process_instance_not_yours", key=str(instance_key))
        return view(found)


def _visible(caller: Caller) -> Select[Any]:
    return with_definitions().where(visible(of_course(caller), col(ElementInstance.instance_key)))


def _wanted(given: ElementFilter) -> Iterator[ColumnElement[bool]]:
    for name, field in ElementFilter.model_fields.items():
        if (column := _COLUMNS.get(str(field.alias))) is not None:
            yield from where(column, getattr(given, name))
    if isinstance(given.process_instance_key, int):
        # The same once more, as the primary key knows it.
        yield element_instance.of_instance(given.process_instance_key)
    if given.has_incident is not None:
        yield open_incident().is_not(None) == given.has_incident
