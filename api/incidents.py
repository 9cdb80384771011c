"""Incidents and the end of instances, for operators (异常与终止)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.authentication import Caller
from api.commands import deliver, was_done
from api.idempotency import Answer, KeyHeader, Once, carry_out, in_transaction, once
from api.keys import Key, PathKey
from api.means import Means, MeansHere
from api.paging import Page, PageRequest, Shape, page_of
from api.permissions import Allowed
from api.problem import Problem
from api.user_task_view import TENANT
from bpmn.commands import CancelInstance, Command, ResolveIncident
from models.incident import Incident
from models.process_instance import ProcessInstance

router = APIRouter(prefix="/v2", tags=["operation"])
_COMMANDS = (
    "idempotency_key_invalid",
    "request_invalid",
    "idempotency_key_reused",
    "process_instance_ended",
    "process_instance_starting",
    "instance_busy",
)


class IncidentFilter(Shape):
    """What the incidents have in common."""

    incident_key: Key | None = None
    process_instance_key: Key | None = None
    element_id: Annotated[str, Field(max_length=200)] | None = None
    error_type: Annotated[str, Field(max_length=200)] | None = None
    state: Literal["ACTIVE", "RESOLVED"] | None = None


class IncidentSearch(Shape):
    """Filter and page of a search."""

    filter: IncidentFilter = Field(default_factory=IncidentFilter)
    page: PageRequest = Field(default_factory=PageRequest)


class IncidentView(Shape):
    """An incident in the shape of Camunda 8.8: `errorType` is our code, `data` belongs to it."""

    incident_key: str
    process_instance_key: str
    element_id: str
    element_instance_key: str
    error_type: str
    error_message: str = ""
    data: dict[str, Any]
    state: str
    creation_time: datetime
    resolved_at: datetime | None
    tenant_id: str = TENANT


class IncidentPage(Shape):
    """A page of incidents."""

    items: list[IncidentView]
    page: Page


_PAGE = {
    "items": [
        {
            "incidentKey": "1048600",
            "processInstanceKey": "1048576",
            "elementId": "reply",
            "elementInstanceKey": "1048598",
            "errorType": "send_failed",
            "errorMessage": "",
            "data": {},
            "state": "ACTIVE",
            "creationTime": "2024-05-06T03:00:00Z",
            "resolvedAt": None,
            "tenantId": TENANT,
        }
    ],
    "page": {
        "totalItems": 1,
        "hasMoreTotalItems": False,
        "startCursor": "MA",
        "endCursor": None,
    },
}


@router.post(
    "/incidents/search",
    operation_id="search_incidents",
    responses={
        **for_staff("body_malformed", "request_invalid", "body_too_large"),
        **example(200, _PAGE),
    },
    dependencies=[Depends(Allowed("incident.read"))],
)
def search_incidents(means: MeansHere, asked: IncidentSearch | None = None) -> IncidentPage:
    """Return incidents, oldest first."""
    asked = asked or IncidentSearch()
    given = asked.filter.model_dump(exclude_none=True)
    where = [getattr(Incident, _COLUMNS[name]) == value for name, value in given.items()]
    with Session(means.engine) as session:
        total = session.scalar(select(func.count()).select_from(Incident).where(*where)) or 0
        oldest = select(Incident).where(*where).order_by(col(Incident.key))
        page = oldest.limit(asked.page.limit).offset(asked.page.offset)
        items = [_view(one) for one in session.scalars(page)]
    return IncidentPage(items=items, page=page_of(asked.page, len(items), total))


@router.post(
    "/incidents/{key}/resolution",
    status_code=204,
    operation_id="resolve_incident",
    responses=for_staff(*_COMMANDS, "incident_not_found", "incident_not_active"),
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

    return (await _carry_out(means, handle, prepare)).response()


@router.post(
    "/process-instances/{key}/cancellation",
    status_code=204,
    operation_id="cancel_process_instance",
    responses=for_staff(*_COMMANDS, "process_instance_not_found"),
)
async def cancel_process_instance(
    key: PathKey,
    caller: Annotated[Caller, Depends(Allowed("process_instance.cancel"))],
    means: MeansHere,
    idempotency_key: KeyHeader = None,
) -> Response:
    """End an instance now, wherever it stands."""
    handle = once(means, caller.username, f"cancel instance {key}", idempotency_key)

    def prepare(session: Session) -> tuple[int, Command | None]:
        found = session.get(ProcessInstance, key)
        if found is None:
            raise Problem("process_instance_not_found", key=str(key))
        identity = handle.command_id()
        if handle.key and was_done(session, key, identity):
            return key, None
        if found.state != "ACTIVE":
            raise Problem("process_instance_ended")
        return key, CancelInstance(id=identity, actor=caller.username, reason="requested")

    return (await _carry_out(means, handle, prepare)).response()


async def _carry_out(
    means: Means, handle: Once, prepare: Callable[[Session], tuple[int, Command | None]]
) -> Answer:
    async def work() -> Answer:
        instance_key, command = await in_transaction(means, prepare)
        if command is not None:
            await deliver(means, instance_key, command)
        return Answer(204)

    return await carry_out(means, handle, work)


_COLUMNS = {
    "incident_key": "key",
    "process_instance_key": "instance_key",
    "element_id": "element_id",
    "error_type": "code",
    "state": "state",
}


def _view(one: Incident) -> IncidentView:
    return IncidentView(
        incident_key=str(one.key),
        process_instance_key=str(one.instance_key),
        element_id=one.element_id,
        element_instance_key=str(one.element_instance_key),
        error_type=one.code,
        data=one.data,
        state=one.state,
        creation_time=one.created_at,
        resolved_at=one.resolved_at,
    )
