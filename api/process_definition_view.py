"""Deployed processes as Camunda 8 shows them (流程定义视图)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from api.paging import Page, Shape
from api.problem import Problem
from api.user_task_view import TENANT
from models import process_definition
from models.process_definition import ProcessDefinition


class ProcessDefinitionView(Shape):
    """A version of a process in the shape of Camunda 8.8."""

    process_definition_key: str
    process_definition_id: str
    name: str
    version: int
    version_tag: str | None
    resource_name: str
    has_start_form: bool
    tenant_id: str = TENANT


class ProcessDefinitionPage(Shape):
    """A page of process definitions."""

    items: list[ProcessDefinitionView]
    page: Page


EXAMPLE: Mapping[str, Any] = {
    "processDefinitionKey": "2097152",
    "processDefinitionId": "feedback",
    "name": "客户反馈闭环",
    "version": 1,
    "versionTag": None,
    "resourceName": "feedback.bpmn",
    "hasStartForm": False,
    "tenantId": TENANT,
}
PAGE: Mapping[str, Any] = {
    "totalItems": 1,
    "hasMoreTotalItems": False,
    "startCursor": "MA",
    "endCursor": None,
}


def existing(session: Session, key: int) -> ProcessDefinition:
    """Return a version of a process.

    Raises:
        Problem: `process_definition_not_found`.
    """
    found = process_definition.by_key(session, key)
    if found is None:
        raise Problem("process_definition_not_found", key=str(key))
    return found


def view(one: ProcessDefinition) -> ProcessDefinitionView:
    """Return a version of a process as it is shown."""
    return ProcessDefinitionView(
        process_definition_key=str(one.key),
        process_definition_id=one.process_id,
        name=one.name,
        version=one.version,
        version_tag=one.version_tag,
        resource_name=one.resource_name,
        has_start_form=one.start_form is not None,
    )
