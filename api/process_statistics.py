"""How many instances run on which version, and where they stand (流程统计)."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.keys import PathKey
from api.means import MeansHere
from api.paging import Page, PageRequest, Shape, page_of
from api.permissions import Allowed
from api.process_definition_view import PAGE, existing
from api.searching import Order, ordered, page
from api.user_task_view import TENANT
from models import process_statistics
from models.process_definition import ProcessDefinition
from models.process_statistics import InstanceCounts

router = APIRouter(
    prefix="/v2/process-definitions",
    tags=["process definitions"],
    dependencies=[Depends(Allowed("definition.read"))],
)


class Nothing(Shape):
    """No condition."""


class ElementStatisticsQuery(Shape):
    """All running instances of the version count."""

    filter: Nothing = Field(default_factory=Nothing)


class ElementStatistic(Shape):
    """What an element of the running instances did so far, in the shape of Camunda 8.8."""

    element_id: str
    active: int
    canceled: int
    incidents: int
    completed: int


class ElementStatistics(Shape):
    """One row an element that was reached."""

    items: list[ElementStatistic]


class VersionFilter(Shape):
    """Which process."""

    process_definition_id: Annotated[str, Field(max_length=200)]


class VersionSort(Shape):
    """One field to sort by."""

    field: Literal["processDefinitionKey", "processDefinitionVersion"]
    order: Order = "ASC"


class VersionSearch(Shape):
    """Filter, order and page of a search."""

    filter: VersionFilter
    sort: Annotated[list[VersionSort], Field(max_length=2)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


class VersionStatistic(Shape):
    """How many instances run on a version, in the shape of Camunda 8.9."""

    process_definition_id: str
    process_definition_key: str
    process_definition_name: str
    process_definition_version: int
    active_instances_with_incident_count: int
    active_instances_without_incident_count: int
    tenant_id: str = TENANT


class VersionStatistics(Shape):
    """A page of versions."""

    items: list[VersionStatistic]
    page: Page


_COLUMNS = {
    "processDefinitionKey": col(ProcessDefinition.key),
    "processDefinitionVersion": col(ProcessDefinition.version),
}
_ELEMENTS = {
    "items": [{"elementId": "accept", "active": 3, "canceled": 0, "incidents": 1, "completed": 9}]
}
_VERSIONS = {
    "items": [
        {
            "processDefinitionId": "feedback",
            "processDefinitionKey": "2097152",
            "processDefinitionName": "客户反馈闭环",
            "processDefinitionVersion": 1,
            "activeInstancesWithIncidentCount": 1,
            "activeInstancesWithoutIncidentCount": 11,
            "tenantId": TENANT,
        }
    ],
    "page": PAGE,
}
_SEARCH = ("body_malformed", "request_invalid", "body_too_large")


@router.post(
    "/{key}/statistics/element-instances",
    operation_id="get_element_statistics",
    responses={
        **for_staff(*_SEARCH, "process_definition_not_found"),
        **example(200, _ELEMENTS),
    },
)
def get_element_statistics(
    key: PathKey,
    means: MeansHere,
    asked: ElementStatisticsQuery | None = None,
) -> ElementStatistics:
    """Return, by element, what the running instances of a version did so far."""
    del asked
    with Session(means.engine) as session:
        counted = process_statistics.elements(session, existing(session, key))
    return ElementStatistics(items=[ElementStatistic(**asdict(one)) for one in counted])


@router.post(
    "/statistics/process-instances-by-version",
    operation_id="get_version_statistics",
    responses={**for_staff(*_SEARCH), **example(200, _VERSIONS)},
)
def get_version_statistics(asked: VersionSearch, means: MeansHere) -> VersionStatistics:
    """Return how many instances run on each version of a process."""
    own = col(ProcessDefinition.process_id) == asked.filter.process_definition_id
    order = ordered(asked.sort, _COLUMNS, col(ProcessDefinition.version))
    with Session(means.engine) as session:
        rows, total = page(session, select(ProcessDefinition).where(own), order, asked.page)
        shown: list[ProcessDefinition] = [row[0] for row in rows]
        counts = process_statistics.instances(session, [one.digest for one in shown])
        items = [_version(one, counts[one.digest]) for one in shown]
    return VersionStatistics(items=items, page=page_of(asked.page, len(items), total))


def _version(one: ProcessDefinition, counts: InstanceCounts) -> VersionStatistic:
    return VersionStatistic(
        process_definition_id=one.process_id,
        process_definition_key=str(one.key),
        process_definition_name=one.name,
        process_definition_version=one.version,
        active_instances_with_incident_count=counts.with_incident,
        active_instances_without_incident_count=counts.active - counts.with_incident,
    )
