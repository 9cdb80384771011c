"""Incidents for operators: search, one of them, resolution (异常)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Discriminator, Field, Tag
from sqlalchemy import BigInteger, ColumnElement, Select, SQLColumnExpression, case
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.commands import CODES_OF_COMMANDS, carry_out_command, was_done
from api.conditions import Conditions, KeyFilter, TextFilter, TimeFilter, kind_of, where
from api.idempotency import KeyHeader, once
from api.incident_view import EXAMPLE, IncidentPage, IncidentView, view, with_definitions
from api.instance_visibility import of_course, visible_instance
from api.keys import PathKey
from api.means import Means, MeansHere
from api.paging import PageRequest, Shape, page_of
from api.permissions import Allowed
from api.problem import Problem
from api.process_instance_view import PAGE
from api.searching import Order, ordered, page
from bpmn.commands import Command, ResolveIncident
from models.incident import Incident
from models.process_definition import ProcessDefinition
from models.process_instance import ProcessInstance

router = APIRouter(prefix="/v2", tags=["incidents"])
Reader = Annotated[Caller, Depends(Allowed("incident.read"))]
State = Literal["ACTIVE", "RESOLVED"]


class IncidentStateConditions(Conditions[State]):
    """Conditions of the state of an incident."""


_StateFilter = Annotated[
    Annotated[State, Tag("value")] | Annotated[IncidentStateConditions, Tag("conditions")],
    Discriminator(kind_of),
]


class IncidentFilter(Shape):
    """What the incidents have in common."""

    incident_key: KeyFilter | None = None
    process_instance_key: KeyFilter | None = None
    process_definition_id: TextFilter | None = None
    process_definition_key: KeyFilter | None = None
    element_id: TextFilter | None = None
    element_instance_key: KeyFilter | None = None
    job_key: KeyFilter | None = None
    error_type: TextFilter | None = None
    state: _StateFilter | None = None
    creation_time: TimeFilter | None = None


class IncidentSort(Shape):
    """One field to sort by."""

    field: Literal[
        "incidentKey",
        "processInstanceKey",
        "processDefinitionId",
        "processDefinitionKey",
        "elementId",
        "elementInstanceKey",
        "jobKey",
        "errorType",
        "state",
        "creationTime",
    ]
    order: Order = "ASC"


class IncidentSearch(Shape):
    """Filter, order and page of a search."""

    filter: IncidentFilter = Field(default_factory=IncidentFilter)
    sort: Annotated[list[IncidentSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


_HOST = col(Incident.element_instance_key)
_INSTANCE = col(Incident.instance_key)
_COLUMNS: dict[str, SQLColumnExpression[Any]] = {
    "incidentKey": col(Incident.key),
    "processInstanceKey": _INSTANCE,
    "processDefinitionId": col(ProcessInstance.process_id),
    "processDefinitionKey": col(ProcessDefinition.key),
    "elementId": col(Incident.element_id),
    # The process itself is shown under the key of its instance.
    "elementInstanceKey": case((_HOST == _INSTANCE + 1, _INSTANCE), else_=_HOST).cast(BigInteger),
    "jobKey": col(Incident.job_key),
    "errorType": col(Incident.code),
    "state": col(Incident.state),
    "creationTime": col(Incident.created_at),
}


@router.post(
    "/incidents/search",
    operation_id="search_incidents",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, {"items": [EXAMPLE], "page": PAGE}),
    },
    dependencies=[Depends(Allowed("incident.read"))],
)
def search_incidents(means: MeansHere, asked: IncidentSearch | None = None) -> IncidentPage:
    """Return incidents, oldest first."""
    return _page(means, with_definitions(), asked or IncidentSearch())


@router.post(
    "/process-instances/{key}/incidents/search",
    operation_id="search_process_instance_incidents",
    responses={
        **for_staff(
            "body_malformed",
            "request_invalid",
            "body_too_large",
            "process_instance_not_found",
            "process_instance_not_yours",
            "process_instance_starting",
        ),
        **example(200, {"items": [EXAMPLE], "page": PAGE}),
    },
)
def search_process_instance_incidents(
    key: PathKey, caller: Reader, means: MeansHere, asked: IncidentSearch | None = None
) -> IncidentPage:
    """Return the incidents of an instance, those in called processes included."""
    with Session(means.engine) as session:
        visible_instance(session, of_course(caller), key)
    return _page(
        means,
        with_definitions().where(col(Incident.instance_key) == key),
        asked or IncidentSearch(),
    )


@router.get(
    "/incidents/{key}",
    operation_id="get_incident",
    responses={**for_staff("request_invalid", "incident_not_found"), **example(200, EXAMPLE)},
    dependencies=[Depends(Allowed("incident.read"))],
)
def get_incident(key: PathKey, means: MeansHere) -> IncidentView:
    """Return one incident."""
    with Session(means.engine) as session:
        found = session.execute(with_definitions().where(col(Incident.key) == key)).first()
    if found is None:
        raise Problem("incident_not_found", key=str(key))
    return view(found)


@router.post(
    "/incidents/{key}/resolution",
    status_code=204,
    operation_id="resolve_incident",
    responses=for_staff(*CODES_OF_COMMANDS, "incident_not_found", "incident_not_active"),
)
async def resolve_incident(
    key: PathKey,
    caller: Annotated[Caller, Depends(Allowed("incident.resolve"))],
    means: MeansHere,
    idempotency_key: KeyHeader = None,
) -> Response:
    """Try again what the incident stopped."""
    handle = once(means, caller.username, f"resolve incident {key}", idempotency_key)

    def prepare(session: Session) -> tuple[int, Command | None]:
        found = session.get(Incident, key)
        if found is None:
            raise Problem("incident_not_found", key=str(key))
        identity = handle.command_id()
        if handle.key and was_done(session, found.instance_key, identity):
            return found.instance_key, None
        if found.state != "ACTIVE":
            raise Problem("incident_not_active", key=str(key))
        command = ResolveIncident(id=identity, actor=caller.username, key=key)
        return found.instance_key, command

    return (await carry_out_command(means, handle, prepare)).response()


def _page(means: Means, matching: Select[Any], asked: IncidentSearch) -> IncidentPage:
    order = ordered(asked.sort, _COLUMNS, col(Incident.key))
    with Session(means.engine) as session:
        rows, total = page(session, matching.where(*_wanted(asked.filter)), order, asked.page)
        items = [view(row) for row in rows]
    return IncidentPage(items=items, page=page_of(asked.page, len(items), total))


def _wanted(given: IncidentFilter) -> Iterator[ColumnElement[bool]]:
    for name, field in IncidentFilter.model_fields.items():
        yield from where(_COLUMNS[str(field.alias)], getattr(given, name))
