"""Process instances as Camunda 8 shows them (流程实例视图)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.paging import Page, Shape
from api.user_task_view import TENANT
from models.feedback import Feedback
from models.process_definition import ProcessDefinition
from models.process_instance import ProcessInstance


class ProcessInstanceView(Shape):
    """A process instance in the shape of Camunda 8.8; `feedbackNumber` is ours.

    What a call activity runs belongs to its caller's instance, so that no instance has a parent.
    """

    process_instance_key: str
    process_definition_id: str
    process_definition_name: str | None = None
    process_definition_version: int
    process_definition_version_tag: str | None = None
    process_definition_key: str
    parent_process_instance_key: str | None = None
    parent_element_instance_key: str | None = None
    start_date: datetime
    end_date: datetime | None = None
    state: str
    has_incident: bool
    tenant_id: str = TENANT
    tags: list[str] = Field(default_factory=list)
    feedback_number: str | None = None


class ProcessInstancePage(Shape):
    """A page of process instances."""

    items: list[ProcessInstanceView]
    page: Page


EXAMPLE: Mapping[str, Any] = {
    "processInstanceKey": "1048576",
    "processDefinitionId": "feedback",
    "processDefinitionName": "客户反馈闭环",
    "processDefinitionVersion": 1,
    "processDefinitionVersionTag": None,
    "processDefinitionKey": "2097152",
    "parentProcessInstanceKey": None,
    "parentElementInstanceKey": None,
    "startDate": "2024-05-06T02:00:02Z",
    "endDate": None,
    "state": "ACTIVE",
    "hasIncident": False,
    "tenantId": TENANT,
    "tags": [],
    "feedbackNumber": "202405-001",
}
PAGE: Mapping[str, Any] = {
    "totalItems": 1,
    "hasMoreTotalItems": False,
    "startCursor": "MA",
    "endCursor": None,
}


def with_definitions() -> Select[Any]:
    """Return the query of all instances with their definitions, as `views` takes its rows."""
    return select(ProcessInstance, ProcessDefinition).outerjoin(
        ProcessDefinition, col(ProcessDefinition.digest) == col(ProcessInstance.digest)
    )


def views(session: Session, rows: Sequence[Row[Any]]) -> list[ProcessInstanceView]:
    """Return instances as they are shown."""
    keys = [row[0].key for row in rows]
    named = select(col(Feedback.id), col(Feedback.number)).where(col(Feedback.id).in_(keys))
    numbers = {row.id: row.number for row in session.execute(named)}
    return [_view(row[0], row[1], numbers.get(row[0].key)) for row in rows]


def _view(
    one: ProcessInstance, definition: ProcessDefinition | None, number: str | None
) -> ProcessInstanceView:
    return ProcessInstanceView(
        process_instance_key=str(one.key),
        process_definition_id=one.process_id,
        process_definition_name=definition.name or None if definition else None,
        process_definition_version=definition.version if definition else 0,
        process_definition_version_tag=definition.version_tag if definition else None,
        process_definition_key=str(definition.key) if definition else "0",
        start_date=one.started_at,
        end_date=one.ended_at,
        state=one.state,
        has_incident=one.has_incident,
        feedback_number=number,
    )
