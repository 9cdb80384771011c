"""`/v2/decision-requirements`: the files that decisions stand in (决策需求图)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session
from sqlmodel import col

from api.answers import example, for_staff
from api.conditions import Word, where
from api.decision_record import existing
from api.files import download
from api.keys import Key, PathKey
from api.means import MeansHere
from api.paging import Page, PageRequest, Shape, page_of
from api.permissions import Allowed
from api.process_definition_view import PAGE
from api.process_definitions import DRAWING, XML
from api.searching import Order, ordered, page
from api.user_task_view import TENANT
from models import process_definition
from models.decision_requirements import DecisionRequirements

router = APIRouter(
    prefix="/v2/decision-requirements",
    tags=["decision definitions"],
    dependencies=[Depends(Allowed("definition.read"))],
)


class RequirementsFilter(Shape):
    """What the files have in common."""

    decision_requirements_key: Key | None = None
    decision_requirements_id: Word | None = None
    decision_requirements_name: Word | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    resource_name: Word | None = None


class RequirementsSort(Shape):
    """One field to sort by."""

    field: Literal[
        "decisionRequirementsKey",
        "decisionRequirementsId",
        "decisionRequirementsName",
        "version",
    ]
    order: Order = "ASC"


class RequirementsSearch(Shape):
    """Filter, order and page of a search."""

    filter: RequirementsFilter = Field(default_factory=RequirementsFilter)
    sort: Annotated[list[RequirementsSort], Field(max_length=4)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


class RequirementsView(Shape):
    """A version of a file of decisions in the shape of Camunda 8.8."""

    decision_requirements_key: str
    decision_requirements_id: str
    decision_requirements_name: str
    version: int
    resource_name: str
    tenant_id: str = TENANT


class RequirementsPage(Shape):
    """A page of files of decisions."""

    items: list[RequirementsView]
    page: Page


_FIELDS: Mapping[str, Mapped[Any]] = {
    "decision_requirements_key": col(DecisionRequirements.key),
    "decision_requirements_id": col(DecisionRequirements.requirements_id),
    "decision_requirements_name": col(DecisionRequirements.name),
    "version": col(DecisionRequirements.version),
    "resource_name": col(DecisionRequirements.resource_name),
}
_COLUMNS = {
    RequirementsFilter.model_fields[name].alias or name: column for name, column in _FIELDS.items()
}
_EXAMPLE = {
    "decisionRequirementsKey": "4194304",
    "decisionRequirementsId": "limits_definitions",
    "decisionRequirementsName": "期限",
    "version": 1,
    "resourceName": "limits.dmn",
    "tenantId": TENANT,
}


@router.post(
    "/search",
    operation_id="search_decision_requirements",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, {"items": [_EXAMPLE], "page": PAGE}),
    },
)
def search_decision_requirements(
    means: MeansHere, asked: RequirementsSearch | None = None
) -> RequirementsPage:
    """Return versions of the files that decisions stand in."""
    asked = asked or RequirementsSearch()
    conditions = [
        condition
        for name, column in _FIELDS.items()
        for condition in where(column, getattr(asked.filter, name))
    ]
    order = ordered(asked.sort, _COLUMNS, col(DecisionRequirements.key))
    matching = select(DecisionRequirements).where(*conditions)
    with Session(means.engine) as session:
        rows, total = page(session, matching, order, asked.page)
        items = [_view(row[0]) for row in rows]
    return RequirementsPage(items=items, page=page_of(asked.page, len(items), total))


@router.get(
    "/{key}",
    operation_id="get_decision_requirements",
    responses={
        **for_staff("request_invalid", "decision_requirements_not_found"),
        **example(200, _EXAMPLE),
    },
)
def get_decision_requirements(key: PathKey, means: MeansHere) -> RequirementsView:
    """Return a version of a file of decisions."""
    with Session(means.engine) as session:
        return _view(existing(session, key))


@router.get(
    "/{key}/xml",
    operation_id="get_decision_requirements_xml",
    response_class=Response,
    responses={**for_staff("request_invalid", "decision_requirements_not_found"), **DRAWING},
)
def get_decision_requirements_xml(key: PathKey, means: MeansHere) -> Response:
    """Return the file, byte for byte as it was deployed."""
    with Session(means.engine) as session:
        found = existing(session, key)
        files = process_definition.load_resources(session, found.definition_digest)
    return download(files[found.resource_name], XML, found.resource_name)


def _view(one: DecisionRequirements) -> RequirementsView:
    return RequirementsView(
        decision_requirements_key=str(one.key),
        decision_requirements_id=one.requirements_id,
        decision_requirements_name=one.name,
        version=one.version,
        resource_name=one.resource_name,
    )
