"""`POST /v2/user-tasks/{key}/audit-logs/search`: who did what to a task (任务审计日志)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, Discriminator, Field, Tag
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, case, select
from sqlalchemy.orm import Session
from sqlmodel import col

from api.answers import example, for_staff
from api.conditions import Conditions, TextFilter, TimeFilter, kind_of, where
from api.keys import PathKey
from api.means import MeansHere
from api.paging import Page, PageRequest, Shape, page_of
from api.problem import Problem
from api.searching import Order, ordered, page
from api.user_task_view import TENANT, existing, views
from api.user_tasks import Reader
from api.visibility import sees_task
from models.audit_record import AuditRecord
from models.user_task import UserTask

router = APIRouter(prefix="/v2/user-tasks", tags=["user tasks"])
_OPERATIONS = {
    "USER_TASK_CREATED": "CREATE",
    "USER_TASK_ASSIGNED": "ASSIGN",
    "USER_TASK_UPDATED": "UPDATE",
    "USER_TASK_COMPLETED": "COMPLETE",
    "USER_TASK_CANCELED": "CANCEL",
    # These are ours.
    "USER_TASK_DELEGATED": "DELEGATE",
    "USER_TASK_RETURNED": "RETURN",
    "USER_TASK_SIGNER_ADDED": "ADD_SIGNER",
    "USER_TASK_SIGNER_REMOVED": "REMOVE_SIGNER",
    "USER_TASK_DENIED": "DENY",
}
_TOLD = ("assignee", "before", "owner", "changes", "position", "signs", "code")
Operation = Literal[
    "CREATE",
    "ASSIGN",
    "UNASSIGN",
    "UPDATE",
    "COMPLETE",
    "CANCEL",
    "DELEGATE",
    "RETURN",
    "ADD_SIGNER",
    "REMOVE_SIGNER",
    "DENY",
]
Result = Literal["SUCCESS", "FAIL"]
ActorType = Literal["USER", "UNKNOWN"]
_VALUE, _CONDITIONS, _KIND = Tag("value"), Tag("conditions"), Discriminator(kind_of)


class OperationConditions(Conditions[Operation]):
    """Conditions of what was done."""


class ResultConditions(Conditions[Result]):
    """Conditions of how it ended."""


class ActorTypeConditions(Conditions[ActorType]):
    """Conditions of who did it."""


class AuditLogFilter(Shape):
    """What the entries have in common."""

    operation_type: (
        Annotated[Annotated[Operation, _VALUE] | Annotated[OperationConditions, _CONDITIONS], _KIND]
        | None
    ) = None
    result: (
        Annotated[Annotated[Result, _VALUE] | Annotated[ResultConditions, _CONDITIONS], _KIND]
        | None
    ) = None
    timestamp: TimeFilter | None = None
    actor_type: (
        Annotated[Annotated[ActorType, _VALUE] | Annotated[ActorTypeConditions, _CONDITIONS], _KIND]
        | None
    ) = None
    actor_id: TextFilter | None = None


class AuditLogSort(Shape):
    """One field to sort by."""

    field: Literal["timestamp", "operationType", "actorId", "actorType", "result", "auditLogKey"]
    order: Order = "ASC"


class AuditLogSearch(Shape):
    """Filter, order and page of a search."""

    filter: AuditLogFilter = Field(default_factory=AuditLogFilter)
    sort: Annotated[list[AuditLogSort], Field(max_length=5)] = Field(default_factory=list)
    page: PageRequest = Field(default_factory=PageRequest)


class AuditLogEntry(Shape):
    """An entry in the shape of Camunda 8; `details` are ours and hold codes and usernames."""

    audit_log_key: str
    entity_key: str
    entity_type: str = "USER_TASK"
    operation_type: Operation
    timestamp: AwareDatetime
    actor_id: str | None
    actor_type: ActorType
    result: Result
    category: str = "USER_TASKS"
    annotation: str | None = None
    tenant_id: str = TENANT
    process_definition_id: str
    process_definition_key: str
    process_instance_key: str
    element_instance_key: str
    user_task_key: str
    details: dict[str, Any]


class AuditLogPage(Shape):
    """A page of entries."""

    items: list[AuditLogEntry]
    page: Page


_ACTOR = col(AuditRecord.data)["by"].astext
_ASSIGNED_TO_NOBODY = (col(AuditRecord.kind) == "USER_TASK_ASSIGNED") & col(AuditRecord.data)[
    "assignee"
].astext.is_(None)
_COLUMNS: dict[str, SQLColumnExpression[Any]] = {
    "operationType": case(
        (_ASSIGNED_TO_NOBODY, "UNASSIGN"),
        *((col(AuditRecord.kind) == kind, name) for kind, name in _OPERATIONS.items()),
    ),
    "timestamp": col(AuditRecord.at),
    "actorId": _ACTOR,
    "actorType": case((_ACTOR.is_not(None), "USER"), else_="UNKNOWN"),
    "result": case((col(AuditRecord.kind) == "USER_TASK_DENIED", "FAIL"), else_="SUCCESS"),
    "auditLogKey": col(AuditRecord.number),
}
_EXAMPLE = {
    "items": [
        {
            "auditLogKey": "1048576-17",
            "entityKey": "1048590",
            "entityType": "USER_TASK",
            "operationType": "ASSIGN",
            "timestamp": "2024-05-06T02:10:00Z",
            "actorId": "linmei",
            "actorType": "USER",
            "result": "SUCCESS",
            "category": "USER_TASKS",
            "annotation": None,
            "tenantId": TENANT,
            "processDefinitionId": "feedback",
            "processDefinitionKey": "2097152",
            "processInstanceKey": "1048576",
            "elementInstanceKey": "1048588",
            "userTaskKey": "1048590",
            "details": {"assignee": "linmei", "before": None},
        }
    ],
    "page": {"totalItems": 1, "hasMoreTotalItems": False, "startCursor": "MA", "endCursor": None},
}


@router.post(
    "/{key}/audit-logs/search",
    operation_id="search_user_task_audit_logs",
    responses={
        **for_staff(
            "body_malformed",
            "request_invalid",
            "task_not_yours",
            "user_task_not_found",
            "body_too_large",
        ),
        **example(200, _EXAMPLE),
    },
)
def search_user_task_audit_logs(
    key: PathKey, caller: Reader, means: MeansHere, asked: AuditLogSearch | None = None
) -> AuditLogPage:
    """Return who did what to a task, oldest first; what was filled in is not among it."""
    asked = asked or AuditLogSearch()
    with Session(means.engine) as session:
        task = existing(session, key)
        if not sees_task(caller, task):
            raise Problem("task_not_yours", key=str(key))
        order = ordered(asked.sort, _COLUMNS, col(AuditRecord.number))
        rows, total = page(session, _of_task(task).where(*_wanted(asked.filter)), order, asked.page)
        definition_key = views(means, session, [task])[0].process_definition_key
    items = [_entry(task, definition_key, *row) for row in rows]
    return AuditLogPage(items=items, page=page_of(asked.page, len(items), total))


def _of_task(task: UserTask) -> Select[Any]:
    shown = [_COLUMNS[name] for name in ("operationType", "actorId", "actorType", "result")]
    return select(AuditRecord, *shown).where(
        col(AuditRecord.instance_key) == task.instance_key,
        col(AuditRecord.key) == task.key,
        col(AuditRecord.kind).in_(_OPERATIONS),
    )


def _wanted(given: AuditLogFilter) -> Iterator[ColumnElement[bool]]:
    for name, field in AuditLogFilter.model_fields.items():
        yield from where(_COLUMNS[str(field.alias)], getattr(given, name))


def _entry(task: UserTask, definition_key: str, record: AuditRecord, *shown: Any) -> AuditLogEntry:
    operation, actor, actor_type, result = shown
    return AuditLogEntry(
        audit_log_key=f"{record.instance_key}-{record.number}",
        entity_key=str(task.key),
        operation_type=operation,
        timestamp=record.at,
        actor_id=actor,
        actor_type=actor_type,
        result=result,
        process_definition_id=task.process_id,
        process_definition_key=definition_key,
        process_instance_key=str(task.instance_key),
        element_instance_key=str(task.element_instance_key),
        user_task_key=str(task.key),
        details={name: record.data[name] for name in _TOLD if name in record.data},
    )
