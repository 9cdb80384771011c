"""`/v2/process-definitions`: what is deployed, its drawing and its start form (流程定义)."""

from __future__ import annotations

import json
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
from api.paging import PageRequest, Shape, page_of
from api.permissions import Allowed
from api.process_definition_view import (
    EXAMPLE,
    PAGE,
    ProcessDefinitionPage,
    ProcessDefinitionView,
    existing,
    view,
)
from api.searching import Order, ordered, page
from api.task_forms import FormView
from api.user_task_view import TENANT
from models import form_definition, process_definition
from models.process_definition import ProcessDefinition

router = APIRouter(
    prefix="/v2/process-definitions",
    tags=["process definitions"],
    dependencies=[Depends(Allowed("definition.read"))],
)
XML = "text/xml"
DRAWING: dict[int | str, Any] = {200: {"content": {XML: {"example": "<definitions/>"}}}}


class DefinitionFilter(Shape):
    """What the versions have in common."""

    process_definition_key: Key | None = None
    process_definition_id: TextFilter | None = None
    name: TextFilter | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    version_tag: Word | None = None
    resource_name: Word | None = None
    has_start_form: bool | None = None
    is_latest_version: bool | None = None


class DefinitionSort(Shape):
    """One field to sort by."""

    field: Literal[
        "processDefinitionKey",
        "processDefinitionId",
        "name",
        "version",
        "versionTag",
        "resourceName",
    ]
    order: Order = "ASC"


class DefinitionSearch(Shape):
    """Filter, order and page of a search."""

    filter: DefinitionFilter = Field(default_factory=DefinitionFilter)
    sort: Annotated[list[DefinitionSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


_COLUMNS: Mapping[str, Mapped[Any]] = {
    "processDefinitionKey": col(ProcessDefinition.key),
    "processDefinitionId": col(ProcessDefinition.process_id),
    "name": col(ProcessDefinition.name),
    "version": col(ProcessDefinition.version),
    "versionTag": col(ProcessDefinition.version_tag),
    "resourceName": col(ProcessDefinition.resource_name),
}
_FIELDS: Mapping[str, Mapped[Any]] = {
    "process_definition_key": col(ProcessDefinition.key),
    "process_definition_id": col(ProcessDefinition.process_id),
    "name": col(ProcessDefinition.name),
    "version": col(ProcessDefinition.version),
    "version_tag": col(ProcessDefinition.version_tag),
    "resource_name": col(ProcessDefinition.resource_name),
}


_FORM = {
    "formKey": "6291456",
    "formId": "begin",
    "tenantId": TENANT,
    "version": 1,
    "schema": {"type": "default", "id": "begin", "components": []},
}


@router.post(
    "/search",
    operation_id="search_process_definitions",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, {"items": [EXAMPLE], "page": PAGE}),
    },
)
def search_process_definitions(
    means: MeansHere, asked: DefinitionSearch | None = None
) -> ProcessDefinitionPage:
    """Return versions of processes; `isLatestVersion` leaves the newest of each."""
    asked = asked or DefinitionSearch()
    matching = select(ProcessDefinition).where(*_where(asked.filter))
    order = ordered(asked.sort, _COLUMNS, col(ProcessDefinition.key))
    with Session(means.engine) as session:
        rows, total = page(session, matching, order, asked.page)
        items = [view(row[0]) for row in rows]
    return ProcessDefinitionPage(items=items, page=page_of(asked.page, len(items), total))


@router.get(
    "/{key}",
    operation_id="get_process_definition",
    responses={
        **for_staff("request_invalid", "process_definition_not_found"),
        **example(200, EXAMPLE),
    },
)
def get_process_definition(key: PathKey, means: MeansHere) -> ProcessDefinitionView:
    """Return a version of a process."""
    with Session(means.engine) as session:
        return view(existing(session, key))


@router.get(
    "/{key}/xml",
    operation_id="get_process_definition_xml",
    response_class=Response,
    responses={**for_staff("request_invalid", "process_definition_not_found"), **DRAWING},
)
def get_process_definition_xml(key: PathKey, means: MeansHere) -> Response:
    """Return the drawing, byte for byte as it was deployed."""
    with Session(means.engine) as session:
        found = existing(session, key)
        files = process_definition.load_resources(session, found.digest)
    return download(files[found.resource_name], XML, found.resource_name)


@router.get(
    "/{key}/form",
    operation_id="get_start_form",
    response_model=FormView,
    responses={
        **for_staff("request_invalid", "process_definition_not_found"),
        **example(200, _FORM),
        204: {"description": "The process has no start form."},
    },
)
def get_start_form(key: PathKey, means: MeansHere) -> Any:
    """Return the form of the start event, as deployed with the process."""
    with Session(means.engine) as session:
        found = existing(session, key)
        files = process_definition.load_resources(session, found.digest)
        content = _form_file(files, found.start_form)
        if found.start_form is None or content is None:
            return Response(status_code=204)
        held = form_definition.of_definitions(session, [found.digest])
    form = held.get((found.digest, found.start_form))
    return FormView(
        form_key=str(form.key) if form else None,
        form_id=found.start_form,
        version=form.version if form else 0,
        schema_=json.loads(content),
    )


def _form_file(files: Mapping[str, bytes], form_id: str | None) -> bytes | None:
    forms = (content for name, content in files.items() if name.endswith(".form"))
    return next((one for one in forms if json.loads(one).get("id") == form_id), None)


def _where(asked: DefinitionFilter) -> Iterator[ColumnElement[bool]]:
    for name, column in _FIELDS.items():
        yield from where(column, getattr(asked, name))
    if asked.has_start_form is not None:
        form = col(ProcessDefinition.start_form)
        yield form.is_not(None) if asked.has_start_form else form.is_(None)
    if asked.is_latest_version is not None:
        other = aliased(ProcessDefinition)
        same = col(other.process_id) == col(ProcessDefinition.process_id)
        newest = select(func.max(other.version)).where(same).scalar_subquery()
        version = col(ProcessDefinition.version)
        yield version == newest if asked.is_latest_version else version < newest
