"""Element instances as Camunda 8 shows them (元素实例视图)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, SQLColumnExpression, func, select
from sqlmodel import col

from api.paging import Page, Shape
from api.user_task_view import TENANT
from models.element_instance import ElementInstance
from models.incident import Incident
from models.process_definition import ProcessDefinition
from models.process_instance import ProcessInstance

# The engine's kinds by Camunda's types. A transaction is a kind of sub-process; the body around
# the runs of a loop is what Camunda knows of multi-instance activities.
KINDS: Mapping[str, Sequence[str]] = {
    "PROCESS": ("process",),
    "SUB_PROCESS": ("subProcess", "transaction"),
    "EVENT_SUB_PROCESS": ("eventSubProcess",),
    "AD_HOC_SUB_PROCESS": ("adHocSubProcess",),
    "AD_HOC_SUB_PROCESS_INNER_INSTANCE": (),
    "START_EVENT": ("startEvent",),
    "INTERMEDIATE_CATCH_EVENT": ("intermediateCatchEvent",),
    "INTERMEDIATE_THROW_EVENT": ("intermediateThrowEvent",),
    "BOUNDARY_EVENT": ("boundaryEvent",),
    "END_EVENT": ("endEvent",),
    "SERVICE_TASK": ("serviceTask",),
    "RECEIVE_TASK": ("receiveTask",),
    "USER_TASK": ("userTask",),
    "MANUAL_TASK": ("manualTask",),
    "TASK": ("task",),
    "EXCLUSIVE_GATEWAY": ("exclusiveGateway",),
    "INCLUSIVE_GATEWAY": ("inclusiveGateway",),
    "PARALLEL_GATEWAY": ("parallelGateway",),
    "EVENT_BASED_GATEWAY": ("eventBasedGateway",),
    "MULTI_INSTANCE_BODY": ("multiInstance", "standardLoop"),
    "CALL_ACTIVITY": ("callActivity",),
    "BUSINESS_RULE_TASK": ("businessRuleTask",),
    "SCRIPT_TASK": ("scriptTask",),
    "SEND_TASK": ("sendTask",),
}
_TYPES = {kind: name for name, kinds in KINDS.items() for kind in kinds}
BODIES = KINDS["MULTI_INSTANCE_BODY"]


class ElementInstanceView(Shape):
    """An element instance in the shape of Camunda 8.8; the process itself is one of them.

    `processDefinitionId` is the process in whose drawing the element stands: the called one
    inside of a call activity. `processDefinitionKey` is the definition of the instance.
    """

    element_instance_key: str
    process_instance_key: str
    process_definition_id: str
    process_definition_key: str
    element_instance_scope_key: str | None = None
    element_id: str
    element_name: str
    type: str
    state: str
    start_date: datetime
    end_date: datetime | None = None
    has_incident: bool
    incident_key: str | None = None
    tenant_id: str = TENANT


class ElementInstancePage(Shape):
    """A page of element instances."""

    items: list[ElementInstanceView]
    page: Page


EXAMPLE: Mapping[str, Any] = {
    "elementInstanceKey": "1048588",
    "processInstanceKey": "1048576",
    "processDefinitionId": "feedback",
    "processDefinitionKey": "2097152",
    "elementInstanceScopeKey": "1048576",
    "elementId": "accept",
    "elementName": "接单",
    "type": "USER_TASK",
    "state": "ACTIVE",
    "startDate": "2024-05-06T02:00:02Z",
    "endDate": None,
    "hasIncident": False,
    "incidentKey": None,
    "tenantId": TENANT,
}


def open_incident() -> SQLColumnExpression[Any]:
    """Return the key of the oldest open incident of an element instance, null without one."""
    here = col(ElementInstance.key)
    instance = col(ElementInstance.instance_key)
    host = col(Incident.element_instance_key)
    # The process itself goes by the key of its instance here, by its own in an incident.
    own = (host == here) | ((host == instance + 1) & (here == instance))
    found = select(func.min(col(Incident.key))).where(
        col(Incident.instance_key) == instance, own, col(Incident.state) == "ACTIVE"
    )
    return found.correlate(ElementInstance).scalar_subquery()


def with_definitions() -> Select[Any]:
    """Return the query of all element instances, as `view` takes its rows."""
    return (
        select(ElementInstance, col(ProcessDefinition.key), open_incident())
        .join(ProcessInstance, col(ProcessInstance.key) == col(ElementInstance.instance_key))
        .outerjoin(ProcessDefinition, col(ProcessDefinition.digest) == col(ProcessInstance.digest))
    )


def view(row: Row[Any]) -> ElementInstanceView:
    """Return an element instance as it is shown."""
    one, definition_key, incident_key = row
    return ElementInstanceView(
        element_instance_key=str(one.key),
        process_instance_key=str(one.instance_key),
        process_definition_id=one.process_id,
        process_definition_key=str(definition_key or 0),
        element_instance_scope_key=str(one.scope_key) if one.scope_key else None,
        element_id=one.element_id,
        element_name=one.element_name or one.element_id,
        type=_TYPES.get(one.kind, "UNKNOWN"),
        state=one.state,
        start_date=one.started_at,
        end_date=one.ended_at,
        has_incident=incident_key is not None,
        incident_key=None if incident_key is None else str(incident_key),
    )
