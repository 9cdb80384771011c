"""Process instances: search, one of them, and how far it has come (流程实例)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    SQLColumnExpression,
    and_,
    cast,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.conditions import KeyFilter, NumberFilter, StateFilter, TextFilter, TimeFilter, where
from api.instance_visibility import of_content, of_course, visible_instance
from api.keys import PathKey
from api.means import MeansHere
from api.paging import PageRequest, Shape, page_of
from api.permissions import Allowed
from api.process_instance_view import (
    EXAMPLE,
    PAGE,
    ProcessInstancePage,
    ProcessInstanceView,
    views,
    with_definitions,
)
from api.searching import Order, ordered, page
from api.variable_values import VariableCondition, holding
from models.element_instance import ElementInstance
from models.feedback import Feedback
from models.instance_visibility import visible
from models.process_definition import ProcessDefinition
from models.process_instance import ProcessInstance

router = APIRouter(prefix="/v2/process-instances", tags=["process instances"])
Reader = Annotated[Caller, Depends(Allowed("process_instance.read"))]
MOST_ALTERNATIVES = 20


class InstanceProperties(Shape):
    """What instances may have in common; `feedbackNumber` is ours."""

    process_instance_key: KeyFilter | None = None
    process_definition_id: TextFilter | None = None
    process_definition_key: KeyFilter | None = None
    process_definition_name: TextFilter | None = None
    process_definition_version: NumberFilter | None = None
    process_definition_version_tag: TextFilter | None = None
    parent_process_instance_key: KeyFilter | None = None
    state: StateFilter | None = None
    has_incident: bool | None = None
    start_date: TimeFilter | None = None
    end_date: TimeFilter | None = None
    element_id: TextFilter | None = None
    element_instance_state: StateFilter | None = None
    variables: Annotated[list[VariableCondition], Field(max_length=20)] = Field(
        default_factory=list
    )
    feedback_number: TextFilter | None = None


class InstanceFilter(InstanceProperties):
    """What the instances have in common, and alternatives one of which they fulfil."""

    or_: Annotated[list[InstanceProperties], Field(alias="$or", max_length=MOST_ALTERNATIVES)] = (
        Field(default_factory=list)
    )


class InstanceSort(Shape):
    """One field to sort by."""

    field: Literal[
        "processInstanceKey",
        "processDefinitionId",
        "processDefinitionKey",
        "processDefinitionName",
        "processDefinitionVersion",
        "processDefinitionVersionTag",
        "startDate",
        "endDate",
        "state",
        "hasIncident",
    ]
    order: Order = "ASC"


class InstanceSearch(Shape):
    """Filter, order and page of a search."""

    filter: InstanceFilter = Field(default_factory=InstanceFilter)
    sort: Annotated[list[InstanceSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


_COLUMNS: dict[str, SQLColumnExpression[Any]] = {
    "processInstanceKey": col(ProcessInstance.key),
    "processDefinitionId": col(ProcessInstance.process_id),
    "processDefinitionKey": col(ProcessDefinition.key),
    "processDefinitionName": col(ProcessDefinition.name),
    "processDefinitionVersion": col(ProcessDefinition.version),
    "processDefinitionVersionTag": col(ProcessDefinition.version_tag),
    # What is called runs inside its caller: no instance has a parent.
    "parentProcessInstanceKey": cast(null(), BigInteger),
    "startDate": col(ProcessInstance.started_at),
    "endDate": col(ProcessInstance.ended_at),
    "state": col(ProcessInstance.state),
    "hasIncident": col(ProcessInstance.has_incident),
}


@router.post(
    "/search",
    operation_id="search_process_instances",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, {"items": [EXAMPLE], "page": PAGE}),
    },
)
def search_process_instances(
    caller: Reader, means: MeansHere, asked: InstanceSearch | None = None
) -> ProcessInstancePage:
    """Return the instances that the caller may see, oldest first.

    Instances are found by variables only where the caller may see those.
    """
    asked = asked or InstanceSearch()
    seen = visible(of_course(caller), col(ProcessInstance.key))
    matching = with_definitions().where(seen, *_wanted(caller, asked.filter))
    order = ordered(asked.sort, _COLUMNS, col(ProcessInstance.key))
    with Session(means.engine) as session:
        rows, total = page(session, matching, order, asked.page)
        items = views(session, rows)
    return ProcessInstancePage(items=items, page=page_of(asked.page, len(items), total))


@router.get(
    "/{key}",
    operation_id="get_process_instance",
    responses={
        **for_staff(
            "request_invalid",
            "process_instance_not_found",
            "process_instance_not_yours",
            "process_instance_starting",
        ),
        **example(200, EXAMPLE),
    },
)
def get_process_instance(key: PathKey, caller: Reader, means: MeansHere) -> ProcessInstanceView:
    """Return one instance."""
    with Session(means.engine) as session:
        visible_instance(session, of_course(caller), key)
        own = with_definitions().where(col(ProcessInstance.key) == key)
        return views(session, session.execute(own).all())[0]


def _wanted(caller: Caller, given: InstanceFilter) -> Iterator[ColumnElement[bool]]:
    yield from _properties(caller, given)
    if given.or_:
        yield or_(*(and_(true(), *_properties(caller, one)) for one in given.or_))


def _properties(caller: Caller, given: InstanceProperties) -> Iterator[ColumnElement[bool]]:
    for name, field in InstanceProperties.model_fields.items():
        if (column := _COLUMNS.get(str(field.alias))) is not None:
            yield from where(column, getattr(given, name))
    yield from _related(given)
    if given.variables:
        yield visible(of_content(caller), col(ProcessInstance.key))
        for one in given.variables:
            yield holding(one, col(ProcessInstance.key))


def _related(given: InstanceProperties) -> Iterator[ColumnElement[bool]]:
    key = col(ProcessInstance.key)
    if given.element_id is not None or given.element_instance_state is not None:
        standing = select(col(ElementInstance.instance_key)).where(
            *where(col(ElementInstance.element_id), given.element_id),
            *where(col(ElementInstance.state), given.element_instance_state),
        )
        yield key.in_(standing)
    if given.feedback_number is not None:
        numbered = where(col(Feedback.number), given.feedback_number)
        yield key.in_(select(col(Feedback.id)).where(*numbered))
