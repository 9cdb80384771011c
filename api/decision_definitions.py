"""`/v2/decision-definitions`: the decisions that were deployed (决策定义)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from pydantic import Field
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Mapped, Session, aliased
from sqlmodel import col

from api.answers import example, for_staff
from api.conditions import TextFilter, Word, where
from api.files import download
from api.keys import Key, PathKey
from api.means import MeansHere
from api.paging import Page, PageRequest, Shape, page_of
from api.permissions import Allowed
from api.problem import Problem
from api.process_definition_view import PAGE
from api.process_definitions import DRAWING, XML
from api.searching import Order, ordered, page
from api.user_task_view import TENANT
from models import decision_definition, process_definition
from models.decision_definition import DecisionDefinition
from models.decision_requirements import DecisionRequirements

router = APIRouter(
    prefix="/v2/decision-definitions",
    tags=["decision definitions"],
    dependencies=[Depends(Allowed("definition.read"))],
)
_Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class DecisionFilter(Shape):
    """What the decisions have in common."""

    decision_definition_key: Key | None = None
    decision_definition_id: TextFilter | None = None
    name: TextFilter | None = None
    version: _Version | None = None
    decision_requirements_key: Key | None = None
    decision_requirements_id: Word | None = None
    decision_requirements_name: Word | None = None
    decision_requirements_version: _Version | None = None
    is_latest_version: bool | None = None


class DecisionSort(Shape):
    """One field to sort by."""

    field: Literal[
        "decisionDefinitionKey",
        "decisionDefinitionId",
        "name",
        "version",
        "decisionRequirementsKey",
        "decisionRequirementsId",
        "decisionRequirementsName",
        "decisionRequirementsVersion",
    ]
    order: Order = "ASC"


class DecisionSearch(Shape):
    """Filter, order and page of a search."""

    filter: DecisionFilter = Field(default_factory=DecisionFilter)
    sort: Annotated[list[DecisionSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


class DecisionView(Shape):
    """A version of a decision in the shape of Camunda 8.8."""

    decision_definition_key: str
    decision_definition_id: str
    name: str
    version: int
    decision_requirements_key: str
    decision_requirements_id: str
    decision_requirements_name: str
    decision_requirements_version: int
    tenant_id: str = TENANT


class DecisionPage(Shape):
    """A page of decisions."""

    items: list[DecisionView]
    page: Page


_FIELDS: Mapping[str, Mapped[Any]] = {
    "decision_definition_key": col(DecisionDefinition.key),
    "decision_definition_id": col(DecisionDefinition.decision_id),
    "name": col(DecisionDefinition.name),
    "version": col(DecisionDefinition.version),
    "decision_requirements_key": col(DecisionRequirements.key),
    "decision_requirements_id": col(DecisionRequirements.requirements_id),
    "decision_requirements_name": col(DecisionRequirements.name),
    "decision_requirements_version": col(DecisionRequirements.version),
}
_COLUMNS = {
    DecisionFilter.model_fields[name].alias or name: column for name, column in _FIELDS.items()
}
_EXAMPLE = {
    "decisionDefinitionKey": "5242880",
    "decisionDefinitionId": "limits",
    "name": "期限",
    "version": 1,
    "decisionRequirementsKey": "4194304",
    "decisionRequirementsId": "limits_definitions",
    "decisionRequirementsName": "期限",
    "decisionRequirementsVersion": 1,
    "tenantId": TENANT,
}


@router.post(
    "/search",
    operation_id="search_decision_definitions",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, {"items": [_EXAMPLE], "page": PAGE}),
    },
)
def search_decision_definitions(
    means: MeansHere, asked: DecisionSearch | None = None
) -> DecisionPage:
    """Return versions of decisions; `isLatestVersion` leaves the newest of each."""
    asked = asked or DecisionSearch()
    matching = _with_files().where(*_where(asked.filter))
    order = ordered(asked.sort, _COLUMNS, col(DecisionDefinition.key))
    with Session(means.engine) as session:
        rows, total = page(session, matching, order, asked.page)
        items = [_view(row[0], row[1]) for row in rows]
    return DecisionPage(items=items, page=page_of(asked.page, len(items), total))


@router.get(
    "/{key}",
    operation_id="get_decision_definition",
    responses={
        **for_staff("request_invalid", "decision_definition_not_found"),
        **example(200, _EXAMPLE),
    },
)
def get_decision_definition(key: PathKey, means: MeansHere) -> DecisionView:
    """Return a version of a decision."""
    with Session(means.engine) as session:
        return _view(*_existing(session, key))


@router.get(
    "/{key}/xml",
    operation_id="get_decision_definition_xml",
    response_class=Response,
    responses={**for_staff("request_invalid", "decision_definition_not_found"), **DRAWING},
)
def get_decision_definition_xml(key: PathKey, means: MeansHere) -> Response:
    """Return the file that the decision stands in, byte for byte as it was deployed."""
    with Session(means.engine) as session:
        _, file = _existing(session, key)
        files = process_definition.load_resources(session, file.definition_digest)
    return download(files[file.resource_name], XML, file.resource_name)


def _existing(session: Session, key: int) -> tuple[DecisionDefinition, DecisionRequirements]:
    found = decision_definition.find(session, key=key)
    if found is None:
        raise Problem("decision_definition_not_found", key=str(key))
    return found, session.get_one(DecisionRequirements, found.requirements_key)


def _with_files() -> Any:
    file = col(DecisionRequirements.key) == col(DecisionDefinition.requirements_key)
    return select(DecisionDefinition, DecisionRequirements).join(DecisionRequirements, file)


def _where(asked: DecisionFilter) -> Iterator[ColumnElement[bool]]:
    for name, column in _FIELDS.items():
        yield from where(column, getattr(asked, name))
    if asked.is_latest_version is not None:
        other = aliased(DecisionDefinition)
        same = col(other.decision_id) == col(DecisionDefinition.decision_id)
        newest = select(func.max(other.version)).where(same).scalar_subquery()
        version = col(DecisionDefinition.version)
        yield version == newest if asked.is_latest_version else version < newest


def _view(one: DecisionDefinition, file: DecisionRequirements) -> DecisionView:
    return DecisionView(
        decision_definition_key=str(one.key),
        decision_definition_id=one.decision_id,
        name=one.name,
        version=one.version,
        decision_requirements_key=str(file.key),
        decision_requirements_id=file.requirements_id,
        decision_requirements_name=file.name,
        decision_requirements_version=file.version,
    )
