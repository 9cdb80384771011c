"""Incidents as Camunda 8 shows them (异常视图)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlmodel import col

from api.paging import Page, Shape
from api.user_task_view import TENANT
from models.element_instance import shown_key
from models.incident import Incident
from models.process_definition import ProcessDefinition
from models.process_instance import ProcessInstance


class IncidentView(Shape):
    """An incident in the shape of Camunda 8.8: `errorType` is our code, `data` belongs to it."""

    incident_key: str
    process_instance_key: str
    process_definition_id: str
    process_definition_key: str
    element_id: str
    element_instance_key: str
    job_key: str | None
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


EXAMPLE: Mapping[str, Any] = {
    "incidentKey": "1048600",
    "processInstanceKey": "1048576",
    "processDefinitionId": "feedback",
    "processDefinitionKey": "2097152",
    "elementId": "reply",
    "elementInstanceKey": "1048598",
    "jobKey": "1048599",
    "errorType": "job_no_retries",
    "errorMessage": "",
    "data": {"error": "send_failed"},
    "state": "ACTIVE",
    "creationTime": "2024-05-06T03:00:00Z",
    "resolvedAt": None,
    "tenantId": TENANT,
}


def with_definitions() -> Select[Any]:
    """Return the query of all incidents, as `view` takes its rows."""
    return (
        select(Incident, col(ProcessInstance.process_id), col(ProcessDefinition.key))
        .join(ProcessInstance, col(ProcessInstance.key) == col(Incident.instance_key))
        .outerjoin(ProcessDefinition, col(ProcessDefinition.digest) == col(ProcessInstance.digest))
    )


def view(row: Row[Any]) -> IncidentView:
    """Return an incident as it is shown."""
    one, process_id, definition_key = row
    host = shown_key(one.instance_key, one.element_instance_key)
    return IncidentView(
        incident_key=str(one.key),
        process_instance_key=str(one.instance_key),
        process_definition_id=process_id,
        process_definition_key=str(definition_key or 0),
        element_id=one.element_id,
        element_instance_key=str(host),
        job_key=None if one.job_key is None else str(one.job_key),
        error_type=one.code,
        data=one.data,
        state=one.state,
        creation_time=one.created_at,
        resolved_at=one.resolved_at,
    )
